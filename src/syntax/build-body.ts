import { type CstNode } from "chevrotain";
import { fault } from "../support/fault.ts";
import { textOf, type Span } from "../support/source.ts";
import type * as ast from "./ast.ts";
import { buildName, checkLength, longestChain, spanOf, type Builder } from "./builder.ts";
import { maybeNode, maybeToken, nodes, oneNode, oneToken, onlyChild, tokens } from "./cst.ts";
import { buildExpression, buildOr } from "./build-expression.ts";
import { buildType } from "./build-type.ts";
import { endsInValue, joinStatement, joinValue, type WhenArm } from "./join-when.ts";
import { lostName } from "./lost-name.ts";

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
    case "gatherStatement":
      return {
        kind: "gather",
        span,
        merge: maybeToken(child, "Total") ? "total" : maybeToken(child, "Largest") ? "largest" : "smallest",
        name: name(),
        type: buildType(builder, oneNode(child, "type")),
        value: value(),
      };
    case "finishStatement":
      return { kind: "finish", span, value: value() };
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
    const value = buildExpression(builder, left);
    return (last ? undefined : comparedName(builder, value, span)) ?? { kind: "expression-statement", span, value };
  }
  const target = buildExpression(builder, left);
  const elements = target.kind === "tuple" ? target.elements : target.kind === "parenthesized" ? [target.inner] : [];
  const targets = elements.flatMap((it): readonly ast.Name[] =>
    it.kind === "reference" ? [{ kind: "name", span: it.span, text: it.text }] : [],
  );
  if (targets.length === 0 || targets.length < elements.length) {
    const nested = target.kind === "tuple" ? namesIn(target) : undefined;
    if (nested !== undefined) {
      const names = nested.map((it) => it.text).join(", ");
      const help = `All names stand in one pair of parentheses: \`(${names}) = ...\`. A recurrent layer gives its states with \`states=true\`.`;
      builder.reporter.report("MC1018", target.span, {}, { help });
      const value: ast.Expression = { kind: "reference", span: target.span, text: lostName };
      return { kind: "binding", span, targets: nested, tuple: true, annotation: undefined, value };
    }
    const isSelf = /^self\s*\./.test(textOf(target.span));
    const help = "What a block owns is named alone, without `self`: `dense = Dense(8)`.";
    const changed = `A tensor is made anew, not changed: \`where(mask, a, b)\` chooses by elements, \`concat\` joins parts.`;
    const extras = isSelf ? { help } : target.kind === "index" ? { help: changed } : {};
    builder.reporter.report("MC1018", target.span, {}, extras);
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

/** `h == x -> Dense(4)` before other statements, reported and taken for a binding; undefined where it is no such comparison. */
function comparedName(builder: Builder, value: ast.Expression, span: Span): ast.Statement | undefined {
  const source = value.kind === "pipe" ? value.source : value;
  if (source.kind !== "comparison" || source.operators.join() !== "==") return undefined;
  const [left, right] = source.operands;
  if (left?.kind !== "reference" || right === undefined) return undefined;
  const sign = left.span.end + left.span.file.text.slice(left.span.end, right.span.start).indexOf("==");
  const at = builder.reporter.span(sign, sign + "==".length);
  const fix = { title: "write `=`", edits: [{ span: at, text: "=" }] };
  builder.reporter.report("MC1001", at, { expected: "`=`", found: "`==`" }, { fix });
  const targets: readonly ast.Name[] = [{ kind: "name", span: left.span, text: left.text }];
  return {
    kind: "binding",
    span,
    targets,
    tuple: false,
    annotation: undefined,
    value: value.kind === "pipe" ? { ...value, source: right } : right,
  };
}

/** The names of a tuple and of those in it; undefined where there is anything else. */
function namesIn({ elements }: ast.Expression & { readonly kind: "tuple" }): readonly ast.Name[] | undefined {
  const found = elements.map((it): readonly ast.Name[] | undefined => {
    if (it.kind === "reference") return [{ kind: "name", span: it.span, text: it.text }];
    return it.kind === "tuple" ? namesIn(it) : undefined;
  });
  return found.every((it) => it !== undefined) ? found.flat() : undefined;
}

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
export function whenValue(builder: Builder, node: CstNode): ast.Expression {
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
export function whenStatement(builder: Builder, node: CstNode, last: boolean): ast.Statement {
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
