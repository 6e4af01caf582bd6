import { tokenMatcher, type CstNode, type IToken } from "chevrotain";
import { elementWords, NumberToken } from "../../grammar/tokens.ts";
import { fault } from "../support/fault.ts";
import { cover, textOf, type Span } from "../support/source.ts";
import type * as ast from "./ast.ts";
import { endOf, maybeNode, maybeToken, nodes, oneNode, oneToken, onlyChild, soleNode, tokens } from "./cst.ts";
import { numberLiteral, stringLiteral } from "./literals.ts";
import { endsInValue, joinStatement, joinValue, type WhenArm } from "./join-when.ts";
import { binaryOperator, comparisonOperator } from "./operators.ts";
import type { Reporter } from "./reporter.ts";

/** Longest run of operators, suffixes or alternatives at one level: what recursion over the tree can surely bear. */
export const longestChain = 200;

/** Where a node stands, which decides about a few forms. */
export interface Builder {
  readonly reporter: Reporter;
}

export function spanOf(builder: Builder, node: CstNode): Span {
  const location = node.location;
  return builder.reporter.span(location?.startOffset ?? 0, (location?.endOffset ?? -1) + 1);
}

function spanOfToken(builder: Builder, token: IToken): Span {
  return builder.reporter.span(token.startOffset, endOf(token));
}

export function buildName(builder: Builder, token: IToken): ast.Name {
  return { kind: "name", span: spanOfToken(builder, token), text: token.image };
}

function checkLength(builder: Builder, node: CstNode, count: number): void {
  if (count <= longestChain) return;
  const problem = `joins ${String(count)} parts`;
  builder.reporter.report("MC1028", spanOf(builder, node), { problem, limit: longestChain });
}

/** An expression with its stages. */
export function buildExpression(builder: Builder, node: CstNode): ast.Expression {
  const source = buildOr(builder, oneNode(node, "orExpression"));
  const stages = nodes(node, "stage").map((it) => buildStage(builder, it));
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
    return { kind: "unary", span: cover(spanOfToken(builder, mark), inner.span), operator, operand: inner };
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

function buildPostfix(builder: Builder, node: CstNode): ast.Expression {
  const sole = soleNode(node, "primary");
  if (sole !== undefined) return buildPrimary(builder, sole);
  const suffixes = nodes(node, "suffix");
  checkLength(builder, node, suffixes.length);
  const primary = buildPrimary(builder, oneNode(node, "primary"));
  return suffixes.slice(0, longestChain).reduce<ast.Expression>((target, suffix) => {
    const span = cover(target.span, spanOf(builder, suffix));
    const call = maybeNode(suffix, "call");
    if (call !== undefined) return { kind: "call", span, callee: target, arguments: buildArguments(builder, call) };
    const index = maybeNode(suffix, "index");
    if (index === undefined) {
      return { kind: "member", span, target, name: buildName(builder, oneToken(suffix, "Identifier")) };
    }
    return { kind: "index", span, target, indices: nodes(index, "indexItem").map((it) => buildIndex(builder, it)) };
  }, primary);
}

/** The arguments of a call. */
export function buildArguments(builder: Builder, call: CstNode): readonly ast.Argument[] {
  return nodes(call, "argument").map((it) => buildArgument(builder, it));
}

export function buildArgument(builder: Builder, node: CstNode): ast.Argument {
  const name = maybeToken(node, "Identifier");
  return {
    kind: "argument",
    span: spanOf(builder, node),
    name: name && buildName(builder, name),
    value: buildExpression(builder, oneNode(node, "expression")),
  };
}

function buildIndex(builder: Builder, node: CstNode): ast.Expression | ast.SliceExpression {
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
      return buildScan(builder, child);
    default:
      return whenValue(builder, child);
  }
}

function buildScan(builder: Builder, node: CstNode): ast.ScanExpression {
  return {
    kind: "scan",
    span: spanOf(builder, node),
    sequences: nodes(node, "scanSequence").map((it) => ({
      kind: "scan-sequence",
      span: spanOf(builder, it),
      element: buildName(builder, oneToken(it, "Identifier")),
      source: buildExpression(builder, oneNode(it, "expression")),
    })),
    over: buildPostfix(builder, oneNode(node, "over")),
    reverse: maybeToken(node, "Reverse") !== undefined,
    carries: nodes(node, "scanCarry").map((it) => ({
      kind: "scan-carry",
      span: spanOf(builder, it),
      name: buildName(builder, oneToken(it, "Identifier")),
      type: buildType(builder, oneNode(it, "type")),
      init: buildExpression(builder, oneNode(it, "expression")),
    })),
    body: buildBody(builder, oneNode(node, "body")),
  };
}

// --- when

function whenArms(builder: Builder, node: CstNode): { arms: readonly WhenArm[]; otherwise: ast.Body | undefined } {
  const conditions = nodes(node, "orExpression");
  const bodies = nodes(node, "body").map((it) => buildBody(builder, it));
  checkLength(builder, node, conditions.length);
  const end = spanOf(builder, node);
  const starts = tokens(node, "When");
  const arms = conditions.slice(0, longestChain).map((condition, i) => ({
    condition: buildOr(builder, condition),
    then: bodies[i] ?? fault("a condition without a body"),
    span: builder.reporter.span((starts[i] ?? fault("a condition without its word")).startOffset, end.end),
  }));
  return { arms, otherwise: bodies.length > conditions.length ? bodies[bodies.length - 1] : undefined };
}

/** A `when` where only a value will do. */
function whenValue(builder: Builder, node: CstNode): ast.Expression {
  const { arms, otherwise } = whenArms(builder, node);
  const span = spanOf(builder, node);
  const bodies = [...arms.map((it) => it.then), ...(otherwise === undefined ? [] : [otherwise])];
  const without = bodies.find((it) => it.statements.length > 0 && !endsInValue(it));
  if (otherwise === undefined) {
    builder.reporter.report(
      "MC1020",
      span,
      { problem: "has no else" },
      {
        help: "Add `else { ... }` with the value for when the condition does not hold.",
      },
    );
  } else if (without !== undefined) {
    builder.reporter.report("MC1020", without.span, { problem: "has a branch that does not end in a value" });
  }
  return joinValue(arms, otherwise ?? { kind: "body", span, statements: [] });
}

/** A `when` that stands alone as a statement: a value where it is the last one and every branch ends in a value. */
function whenStatement(builder: Builder, node: CstNode, last: boolean): ast.Statement {
  const { arms, otherwise } = whenArms(builder, node);
  if (last && otherwise !== undefined && endsInValue(otherwise) && arms.every((it) => endsInValue(it.then))) {
    return { kind: "expression-statement", span: spanOf(builder, node), value: joinValue(arms, otherwise) };
  }
  return joinStatement(arms, otherwise);
}

/** The `when` that an expression consists of, if it does. */
function bareWhen(expression: CstNode): CstNode | undefined {
  let node = expression;
  for (;;) {
    const child = onlyChild(node);
    if (child === undefined || !("children" in child)) return undefined;
    if (child.name === "when") return child;
    node = child;
  }
}

// --- bodies

/** `{ statements }` of a block, a scan or a branch. */
export function buildBody(builder: Builder, node: CstNode): ast.Body {
  const children = nodes(node, "statement");
  const span = spanOf(builder, node);
  if (children.length === 0 && !builder.reporter.reportedIn(span.start, span.end))
    builder.reporter.report("MC1019", span, { what: "body", needs: "a value" });
  const statements = children.flatMap((it, i) => buildStatement(builder, it, i === children.length - 1) ?? []);
  return { kind: "body", span, statements };
}

function buildStatement(builder: Builder, node: CstNode, last: boolean): ast.Statement | undefined {
  const child = onlyChild(node);
  if (child === undefined || !("children" in child)) return fault("a statement with several parts");
  const span = spanOf(builder, node);
  const value = (): ast.Expression => buildExpression(builder, oneNode(child, "expression"));
  const name = (): ast.Name => buildName(builder, oneToken(child, "Identifier"));
  switch (child.name) {
    case "paramStatement": {
      const alias = tokens(child, "Identifier")[1];
      const init = maybeNode(child, "expression");
      const flavor = maybeToken(child, "State") === undefined ? "param" : "state";
      // `param weights as kernel`: the local name is the first, the path segment the second.
      return {
        kind: "param",
        span,
        flavor,
        name: name(),
        alias: alias && buildName(builder, alias),
        type: buildType(builder, oneNode(child, "type")),
        init: init && buildExpression(builder, init),
      };
    }
    case "emitStatement":
      return { kind: "emit", span, last: maybeToken(child, "Last") !== undefined, value: value() };
    case "update":
      return { kind: "update", span, target: name(), value: value() };
    case "binding": {
      const type = maybeNode(child, "type");
      const annotation = type && buildType(builder, type);
      return { kind: "binding", span, targets: [name()], tuple: false, annotation, value: value() };
    }
    default:
      return buildExpressionStatement(builder, child, span, last);
  }
}

function buildExpressionStatement(
  builder: Builder,
  node: CstNode,
  span: Span,
  last: boolean,
): ast.Statement | undefined {
  const [left, right] = nodes(node, "expression");
  if (left === undefined) return fault("a statement without an expression");
  if (right === undefined) {
    const when = bareWhen(left);
    if (when !== undefined) return whenStatement(builder, when, last);
    return { kind: "expression-statement", span, value: buildExpression(builder, left) };
  }
  const target = buildExpression(builder, left);
  const elements = target.kind === "tuple" ? target.elements : target.kind === "parenthesized" ? [target.inner] : [];
  const targets = elements.flatMap((it): readonly ast.Name[] =>
    it.kind === "reference" ? [{ kind: "name", span: it.span, text: it.text }] : [],
  );
  if (targets.length === 0 || targets.length < elements.length) {
    builder.reporter.report("MC1018", target.span, {});
    return undefined;
  }
  return {
    kind: "binding",
    span,
    targets,
    tuple: true,
    annotation: undefined,
    value: buildExpression(builder, right),
  };
}

// --- stages

function buildStage(builder: Builder, node: CstNode): ast.Stage {
  const label = maybeToken(node, "Identifier");
  const stage = buildBareStage(builder, node);
  if (label === undefined) return stage;
  return { kind: "labelled-stage", span: spanOf(builder, node), label: buildName(builder, label), stage };
}

function buildBareStage(builder: Builder, node: CstNode): ast.Stage {
  const postfix = maybeNode(node, "postfix");
  if (postfix !== undefined) return buildPostfix(builder, postfix);
  const repeat = maybeNode(node, "repeatStage");
  if (repeat !== undefined) {
    const label = maybeToken(repeat, "Identifier");
    return {
      kind: "repeat-stage",
      span: spanOf(builder, repeat),
      count: buildSum(builder, oneNode(repeat, "sum")),
      label: label && buildName(builder, label),
      shared: maybeToken(repeat, "Shared") !== undefined,
      chain: buildChain(builder, oneNode(repeat, "chain")),
    };
  }
  const loop = maybeNode(node, "forStage");
  if (loop !== undefined) {
    const [variable, label] = tokens(loop, "Identifier");
    return {
      kind: "for-stage",
      span: spanOf(builder, loop),
      variable: buildName(builder, variable ?? fault("a for without its variable")),
      list: buildOr(builder, oneNode(loop, "orExpression")),
      label: label && buildName(builder, label),
      chain: buildChain(builder, oneNode(loop, "chain")),
    };
  }
  return buildWhenStage(builder, oneNode(node, "whenStage"));
}

function buildWhenStage(builder: Builder, node: CstNode): ast.Stage {
  const conditions = nodes(node, "orExpression");
  checkLength(builder, node, conditions.length);
  const chains = nodes(node, "chain").map((it) => buildChain(builder, it));
  const starts = tokens(node, "When");
  const end = spanOf(builder, node);
  let otherwise = chains.length > conditions.length ? chains[chains.length - 1] : undefined;
  let stage: ast.WhenStage | undefined;
  for (let i = Math.min(conditions.length, longestChain) - 1; i >= 0; i--) {
    const span = builder.reporter.span((starts[i] ?? fault("a condition without its word")).startOffset, end.end);
    const condition = buildOr(builder, conditions[i] ?? fault("a when without its condition"));
    const then = chains[i] ?? fault("a condition without its braces");
    stage = { kind: "when-stage", span, condition, then, otherwise };
    // `else when` is an else that holds one stage.
    otherwise = { kind: "chain", span, stages: [stage] };
  }
  return stage ?? fault("a when without arms");
}

function buildChain(builder: Builder, node: CstNode): ast.Chain {
  const stages = nodes(node, "stage").map((it) => buildStage(builder, it));
  const span = spanOf(builder, node);
  if (stages.length === 0 && !builder.reporter.reportedIn(span.start, span.end))
    builder.reporter.report("MC1019", span, { what: "chain", needs: "a stage" });
  return { kind: "chain", span, stages };
}

// --- types

/** A tensor type, with its form checked: dims for every element but `class`, which takes its count. */
export function buildType(builder: Builder, node: CstNode): ast.TypeExpression {
  const span = spanOf(builder, node);
  const element = buildName(builder, oneToken(node, "Identifier"));
  const argument = maybeNode(node, "expression");
  const classes = argument && buildExpression(builder, argument);
  const bracketed = maybeToken(node, "LeftBracket") !== undefined;
  const end = builder.reporter.span(span.end, span.end);
  if (element.text === "class") {
    if (classes === undefined) {
      builder.reporter.report(
        "MC1021",
        element.span,
        { problem: "`class` needs the number of its classes" },
        {
          help: "Write for instance `class(10)`.",
        },
      );
    }
  } else if (classes !== undefined) {
    builder.reporter.report(
      "MC1021",
      span,
      { problem: `\`${element.text}\` takes no parentheses` },
      {
        help: `Dims stand in brackets: \`${element.text}[B, 10]\`.`,
      },
    );
  } else if (!bracketed) {
    const known = elementWords.includes(element.text);
    builder.reporter.report(
      "MC1021",
      span,
      { problem: `The type \`${element.text}\` needs its dims` },
      {
        help: `A scalar is \`${element.text}[]\`, a vector of ten \`${element.text}[10]\`.`,
        ...(known && { fix: { title: "make it a scalar", edits: [{ span: end, text: "[]" }] } }),
      },
    );
  }
  // Few types hold such a number: only those whose text looks like it are taken apart.
  const numbers = /\d[kMGT]/.test(textOf(span)) ? numbersIn(node) : [];
  for (const token of numbers) {
    if (!/[kMGT]$/.test(token.image)) continue;
    const { value } = numberLiteral(token, builder.reporter);
    builder.reporter.report(
      "MC1022",
      spanOfToken(builder, token),
      { raw: token.image },
      {
        fix: { title: `write ${String(value)}`, edits: [{ span: spanOfToken(builder, token), text: String(value) }] },
      },
    );
  }
  const dims = nodes(node, "dim").map((it) => buildDim(builder, it));
  return { kind: "type", span, element, classes, dims, bracketed };
}

function numbersIn(node: CstNode): readonly IToken[] {
  return Object.values(node.children)
    .flat()
    .flatMap((it) => ("children" in it ? numbersIn(it) : tokenMatcher(it, NumberToken) ? [it] : []));
}

function buildDim(builder: Builder, node: CstNode): ast.DimExpression {
  const expression = maybeNode(node, "expression");
  if (expression === undefined) {
    const name = maybeToken(node, "Identifier");
    return { kind: "dim-spread", span: spanOf(builder, node), name: name && buildName(builder, name) };
  }
  return buildExpression(builder, expression);
}
