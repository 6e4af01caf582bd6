import { add, asNumber, constant, multiply, product, type Dim } from "../dims/dim.ts";
import type { DType } from "../ir/types.ts";
import {
  fromChannelsFirst,
  padForWindows,
  padSpatial,
  sliceSpatial,
  staticPads,
  toChannelsFirst,
  windowAttributesOnnx,
  type Windows,
} from "./conv2d-onnx.ts";
import { poolOptions } from "./conv2d-tfjs.ts";
import { elementAt } from "./element-at.ts";
import { sizeOf } from "./nd-array.ts";
import type { OnnxRef, OnnxWriter } from "./onnx-writer.ts";
import { definePrimitive } from "./operator.ts";
import { forEachWindow, poolAttributes, poolCost, poolSamples, poolType, poolWindows } from "./pool2d.ts";
import { checkSameShape, literalShape, sharedDType } from "./shape-rules.ts";

/** The largest value of each window over height and width; padding never wins. */
export const maxPool2d = definePrimitive({
  name: "max_pool2d",
  doc: "The largest value of each window over height and width.",
  exposed: true,
  structure: { kind: "image", operands: ["image"], results: ["image"], window: "attribute" },
  operands: [{ name: "x", dtype: "float", shape: "[B, H, W, C]" }],
  attributes: poolAttributes,
  infer: ({ operands, attributes, check }) => {
    const type = poolType("max_pool2d", elementAt(operands, 0), attributes, check);
    return type && [type];
  },
  cost: ({ results, attributes }) => poolCost(elementAt(results, 0).shape, attributes),
  samples: poolSamples.map(({ x, attributes }) => ({
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
  gradient: ({ b, operands, results, gradients, attributes, needs }) => {
    const dy = gradients[0];
    if (dy === undefined || needs[0] !== true) return [undefined];
    return [b.op("max_pool2d_gradient", [elementAt(operands, 0), elementAt(results, 0), dy], attributes)];
  },
  onnx: (writer, { operands, refs, attributes }) => {
    const { dtype, shape } = elementAt(operands, 0).type;
    const windows = poolWindows(shape, attributes);
    const pads = staticPads(windows);
    const image = toChannelsFirst(writer, elementAt(refs, 0), attributes.layout);
    const x = pads === undefined ? padForWindows(writer, image, windows, writer.constant(dtype, -Infinity)) : image;
    const y = writer.node("MaxPool", [x], { ...windowAttributesOnnx(windows), ...padsAttribute(pads) });
    return [fromChannelsFirst(writer, y, attributes.layout)];
  },
  tfjs: (writer, { args, attributes }) =>
    writer.helper("maxPool2d", elementAt(args, 0), writer.attribute("window"), ...poolOptions(writer, attributes)),
});

/** The gradient of max_pool2d: each output's gradient goes to the first largest element of its window. */
export const maxPool2dGradient = definePrimitive({
  name: "max_pool2d_gradient",
  doc: "The gradient of max_pool2d: to the first largest element of each window, in row-major order.",
  exposed: false,
  structure: "other",
  operands: [
    { name: "x", dtype: "float", shape: "[B, H, W, C]" },
    { name: "y", dtype: "float", shape: "[B, OH, OW, C]", doc: "The pool's result." },
    { name: "dy", dtype: "float", shape: "[B, OH, OW, C]" },
  ],
  attributes: poolAttributes,
  infer: ({ operands, attributes, check }) => {
    const [x, y, dy] = [elementAt(operands, 0), elementAt(operands, 1), elementAt(operands, 2)];
    if (sharedDType(operands, "max_pool2d_gradient", check) === undefined) return undefined;
    const expected = poolType("max_pool2d_gradient", x, attributes, check);
    if (expected === undefined) return undefined;
    const fits = [y, dy].every((it) =>
      checkSameShape(it.shape, expected.shape, "the outputs of max_pool2d_gradient and of its pool", check),
    );
    return fits ? [x] : undefined;
  },
  cost: ({ operands, attributes }) => poolCost(elementAt(operands, 1).shape, attributes),
  // The pool's own result is among the operands: samples have inputs with ties whose result is known.
  samples: [
    ...poolSamples.map(({ x, y, attributes }) => ({
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
  onnx: (writer, { operands, refs, attributes }) => {
    const { layout } = attributes;
    const type = elementAt(operands, 0).type;
    const windows = poolWindows(type.shape, attributes);
    const image = (index: number): OnnxRef => toChannelsFirst(writer, elementAt(refs, index), layout);
    const input: PoolGradientInput = {
      x: image(0),
      y: image(1),
      dy: image(2),
      shape: layout === "NCHW" ? type.shape : [0, 3, 1, 2].map((axis) => elementAt(type.shape, axis)),
      dtype: type.dtype,
      windows,
    };
    const dx = areDisjoint(windows) ? byRanks(writer, input) : byIndices(writer, input);
    return [fromChannelsFirst(writer, dx, layout)];
  },
  tfjs: (writer, { args, attributes }) =>
    writer.helper("maxPool2dGradient", ...args, writer.attribute("window"), ...poolOptions(writer, attributes)),
});

function padsAttribute(pads: readonly number[] | undefined) {
  return pads?.some((pad) => pad !== 0) === true ? { pads: { ints: pads } } : {};
}

/** What the gradient of a maximum pool is computed from; images are NCHW. */
interface PoolGradientInput {
  readonly x: OnnxRef;
  readonly y: OnnxRef;
  readonly dy: OnnxRef;
  readonly shape: readonly Dim[];
  readonly dtype: DType;
  readonly windows: Windows;
}

/** True where the windows of a literal size are disjoint and need no padding; a remainder may lie behind the last. */
function areDisjoint(windows: Windows): boolean {
  return windows.every(
    (window) =>
      window.stride === window.size &&
      literalShape([window.input]) !== undefined &&
      [window.before, window.after].every((dim) => asNumber(dim) === 0),
  );
}

/**
 * Compares the input with the pool's result, stretched to its size. Among equal elements of a window the first must win
 * alone: each takes its rank in the window, first highest, and a second pool finds the winner's, which says where the
 * gradient goes. Masks are numbers to multiply with: Where takes three passes over its operands.
 */
function byRanks(writer: OnnxWriter, { x, y, dy, dtype, windows }: PoolGradientInput): OnnxRef {
  const [rows, columns] = windows;
  const [height = 1, width = 1] = literalShape(windows.map((window) => covered(window))) ?? [];
  const ranks = Array.from({ length: height * width }, (_, place) => {
    const row = Math.floor(place / width) % rows.size;
    const column = (place % width) % columns.size;
    return rows.size * columns.size - (row * columns.size + column);
  });
  const rank = writer.constant(dtype, ranks, [height, width]);
  const scales = writer.constant("f32", [1, 1, rows.size, columns.size], [4]);
  const stretched = (ref: OnnxRef): OnnxRef =>
    writer.node("Resize", [ref, writer.absent, scales], {
      mode: { string: "nearest" },
      coordinate_transformation_mode: { string: "asymmetric" },
      nearest_mode: { string: "floor" },
    });
  const mask = (a: OnnxRef, b: OnnxRef): OnnxRef => writer.cast(writer.node("Equal", [a, b]), dtype);
  const zero = constant(0);
  const exact = windows.every((window) => asNumber(window.residual) === 0);
  const image = exact ? x : sliceSpatial(writer, x, [zero, zero], [covered(rows), covered(columns)]);
  const ranked = writer.node("Mul", [mask(image, stretched(y)), rank]);
  const best = writer.node("MaxPool", [ranked], windowAttributesOnnx(windows));
  const dx = writer.node("Mul", [mask(stretched(best), rank), stretched(dy)]);
  return padSpatial(writer, dx, { before: [zero, zero], after: [rows.residual, columns.residual] });
}

/** How much of an axis disjoint windows cover. */
function covered(window: Windows[number]): Dim {
  return multiply(window.output, constant(window.size));
}

/** Pools again for the indices of the winners, and adds the gradients there: windows may overlap. */
function byIndices(writer: OnnxWriter, { x, dy, shape, dtype, windows }: PoolGradientInput): OnnxRef {
  const [rows, columns] = windows;
  const pads = staticPads(windows);
  const padded = pads === undefined ? padForWindows(writer, x, windows, writer.constant(dtype, -Infinity)) : x;
  const paddedShape =
    pads === undefined
      ? [...shape.slice(0, 2), ...windows.map((window) => add(window.input, add(window.before, window.after)))]
      : shape;
  const attributes = { ...windowAttributesOnnx(windows), ...padsAttribute(pads) };
  const indices = elementAt(writer.nodes("MaxPool", [padded], 2, attributes), 1);
  const zeros = writer.node("Expand", [writer.constant(dtype, [0], [1]), writer.shape([product(paddedShape)])]);
  const everything = writer.ints([-1]);
  const sums = writer.node(
    "ScatterElements",
    [zeros, writer.node("Reshape", [indices, everything]), writer.node("Reshape", [dy, everything])],
    { axis: { int: 0 }, reduction: { string: "add" } },
  );
  const image = writer.node("Reshape", [sums, writer.shape(paddedShape, { inferable: true })]);
  return pads === undefined
    ? sliceSpatial(writer, image, [rows.before, columns.before], [rows.input, columns.input])
    : image;
}
