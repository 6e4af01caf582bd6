import { type CstNode } from "chevrotain";
import { fault } from "../support/fault.ts";
import type * as ast from "./ast.ts";
import { buildName, checkLength, longestChain, spanOf, type Builder } from "./builder.ts";
import { maybeNode, maybeToken, nodes, oneNode, tokens } from "./cst.ts";
import { buildLoopHead } from "./build-loop.ts";
import { buildOr, buildPostfix, buildSum } from "./build-expression.ts";

/** A stage of a pipe, with its label. */
export function buildStage(builder: Builder, node: CstNode): ast.Stage {
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
    const chain = buildChain(builder, oneNode(loop, "chain"));
    return {
      kind: "for-stage",
      ...buildLoopHead(builder, oneNode(loop, "loopHead")),
      span: spanOf(builder, loop),
      chain,
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
