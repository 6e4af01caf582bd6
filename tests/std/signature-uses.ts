import type { DType } from "../../src/ir/types.ts";
import { textOf } from "../../src/support/source.ts";
import { elementTypes } from "../../src/analyze/builtins.ts";
import { isFunction } from "../../src/analyze/is-function.ts";
import { inClass, isDType } from "../../src/ops/define/dtype-class.ts";
import type { CallableDeclaration, Input } from "../../src/syntax/ast.ts";
import { usualLayers } from "./usual-layers.ts";

/** A use of a declaration at one of the types that its signature promises. */
export interface SignatureUse {
  /** The types of what it is given, and how it is written. */
  readonly title: string;
  /** Its inputs as a header has them, those that are given alone. */
  readonly inputs: readonly UsedInput[];
  /** How many leading axes it has in the place of the spread of its signature. */
  readonly rank: number;
  /** What its header must state, so that what the declaration demands can be proved. */
  readonly facts: readonly string[];
  /** The call, of inputs that are written in some way. */
  readonly callOf: (written: (input: UsedInput) => string) => string;
}

/** An input of a use: its name in the declaration, and its type. */
export interface UsedInput {
  readonly name: string;
  readonly type: string;
}

const everyType: readonly DType[] = [...elementTypes].filter(isDType);

/** What must be given besides, so that a use takes all types. */
const needed: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  TimeDistributed: { Layer: "Flatten" },
  above: { threshold: "0.5" },
  sensitivity_at_specificity: { specificity: "0.5" },
  specificity_at_sensitivity: { sensitivity: "0.5" },
  precision_at_recall: { recall: "0.5" },
  recall_at_precision: { precision: "0.5" },
  spearman: { low: "-10", high: "10" },
  random_rotate: { degrees: "10" },
  random_brightness: { amount: "0.2" },
  random_contrast: { amount: "0.2" },
  random_saturation: { amount: "0.2" },
  random_hue: { amount: "0.2" },
  gaussian_noise: { stddev: "0.5" },
  time_mask: { longest: "2" },
  frequency_mask: { widest: "2" },
  masked_stretches: { longest: "2" },
  places_within: { size: "4", mode: "edge" },
  between: { low: "-1", high: "2" },
  beta_of: { alpha: "0.5" },
};

/** The element types that a word of a signature stands for; a word that is a type stands for itself. */
function typesOf(word: string): readonly string[] {
  if (word === "float") return everyType.filter((it) => inClass(it, "float"));
  if (word === "int") return everyType.filter((it) => inClass(it, "integer"));
  if (word === "number") return everyType.filter((it) => it !== "bool");
  if (word === "weight") return everyType.filter((it) => it === "bool" || inClass(it, "float"));
  return word === "any" ? everyType : [word];
}

/** Names in a text replaced by other texts. */
function renamed(text: string, by: ReadonlyMap<string, string>): string {
  return text.replace(/[A-Za-z_]\w*/g, (name) => by.get(name) ?? name);
}

/** The sizes that names of dims have where they are written out: few elements, even numbers, no two axes alike by mistake. */
const literalSizes: Readonly<Record<string, number>> = {
  B: 2,
  T: 6,
  C: 4,
  H: 6,
  W: 8,
  D: 4,
  S: 5,
  E: 3,
  L: 2,
  M: 3,
  G: 2,
  K: 2,
  P: 3,
  N: 3,
  Q: 2,
  R: 3,
  F: 2,
};

const spreadSizes = [2, 3, 2, 4];

/** Which uses are wanted: how many leading axes, and which element types in the place of a signature's words. */
export interface Extent {
  readonly ranks: readonly number[];
  readonly isWanted?: (element: string) => boolean;
  /** Whether what may be left out is given in every combination, or all of it or nothing. */
  readonly combined?: boolean;
}

/** How the axes are written: with the names of the signature, or with sizes. */
export type Sizes = "symbolic" | "literal";

/** One rank of the leading axes of a signature; those that have lengths begin with the batch. */
function axesOf(rank: number, sizes: Sizes, hasLengths: boolean): readonly string[] {
  return Array.from({ length: rank }, (_, at) => {
    if (sizes === "literal") return String(spreadSizes[at] ?? 2);
    return at === 0 && hasLengths ? "B" : `S${at}`;
  });
}

/**
 * Every use of a declaration that its signature promises: each element type that its words stand for, leading axes of
 * each rank, what may be left out given and not.
 */
export function signatureUses(
  declaration: CallableDeclaration,
  sizes: Sizes,
  { ranks: wantedRanks, isWanted = () => true, combined = false }: Extent,
): readonly SignatureUse[] {
  const given = { ...usualLayers[declaration.name.text]?.given, ...needed[declaration.name.text] };
  const values = new Map<string, string>();
  for (const { name, default: standard } of declaration.hyperparameters) {
    const value = given[name.text] ?? (standard && renamed(textOf(standard.span), values));
    if (value !== undefined) values.set(name.text, value);
  }
  const words = [...new Set(declaration.inputs.map((it) => it.type.element.text))];
  const choices = words.map((word) => typesOf(word));
  const count = Math.max(1, ...choices.map((it) => it.length));
  const hasSpread = declaration.inputs.some((it) => it.type.dims.some((dim) => dim.kind === "dim-spread"));
  const ranks = hasSpread ? wantedRanks : [0];
  const required = declaration.inputs.filter((it) => !it.optional && it.default === undefined);
  const given_ = Object.entries(given).map(([name, value]) => `${name}=${value}`);
  return ranks.flatMap((rank) =>
    Array.from({ length: count }, (_, turn) => turn).flatMap((turn): readonly SignatureUse[] => {
      const elements = new Map<string, string>(
        words.map((word, at): [string, string] => {
          const types = choices[at] ?? [];
          return [word, types[turn % types.length] ?? word];
        }),
      );
      const chosen = [...elements].flatMap(([word, type]) => (word === type ? [] : [type]));
      if (chosen.length > 0 && !chosen.some(isWanted)) return [];
      const all = declaration.inputs.filter((it) => it.name?.text !== "lengths" || hasSecondAxis(declaration, rank));
      const optional = all.filter((it) => !required.includes(it));
      const given = combined ? subsetsOf(optional) : optional.length === 0 ? [[]] : [[], optional];
      return given
        .filter((some) => canBeGiven(some, required, optional))
        .map((some) => {
          const inputs = all.filter((it) => required.includes(it) || some.includes(it));
          return useOf(declaration, sizes, rank, elements, inputs, values, given_);
        });
    }),
  );
}

/** Whether the first input has a second axis, which lengths are of. */
function hasSecondAxis({ inputs: [first] }: CallableDeclaration, rank: number): boolean {
  const dims = first?.type.dims ?? [];
  const at = dims.findIndex((it) => it.kind === "dim-spread");
  return at < 0 || at + rank > 1;
}

/** Whether what is given has no dim that only an input introduces which is left out: its default has another there. */
function canBeGiven(some: readonly Input[], required: readonly Input[], optional: readonly Input[]): boolean {
  const dimsOf = (inputs: readonly Input[]): readonly string[] =>
    inputs.flatMap((it) => it.type.dims.flatMap((dim) => (dim.kind === "reference" ? [dim.text] : [])));
  const there = new Set(dimsOf([...required, ...some.filter((it) => it.default !== undefined)]));
  const lost = dimsOf(optional.filter((it) => it.default !== undefined && !some.includes(it)));
  return !dimsOf(some).some((it) => lost.includes(it) && !there.has(it));
}

/** Every choice of some elements, the empty one first. */
function subsetsOf<T>(elements: readonly T[]): readonly (readonly T[])[] {
  return elements.reduce<readonly (readonly T[])[]>(
    (before, element) => [...before, ...before.map((it) => [...it, element])],
    [[]],
  );
}

function useOf(
  declaration: CallableDeclaration,
  sizes: Sizes,
  spread: number,
  elements: ReadonlyMap<string, string>,
  inputs: readonly Input[],
  values: ReadonlyMap<string, string>,
  given: readonly string[],
): SignatureUse {
  const names = new Map(values);
  const hasLengths = declaration.inputs.some((it) => it.name?.text === "lengths");
  if (sizes === "literal") for (const [name, size] of Object.entries(literalSizes)) names.set(name, String(size));
  const typed = inputs.map(({ name, type }, at) => {
    const dims = type.dims.flatMap((dim) =>
      dim.kind === "dim-spread" ? axesOf(spread, sizes, hasLengths) : [renamed(textOf(dim.span), names)],
    );
    const word = type.element.text;
    const classes = type.classes === undefined ? "" : `(${renamed(textOf(type.classes.span), names)})`;
    const element = `${elements.get(word) ?? word}${classes}`;
    return { name: name?.text ?? `input_${at}`, type: `${element}[${dims.join(", ")}]` };
  });
  const facts = declaration.where.flatMap(({ condition }) => {
    // A number that counts for each axis has no elements.
    const text = renamed(textOf(condition.span), names).replace(/(?<=\b\d+)\[\d\]/g, "");
    return sizes === "symbolic" && /\b[A-Z]\w*\b/.test(text) ? [text] : [];
  });
  const { text: name } = declaration.name;
  // A window that is not padded fits into what it slides over.
  if (sizes === "symbolic" && /^(Conv|DepthwiseConv|SeparableConv|MaxPool|AvgPool|LpPool|Cropping)/.test(name)) {
    const slid = ["T", "L", "D", "H", "W"].filter((axis) =>
      typed.some((it) => new RegExp(`\\b${axis}\\b`).test(it.type)),
    );
    facts.push(...slid.map((axis) => `${axis} >= 8`));
  }
  const callOf: SignatureUse["callOf"] = (written) => {
    const places = typed.map((it, at) => (inputs[at]?.optional === true ? `${it.name}=${written(it)}` : written(it)));
    return isFunction(declaration)
      ? `${name}(${[...places, ...given].join(", ")})`
      : `${name}(${given.join(", ")})(${places.join(", ")})`;
  };
  return {
    title: `${name}(${[...typed.map((it) => `${it.name}: ${it.type}`), ...given].join(", ")})`,
    inputs: typed,
    rank: spread,
    facts,
    callOf,
  };
}

/** The use as a block by itself. */
export function blockOf(use: SignatureUse, name: string): string {
  const inputs = use.inputs.map((it) => `${it.name}: ${it.type}`).join(", ");
  const facts = use.facts.length === 0 ? "" : ` where ${use.facts.join(", ")}`;
  return `block ${name}: (${inputs})${facts} {\n  ${use.callOf((it) => it.name)}\n}\n`;
}
