import {
  add,
  asNumber,
  ceilDivide,
  constant,
  floorDivide,
  maximum,
  multiply,
  product,
  subtract,
  type Dim,
} from "../../dims/dim.ts";
import { fault } from "../../support/fault.ts";
import { elementAt } from "../../support/element-at.ts";
import type { AttributeSchema, AttributesOf, Cost, ShapeChecker } from "./operator.ts";

/** Attributes that all windowed operators on images share. */
export const windowAttributes = {
  strides: { kind: "ints", doc: "Steps of the window along height and width.", default: [1, 1], min: 1 },
  padding: {
    kind: "string",
    doc: "`valid`: none; `same`: the output has ceil(size / stride) places; `explicit`: what `pads` says.",
    default: "valid",
    oneOf: ["valid", "same", "explicit"],
  },
  pads: {
    kind: "ints",
    doc: "Top, left, bottom and right padding where `padding` is explicit.",
    default: [0, 0, 0, 0],
    min: 0,
  },
  layout: {
    kind: "string",
    doc: "Order of the axes: NHWC with kernels HWIO, or NCHW with kernels OIHW.",
    default: "NHWC",
    oneOf: ["NHWC", "NCHW"],
    internal: true,
  },
} as const satisfies AttributeSchema;

/** Attributes that convolutions and their gradients share. */
export const convolutionAttributes = {
  ...windowAttributes,
  dilations: { kind: "ints", doc: "Distances between the taps of the kernel.", default: [1, 1], min: 1 },
  groups: { kind: "int", doc: "Number of groups that the channels are split into.", default: 1, min: 1 },
} as const satisfies AttributeSchema;

export type WindowAttributes = AttributesOf<typeof windowAttributes>;
export type ConvolutionAttributes = AttributesOf<typeof convolutionAttributes>;

/** How a window moves along one spatial axis. */
export interface AxisWindow {
  readonly input: Dim;
  /** Number of taps. */
  readonly size: number;
  readonly stride: number;
  readonly dilation: number;
  /** Extent of the taps: (size - 1) * dilation + 1. */
  readonly extent: number;
  readonly before: Dim;
  readonly after: Dim;
  readonly output: Dim;
  /** Padded places at the end that no window reaches. */
  readonly residual: Dim;
}

/** What a window needs to know of its operator; pads are begin and end along the axis. */
export interface AxisSettings {
  readonly size: number;
  readonly stride: number;
  readonly dilation: number;
  readonly padding: string;
  readonly pads: readonly [number, number];
}

/** Places a window along an axis. `same` splits its padding as TensorFlow does: the odd one goes to the end. */
export function windowAlong(input: Dim, settings: AxisSettings): AxisWindow {
  const { size, stride, dilation, padding } = settings;
  const extent = (size - 1) * dilation + 1;
  const reach = (output: Dim): Dim => add(multiply(subtract(output, constant(1)), constant(stride)), constant(extent));
  let output: Dim;
  let before: Dim;
  let after: Dim;
  if (padding === "same") {
    output = ceilDivide(input, constant(stride));
    const total = maximum(subtract(reach(output), input), constant(0));
    before = floorDivide(total, constant(2));
    after = subtract(total, before);
  } else {
    const [begin, end] = padding === "explicit" ? settings.pads : [0, 0];
    before = constant(begin);
    after = constant(end);
    const room = add(input, constant(begin + end - extent));
    output = stride === 1 ? add(room, constant(1)) : add(floorDivide(room, constant(stride)), constant(1));
  }
  const residual = subtract(add(input, add(before, after)), reach(output));
  return { input, size, stride, dilation, extent, before, after, output, residual };
}

/** Positions of an image tensor's axes in a layout. */
export function imageAxes(layout: string): {
  readonly height: number;
  readonly width: number;
  readonly channels: number;
} {
  return layout === "NCHW" ? { channels: 1, height: 2, width: 3 } : { height: 1, width: 2, channels: 3 };
}

/** Positions of a kernel's axes in a layout: OIHW beside NCHW, HWIO beside NHWC. */
export function kernelAxes(layout: string): {
  readonly height: number;
  readonly width: number;
  readonly input: number;
  readonly output: number;
} {
  return layout === "NCHW"
    ? { output: 0, input: 1, height: 2, width: 3 }
    : { height: 0, width: 1, input: 2, output: 3 };
}

/** An image shape in a layout. */
export function imageShape<T>(layout: string, batch: T, height: T, width: T, channels: T): readonly T[] {
  return layout === "NCHW" ? [batch, channels, height, width] : [batch, height, width, channels];
}

/** The windows along height and width over an image shape; `sizes` and `dilations` are height, width. */
export function windowsOver(
  image: readonly Dim[],
  sizes: readonly number[],
  dilations: readonly number[],
  attributes: WindowAttributes,
): readonly [AxisWindow, AxisWindow] {
  const axes = imageAxes(attributes.layout);
  const along = (position: 0 | 1): AxisWindow =>
    windowAlong(elementAt(image, position === 0 ? axes.height : axes.width), {
      size: elementAt(sizes, position),
      stride: elementAt(attributes.strides, position),
      dilation: elementAt(dilations, position),
      padding: attributes.padding,
      pads: [elementAt(attributes.pads, position), elementAt(attributes.pads, position + 2)],
    });
  return [along(0), along(1)];
}

/** Literal spatial sizes of a kernel shape, height then width. */
export function kernelSizes(kernel: readonly Dim[], layout: string): readonly [number, number] {
  const axes = kernelAxes(layout);
  const height = asNumber(elementAt(kernel, axes.height));
  const width = asNumber(elementAt(kernel, axes.width));
  if (height === undefined || width === undefined) fault("a convolution kernel has a free spatial size");
  return [height, width];
}

/** Windows of a convolution over an input shape. */
export function convolutionWindows(
  input: readonly Dim[],
  kernel: readonly Dim[],
  attributes: ConvolutionAttributes,
): readonly [AxisWindow, AxisWindow] {
  return windowsOver(input, kernelSizes(kernel, attributes.layout), attributes.dilations, attributes);
}

/** Reports unless lists of attributes have the lengths that two spatial axes need. */
export function checkWindowAttributes(what: string, attributes: WindowAttributes, check: ShapeChecker): boolean {
  if (attributes.strides.length !== 2) {
    check.fail(`${what} takes two strides, for height and width, not ${attributes.strides.length}`);
    return false;
  }
  if (attributes.pads.length !== 4) {
    check.fail(`${what} takes four pads (top, left, bottom, right), not ${attributes.pads.length}`);
    return false;
  }
  return true;
}

/** Reports where a window is larger than its padded input. */
export function checkWindowFits(what: string, window: AxisWindow, axis: string, check: ShapeChecker): boolean {
  const padded = add(window.input, add(window.before, window.after));
  return check.atLeast(padded, constant(window.extent), `the padded ${axis} of the input of ${what} and its window`);
}

/**
 * The shape of a convolution's result, or undefined after a report: channels that do not match, groups that do not
 * divide, a kernel larger than its input.
 */
export function convolutionShape(
  what: string,
  input: readonly Dim[],
  kernel: readonly Dim[],
  attributes: ConvolutionAttributes,
  check: ShapeChecker,
): readonly Dim[] | undefined {
  if (input.length !== 4) return check.fail(`${what} takes images of rank 4, not rank ${input.length}`);
  if (kernel.length !== 4) return check.fail(`${what} takes a kernel of rank 4, not rank ${kernel.length}`);
  if (!checkWindowAttributes(what, attributes, check)) return undefined;
  if (attributes.dilations.length !== 2) {
    return check.fail(`${what} takes two dilations, for height and width, not ${attributes.dilations.length}`);
  }
  const { layout, groups } = attributes;
  const at = kernelAxes(layout);
  if ([at.height, at.width].some((axis) => asNumber(elementAt(kernel, axis)) === undefined)) {
    return check.fail(`the spatial sizes of the kernel of ${what} must be known numbers`);
  }
  const channels = elementAt(input, imageAxes(layout).channels);
  const expected = multiply(elementAt(kernel, at.input), constant(groups));
  const filters = elementAt(kernel, at.output);
  const fits = check.equal(
    channels,
    expected,
    groups === 1
      ? `the input's channels and those of the kernel of ${what}`
      : `the input's channels and ${groups} groups of those of the kernel of ${what}`,
  );
  const divided = groups === 1 || check.divides(constant(groups), filters, `the groups and the filters of ${what}`);
  const [height, width] = convolutionWindows(input, kernel, attributes);
  const tall = attributes.padding === "same" || checkWindowFits(what, height, "height", check);
  const wide = attributes.padding === "same" || checkWindowFits(what, width, "width", check);
  if (!fits || !divided || !tall || !wide) return undefined;
  return imageShape(layout, elementAt(input, 0), height.output, width.output, filters);
}

/** FLOPs of a convolution, and of each of its gradients: two for every multiply-add of its output. */
export function convolutionFlops(kernel: readonly Dim[], output: readonly Dim[], layout: string): Cost {
  const filters = kernelAxes(layout).output;
  return { flops: product([constant(2), ...kernel.filter((_, axis) => axis !== filters), ...output]) };
}
