import * as tf from "@tensorflow/tfjs";
import type { NdArray } from "../../../src/ops/define/operator.ts";
import { numbersOf, tensorOf, type Numbers } from "./reference.ts";

/** The generated code of a model without weights, or with them. */
export interface Emitted {
  readonly create?: () => object;
  readonly predict: (model: object, inputs: Record<string, tf.Tensor>) => Record<string, tf.Tensor>;
}

/** What generated code is given, and what of it TensorFlow.js differentiates by. */
export interface Given {
  readonly inputs: Record<string, tf.Tensor>;
  readonly variables: Map<string, tf.Variable>;
}

/** Arrays as inputs of generated code: variables those by which it is differentiated. */
export function givenOf(arrays: Iterable<readonly [string, NdArray]>, isVariable: (name: string) => boolean): Given {
  const given: Given = { inputs: {}, variables: new Map() };
  for (const [name, array] of arrays) {
    const tensor = tensorOf(array);
    if (!isVariable(name)) given.inputs[name] = tensor;
    else {
      const variable = tf.variable(tensor);
      given.inputs[name] = variable;
      given.variables.set(name, variable);
    }
  }
  return given;
}

/** The sum of tensors times weights. */
export function weightedSum(parts: readonly (readonly [tf.Tensor, NdArray])[]): tf.Tensor {
  return tf.addN(parts.map(([it, weights]) => tf.sum(tf.mul(it, tensorOf(weights)))));
}

/** A loss, and what TensorFlow.js differentiates of it by each variable on which it depends. */
export function differentiated(
  variables: ReadonlyMap<string, tf.Variable>,
  loss: () => tf.Tensor,
): { readonly loss: Numbers; readonly gradients: ReadonlyMap<string, Numbers> } {
  const { value, grads } = tf.variableGrads(() => loss() as tf.Scalar, [...variables.values()]);
  const gradients = new Map(
    [...variables].flatMap(([key, { name }]) => {
      // It is null, or not there, where the loss does not depend on the variable.
      const found = grads[name] as tf.Tensor | null | undefined;
      return found === null || found === undefined ? [] : [[key, numbersOf(found)] as const];
    }),
  );
  const made = { loss: numbersOf(value), gradients };
  tf.dispose([value, grads]);
  return made;
}

/** The largest error of a number beside 1 or its own magnitude; infinite where shapes differ or something is no number. */
export function worstGap(found: Numbers | undefined, wanted: NdArray | undefined): number {
  if (found === undefined || wanted === undefined || found.shape.join() !== wanted.shape.join()) return Infinity;
  return wanted.data.reduce((worst, value, at) => {
    const gap = Math.abs((found.data[at] ?? NaN) - value) / Math.max(1, Math.abs(value));
    return Number.isNaN(gap) ? Infinity : Math.max(worst, gap);
  }, 0);
}
