import { constant, multiply, type Dim } from "../dims/dim.ts";
import type { DType } from "../ir/types.ts";
import {
  allNumbers,
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
import { checkSameShape } from "./shape-rules.ts";

/** The average of each window over height and width; padding is not counted. */
export const avgPool2d = definePrimitive({
  name: "avg_pool2d",
  doc: "The average of each window over height and width; padding is not counted.",
  exposed: true,
  structure: { kind: "image", operands: ["image"], results: ["image"], window: "attribute" },
  operands: [{ name: "x", dtype: "float", shape: "[B, H, W, C]" }],
  attributes: poolAttributes,
  infer: ({ operands, attributes, check }) => {
    const type = poolType("avg_pool2d", elementAt(operands, 0), attributes, check);
    return type && [type];
  },
  cost: ({ results, attributes }) => poolCost(elementAt(results, 0).shape, attributes),
  samples: poolSamples.map(({ x, attributes }) => ({ operands: [{ dtype: "f32", shape: x }], attributes })),
  reference: ({ operands, attributes, results }) => {
    const x = elementAt(operands, 0);
    const result = elementAt(results, 0);
    const data = new Float64Array(sizeOf(result.shape));
    forEachWindow(x.shape, attributes, (output, inputs) => {
      data[output] = inputs.reduce((total, input) => total + elementAt(x.data, input), 0) / inputs.length;
    });
    return [{ ...result, data }];
  },
  gradient: ({ b, operands, gradients, attributes, needs }) => {
    const dy = gradients[0];
    if (dy === undefined || needs[0] !== true) return [undefined];
    return [b.op("avg_pool2d_gradient", [dy], { ...attributes, inputShape: elementAt(operands, 0).type.shape })];
  },
  onnx: (writer, { operands, refs, attributes }) => {
    const { dtype, shape } = elementAt(operands, 0).type;
    const windows = poolWindows(shape, attributes);
    const x = toChannelsFirst(writer, elementAt(refs, 0), attributes.layout);
    return [fromChannelsFirst(writer, averages(writer, x, dtype, windows), attributes.layout)];
  },
  tfjs: (writer, { args, attributes }) =>
    writer.helper("avgPool2d", elementAt(args, 0), writer.attribute("window"), ...poolOptions(writer, attributes)),
});

/** The gradient of avg_pool2d: each output's gradient in equal parts to its window. */
export const avgPool2dGradient = definePrimitive({
  name: "avg_pool2d_gradient",
  doc: "The gradient of avg_pool2d: each output's gradient in equal parts to the elements of its window.",
  exposed: false,
  structure: "other",
  operands: [{ name: "dy", dtype: "float", shape: "[B, OH, OW, C]" }],
  attributes: {
    ...poolAttributes,
    inputShape: { kind: "dims", doc: "Shape of the pool's input, which is that of the result." },
  },
  infer: ({ operands, attributes, check }) => {
    const dy = elementAt(operands, 0);
    const image = { dtype: dy.dtype, shape: attributes.inputShape };
    const expected = poolType("avg_pool2d_gradient", image, attributes, check);
    if (expected === undefined) return undefined;
    const fits = checkSameShape(dy.shape, expected.shape, "the output gradient of avg_pool2d and its result", check);
    return fits ? [image] : undefined;
  },
  cost: ({ operands, attributes }) => poolCost(elementAt(operands, 0).shape, attributes),
  samples: poolSamples.map(({ x, y, attributes }) => ({
    operands: [{ dtype: "f32", shape: y }],
    attributes: { ...attributes, inputShape: x.map((size) => constant(size)) },
  })),
  reference: ({ operands, attributes, results }) => {
    const dy = elementAt(operands, 0);
    const result = elementAt(results, 0);
    const data = new Float64Array(sizeOf(result.shape));
    forEachWindow(result.shape, attributes, (output, inputs) => {
      for (const input of inputs) {
        data[input] = elementAt(data, input) + elementAt(dy.data, output) / inputs.length;
      }
    });
    return [{ ...result, data }];
  },
  gradient: ({ b, gradients, attributes: { inputShape: _, ...shared }, needs }) => {
    const g = gradients[0];
    return [g === undefined || needs[0] !== true ? undefined : b.op("avg_pool2d", [g], shared)];
  },
  onnx: (writer, { operands, refs, attributes }) => {
    const { layout, inputShape } = attributes;
    const type = elementAt(operands, 0).type;
    const windows = poolWindows(inputShape, attributes);
    const batch = elementAt(inputShape, 0);
    const channels = elementAt(inputShape, layout === "NCHW" ? 1 : 3);
    const dy = toChannelsFirst(writer, elementAt(refs, 0), layout);
    return [fromChannelsFirst(writer, spread(writer, dy, type.dtype, windows, batch, channels), layout)];
  },
  tfjs: (writer, { args, attributes }) =>
    writer.helper(
      "avgPool2dGradient",
      elementAt(args, 0),
      writer.shape(attributes.inputShape),
      writer.attribute("window"),
      ...poolOptions(writer, attributes),
    ),
});

function averages(writer: OnnxWriter, x: OnnxRef, dtype: DType, windows: Windows): OnnxRef {
  const pads = staticPads(windows);
  const attributes = windowAttributesOnnx(windows);
  if (pads !== undefined) {
    const padding = pads.some((pad) => pad !== 0) ? { pads: { ints: pads } } : {};
    return writer.node("AveragePool", [x], { ...attributes, ...padding });
  }
  const sums = writer.node("AveragePool", [padForWindows(writer, x, windows)], attributes);
  return writer.node("Div", [sums, counted(writer, dtype, windows)]);
}

/** The part of each window that lies over the image, [1, 1, OH, OW]: an average of ones in zero padding. */
function counted(writer: OnnxWriter, dtype: DType, windows: Windows): OnnxRef {
  const [rows, columns] = windows;
  const shape = writer.shape([constant(1), constant(1), rows.input, columns.input]);
  const ones = writer.node("Expand", [writer.constant(dtype, 1), shape]);
  return writer.node("AveragePool", [padForWindows(writer, ones, windows)], windowAttributesOnnx(windows));
}

/** Each output's gradient over the count of its window, spread over the window. */
function spread(writer: OnnxWriter, dy: OnnxRef, dtype: DType, windows: Windows, batch: Dim, channels: Dim): OnnxRef {
  const [rows, columns] = windows;
  const taps = rows.size * columns.size;
  const pads = allNumbers([rows.before, columns.before, rows.after, columns.after]);
  const unpadded = pads?.every((pad) => pad === 0) === true;
  const share = writer.node("Mul", [dy, writer.constant(dtype, 1 / taps)]);
  const shares = unpadded ? share : writer.node("Div", [share, counted(writer, dtype, windows)]);
  const zero = constant(0);
  if (unpadded && windows.every((window) => window.stride === window.size)) {
    const stretched = writer.node(
      "Resize",
      [shares, writer.absent, writer.constant("f32", [1, 1, rows.size, columns.size], [4])],
      {
        mode: { string: "nearest" },
        coordinate_transformation_mode: { string: "asymmetric" },
        nearest_mode: { string: "floor" },
      },
    );
    return padSpatial(writer, stretched, { before: [zero, zero], after: [rows.residual, columns.residual] });
  }
  // One channel at a time, so that the kernel of ones needs no known number of channels.
  const single = [multiply(batch, channels), constant(1), rows.output, columns.output];
  const images = writer.node("Reshape", [shares, writer.shape(single, { inferable: true })]);
  const ones = writer.constant(dtype, new Array<number>(taps).fill(1), [1, 1, rows.size, columns.size]);
  const full = writer.node("ConvTranspose", [images, ones], windowAttributesOnnx(windows));
  const extended = padSpatial(writer, full, { before: [zero, zero], after: [rows.residual, columns.residual] });
  const cut = unpadded
    ? extended
    : sliceSpatial(writer, extended, [rows.before, columns.before], [rows.input, columns.input]);
  return writer.node("Reshape", [cut, writer.shape([batch, channels, rows.input, columns.input], { inferable: true })]);
}
