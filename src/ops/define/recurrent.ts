import { add, constant, multiply, product, type Dim } from "../../dims/dim.ts";
import type { Value } from "../../ir/graph.ts";
import type { TensorType } from "../../ir/types.ts";
import type { GraphBuilder } from "./builder.ts";
import { elementAt } from "../../support/element-at.ts";
import type { AttributeSchema, Cost, OperandSpec, Sample, ShapeChecker } from "./operator.ts";
import { one, sharedDType } from "./shape-rules.ts";

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
    {
      name: "lengths",
      dtype: "integer",
      shape: "[B]",
      optional: true,
      doc: "How many steps each example has: its states stay from there on, and the sequence is 0.",
    },
  ];
}

/** Where the lengths of a recurrent layer with so many states stand, and that they end within its sequence. */
export function recurrentIndex(states: number) {
  return {
    operand: 4 + states,
    size: ({ operands }: { readonly operands: readonly TensorType[] }): Dim =>
      add(elementAt(elementAt(operands, 0).shape, 1), constant(1)),
  };
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

/** What a recurrent layer is made of. */
export interface RecurrentForm {
  readonly gates: number;
  readonly biasRows: number;
  readonly states: number;
}

/** The result types of a recurrent layer (the sequence, then its last states), or undefined after a report. */
export function recurrentTypes(
  what: string,
  given: readonly TensorType[],
  { gates, biasRows, states }: RecurrentForm,
  check: ShapeChecker,
): readonly TensorType[] | undefined {
  const operands = given.slice(0, 4 + states);
  const lengths = given[4 + states];
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
  if (lengths !== undefined && lengths.shape.length !== 1) {
    return check.fail(`the lengths of ${what} have rank 1, one for each example, not ${lengths.shape.length}`);
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
    ...(lengths?.shape ?? []).map(
      (size) => [size, at(0, 0), `the lengths of ${what} and the batch of its input`] as const,
    ),
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

/**
 * Runs a step over projected inputs, until each example's length where lengths are given: gives the sequence [B, T, U] and
 * the last states.
 */
export function runSteps(
  b: GraphBuilder,
  projected: Value,
  {
    initial,
    lengths,
    reverse,
  }: { readonly initial: readonly Value[]; readonly lengths: Value | undefined; readonly reverse: boolean },
  step: (b: GraphBuilder, states: readonly Value[], input: Value) => readonly Value[],
): readonly Value[] {
  const length = elementAt(projected.type.shape, 0);
  const steps = lengths === undefined ? [] : b.ops("steps_within", [lengths], { size: length });
  const sequences = [projected, ...steps.map((it) => b.reshape(it, [...it.type.shape, one]))];
  const settings = { initial, sequences, sequenceAxes: sequences.map(() => 0), emitAxes: [0], length, reverse };
  const results = b.scan(settings, (inner, states, elements) => {
    const next = step(inner, states, elementAt(elements, 0));
    const there = elements[1];
    if (there === undefined) return { carries: next, emits: next.slice(0, 1) };
    return {
      carries: next.map((it, index) => inner.where(there, it, elementAt(states, index))),
      emits: next.slice(0, 1).map((it) => inner.where(there, it, inner.scalar(0, it.type.dtype))),
    };
  });
  const emitted = elementAt(results, initial.length);
  return [b.transpose(emitted, [1, 0, 2]), ...results.slice(0, initial.length)];
}

/** Samples of a recurrent layer: lengths of 1 and more, both directions; all steps of each example, and some. */
export function recurrentSamples({ gates, biasRows, states }: RecurrentForm): readonly Sample[] {
  const sample = (
    [batch, length, features, units]: readonly [number, number, number, number],
    reverse: boolean,
    lengths: readonly number[] = [],
  ): Sample => ({
    operands: [
      { dtype: "f32", shape: [batch, length, features] },
      { dtype: "f32", shape: [features, gates * units] },
      { dtype: "f32", shape: [units, gates * units] },
      { dtype: "f32", shape: biasRows === 1 ? [gates * units] : [biasRows, gates * units] },
      ...Array.from({ length: states }, () => ({ dtype: "f32", shape: [batch, units] }) as const),
      ...(lengths.length === 0 ? [] : [{ dtype: "i32", shape: [batch], data: lengths } as const]),
    ],
    attributes: { reverse },
  });
  return [
    sample([2, 3, 2, 3], false),
    sample([1, 4, 3, 2], true),
    sample([3, 1, 1, 2], false),
    sample([3, 4, 2, 3], false, [2, 0, 4]),
    sample([3, 4, 2, 3], true, [3, 4, 0]),
  ];
}
