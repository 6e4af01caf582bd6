import { constant, multiply } from "../dims/dim.ts";
import { elementAt } from "../support/element-at.ts";
import { fillArray, sizeOf, stridesOf } from "./define/nd-array.ts";
import { definePrimitive, type NdArray, type Primitive, type Sample } from "./define/operator.ts";
import { checkAxis, elementsOf } from "./define/shape-rules.ts";

const samples: readonly Sample[] = [
  { operands: [{ dtype: "f32", shape: [5], range: [-3, 3] }] },
  { operands: [{ dtype: "f32", shape: [3, 4], range: [-3, 3] }], attributes: { axis: 1 } },
  { operands: [{ dtype: "f32", shape: [2, 3, 4], range: [-3, 3] }], attributes: { axis: 1 } },
  { operands: [{ dtype: "f32", shape: [2, 2], data: [100, 101, -100, -103] }], attributes: { axis: -1 } },
];

/** The attributes of softmax and log_softmax. */
export const softmaxAttributes = {
  axis: { kind: "int", doc: "The axis along which the values are normalised; -1 is the last.", default: -1, min: -1 },
} as const;

/** The axis counted from the front. */
export function softmaxAxis(axis: number, rank: number): number {
  return axis < 0 ? axis + rank : axis;
}

interface SoftmaxSpec {
  readonly name: string;
  readonly doc: string;
  readonly finish: (shifted: number, total: number) => number;
  readonly gradient: Parameters<typeof definePrimitive<typeof softmaxAttributes>>[0]["gradient"];
  readonly probability: boolean;
}

function defineSoftmax(spec: SoftmaxSpec): Primitive<typeof softmaxAttributes> {
  return definePrimitive({
    name: spec.name,
    doc: spec.doc,
    exposed: true,
    structure: "along axis",
    operands: [{ name: "x", dtype: "float", shape: "[..., N, ...]" }],
    attributes: softmaxAttributes,
    ...(spec.probability && { valueFact: "probability" as const }),
    infer: ({ operands, attributes: { axis }, check }) => {
      const x = elementAt(operands, 0);
      return checkAxis(softmaxAxis(axis, x.shape.length), x.shape.length, spec.name, check) ? [x] : undefined;
    },
    cost: ({ operands }) => ({ flops: multiply(elementsOf(elementAt(operands, 0)), constant(5)) }),
    samples,
    reference: ({ operands, attributes: { axis } }) => {
      const x = elementAt(operands, 0);
      return [normalised(x, softmaxAxis(axis, x.shape.length), spec.finish)];
    },
    gradient: spec.gradient,
  });
}

/** `softmax`: exponentials over their sum along an axis. */
export const softmax = defineSoftmax({
  name: "softmax",
  doc: "Exponentials divided by their sum along an axis: probabilities.",
  probability: true,
  finish: (shifted, total) => Math.exp(shifted) / total,
  gradient: ({ b, results, g: dy, attributes: { axis } }) => {
    const y = elementAt(results, 0);
    const along = softmaxAxis(axis, y.type.shape.length);
    return [b.mul(y, b.sub(dy, b.sum(b.mul(dy, y), [along], true)))];
  },
});

/** `log_softmax`: the logarithm of softmax, without overflow. */
export const logSoftmax = defineSoftmax({
  name: "log_softmax",
  doc: "The logarithm of softmax along an axis, without overflow.",
  probability: false,
  finish: (shifted, total) => shifted - Math.log(total),
  gradient: ({ b, results, g: dy, attributes: { axis } }) => {
    const y = elementAt(results, 0);
    const along = softmaxAxis(axis, y.type.shape.length);
    return [b.sub(dy, b.mul(b.op("exp", [y]), b.sum(dy, [along], true)))];
  },
});

/** Shifts each line by its maximum, and finishes each element with the sum of its line's exponentials. */
function normalised(x: NdArray, axis: number, finish: (shifted: number, total: number) => number): NdArray {
  const size = elementAt(x.shape, axis);
  const stride = elementAt(stridesOf(x.shape), axis);
  const data = new Float64Array(sizeOf(x.shape));
  for (let start = 0; start < data.length; start++) {
    if (Math.floor(start / stride) % size !== 0) continue;
    const places = Array.from({ length: size }, (_, i) => start + i * stride);
    const peak = Math.max(...places.map((place) => elementAt(x.data, place)));
    const total = places.reduce((sum, place) => sum + Math.exp(elementAt(x.data, place) - peak), 0);
    for (const place of places) data[place] = finish(elementAt(x.data, place) - peak, total);
  }
  return fillArray(x, (index) => elementAt(data, index));
}
