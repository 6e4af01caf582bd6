import type { Value } from "../ir/graph.ts";
import type { Context } from "./context.ts";
import { tensor, type TensorVal } from "./values.ts";

/** Gives a value that has no name yet the name of its binding: generated code reads like the source. */
export function nameValue(ctx: Context, name: string, val: TensorVal): TensorVal {
  for (let index = ctx.nodes.length - 1; index >= 0; index -= 1) {
    const node = ctx.nodes[index];
    const at = node?.results.findIndex((it) => it.id === val.value.id) ?? -1;
    if (node === undefined || at === -1 || node.kind === "update") continue;
    const found: Value | undefined = node.results[at];
    if (found === undefined || (found.name !== undefined && node.kind !== "call")) return val;
    const results = node.results.map((it, place) => (place === at ? { ...it, name } : it));
    ctx.nodes[index] = { ...node, results };
    return tensor({ ...val.value, name }, val.facts);
  }
  return val;
}
