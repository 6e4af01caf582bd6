import type { Func } from "../ir/graph.ts";
import { required } from "../support/fault.ts";
import { usesOf } from "./rewrite.ts";

/** The names of the inputs that each result of a function is made of. */
export function inputsOfResults({
  inputNames,
  body,
}: Pick<Func, "inputNames" | "body">): readonly ReadonlySet<string>[] {
  const names = new Map(body.inputs.map((it, at) => [it.id, required(inputNames[at], "the name of an input")]));
  return body.results.map((result) => {
    const used = new Set([result.id]);
    for (const node of body.nodes.toReversed())
      if (node.results.some((it) => used.has(it.id))) for (const it of usesOf(node)) used.add(it.id);
    return new Set([...names].flatMap(([id, name]) => (used.has(id) ? [name] : [])));
  });
}
