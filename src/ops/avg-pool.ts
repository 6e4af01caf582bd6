import { constant } from "../dims/dim.ts";
import { elementAt } from "../support/element-at.ts";
import { sizeOf } from "./define/nd-array.ts";
import { definePrimitive } from "./define/operator.ts";
import {
  averagePoolAttributes,
  countedPoolSamples,
  forEachWindow,
  poolCost,
  poolSamples,
  poolType,
} from "./define/pool.ts";
import { checkSameShape } from "./define/shape-rules.ts";

const samples = [...poolSamples, ...countedPoolSamples];

/** The average of each window over the spatial axes, one to three. */
export const avgPool = definePrimitive({
  name: "avg_pool",
  doc: "The average of each window over the spatial axes, one to three.",
  exposed: true,
  structure: { kind: "image", operands: ["image"], results: ["image"], window: "attribute" },
  operands: [{ name: "x", dtype: "float", shape: "[B, ...S, C]" }],
  attributes: averagePoolAttributes,
  infer: ({ operands, attributes, check }) => {
    const type = poolType("avg_pool", elementAt(operands, 0), attributes, check);
    return type && [type];
  },
  cost: ({ results, attributes }) => poolCost(elementAt(results, 0).shape, attributes),
  samples: samples.map(({ x, attributes }) => ({ operands: [{ dtype: "f32", shape: x }], attributes })),
  reference: ({ operands, attributes, results }) => {
    const x = elementAt(operands, 0);
    const result = elementAt(results, 0);
    const data = new Float64Array(sizeOf(result.shape));
    forEachWindow(x.shape, attributes, (output, inputs, places) => {
      const count = attributes.count_padding ? places : inputs.length;
      data[output] = inputs.reduce((total, input) => total + elementAt(x.data, input), 0) / count;
    });
    return [{ ...result, data }];
  },
  gradient: ({ b, operands, g: dy, attributes }) => [
    b.op("avg_pool_gradient", [dy], { ...attributes, inputShape: elementAt(operands, 0).type.shape }),
  ],
});

/** The gradient of avg_pool: each output's gradient in equal parts to the places of its window. */
export const avgPoolGradient = definePrimitive({
  name: "avg_pool_gradient",
  doc: "The gradient of avg_pool: each output's gradient in equal parts to the elements of its window.",
  exposed: false,
  structure: "other",
  operands: [{ name: "dy", dtype: "float", shape: "[B, ...O, C]" }],
  attributes: {
    ...averagePoolAttributes,
    inputShape: { kind: "dims", min: 1, doc: "Shape of the pool's input, which is that of the result." },
  },
  infer: ({ operands, attributes, check }) => {
    const dy = elementAt(operands, 0);
    const image = { dtype: dy.dtype, shape: attributes.inputShape };
    const expected = poolType("avg_pool_gradient", image, attributes, check);
    if (expected === undefined) return undefined;
    const fits = checkSameShape(dy.shape, expected.shape, "the output gradient of avg_pool and its result", check);
    return fits ? [image] : undefined;
  },
  cost: ({ operands, attributes }) => poolCost(elementAt(operands, 0).shape, attributes),
  samples: samples.map(({ x, y, attributes }) => ({
    operands: [{ dtype: "f32", shape: y }],
    attributes: { ...attributes, inputShape: x.map((size) => constant(size)) },
  })),
  reference: ({ operands, attributes, results }) => {
    const dy = elementAt(operands, 0);
    const result = elementAt(results, 0);
    const data = new Float64Array(sizeOf(result.shape));
    forEachWindow(result.shape, attributes, (output, inputs, places) => {
      const share = elementAt(dy.data, output) / (attributes.count_padding ? places : inputs.length);
      for (const input of inputs) {
        data[input] = elementAt(data, input) + share;
      }
    });
    return [{ ...result, data }];
  },
  gradient: ({ b, g, attributes: { inputShape: _, ...shared } }) => [b.op("avg_pool", [g], shared)],
});
