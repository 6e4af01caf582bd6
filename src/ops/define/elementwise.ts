import { constant, multiply } from "../../dims/dim.ts";
import type { DType } from "../../ir/types.ts";
import type { Value } from "../../ir/graph.ts";
import { required } from "../../support/fault.ts";
import type { GraphBuilder } from "./builder.ts";
import { mapArray, zipArrays } from "./nd-array.ts";
import {
  definePrimitive,
  type DTypeClass,
  type NoAttributes,
  type Operator,
  type Primitive,
  type Sample,
} from "./operator.ts";
import { writtenName } from "./operator-signs.ts";
import { broadcastShapes, elementsOf, sharedDType } from "./shape-rules.ts";
import type { ValueRange } from "./value-range.ts";

/** What differs between operators on single elements. */
export interface UnarySpec {
  readonly name: string;
  readonly doc: string;
  readonly dtype: DTypeClass;
  /** The function on one element. */
  readonly compute: (x: number, dtype: DType) => number;
  /** Gradient of the operand, given it (x), the result (y) and the result's gradient (g). */
  readonly gradient: ((b: GraphBuilder, x: Value, y: Value, g: Value) => Value) | "nondifferentiable";
  /** What the operand was, given the result. */
  readonly inverse?: (b: GraphBuilder, y: Value) => Value;
  readonly samples: readonly Sample[];
  readonly valueFact?: "view" | "probability";
  readonly nonNegative?: Operator["nonNegative"];
  /** Whether it gives whole numbers. */
  readonly isWhole?: boolean;
  /** False for what other operators alone are made of. */
  readonly exposed?: boolean;
}

/** Declares an operator that maps every element by itself: one FLOP an element. */
export function defineUnary(spec: UnarySpec): Primitive<NoAttributes> {
  const { name, doc, dtype, compute, gradient, inverse, samples } = spec;
  return definePrimitive({
    name,
    doc,
    exposed: spec.exposed ?? true,
    structure: "elementwise",
    operands: [{ name: "x", dtype, shape: "[...]" }],
    attributes: {},
    infer: ({ operands }) => operands,
    cost: ({ results }) => ({ flops: elementsOf(first(results)) }),
    samples,
    ...(spec.valueFact !== undefined && { valueFact: spec.valueFact }),
    ...(spec.nonNegative !== undefined && { nonNegative: spec.nonNegative }),
    ...(inverse !== undefined && { inverse: ({ b, y }) => inverse(b, y) }),
    reference: ({ operands }) => {
      const x = first(operands);
      return [mapArray(x, (it) => compute(it, x.dtype))];
    },
    element: { operands: 1, compute, ...(spec.isWhole !== undefined && { isWhole: spec.isWhole }) },
    gradient:
      gradient === "nondifferentiable"
        ? gradient
        : ({ b, operands, results, g }) => {
            return [gradient(b, first(operands), first(results), g)];
          },
  });
}

/** What differs between operators on pairs of elements. */
export interface BinarySpec {
  readonly name: string;
  readonly doc: string;
  readonly dtype: DTypeClass;
  /** The element type of the result, where it is not the operands'. */
  readonly result?: DType;
  /** FLOPs an element; 1 unless said. */
  readonly flops?: number;
  /** Whether it gives whole numbers of any. */
  readonly isWhole?: boolean;
  readonly compute: (a: number, b: number, dtype: DType) => number;
  /** Which numbers the results may be, by those of the operands. */
  readonly range?: (ranges: readonly ValueRange[], dtype: DType) => ValueRange;
  readonly nonNegative?: Operator["nonNegative"];
  /** Gradients of both operands before they are summed to the operands' shapes; called only for what is needed. */
  readonly gradient: readonly [left: BinaryGradient, right: BinaryGradient] | "nondifferentiable";
  /** What the left operand was, and what the right one was, given the result and the other. */
  readonly inverse?: readonly [left: BinaryInverse, right: BinaryInverse];
  readonly samples: readonly Sample[];
}

/** What an operand of a binary operator was; `known` is the number that fills the other, if one does. */
export type BinaryInverse = (at: {
  readonly b: GraphBuilder;
  readonly y: Value;
  readonly other: Value;
  readonly known: number | undefined;
}) => Value | undefined;

/** The gradient of one operand of a binary operator. */
export type BinaryGradient = (at: {
  readonly b: GraphBuilder;
  readonly left: Value;
  readonly right: Value;
  readonly result: Value;
  readonly g: Value;
}) => Value;

/** Declares an operator on pairs of elements with NumPy broadcasting. */
export function defineBinary(spec: BinarySpec): Primitive<NoAttributes> {
  const { name, doc, dtype, compute, gradient, inverse, range, samples } = spec;
  return definePrimitive({
    name,
    doc,
    exposed: true,
    structure: "elementwise",
    operands: [
      { name: "a", dtype, shape: "[...]" },
      { name: "b", dtype, shape: "[...]" },
    ],
    attributes: {},
    infer: ({ operands, check }) => {
      const shared = sharedDType(operands, writtenName(name), check);
      if (shared === undefined) return undefined;
      const shape = broadcastShapes(first(operands).shape, second(operands).shape, writtenName(name), check);
      return shape && [{ dtype: spec.result ?? shared, shape }];
    },
    ...(range !== undefined && { range: ({ operands, ranges }) => range(ranges, first(operands).dtype) }),
    ...(spec.nonNegative !== undefined && { nonNegative: spec.nonNegative }),
    ...(inverse !== undefined && {
      inverse: ({ b, y, of, others, known }) => {
        const at = 1 - of;
        return (of === 0 ? inverse[0] : inverse[1])({
          b,
          y,
          other: required(others[at], "the other operand"),
          known: known[at],
        });
      },
    }),
    cost: ({ results }) => ({ flops: multiply(elementsOf(first(results)), constant(spec.flops ?? 1)) }),
    samples,
    reference: ({ operands, results }) => {
      const from = first(operands).dtype;
      return [zipArrays(first(operands), second(operands), first(results), (a, b) => compute(a, b, from))];
    },
    element: { operands: 2, compute, ...(spec.isWhole !== undefined && { isWhole: spec.isWhole }) },
    gradient:
      gradient === "nondifferentiable"
        ? gradient
        : ({ b, operands, results, g, needs }) => {
            const left = first(operands);
            const right = second(operands);
            const values = { b, left, right, result: first(results), g };
            return [
              needs[0] === true ? b.reduceTo(gradient[0](values), left.type) : undefined,
              needs[1] === true ? b.reduceTo(gradient[1](values), right.type) : undefined,
            ];
          },
  });
}

/** The first of a list that has one; a fault otherwise. */
export function first<T>(list: readonly T[]): T {
  return required(list[0], "the first of a list");
}

/** The second of a list that has one; a fault otherwise. */
export function second<T>(list: readonly T[]): T {
  return required(list[1], "the second of a list");
}

/** The usual samples of a unary operator: ranks 0 to 4, odd sizes and axes of size 1. */
export function unarySamples(range?: readonly [number, number], extra: Partial<Sample> = {}): readonly Sample[] {
  const shapes = [[], [5], [3, 4], [2, 1, 3], [2, 3, 1, 5]];
  return shapes.map((shape) => ({
    ...extra,
    operands: [{ dtype: "f32", shape, ...(range !== undefined && { range }) }],
  }));
}

/** The usual samples of a binary operator: equal shapes, broadcasting both ways, scalars. */
export function binarySamples(
  ranges: {
    readonly a?: readonly [number, number];
    readonly b?: readonly [number, number];
    readonly dtype?: DType;
  } = {},
  extra: Partial<Sample> = {},
): readonly Sample[] {
  const pairs: readonly (readonly [readonly number[], readonly number[]])[] = [
    [
      [3, 4],
      [3, 4],
    ],
    [[2, 3, 4], [4]],
    [[5], [3, 1]],
    [
      [2, 1, 3, 1],
      [5, 1, 7],
    ],
    [[], [3]],
    [[2, 3], []],
    [[], []],
  ];
  const dtype = ranges.dtype ?? "f32";
  return pairs.map(([a, b]) => ({
    ...extra,
    operands: [
      { dtype, shape: a, ...(ranges.a !== undefined && { range: ranges.a }) },
      { dtype, shape: b, ...(ranges.b !== undefined && { range: ranges.b }) },
    ],
  }));
}
