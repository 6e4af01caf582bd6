import type { GraphInput } from "../ir/graph.ts";
import type { TensorType } from "../ir/types.ts";
import type { GraphBuilder } from "../ops/define/builder.ts";

/** The inputs of a graph that more are added to. */
export interface GraphInputs {
  /** The input of a name: the one there is, or a new one. */
  add(entry: Omit<GraphInput, "value"> & { readonly type: TensorType }): GraphInput;
  all(): readonly GraphInput[];
}

/** Inputs that begin as `existing`; values of new ones come from `b`. */
export function extendInputs(b: GraphBuilder, existing: readonly GraphInput[]): GraphInputs {
  const inputs = new Map(existing.map((it) => [it.name, it]));
  return {
    add: ({ type, ...entry }) => {
      const known = inputs.get(entry.name);
      if (known !== undefined) return known;
      const made: GraphInput = { ...entry, value: b.value(type, entry.name) };
      inputs.set(entry.name, made);
      return made;
    },
    all: () => [...inputs.values()],
  };
}
