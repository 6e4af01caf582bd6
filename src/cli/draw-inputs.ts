import { buildPreparationGraph } from "../autodiff/build-preparation-graph.ts";
import type { Unit } from "../compiler.ts";
import { asNumber } from "../dims/dim.ts";
import { entryOf } from "../graph/parameters-of.ts";
import { variesInTraining } from "../graph/varies-in-training.ts";
import { referenceTarget } from "../passes/pipeline.ts";
import type { RawBatchField } from "../runtime/data/dataset.ts";
import { restrictFeatures } from "../runtime/data/restrict-features.ts";
import type { Tensors } from "../runtime/tensor.ts";
import { createHostPreparation } from "../runtime/train/host-preparation.ts";
import { required } from "../support/fault.ts";

/** Whether the data section draws anything of its features outside of training. */
export function preparationDraws({ train }: Unit): boolean {
  if (train === undefined) return false;
  const graph = buildPreparationGraph(train.data, { ...referenceTarget, functions: train.model.functions });
  return graph.inputs.some((it) => it.role === "seed");
}

/** The inputs of a network that its data section draws of nothing that is read, as `z: f32[100] = noise.normal`. */
export function drawnInputs({ module, train }: Unit): readonly string[] {
  if (train === undefined) return [];
  return entryOf(module).inputNames.filter((name) => {
    const { features, preparation } = restrictFeatures(train.data, [name]);
    const draws = variesInTraining(preparation.func, train.model.functions);
    const isFixed = features.every(({ type }) => type.shape.every((it) => asNumber(it) !== undefined));
    return features.length > 0 && preparation.raw.length === 0 && draws && isFixed;
  });
}

/** So many examples of inputs that are drawn: by the seed of the training, as validation has them. */
export function drawInputs({ train }: Unit, names: readonly string[], count: number): Tensors {
  if (names.length === 0) return new Map();
  const program = required(train, "a training");
  const data = restrictFeatures(program.data, names, "counted");
  // Nothing reads what counts the examples.
  const raw = new Map(
    data.preparation.raw.map(({ name, type: { shape } }): [string, RawBatchField] => {
      const sizes = [count, ...shape.map((it) => asNumber(it) ?? 1)];
      return [name, { shape: sizes, data: new Float64Array(sizes.reduce((a, b) => a * b)) }];
    }),
  );
  const features = createHostPreparation({ ...program, data }).prepare(raw);
  return new Map(names.map((name) => [name, required(features.get(name), name)]));
}
