import type { Value } from "../../ir/graph.ts";
import type { TensorType } from "../../ir/types.ts";
import { textOf, type Span } from "../../support/source.ts";
import type { Context } from "../context.ts";
import type { Val } from "../values.ts";
import { numbersOf } from "./numbers-of.ts";
import { replay, type Change, type Replayed } from "./replay.ts";

/** Whether values of such types would be right. */
export type Fitting = (types: readonly TensorType[]) => boolean;

/** What stages take, and why it helps. */
interface StageChange {
  readonly change: Change;
  readonly written: string;
  readonly because: string;
}

/** How much padding of a transposed convolution is tried. */
const mostPadding = 3;

/** The strides of transposed convolutions that are tried. */
const largestStride = 4;

const changes: readonly StageChange[] = [
  {
    change: { layer: padded },
    written: "padding=same",
    because: "Without padding a convolution makes its input smaller",
  },
  {
    change: { layer: trimmed },
    written: "padding=same",
    because: "Without padding a transposed convolution gives more than a multiple of its stride",
  },
  ...Array.from({ length: largestStride - 1 }, (_, index): StageChange => ({
    change: { layer: (given) => extended(given, index + 1) },
    written: `output_padding=${String(index + 1)}`,
    because: "A stride rounds, and its transpose does not know what was cut off",
  })),
  ...Array.from({ length: largestStride - 1 }, (_, index): StageChange => ({
    change: { layer: (given) => lengthened(given, index + 1) },
    written: `padding=0, output_padding=${String(index + 1)}`,
    because: "A stride rounds, and its transpose does not know what was cut off",
  })),
  ...Array.from({ length: mostPadding }, (_, index): StageChange => ({
    change: { layer: (given) => narrowed(given, index + 1) },
    written: `padding=${String(index + 1)}`,
    because: "A transposed convolution with `padding=same` gives a multiple of its stride",
  })),
];

/** What the stages that made values would have to be given for these to be right: `padding=same`, `output_padding=1`. */
export function helpOfStages(ctx: Context, values: readonly Value[], fitting: Fitting): string | undefined {
  for (const { change, written, because } of changes) {
    const places = placesOf(replay(ctx, values, change), fitting);
    if (places !== undefined) return `${because}: write \`${written}\` in ${places}.`;
  }
  return undefined;
}

/** So many stages are listed; of more it is said what they are. */
const mostListed = 4;

/** Where a change is made, as the person wrote it; undefined where it changes nothing or does not help. */
function placesOf(replayed: Replayed | undefined, fitting: Fitting): string | undefined {
  if (replayed === undefined || replayed.changed.length === 0 || !fitting(replayed.types)) return undefined;
  const texts = [...new Set(replayed.changed.map(layerAt))];
  if (texts.length > mostListed) {
    const names = new Set(texts.map((it) => /^\w+/.exec(it)?.[0] ?? it));
    return `each ${listed([...names], "and")} that has none`;
  }
  return listed(texts, "and");
}

/** `a, b and c`, each as code. */
function listed(texts: readonly string[], word: string): string {
  const all = texts.map((it) => `\`${it}\``);
  const last = all.at(-1) ?? "";
  return all.length < 2 ? last : `${all.slice(0, -1).join(", ")} ${word} ${last}`;
}

function layerAt(span: Span): string {
  return textOf(span).replace(/\s+/g, " ");
}

type Hyperparameters = ReadonlyMap<string, Val>;

/** A convolution without padding that makes its input smaller, with all the padding that it wants. */
function padded(given: Hyperparameters): Hyperparameters | undefined {
  const kernel = numbersOf(given.get("kernel"));
  if (given.has("output_padding") || !isPaddedBy(given, "valid") || kernel === undefined) return undefined;
  return kernel.every((it) => it === 1) ? undefined : withOne(given, "padding", { kind: "word", value: "same" });
}

/** A transposed convolution without padding, with all the padding that it wants. */
function trimmed(given: Hyperparameters): Hyperparameters | undefined {
  if (!given.has("output_padding") || !isPaddedBy(given, "valid")) return undefined;
  return withOne(given, "padding", { kind: "word", value: "same" });
}

/** A transposed convolution whose padding is in numbers, with places behind it. */
function extended(given: Hyperparameters, by: number): Hyperparameters | undefined {
  const already = numbersOf(given.get("output_padding"));
  const strides = numbersOf(given.get("stride"));
  if (already?.every((it) => it === 0) !== true || numbersOf(given.get("padding")) === undefined) return undefined;
  if (strides === undefined || Math.min(...strides) <= by) return undefined;
  return withOne(given, "output_padding", likeFirst(given.get("stride"), by));
}

/** The same of one without padding, which says so in numbers then. */
function lengthened(given: Hyperparameters, by: number): Hyperparameters | undefined {
  return isPaddedBy(given, "valid") ? extended(withOne(given, "padding", whole(0)), by) : undefined;
}

/** A transposed convolution that has all its padding, in numbers: an odd size becomes an odd one. */
function narrowed(given: Hyperparameters, padding: number): Hyperparameters | undefined {
  const kernel = numbersOf(given.get("kernel"));
  if (!given.has("output_padding") || !isPaddedBy(given, "same")) return undefined;
  if (kernel?.every((it) => it === 2 * padding + 1) !== true) return undefined;
  return withOne(given, "padding", whole(padding));
}

function isPaddedBy(given: Hyperparameters, word: string): boolean {
  const padding = given.get("padding");
  return padding?.kind === "word" && padding.value === word;
}

/** A number in the form of a value: one, or a list of as many. */
function likeFirst(form: Val | undefined, value: number): Val {
  return form?.kind === "list" ? { kind: "list", elements: form.elements.map(() => whole(value)) } : whole(value);
}

function whole(value: number): Val {
  return { kind: "number", value, integer: true };
}

function withOne(given: Hyperparameters, name: string, val: Val): Hyperparameters {
  return new Map([...given, [name, val]]);
}
