import { type CstNode } from "chevrotain";
import type { Expression, Name } from "./ast.ts";
import type { ForExpression, LoopHead, ScanExpression } from "./ast/loops.ts";
import { buildBody } from "./build-body.ts";
import { buildName, spanOf, type Builder } from "./builder.ts";
import { maybeNode, maybeToken, nodes, oneNode, oneToken, tokens } from "./cst.ts";
import { buildExpression, buildOr, buildPostfix } from "./build-expression.ts";
import { buildType } from "./build-type.ts";

/** `for u in units as name`, `for (i, u) in enumerate(units)`. */
export function buildLoopHead(builder: Builder, node: CstNode): LoopHead {
  const several = maybeNode(node, "loopNames");
  const label = maybeToken(node, "label");
  return {
    span: spanOf(builder, node),
    targets: tokens(several ?? node, "Identifier").map((it) => buildName(builder, it)),
    tuple: several !== undefined,
    list: buildOr(builder, oneNode(node, "orExpression")),
    label: label && buildName(builder, label),
  };
}

/** `for u in units as name with h = x { ... }` as a value. */
export function buildFor(builder: Builder, node: CstNode): ForExpression {
  return {
    kind: "for-expression",
    ...buildLoopHead(builder, oneNode(node, "loopHead")),
    span: spanOf(builder, node),
    carries: nodes(node, "loopCarry").map((it) => {
      const type = maybeNode(it, "type");
      return { kind: "loop-carry", ...buildCarry(builder, it), type: type && buildType(builder, type) };
    }),
    body: buildBody(builder, oneNode(node, "body")),
  };
}

/** `scan x_t in x over T until lengths with ... { ... }` */
export function buildScan(builder: Builder, node: CstNode): ScanExpression {
  const until = maybeNode(node, "until");
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
    until: until && buildPostfix(builder, until),
    reverse: maybeToken(node, "Reverse") !== undefined,
    carries: nodes(node, "scanCarry").map((it) => ({
      kind: "scan-carry",
      ...buildCarry(builder, it),
      type: buildType(builder, oneNode(it, "type")),
    })),
    body: buildBody(builder, oneNode(node, "body")),
  };
}

function buildCarry(
  builder: Builder,
  node: CstNode,
): { readonly span: LoopHead["span"]; readonly name: Name; readonly init: Expression } {
  return {
    span: spanOf(builder, node),
    name: buildName(builder, oneToken(node, "Identifier")),
    init: buildExpression(builder, oneNode(node, "expression")),
  };
}
