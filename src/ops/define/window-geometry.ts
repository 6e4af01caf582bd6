import {
  add,
  asNumber,
  ceilDivide,
  constant,
  floorDivide,
  formatDim,
  maximum,
  minimum,
  multiply,
  product,
  subtract,
  type Dim,
} from "../../dims/dim.ts";
import { fault } from "../../support/fault.ts";
import { elementAt } from "../../support/element-at.ts";
import type { AttributeSchema, AttributesOf, ConcreteAttributesOf, Cost, ShapeChecker } from "./operator.ts";
import { literalShape, one } from "./shape-rules.ts";

/** Attributes that all windowed operators on images share. */
export const windowAttributes = {
  strides: {
    kind: "ints",
    doc: "Steps of the window: one for all spatial axes, or one for each.",
    default: [1],
    min: 1,
  },
  padding: {
    kind: "word or ints",
    doc: "`valid`: none; `same`: the output has ceil(size / stride) places; `causal`, of sequences: all of it before them; or how many places are added: one number for all sides, one for each axis, or those before each axis and then those behind each.",
    default: "valid",
    oneOf: ["valid", "same", "causal"],
    min: 0,
  },
  layout: {
    kind: "string",
    doc: "Order of the axes: NHWC has the channels last and kernels HWIO, NCHW has them second and kernels OIHW; H and W stand for one to three spatial axes.",
    default: "NHWC",
    oneOf: ["NHWC", "NCHW"],
    internal: true,
  },
} as const satisfies AttributeSchema;

/** Attributes that convolutions and their gradients share. */
export const convolutionAttributes = {
  ...windowAttributes,
  dilations: {
    kind: "ints",
    doc: "Distances between the taps of the kernel: one for all spatial axes, or one for each.",
    default: [1],
    min: 1,
  },
  groups: { kind: "dim", doc: "Number of groups that the channels are split into.", default: one, min: 1 },
} as const satisfies AttributeSchema;

export type WindowAttributes = AttributesOf<typeof windowAttributes>;
export type ConvolutionAttributes = AttributesOf<typeof convolutionAttributes>;

/** The same where all sizes are numbers. */
export type ConcreteConvolution = ConcreteAttributesOf<typeof convolutionAttributes>;

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
  /** Those of `after` that lie behind all padding: a last window reaches over the end by them. */
  readonly over: Dim;
  readonly output: Dim;
  /** Padded places at the end that no window reaches. */
  readonly residual: Dim;
}

/** What a window needs to know of its operator; a padding in numbers is that before and that behind the axis. */
export interface AxisSettings {
  readonly size: number;
  readonly stride: number;
  readonly dilation: number;
  readonly padding: string | readonly [number, number];
  /** Whether a last window may reach over the end, as long as it begins before the padding there. */
  readonly ceil?: boolean;
}

const zero = constant(0);

/** Places a window along an axis. `same` splits its padding as TensorFlow does: the odd one goes to the end. */
export function windowAlong(input: Dim, settings: AxisSettings): AxisWindow {
  const { size, stride, dilation, padding } = settings;
  const extent = (size - 1) * dilation + 1;
  const reach = (output: Dim): Dim => add(multiply(subtract(output, one), constant(stride)), constant(extent));
  const placed = (output: Dim, before: Dim, after: Dim, over = zero): AxisWindow => {
    const residual = subtract(add(input, add(before, after)), reach(output));
    return { input, size, stride, dilation, extent, before, after, over, output, residual };
  };
  if (padding === "same") {
    const output = ceilDivide(input, constant(stride));
    const total = maximum(subtract(reach(output), input), zero);
    const before = floorDivide(total, constant(2));
    return placed(output, before, subtract(total, before));
  }
  const [begin, end] = padding === "causal" ? [extent - 1, 0] : typeof padding === "string" ? [0, 0] : padding;
  const room = add(input, constant(begin + end - extent));
  if (settings.ceil !== true || stride === 1) {
    const steps = stride === 1 ? room : floorDivide(room, constant(stride));
    return placed(add(steps, one), constant(begin), constant(end));
  }
  const steps = ceilDivide(room, constant(stride));
  // The last window that begins before the padding behind the axis, where that may be an earlier one.
  const inside = floorDivide(add(input, constant(begin - 1)), constant(stride));
  const output = add(end + stride <= extent ? steps : minimum(steps, inside), one);
  const after = maximum(subtract(reach(output), add(input, constant(begin))), constant(end));
  return placed(output, constant(begin), after, subtract(after, constant(end)));
}

/** How many places an axis has with its padding, without what a last window reaches over the end. */
export function paddedSize({ input, before, after, over }: AxisWindow): Dim {
  return subtract(add(input, add(before, after)), over);
}

/** The numbers of an attribute for each of so many axes: it has one for all of them, or one for each. */
export function forEachAxis(numbers: readonly number[], axes: number): readonly number[] {
  return Array.from({ length: axes }, (_, axis) => elementAt(numbers, numbers.length === 1 ? 0 : axis));
}

/** The padding along one of so many axes: a word, or how many places stand before it and behind it. */
export function paddingAlong(
  padding: string | readonly number[],
  axis: number,
  axes: number,
): string | readonly [number, number] {
  if (typeof padding === "string") return padding;
  const before = elementAt(padding, padding.length === 1 ? 0 : axis);
  return [before, padding.length === 2 * axes ? elementAt(padding, axes + axis) : before];
}

/** Positions of an image tensor's axes in a layout. */
export function imageAxes(
  layout: string,
  rank: number,
): { readonly spatial: readonly number[]; readonly channels: number } {
  const spatial = Array.from({ length: rank - 2 }, (_, axis) => (layout === "NCHW" ? axis + 2 : axis + 1));
  return { spatial, channels: layout === "NCHW" ? 1 : rank - 1 };
}

/** Positions of a kernel's axes in a layout: OIHW beside NCHW, HWIO beside NHWC. */
export function kernelAxes(
  layout: string,
  rank: number,
): { readonly spatial: readonly number[]; readonly input: number; readonly output: number } {
  const first = layout === "NCHW";
  const spatial = Array.from({ length: rank - 2 }, (_, axis) => (first ? axis + 2 : axis));
  return first ? { spatial, input: 1, output: 0 } : { spatial, input: rank - 2, output: rank - 1 };
}

/** An image shape in a layout. */
export function imageShape<T>(layout: string, batch: T, spatial: readonly T[], channels: T): readonly T[] {
  return layout === "NCHW" ? [batch, channels, ...spatial] : [batch, ...spatial, channels];
}

/** The windows along the spatial axes of an image shape. */
export function windowsOver(
  image: readonly Dim[],
  sizes: readonly number[],
  dilations: readonly number[],
  attributes: WindowAttributes & { readonly ceil?: boolean },
): readonly AxisWindow[] {
  const { spatial } = imageAxes(attributes.layout, image.length);
  const axes = spatial.length;
  const [strides, distances] = [forEachAxis(attributes.strides, axes), forEachAxis(dilations, axes)];
  return spatial.map((position, axis) =>
    windowAlong(elementAt(image, position), {
      size: elementAt(sizes, axis),
      stride: elementAt(strides, axis),
      dilation: elementAt(distances, axis),
      padding: paddingAlong(attributes.padding, axis, axes),
      ceil: attributes.ceil === true,
    }),
  );
}

/** Literal spatial sizes of a kernel shape. */
export function kernelSizes(kernel: readonly Dim[], layout: string): readonly number[] {
  return (
    literalShape(kernelAxes(layout, kernel.length).spatial.map((axis) => elementAt(kernel, axis))) ??
    fault("a convolution kernel has a free spatial size")
  );
}

/** Windows of a convolution over an input shape. */
export function convolutionWindows(
  input: readonly Dim[],
  kernel: readonly Dim[],
  attributes: Omit<ConvolutionAttributes, "groups">,
): readonly AxisWindow[] {
  return windowsOver(input, kernelSizes(kernel, attributes.layout), attributes.dilations, attributes);
}

/** What the spatial axes of an image are called. */
function namesOfAxes(axes: number): readonly string[] {
  return axes === 1 ? ["length"] : ["depth", "height", "width"].slice(-axes);
}

/** Reports unless an image has one to three spatial axes. */
export function checkImage(what: string, image: readonly Dim[], check: ShapeChecker): boolean {
  if (image.length >= 3 && image.length <= 5) return true;
  check.fail(
    `${what} takes a batch with one, two or three spatial axes and then channels: tensors of rank 3 to 5, not of rank ${image.length}`,
  );
  return false;
}

/** Reports unless lists of attributes have the lengths that so many spatial axes need. */
export function checkWindowAttributes(
  what: string,
  axes: number,
  attributes: WindowAttributes,
  lists: Readonly<Record<string, readonly number[]>>,
  check: ShapeChecker,
): boolean {
  const names = namesOfAxes(axes);
  for (const [name, list] of Object.entries({ strides: attributes.strides, ...lists })) {
    if (list.length === 1 || list.length === axes) continue;
    const each = axes === 1 ? "" : `, or ${axes}, for ${names.join(", ")}`;
    check.fail(`${what} takes one number as ${name}${each}, not ${list.length}`);
    return false;
  }
  const { padding } = attributes;
  if (padding === "causal" && axes > 1) {
    check.fail(
      `${what} takes \`causal\` padding along the one axis of sequences, and this image has ${axes} spatial axes`,
    );
    return false;
  }
  if (typeof padding === "string" || [1, axes, 2 * axes].includes(padding.length)) return true;
  const ends = axes === 1 ? "" : `, ${axes} (${names.join(", ")})`;
  const both = `${2 * axes} (${[...names.map((it) => `before the ${it}`), ...names.map((it) => `behind the ${it}`)].join(", ")})`;
  check.fail(`${what} takes 1${ends} or ${both} numbers as padding, not ${padding.length}`);
  return false;
}

/** Reports where a window is larger than its padded input. */
export function checkWindowsFit(
  what: string,
  windows: readonly AxisWindow[],
  { padding, ceil }: { readonly padding: string | readonly number[]; readonly ceil?: boolean },
  check: ShapeChecker,
  argument: "kernel" | "window",
): boolean {
  // `same` and `causal` pad as much as their windows need.
  if (padding === "same" || padding === "causal") return true;
  const names = namesOfAxes(windows.length);
  const needs = windows.map((window, axis) => {
    const [before, behind] = paddingOf(padding, axis, windows.length);
    const padded = add(window.input, constant(before + behind));
    const name = elementAt(names, axis);
    // A last window may reach over the end, by less than a stride.
    const least = constant(window.extent - (ceil === true ? window.stride - 1 : 0));
    return { left: padded, right: least, what: `the padded ${name} of the input of ${what} and its ${argument}` };
  });
  return check.allAtLeast(needs, argument);
}

function paddingOf(padding: string | readonly number[], axis: number, axes: number): readonly [number, number] {
  const along = paddingAlong(padding, axis, axes);
  return typeof along === "string" ? [0, 0] : along;
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
  if (!checkImage(what, input, check)) return undefined;
  if (kernel.length !== input.length) {
    return check.fail(
      `${what} takes a kernel of the rank of its input, with its spatial axes first and then the channels that go in and out: ${kernel.length} is not ${input.length}`,
    );
  }
  const axes = input.length - 2;
  if (!checkWindowAttributes(what, axes, attributes, { dilations: attributes.dilations }, check)) return undefined;
  const { layout, groups } = attributes;
  const at = kernelAxes(layout, kernel.length);
  if (at.spatial.some((axis) => asNumber(elementAt(kernel, axis)) === undefined)) {
    return check.fail(`the spatial sizes of the kernel of ${what} must be known numbers`);
  }
  const channels = elementAt(input, imageAxes(layout, input.length).channels);
  const expected = multiply(elementAt(kernel, at.input), groups);
  const filters = elementAt(kernel, at.output);
  const fits = check.equal(
    channels,
    expected,
    asNumber(groups) === 1
      ? `the input's channels and those of the kernel of ${what}`
      : `the input's channels and ${formatDim(groups)} groups of those of the kernel of ${what}`,
  );
  const divided = asNumber(groups) === 1 || check.divides(groups, filters, `the groups and the filters of ${what}`);
  const windows = convolutionWindows(input, kernel, attributes);
  if (!checkWindowsFit(what, windows, attributes, check, "kernel") || !fits || !divided) return undefined;
  return imageShape(
    layout,
    elementAt(input, 0),
    windows.map((it) => it.output),
    filters,
  );
}

/** FLOPs of a convolution, and of each of its gradients: two for every multiply-add of its output. */
export function convolutionFlops(kernel: readonly Dim[], output: readonly Dim[], layout: string): Cost {
  const filters = kernelAxes(layout, kernel.length).output;
  return { flops: product([constant(2), ...kernel.filter((_, axis) => axis !== filters), ...output]) };
}

/** In how many groups a convolution is where that must be a number: in a form of a target. */
export function literalGroups({ groups }: ConvolutionAttributes): number {
  return asNumber(groups) ?? fault(`a convolution in ${formatDim(groups)} groups reached a target`);
}
