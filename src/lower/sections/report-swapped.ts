import type { Node, Value } from "../../ir/graph.ts";
import { nodesWithin, operandsOf } from "../../ir/visit.ts";
import { textOf } from "../../support/source.ts";
import { report, type Context } from "../context.ts";
import type { NamedInput } from "./names-of-training.ts";

/** Warns of losses and metrics that are given what is real where they want what the model gives. */
export function reportSwapped(ctx: Context, inputs: readonly NamedInput[]): void {
  const { applied } = ctx.unit;
  if (applied.length === 0) return;
  const given = madeOf(
    ctx.nodes,
    valuesFrom(inputs, "output"),
    (it) => it.kind === "parameter" || (it.kind === "call" && it.instance !== ""),
  );
  const real = madeOf(ctx.nodes, valuesFrom(inputs, "feature"), () => false);
  for (const { name, first, second, span } of applied) {
    const [data, made] = [first.val.value.id, second.val.value.id];
    if (given.has(data) || !real.has(data) || !given.has(made)) continue;
    const [a, b] = [textOf(first.span), textOf(second.span)];
    report(
      ctx,
      "MC4202",
      span,
      { loss: name, first: first.name, second: second.name, given: a, instead: b },
      {
        help: `Give \`${b}\` first and \`${a}\` second.`,
        fix: {
          title: "swap the two",
          edits: [
            { span: first.span, text: b },
            { span: second.span, text: a },
          ],
        },
      },
    );
  }
}

function valuesFrom(inputs: readonly NamedInput[], from: "output" | "feature"): readonly Value[] {
  return inputs.flatMap((it) => (it.from === from ? [it.value] : []));
}

/** Ids of the values that are made of some, or by nodes that `isRoot` says. */
function madeOf(nodes: readonly Node[], of: readonly Value[], isRoot: (node: Node) => boolean): ReadonlySet<number> {
  const found = new Set(of.map(({ id }) => id));
  for (const node of nodes) {
    const within = [...nodesWithin([node])];
    if (!within.some((it) => isRoot(it) || operandsOf(it).some(({ id }) => found.has(id)))) continue;
    for (const { id } of within.flatMap((it) => it.results)) found.add(id);
  }
  return found;
}
