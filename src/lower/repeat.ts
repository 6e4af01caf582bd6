import { formatDim, type Dim } from "../dims/dim.ts";
import { explicitNames } from "../analyze/walk.ts";
import type { Node, RepeatNode, Value } from "../ir/graph.ts";
import type { Span } from "../support/source.ts";
import type { RepeatStage } from "../syntax/ast.ts";
import { freshValue, innerScope, regionWithin, report, type Context } from "./context.ts";
import { asInteger, asTensor, sameType, sourceOf } from "./convert.ts";
import { pathScope } from "./paths.ts";
import { joined } from "./value-tree.ts";
import { formatType, poison, tensor, type TensorVal, type Val } from "./values.ts";
import { claimLoop, collapse, hold, holdingApart, writeOut } from "./write-out.ts";
import { isTooLarge, writtenSize } from "./written-size.ts";
import { isUndecidedType } from "./report-undecided.ts";

function elementsOf(val: Val): readonly Val[] {
  return val.kind === "tuple" ? val.elements : [val];
}

function tensorsOf(ctx: Context, val: Val, span: Span): readonly TensorVal[] | undefined {
  const tensors = elementsOf(val).map((it) => asTensor(ctx, it, span));
  return tensors.every((it) => it !== undefined) ? tensors : undefined;
}

/** `repeat n as name { stages }`: one node where all copies have one type, else one copy after the other. */
export function lowerRepeat(
  ctx: Context,
  input: Val,
  stage: RepeatStage,
  inputSpan: Span,
  hint: string | undefined,
): Val {
  const counted = ctx.elaborator.rules.expression(ctx, stage.count, { integer: true });
  const count = asInteger(ctx, counted, stage.count.span, "the count of `repeat`");
  if (count === undefined || input.kind === "poison") return poison;
  if (count < 0) {
    report(ctx, "MC3010", stage.count.span, {
      what: "the count of `repeat`",
      limit: "at least 0",
      actual: String(count),
    });
    return poison;
  }
  if (count === 0) return input;
  const tensors = tensorsOf(ctx, input, inputSpan);
  if (tensors === undefined) return poison;
  const label = stage.label?.text ?? hint;

  const nodes: Node[] = [];
  const names = explicitNames(stage.chain);
  const paths = pathScope(names, "", ctx.paths);
  const inputs = tensors.map((it): Value => freshValue(ctx.unit, it.value.type, it.value.name));
  const inner: Context = {
    ...ctx,
    nodes,
    ...regionWithin(ctx),
    paths,
    scope: innerScope(ctx.scope),
    // One region stands for all copies: nothing leaves it but its value.
    emits: undefined,
    carries: [],
    owning: ctx.owning === "yes" ? "nested" : ctx.owning,
  };
  const { result: once, holdings } = holdingApart(ctx.unit, () =>
    ctx.elaborator.rules.chain(inner, joined(inputs.map((it) => tensor(it))), stage.chain, inputSpan),
  );
  if (once.kind === "poison") return poison;
  const results = tensorsOf(inner, once, stage.span);
  if (results === undefined) return poison;
  const unchanged =
    results.length === inputs.length &&
    results.every((it, index) => inputs[index] !== undefined && sameType(ctx, it.value.type, inputs[index].type));
  if (stage.shared && !unchanged) {
    const claim = (before: Dim, after: Dim): string =>
      `a copy of the \`repeat\` keeps the shape: ${formatDim(before)} is ${formatDim(after)}`;
    const types = results.length === inputs.length ? results.map((it, at) => [inputs[at], it.value] as const) : [];
    const isOpen = types.some(
      ([before, after]) => before !== undefined && isUndecidedType(ctx, stage.span, [before.type, after.type], claim),
    );
    if (isOpen) return poison;
    const shown = (types: readonly Value[]): string => types.map((it) => formatType(it.type)).join(", ");
    report(ctx, "MC3023", stage.span, { input: shown(inputs), output: shown(results.map((it) => it.value)) });
    return poison;
  }
  if (!unchanged || paths.escaped) {
    let val: Val = joined(tensors);
    const fine = writeOut(
      ctx,
      {
        kind: "repeat",
        label,
        names,
        shared: stage.shared,
        span: stage.span,
        head: { ...stage.span, end: stage.count.span.end },
      },
      count,
      (round, index) => {
        const from = index === 0 ? inputSpan : (stage.chain.stages.at(-1)?.span ?? inputSpan);
        val = ctx.elaborator.rules.chain(round, val, stage.chain, from);
        return val.kind === "poison" ? undefined : [val];
      },
    );
    return fine ? val : poison;
  }
  if (isTooLarge(ctx, count * writtenSize(ctx.elaborator, nodes), "this `repeat`", stage.span)) return poison;
  const owned = paths.owners.length > 0;
  const kept = owned || paths.taken.size > 0;
  const path = kept ? claimLoop(ctx, label, "repeat", owned, stage.span) : "";
  if (path === undefined) return poison;
  const [owner, ...others] = paths.owners;
  const body = owner !== undefined && others.length === 0 && !owner.labelled ? collapse(nodes, owner.path, "") : nodes;
  hold(ctx.unit, holdings, (inside) => `${path}${stage.shared ? "" : ".*"}.${inside}`);
  const source = sourceOf(counted);
  const node: RepeatNode = {
    kind: "repeat",
    count,
    ...(source !== undefined && { source }),
    path,
    shared: stage.shared,
    operands: tensors.map((it) => it.value),
    body: { inputs, nodes: body, results: results.map((it) => it.value) },
    results: tensors.map((it) => freshValue(ctx.unit, it.value.type)),
    origin: stage.span,
  };
  ctx.nodes.push(node);
  return joined(node.results.map((it) => tensor(it)));
}
