import { add, constant, multiply, product, type Dim } from "../../dims/dim.ts";
import type { Value } from "../../ir/graph.ts";
import type { TensorType } from "../../ir/types.ts";
import type { GraphBuilder } from "./builder.ts";
import { elementAt } from "../../support/element-at.ts";
import type { AttributeSchema, Cost, OperandSpec, Sample, ShapeChecker } from "./operator.ts";
import { sharedDType } from "./shape-rules.ts";

/** The attribute of all recurrent layers. */
export const recurrentAttributes = {
  reverse: { kind: "bool", doc: "Runs from the last step to the first.", default: false },
} as const satisfies AttributeSchema;

/** The operands of a recurrent layer with a number of gates; `states` are its initial ones. */
export function recurrentOperands(gates: string, bias: string, states: readonly string[]): readonly OperandSpec[] {
  return [
    { name: "x", dtype: "float", shape: "[B, T, D]" },
    { name: "kernel", dtype: "float", shape: `[D, ${gates}]` },
    { name: "recurrent", dtype: "float", shape: `[U, ${gates}]` },
    { name: "bias", dtype: "float", shape: bias },
    ...states.map((name): OperandSpec => ({ name, dtype: "float", shape: "[B, U]" })),
  ];
}

/** The sizes of a recurrent layer. */
export interface RecurrentSizes {
  readonly batch: Dim;
  readonly length: Dim;
  readonly features: Dim;
  readonly units: Dim;
}

/** The sizes by the types of x and of the first state. */
export function recurrentSizes(operands: readonly { readonly type: TensorType }[]): RecurrentSizes {
  const [batch, length, features] = elementAt(operands, 0).type.shape;
  const units = elementAt(operands, 4).type.shape[1];
  return {
    batch: batch ?? constant(0),
    length: length ?? constant(0),
    features: features ?? constant(0),
    units: units ?? constant(0),
  };
}

/** The result types of a recurrent layer (the sequence, then its last states), or undefined after a report. */
export function recurrentTypes(
  what: string,
  operands: readonly TensorType[],
  gates: number,
  biasRows: number,
  check: ShapeChecker,
): readonly TensorType[] | undefined {
  const dtype = sharedDType(operands, what, check);
  if (dtype === undefined) return undefined;
  const ranks = [3, 2, 2, biasRows === 1 ? 1 : 2, ...operands.slice(4).map(() => 2)];
  const names = ["input", "kernel", "recurrent kernel", "bias", "initial state", "initial cell"];
  for (const [index, type] of operands.entries()) {
    const rank = elementAt(ranks, index);
    if (type.shape.length !== rank) {
      return check.fail(`the ${elementAt(names, index)} of ${what} has rank ${rank}, not ${type.shape.length}`);
    }
  }
  const at = (operand: number, axis: number): Dim => elementAt(elementAt(operands, operand).shape, axis);
  const units = at(4, 1);
  const width = multiply(units, constant(gates));
  const claims: readonly (readonly [Dim, Dim, string])[] = [
    [at(1, 0), at(0, 2), `the rows of the kernel of ${what} and the features of its input`],
    [at(1, 1), width, `the columns of the kernel of ${what} and ${gates} times its units`],
    [at(2, 0), units, `the rows of the recurrent kernel of ${what} and its units`],
    [at(2, 1), width, `the columns of the recurrent kernel of ${what} and ${gates} times its units`],
    [at(3, biasRows === 1 ? 0 : 1), width, `the bias of ${what} and ${gates} times its units`],
    ...(biasRows === 1 ? [] : ([[at(3, 0), constant(biasRows), `the rows of the biases of ${what}`]] as const)),
    ...operands.slice(4).flatMap((_, index): readonly (readonly [Dim, Dim, string])[] => [
      [at(4 + index, 0), at(0, 0), `the batch of the initial state of ${what} and of its input`],
      [at(4 + index, 1), units, `the units of the initial states of ${what}`],
    ]),
  ];
  if (!claims.map(([left, right, claim]) => check.equal(left, right, claim)).every(Boolean)) return undefined;
  const state = { dtype, shape: [at(0, 0), units] };
  return [{ dtype, shape: [at(0, 0), at(0, 1), units] }, ...operands.slice(4).map(() => state)];
}

/** The products with both kernels at every step. */
export function recurrentCost(operands: readonly TensorType[], gates: number): Cost {
  const { batch, length, features, units } = recurrentSizes(operands.map((type) => ({ type })));
  const of = (rows: Dim): Dim => product([constant(2 * gates), batch, length, rows, units]);
  return { flops: add(of(features), of(units)) };
}

/** One product with the kernel for all steps, time first: what the steps then read is [T, B, gates]. */
export function projectedSteps(b: GraphBuilder, x: Value, kernel: Value, bias: Value): Value {
  return b.add(b.matmul(b.transpose(x, [1, 0, 2]), kernel), bias);
}

/** Runs a step over projected inputs: gives the sequence [B, T, U] and the last states. */
export function runSteps(
  b: GraphBuilder,
  projected: Value,
  initial: readonly Value[],
  reverse: boolean,
  step: (b: GraphBuilder, states: readonly Value[], input: Value) => readonly Value[],
): readonly Value[] {
  const length = elementAt(projected.type.shape, 0);
  const settings = { initial, sequences: [projected], sequenceAxes: [0], emitAxes: [0], length, reverse };
  const results = b.scan(settings, (inner, states, elements) => {
    const next = step(inner, states, elementAt(elements, 0));
    return { carries: next, emits: next.slice(0, 1) };
  });
  const emitted = elementAt(results, initial.length);
  return [b.transpose(emitted, [1, 0, 2]), ...results.slice(0, initial.length)];
}

/** Samples of a recurrent layer: lengths of 1 and more, both directions. */
export function recurrentSamples(gates: number, biasRows: number, states: number): readonly Sample[] {
  const sample = (batch: number, length: number, features: number, units: number, reverse: boolean): Sample => ({
    operands: [
      { dtype: "f32", shape: [batch, length, features] },
      { dtype: "f32", shape: [features, gates * units] },
      { dtype: "f32", shape: [units, gates * units] },
      { dtype: "f32", shape: biasRows === 1 ? [gates * units] : [biasRows, gates * units] },
      ...Array.from({ length: states }, () => ({ dtype: "f32", shape: [batch, units] }) as const),
    ],
    attributes: { reverse },
  });
  return [sample(2, 3, 2, 3, false), sample(1, 4, 3, 2, true), sample(3, 1, 1, 2, false)];
}
