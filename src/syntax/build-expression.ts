import { type CstNode, type IToken } from "chevrotain";
import { BadNumber } from "../../grammar/tokens.ts";
import { fault } from "../support/fault.ts";
import { cover } from "../support/source.ts";
import type * as ast from "./ast.ts";
import { buildName, checkLength, longestChain, spanOf, spanWith, type Builder } from "./builder.ts";
import { maybeNode, maybeToken, nodes, oneNode, oneToken, onlyChild, soleNode, tokens } from "./cst.ts";
import { numberLiteral, stringLiteral } from "./literals.ts";
import { lostName } from "./lost-name.ts";
import { binaryOperator, comparisonOperator } from "./operators.ts";

/** An expression with its stages. */
export function buildExpression(builder: Builder, node: CstNode): ast.Expression {
  const source = buildOr(builder, oneNode(node, "orExpression"));
  const stages = nodes(node, "stage").map((it) => builder.rules.stage(builder, it));
  return stages.length === 0 ? source : { kind: "pipe", span: spanOf(builder, node), source, stages };
}

/** Joins operands from the left. */
function fold(
  builder: Builder,
  node: CstNode,
  operands: readonly ast.Expression[],
  operators: readonly ast.BinaryOperator[],
): ast.Expression {
  checkLength(builder, node, operators.length);
  const [first, ...rest] = operands;
  return rest.slice(0, longestChain).reduce<ast.Expression>(
    (left, right, i) => {
      const operator = operators[i] ?? fault("an operand without its operator");
      return { kind: "binary", span: cover(left.span, right.span), operator, left, right };
    },
    first ?? fault("an operator without operands"),
  );
}

/**
 * Everything but stages: where a condition or a count ends at a brace. As at every level below, most have one operand and
 * no operator: these are passed down at once, which halves the time of building.
 */
export function buildOr(builder: Builder, node: CstNode): ast.Expression {
  const sole = soleNode(node, "andExpression");
  if (sole !== undefined) return buildAnd(builder, sole);
  const operands = nodes(node, "andExpression").map((it) => buildAnd(builder, it));
  return fold(builder, node, operands, Array<"or">(operands.length - 1).fill("or"));
}

function buildAnd(builder: Builder, node: CstNode): ast.Expression {
  const sole = soleNode(node, "notExpression");
  if (sole !== undefined) return buildNot(builder, sole);
  const operands = nodes(node, "notExpression").map((it) => buildNot(builder, it));
  return fold(builder, node, operands, Array<"and">(operands.length - 1).fill("and"));
}

function buildNot(builder: Builder, node: CstNode): ast.Expression {
  const sole = soleNode(node, "comparison");
  if (sole !== undefined) return buildComparison(builder, sole);
  return buildUnary(builder, node, "not", tokens(node, "Not"), buildComparison(builder, oneNode(node, "comparison")));
}

function buildUnary(
  builder: Builder,
  node: CstNode,
  operator: "-" | "not",
  marks: readonly IToken[],
  operand: ast.Expression,
): ast.Expression {
  checkLength(builder, node, marks.length);
  return marks.slice(-longestChain).reduceRight<ast.Expression>((inner, mark) => {
    return { kind: "unary", span: cover(builder.reporter.spanOf(mark), inner.span), operator, operand: inner };
  }, operand);
}

function buildComparison(builder: Builder, node: CstNode): ast.Expression {
  const sole = soleNode(node, "sum");
  if (sole !== undefined) return buildSum(builder, sole);
  const operands = nodes(node, "sum").map((it) => buildSum(builder, it));
  const operators = tokens(node, "operator").map(comparisonOperator);
  return { kind: "comparison", span: spanOf(builder, node), operands, operators };
}

/** Arithmetic: what `repeat` takes for a count. */
export function buildSum(builder: Builder, node: CstNode): ast.Expression {
  const sole = soleNode(node, "product");
  if (sole !== undefined) return buildProduct(builder, sole);
  const operands = nodes(node, "product").map((it) => buildProduct(builder, it));
  return fold(builder, node, operands, tokens(node, "operator").map(binaryOperator));
}

function buildProduct(builder: Builder, node: CstNode): ast.Expression {
  const sole = soleNode(node, "negation");
  if (sole !== undefined) return buildNegation(builder, sole);
  const operands = nodes(node, "negation").map((it) => buildNegation(builder, it));
  return fold(builder, node, operands, tokens(node, "operator").map(binaryOperator));
}

function buildNegation(builder: Builder, node: CstNode): ast.Expression {
  const sole = soleNode(node, "postfix");
  if (sole !== undefined) return buildPostfix(builder, sole);
  return buildUnary(builder, node, "-", tokens(node, "Minus"), buildPostfix(builder, oneNode(node, "postfix")));
}

/** Calls, indices and members of a primary expression. */
export function buildPostfix(builder: Builder, node: CstNode): ast.Expression {
  const sole = soleNode(node, "primary");
  if (sole !== undefined) return buildPrimary(builder, sole);
  const suffixes = nodes(node, "suffix");
  checkLength(builder, node, suffixes.length);
  const primary = buildPrimary(builder, oneNode(node, "primary"));
  return suffixes.slice(0, longestChain).reduce<ast.Expression>((target, suffix) => {
    const span = spanWith(builder, target.span, suffix);
    const call = maybeNode(suffix, "call");
    if (call !== undefined) return { kind: "call", span, callee: target, arguments: buildArguments(builder, call) };
    const index = maybeNode(suffix, "index");
    if (index === undefined) {
      return { kind: "member", span, target, name: buildName(builder, oneToken(suffix, "Identifier")) };
    }
    return { kind: "index", span, target, indices: buildIndices(builder, index) };
  }, primary);
}

/** The arguments of a call. */
export function buildArguments(builder: Builder, call: CstNode): readonly ast.Argument[] {
  return nodes(call, "argument").map((it) => buildArgument(builder, it));
}

/** One argument of a call. */
export function buildArgument(builder: Builder, node: CstNode): ast.Argument {
  const name = maybeToken(node, "Identifier");
  return {
    kind: "argument",
    span: spanOf(builder, node),
    name: name && buildName(builder, name),
    value: buildExpression(builder, oneNode(node, "expression")),
  };
}

/** The items of an index, of which one at most is `...`: how many axes a second one takes, nothing would say. */
function buildIndices(builder: Builder, index: CstNode): readonly ast.IndexItem[] {
  const items = nodes(index, "indexItem").map((it) => buildIndex(builder, it));
  const [, ...others] = items.filter((it) => it.kind === "index-mark" && it.mark === "...");
  for (const it of others) builder.reporter.report("MC1040", it.span, {});
  return items.filter((it) => !others.includes(it));
}

function buildIndex(builder: Builder, node: CstNode): ast.IndexItem {
  const mark = maybeToken(node, "Ellipsis") ? "..." : maybeToken(node, "None") ? "None" : undefined;
  if (mark !== undefined) return { kind: "index-mark", span: spanOf(builder, node), mark };
  const first = maybeNode(node, "start");
  const start = first && buildExpression(builder, first);
  const tail = maybeNode(node, "sliceTail");
  if (tail === undefined) return start ?? fault("an index without a value");
  const stop = maybeNode(tail, "stop");
  const step = maybeNode(tail, "step");
  return {
    kind: "slice",
    span: spanOf(builder, node),
    start,
    stop: stop && buildExpression(builder, stop),
    step: step && buildExpression(builder, step),
  };
}

function buildPrimary(builder: Builder, node: CstNode): ast.Expression {
  const span = spanOf(builder, node);
  const child = onlyChild(node) ?? fault("a primary expression with several parts");
  if (!("children" in child)) {
    // A malformed number was reported: what is made of it would say more of the same.
    if (child.tokenType === BadNumber)
      return { kind: "reference", span: builder.reporter.spanOf(child), text: lostName };
    if (node.children["Number"]) return numberLiteral(child, builder.reporter);
    if (node.children["String"]) return stringLiteral(child, builder.reporter);
    if (node.children["True"]) return { kind: "boolean", span, value: true };
    if (node.children["False"]) return { kind: "boolean", span, value: false };
    return { kind: "reference", span, text: child.image };
  }
  switch (child.name) {
    case "list":
      return { kind: "list", span, elements: nodes(child, "expression").map((it) => buildExpression(builder, it)) };
    case "parenthesized": {
      const elements = nodes(child, "expression").map((it) => buildExpression(builder, it));
      const [inner] = elements;
      if (elements.length === 1 && inner !== undefined) return { kind: "parenthesized", span, inner };
      return { kind: "tuple", span, elements };
    }
    case "scan":
      return builder.rules.scan(builder, child);
    case "loop":
      return builder.rules.loop(builder, child);
    default:
      return builder.rules.when(builder, child);
  }
}
