import type { GraphOutput, Value } from "../ir/graph.ts";
import { portOf, scalingPort, type ScalingSlot } from "../ir/ports.ts";
import type { ScalingSpec, TrainProgram, TrainStep } from "../ir/program.ts";
import type { DType } from "../ir/types.ts";
import type { GraphBuilder } from "../ops/define/builder.ts";
import type { GraphInputs } from "../graph/graph-inputs.ts";

/**
 * Loss scaling, as Keras' LossScaleOptimizer and PyTorch's GradScaler have it. Small gradients vanish in f16, so the loss
 * is multiplied by a scale before it is differentiated, and the gradients are divided by it before they are used. Where one
 * of them is infinite or NaN, the step is skipped and the scale halved; after `growth` steps without that it is doubled.
 */

/** What a step remembers of its loss scale, as it begins. */
export interface ScalingMemory {
  readonly port: string;
  readonly dtype: DType;
  readonly initial: number;
}

/** The largest scale that is doubled: twice of it is the largest power of two of f32. */
const mostDoubled = 2 ** 126;

/** What is remembered of the loss scales of a program, of each step in order; nothing where none is scaled. */
export function scalingMemoryOf({ steps, precision }: TrainProgram): readonly ScalingMemory[] {
  const { scaling } = precision ?? {};
  return scaling === undefined ? [] : steps.flatMap((step) => Object.values(memoryOf(step, scaling)));
}

function memoryOf({ name }: TrainStep, { scale }: ScalingSpec): Readonly<Record<ScalingSlot, ScalingMemory>> {
  return {
    scale: { port: scalingPort(name, "scale"), dtype: "f32", initial: scale },
    finite: { port: scalingPort(name, "finite"), dtype: "i32", initial: 0 },
    skipped: { port: scalingPort(name, "skipped"), dtype: "i32", initial: 0 },
  };
}

function inputOf(inputs: GraphInputs, { port, dtype, initial }: ScalingMemory): Value {
  const init = { name: "constant", arguments: { value: initial } };
  return inputs.add({ name: port, role: "optimizer", type: { dtype, shape: [] }, init }).value;
}

/** What the loss of a step is multiplied by before it is differentiated; undefined where it is taken as it is. */
export function lossScale({ precision }: TrainProgram, step: TrainStep, inputs: GraphInputs): Value | undefined {
  const { scaling } = precision ?? {};
  return scaling && inputOf(inputs, memoryOf(step, scaling).scale);
}

/** A gradient of a scaled loss as that of the loss. Of a power of two the reciprocal is exact, and so is the product. */
export function unscaled(b: GraphBuilder, gradient: Value, scale: Value): Value {
  const reciprocal = b.div(b.scalar(1), scale);
  return b.mul(gradient, b.cast(reciprocal, gradient.type.dtype));
}

/** A step that counts where its gradients are finite. */
export interface ScaledStep {
  /** What becomes of a value: its next one, or itself where the step is skipped. */
  readonly kept: (next: Value, before: Value) => Value;
  /** Which of its updates that are taken this one is, f64, by which of all it is. */
  readonly taken: (update: Value) => Value;
  /** The next scale and counters. */
  readonly outputs: readonly GraphOutput[];
}

/** What a step with these gradients of its parameters comes to; undefined where its loss is not scaled. */
export function scaledStep(
  b: GraphBuilder,
  { precision }: TrainProgram,
  step: TrainStep,
  gradients: readonly Value[],
  inputs: GraphInputs,
): ScaledStep | undefined {
  const { scaling } = precision ?? {};
  if (scaling === undefined) return undefined;
  const memory = memoryOf(step, scaling);
  const scale = inputOf(inputs, memory.scale);
  const finite = inputOf(inputs, memory.finite);
  const skipped = inputOf(inputs, memory.skipped);
  const isFinite = allFinite(b, gradients);
  const [none, one] = [b.scalar(0, "i32"), b.scalar(1, "i32")];

  const counted = b.add(finite, one);
  const grows = b.op("equal", [counted, b.scalar(scaling.growth, "i32")]);
  const doubled = b.where(b.op("less_equal", [scale, b.scalar(mostDoubled)]), b.mul(scale, b.scalar(2)), scale);
  const next = ({ port }: ScalingMemory, value: Value): GraphOutput => ({
    name: portOf("next", port),
    role: "optimizer",
    value,
    carries: port,
  });
  return {
    kept: (value, before) => b.where(isFinite, value, before),
    taken: (update) => b.sub(update, b.cast(skipped, "f64")),
    outputs: [
      next(memory.scale, b.where(isFinite, b.where(grows, doubled, scale), b.mul(scale, b.scalar(0.5)))),
      next(memory.finite, b.where(isFinite, b.where(grows, none, counted), none)),
      next(memory.skipped, b.where(isFinite, skipped, b.add(skipped, one))),
    ],
  };
}

/** Whether all elements are finite: any of them times 0 is 0, unless it is infinite or NaN. */
function allFinite(b: GraphBuilder, values: readonly Value[]): Value {
  const zeros = values.map((it) => {
    const wide = b.cast(it, "f32");
    return b.sum(
      b.mul(wide, b.scalar(0)),
      wide.type.shape.map((_, axis) => axis),
    );
  });
  const sum = zeros.reduce((total, it) => b.add(total, it), b.scalar(0));
  return b.op("equal", [sum, b.scalar(0)]);
}
