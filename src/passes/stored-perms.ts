import type { Module } from "../ir/graph.ts";
import { required } from "../support/fault.ts";
import { flatten } from "./flatten.ts";
import { passesBeforeGradients, runPasses } from "./pipeline.ts";

/**
 * The stored order of a model's parameters, by path, where it differs from the logical one: stored axis i is logical
 * axis `perm[i]`. Kernels of convolutions are HWIO in the language, and OIHW in checkpoints and in ONNX.
 */
export function storedPermsOf(module: Module): ReadonlyMap<string, readonly number[]> {
  // Up to where layouts are chosen.
  const passes = passesBeforeGradients({ channelsFirst: true });
  const first = passes.slice(0, 1 + passes.findIndex(({ name }) => name === "to-channels-first"));
  const graphs = (["training", "inference"] as const).map((mode) => runPasses(flatten(module, { mode }), first));
  return new Map(
    graphs.flatMap(({ inputs }) =>
      inputs.flatMap(({ path, perm }) => (perm === undefined ? [] : [[required(path, "path"), perm] as const])),
    ),
  );
}
