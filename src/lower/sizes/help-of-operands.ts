import { asNumber, ceilDivide, constant, formatDim, multiply, sameForm, subtract, type Dim } from "../../dims/dim.ts";
import type { CallNode, Node, Value } from "../../ir/graph.ts";
import type { TensorType } from "../../ir/types.ts";
import { operandsOf } from "../../ir/visit.ts";
import { elementAt } from "../../support/element-at.ts";
import { inFile, textOf, type Span } from "../../support/source.ts";
import { findLocal, type Context } from "../context.ts";
import { numberOf, sourceOf } from "../convert.ts";
import { argumentOf } from "../given-argument.ts";
import { makerOf } from "../maker-of.ts";
import type { Val } from "../values.ts";
import type { Fitting } from "./help-of-stages.ts";
import { numbersOf } from "./numbers-of.ts";

/** One of two values that do not go together, where it is written. */
export interface Written {
  readonly value: Value;
  readonly span: Span;
}

/** A stage that may stand behind an operand. */
interface Stage {
  readonly text: string;
  readonly type: TensorType;
  readonly because: string;
}

/** How much larger one of two images may be than the other. */
const ratios = [2, 3, 4, 8, 16, 32];
/** The most places that are added to an axis, and that are cut off; and the longest text that is repeated in a help. */
const [mostFilled, mostCut, longest] = [3, 200, 60];

/**
 * What would have to stand behind one of two operands for them to go together: a convolution of 1 x 1 on the skip of a
 * residual block, `UpSampling2D(2)`, `Cropping2D(4)`. Undefined where none of these does it.
 */
export function helpOfOperands(
  ctx: Context,
  op: string,
  operands: readonly [Written, Written],
  fitting: Fitting,
  word: (size: Dim) => string | undefined = () => undefined,
): string | undefined {
  const [a, b] = operands;
  if (!areOwn(operands)) return undefined;
  // What is repeated along an axis goes with anything there.
  const isRepeated = (at: 0 | 1, { shape }: TensorType): boolean => {
    const other = at === 0 ? b : a;
    return shape.some((it, axis) => asNumber(it) === 1 && asNumber(elementAt(other.value.type.shape, axis)) !== 1);
  };
  const fit = (at: 0 | 1, { type }: Stage): boolean =>
    !isRepeated(at, type) && fitting(at === 0 ? [type, b.value.type] : [a.value.type, type]);
  const skip = skipOf(ctx, operands);
  const makers =
    op === "concat"
      ? [enlarged, shrunk, filled, cut]
      : skip === undefined
        ? [enlarged, projected, filled, cut]
        : [projected, enlarged, filled, cut];
  for (const make of makers) {
    for (const at of skip === 1 ? ([1, 0] as const) : ([0, 1] as const)) {
      const [own, other] = at === 0 ? [a, b] : [b, a];
      const stage = make(ctx, own, other, word).find((it) => fit(at, it));
      const text = stage && replaced(own, stage);
      if (stage !== undefined && text !== undefined) return `${stage.because}: write ${text}.`;
    }
  }
  return undefined;
}

function replaced({ span }: Written, { text }: Stage): string | undefined {
  const own = textOf(span);
  return own.length > longest || own.includes("\n") ? undefined : `\`(${own} -> ${text})\` in place of \`${own}\``;
}

/** What makes the larger one of two operands as small as the other, by its middle: `(x -> Cropping2D(4))`. */
export function helpOfCut(ctx: Context, operands: readonly [Written, Written], fitting: Fitting): string | undefined {
  if (!areOwn(operands)) return undefined;
  const [a, b] = operands;
  const [ofA] = cut(ctx, a, b);
  if (ofA !== undefined && fitting([ofA.type, b.value.type])) return replaced(a, ofA);
  const [ofB] = cut(ctx, b, a);
  return ofB !== undefined && fitting([a.value.type, ofB.type]) ? replaced(b, ofB) : undefined;
}

/** Whether two operands are written in the person's own file, and are batches of one length with axes of one number. */
function areOwn([a, b]: readonly [Written, Written]): boolean {
  const [left, right] = [a.value.type.shape, b.value.type.shape];
  const isOwn = [a, b].every(({ span }) => inFile(span).file.library !== true);
  return isOwn && left.length === right.length && left.length >= 2 && sameForm(elementAt(left, 0), elementAt(right, 0));
}

/** Which of two operands the other is made from. */
function skipOf(ctx: Context, [a, b]: readonly [Written, Written]): 0 | 1 | undefined {
  if (isMadeFrom(ctx, b.value, a.value)) return 0;
  return isMadeFrom(ctx, a.value, b.value) ? 1 : undefined;
}

/** So many values are looked at. */
const mostLooked = 200;

function isMadeFrom(ctx: Context, value: Value, source: Value): boolean {
  const met = new Set([value.id]);
  const open = [value];
  while (open.length > 0 && met.size < mostLooked) {
    const node = makerOf(ctx, open.shift() ?? value);
    for (const it of node === undefined ? [] : operandsOf(node)) {
      if (it.id === source.id) return true;
      if (!met.has(it.id)) open.push(it);
      met.add(it.id);
    }
  }
  return false;
}

/** A convolution of 1 x 1, or of what has no places a dense layer, with the channels of the other and its stride. */
function projected(
  ctx: Context,
  own: Written,
  { value }: Written,
  word: (size: Dim) => string | undefined,
): readonly Stage[] {
  if (ctx.owning !== "yes" || ctx.frame.section === true) return [];
  const { shape, dtype } = own.value.type;
  const places = shape.length - 2;
  const channels = elementAt(value.type.shape, shape.length - 1);
  const filters = writtenChannels(ctx, value, channels) ?? word(channels) ?? formatDim(channels);
  if (places > 3 || asNumber(channels) === undefined) return [];
  if (places === 0) {
    const because = "A dense layer gives it the size of the other";
    return [{ text: `Dense(${filters})`, type: { dtype, shape: [elementAt(shape, 0), channels] }, because }];
  }
  return [1, ...ratios].map((ratio) => {
    const smaller = shape.slice(1, -1).map((it) => ceilDivide(it, constant(ratio)));
    const by = ratio === 1 ? "" : `, stride=${strideOf(ctx, value, ratio) ?? String(ratio)}`;
    return {
      text: places === 1 && ratio === 1 ? `Dense(${filters})` : `Conv${String(places)}D(${filters}, 1${by})`,
      type: { dtype, shape: [elementAt(shape, 0), ...smaller, channels] },
      because:
        ratio === 1
          ? "A layer for each place alone gives it the channels of the other"
          : "A convolution of kernel 1 gives it the size of the other",
    };
  });
}

function enlarged(_ctx: Context, own: Written): readonly Stage[] {
  return resized(own, (size, ratio) => multiply(size, constant(ratio)), "UpSampling", "makes it as large as the other");
}

/** Pooled, with padding: what is left of odd sizes counts. */
function shrunk(_ctx: Context, own: Written): readonly Stage[] {
  return resized(own, (size, ratio) => ceilDivide(size, constant(ratio)), "MaxPool", "makes it as small as the other");
}

function resized(
  { value }: Written,
  size: (size: Dim, ratio: number) => Dim,
  layer: "UpSampling" | "MaxPool",
  because: string,
): readonly Stage[] {
  const { shape, dtype } = value.type;
  const places = shape.length - 2;
  if (places < 1 || places > 3) return [];
  const name = `${layer}${String(places)}D`;
  return ratios.map((ratio) => ({
    text: `${name}(${String(ratio)}${layer === "MaxPool" ? ", padding=same" : ""})`,
    type: {
      dtype,
      shape: shape.map((it, axis) => (axis === 0 || axis === shape.length - 1 ? it : size(it, ratio))),
    },
    because: `\`${name}\` ${because}`,
  }));
}

/** With places around it, where it lacks so few that rounding explains them. */
function filled(_ctx: Context, own: Written, other: Written): readonly Stage[] {
  return withPlacesOf(own, other, morePlaces(other, own, mostFilled), (name, before, after) => ({
    text: `ZeroPadding${name}(${before}, ${after})`,
    because: `\`ZeroPadding${name}\` fills what rounding took`,
  }));
}

/** The middle of it, where it is larger by so many places. */
function cut(_ctx: Context, own: Written, other: Written): readonly Stage[] {
  return withPlacesOf(own, other, morePlaces(own, other, mostCut), (name, before, after) => ({
    text: `Cropping${name}(${before === after ? before : `${before}, ${after}`})`,
    because: `\`Cropping${name}\` cuts it to the size of the other`,
  }));
}

/** By how many places one is larger than another along each axis, or undefined where it is not, or by more than so many. */
function morePlaces(larger: Written, smaller: Written, most: number): readonly number[] | undefined {
  const { shape } = larger.value.type;
  const more = shape
    .slice(1, -1)
    .map((it, axis) => asNumber(subtract(it, elementAt(smaller.value.type.shape, axis + 1))));
  return more.every((it) => it !== undefined && it >= 0 && it <= most) ? more.map(Number) : undefined;
}

/** A stage that gives one value the places of another, which are so many more or fewer: half of them before. */
function withPlacesOf(
  own: Written,
  other: Written,
  places: readonly number[] | undefined,
  stage: (name: string, before: string, after: string) => Omit<Stage, "type">,
): readonly Stage[] {
  const { shape, dtype } = own.value.type;
  if (places === undefined || places.length < 1 || places.length > 3) return [];
  const before = places.map((it) => Math.floor(it / 2));
  const after = places.map((it, axis) => it - elementAt(before, axis));
  const made = shape.map((it, axis) =>
    axis === 0 || axis === shape.length - 1 ? it : elementAt(other.value.type.shape, axis),
  );
  const name = `${String(places.length)}D`;
  return [{ ...stage(name, shownSizes(before), shownSizes(after)), type: { dtype, shape: made } }];
}

/** `4`, or `[4, 5]` where they differ. */
function shownSizes(sizes: readonly number[]): string {
  return new Set(sizes).size === 1 ? String(sizes[0]) : `[${sizes.join(", ")}]`;
}

/** The nodes that made a value, the last one first, along what has its rank. */
function* stagesOf(ctx: Context, value: Value): Iterable<Node> {
  let at: Value | undefined = value;
  for (let count = 0; at !== undefined && count < mostLooked; count += 1) {
    const node = makerOf(ctx, at);
    if (node === undefined) return;
    yield node;
    const rank: number = at.type.shape.length;
    at = operandsOf(node).find((it) => it.type.shape.length === rank);
  }
}

/** Hyperparameters of the library that say how many channels a layer gives. */
const namesOfChannels: ReadonlySet<string> = new Set(["filters", "units"]);

/** How the number of channels that a value has is written in the layer that gives it, where that is a word: `C`, `4 * C`. */
function writtenChannels(ctx: Context, value: Value, channels: Dim): string | undefined {
  for (const node of stagesOf(ctx, value)) {
    const [before] = operandsOf(node);
    const written = node.kind === "call" ? firstArgument(ctx, node, channels) : undefined;
    if (written !== undefined) return written;
    if (before === undefined || !sameForm(elementAt(before.type.shape, before.type.shape.length - 1), channels))
      return undefined;
  }
  return undefined;
}

/** The first argument of a layer as it is written, where it is so many channels. */
function firstArgument(ctx: Context, { operands }: CallNode, channels: Dim): string | undefined {
  const called = ctx.elaborator.called.get(operands);
  const [first] = called?.callable.declaration.hyperparameters ?? [];
  if (called === undefined || first === undefined) return undefined;
  if (called.callable.file.library === true && !namesOfChannels.has(first.name.text)) return undefined;
  const val = called.hyperparameters.get(first.name.text);
  return val === undefined || numberOf(val) !== asNumber(channels) ? undefined : writtenNumber(ctx, val);
}

/** How a stride is written that is a ratio, of the stages that made a value. */
function strideOf(ctx: Context, value: Value, ratio: number): string | undefined {
  for (const node of stagesOf(ctx, value)) {
    const called = node.kind === "call" ? ctx.elaborator.called.get(node.operands) : undefined;
    const stride = called?.hyperparameters.get("stride");
    if (stride === undefined || numbersOf(stride)?.every((it) => it === ratio) !== true) continue;
    const written = writtenNumber(ctx, stride);
    if (written !== undefined) return written;
  }
  return undefined;
}

/** How a number that a call was given is written, in names that are known at the end as well: `C`, `4 * C`. */
function writtenNumber(ctx: Context, val: Val): string | undefined {
  const argument = argumentOf([val]);
  const text = argument === undefined ? sourceOf(val) : textOf(argument.span);
  if (text === undefined || !/^[\w *+]+$/.test(text)) return undefined;
  return text.match(/[A-Za-z_]\w*/g)?.every((it) => findLocal(ctx.scope, it) !== undefined) === false
    ? undefined
    : text;
}
