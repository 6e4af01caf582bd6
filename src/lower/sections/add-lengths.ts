import { greatestId } from "../../autodiff/join-model.ts";
import { asVariable, variable } from "../../dims/dim.ts";
import { createBuilder } from "../../graph/create-builder.ts";
import type { Func } from "../../ir/graph.ts";
import type { DataProgram, FeatureSpec } from "../../ir/program.ts";
import { required } from "../../support/fault.ts";
import type { AskedLengths } from "./lengths.ts";
import { batchDim } from "./batch-dim.ts";

/** The name of the feature that holds lengths: `frames_lengths`, or `image_lengths_H` where several sizes vary. */
export function lengthsName(
  { feature, size }: AskedLengths,
  features: readonly Pick<FeatureSpec, "name" | "type">[],
): string {
  const own = required(
    features.find((it) => it.name === feature),
    feature,
  );
  const several = new Set(own.type.shape.flatMap((it) => asVariable(it) ?? [])).size > 1;
  const base = `${feature}_lengths${several ? `_${size}` : ""}`;
  const isTaken = (name: string): boolean => features.some((it) => it.name === name);
  let found = base;
  for (let count = 1; isTaken(found); count++) found = `${base}_${count}`;
  return found;
}

/**
 * A data section with a feature more for each lengths that a training asks: an `i32` of each example, which batches have
 * beside what the section declares.
 */
export function addLengths(data: DataProgram, asked: readonly AskedLengths[]): DataProgram {
  const added = new Map(asked.map((it) => [lengthsName(it, data.features), it]));
  if (added.size === 0) return data;
  const features = [...added].map(([name, { feature }]): FeatureSpec => {
    const { origin } = required(
      data.features.find((it) => it.name === feature),
      feature,
    );
    return { name, type: { dtype: "i32", shape: [] }, origin };
  });
  const sizes = [...added].map(([name, { size }]) => ({ name, size }));
  const { preparation } = data;
  return {
    ...data,
    features: [...data.features, ...features],
    preparation: {
      ...preparation,
      func: withLengths(preparation.func, sizes),
      unrounded: withLengths(preparation.unrounded, sizes),
    },
  };
}

/** The function with the sizes of what it is given as results behind its own, one for each example. */
function withLengths(func: Func, sizes: readonly { readonly name: string; readonly size: string }[]): Func {
  const b = createBuilder({ firstId: 1 + greatestId(func.body) });
  const results = sizes.map(({ size }) => b.broadcast(b.dimAs(variable(size), "i32"), [batchDim]));
  return {
    ...func,
    resultNames: [...func.resultNames, ...sizes.map(({ name }) => name)],
    body: {
      ...func.body,
      nodes: [...func.body.nodes, ...b.nodes],
      results: [...func.body.results, ...results],
    },
  };
}
