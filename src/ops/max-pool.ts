import { elementAt } from "../support/element-at.ts";
import { sizeOf } from "./define/nd-array.ts";
import { definePrimitive } from "./define/operator.ts";
import {
  dilatedPoolAttributes,
  dilatedPoolSamples,
  forEachWindow,
  poolCost,
  poolSamples,
  poolType,
} from "./define/pool.ts";
import { checkSameShape, sharedDType } from "./define/shape-rules.ts";

const samples = [...poolSamples, ...dilatedPoolSamples];

/** The largest value of each window over the spatial axes; padding never wins. */
export const maxPool = definePrimitive({
  name: "max_pool",
  doc: "The largest value of each window over the spatial axes, one to three; padding never wins.",
  exposed: true,
  structure: { kind: "image", operands: ["image"], results: ["image"], window: "attribute" },
  operands: [{ name: "x", dtype: "float", shape: "[B, ...S, C]" }],
  attributes: dilatedPoolAttributes,
  differentiableOnce: true,
  infer: ({ operands, attributes, check }) => {
    const type = poolType("max_pool", elementAt(operands, 0), attributes, check);
    return type && [type];
  },
  cost: ({ results, attributes }) => poolCost(elementAt(results, 0).shape, attributes),
  samples: samples.map(({ x, attributes }) => ({
    operands: [{ dtype: "f32", shape: x, distinct: true }],
    attributes,
  })),
  reference: ({ operands, attributes, results }) => {
    const x = elementAt(operands, 0);
    const result = elementAt(results, 0);
    const data = new Float64Array(sizeOf(result.shape));
    forEachWindow(x.shape, attributes, (output, inputs) => {
      data[output] = Math.max(...inputs.map((input) => elementAt(x.data, input)));
    });
    return [{ ...result, data }];
  },
  gradient: ({ b, operands, results, g: dy, attributes }) => [
    b.op("max_pool_gradient", [elementAt(operands, 0), elementAt(results, 0), dy], attributes),
  ],
});

/** The gradient of max_pool: each output's gradient goes to the first largest element of its window. */
export const maxPoolGradient = definePrimitive({
  name: "max_pool_gradient",
  doc: "The gradient of max_pool: to the first largest element of each window, in row-major order.",
  exposed: false,
  structure: "other",
  operands: [
    { name: "x", dtype: "float", shape: "[B, ...S, C]" },
    { name: "y", dtype: "float", shape: "[B, ...O, C]", doc: "The pool's result." },
    { name: "dy", dtype: "float", shape: "[B, ...O, C]" },
  ],
  attributes: dilatedPoolAttributes,
  infer: ({ operands, attributes, check }) => {
    const [x, y, dy] = [elementAt(operands, 0), elementAt(operands, 1), elementAt(operands, 2)];
    if (sharedDType(operands, "max_pool_gradient", check) === undefined) return undefined;
    const expected = poolType("max_pool_gradient", x, attributes, check);
    if (expected === undefined) return undefined;
    const fits = [y, dy].every((it) =>
      checkSameShape(it.shape, expected.shape, "the outputs of max_pool_gradient and of its pool", check),
    );
    return fits ? [x] : undefined;
  },
  cost: ({ operands, attributes }) => poolCost(elementAt(operands, 1).shape, attributes),
  // The pool's own result is among the operands: samples have inputs with ties whose result is known.
  samples: [
    ...samples.map(({ x, y, attributes }) => ({
      operands: [
        { dtype: "f32", shape: x, data: new Array<number>(sizeOf(x)).fill(0.5) } as const,
        { dtype: "f32", shape: y, data: new Array<number>(sizeOf(y)).fill(0.5) } as const,
        { dtype: "f32", shape: y } as const,
      ],
      attributes,
      skipGradient: true,
    })),
    {
      operands: [
        { dtype: "f32", shape: [1, 2, 4, 1], data: [1, 3, 0, 0, 3, 2, 0, 7] },
        { dtype: "f32", shape: [1, 1, 2, 1], data: [3, 7] },
        { dtype: "f32", shape: [1, 1, 2, 1] },
      ],
      attributes: { window: [2, 2], strides: [2, 2] },
      skipGradient: true,
    },
  ],
  reference: ({ operands, attributes, results }) => {
    const [x, dy] = [elementAt(operands, 0), elementAt(operands, 2)];
    const result = elementAt(results, 0);
    const data = new Float64Array(sizeOf(result.shape));
    forEachWindow(x.shape, attributes, (output, inputs) => {
      const winner = inputs.reduce((best, input) =>
        elementAt(x.data, input) > elementAt(x.data, best) ? input : best,
      );
      data[winner] = elementAt(data, winner) + elementAt(dy.data, output);
    });
    return [{ ...result, data }];
  },
  gradient: "nondifferentiable",
});
