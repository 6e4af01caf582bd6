import { decide } from "../../dims/decide.ts";
import { asVariable, formatDim, substitute, variable, variablesOf, type Dim } from "../../dims/dim.ts";
import { atLeast, equal, formatRelation, substituteRelation } from "../../dims/facts.ts";
import type { ModelFace, NamedTensor } from "./model-face.ts";

/** Whether one model takes every size that another takes. */
export interface SizeFit {
  /** The variables of the one, as dims of the other. */
  readonly meaning: (name: string) => Dim | undefined;
  /** Inputs of the other that the one does not take at all of their sizes. */
  readonly refused: ReadonlySet<string>;
  /** What the one demands and the other does not, with sizes at which that fails, where some were found. */
  readonly demands: readonly { readonly text: string; readonly example: string }[];
}

/** Sees whether `taker` takes all sizes that `giver` takes, as far as they have inputs of the same names and ranks. */
export function fitSizes(giver: ModelFace, taker: ModelFace): SizeFit {
  const meant = new Map<string, Dim>();
  const meaning = (name: string): Dim | undefined => meant.get(name);
  const givenBy = inputsOf(giver);
  const pairs = inputsOf(taker).flatMap(({ name, type }) => {
    const given = givenBy.find((it) => it.name === name)?.type.shape;
    return given?.length === type.shape.length
      ? type.shape.map((dim, axis) => ({ name, dim, given: given[axis] ?? dim }))
      : [];
  });
  // A lone name is what stands at its first place; other dims must come out the same.
  for (const { dim, given } of pairs) {
    const alone = asVariable(dim);
    if (alone !== undefined && !meant.has(alone)) meant.set(alone, given);
  }
  const free = new Set(givenBy.flatMap(({ type }) => type.shape.flatMap((dim) => [...variablesOf(dim)])));
  for (const { dim } of pairs) {
    for (const name of variablesOf(dim)) if (!meant.has(name) && free.has(name)) meant.set(name, variable(name));
  }
  const proves = (left: Dim, right: Dim): boolean => decide(equal(left, right), giver.facts).verdict === "proved";
  const refused = pairs.filter(({ dim, given }) => !proves(substitute(dim, meaning), given)).map((it) => it.name);
  const demands = taker.facts.relations.flatMap((relation) => {
    const proof = decide(substituteRelation(relation, meaning), giver.facts);
    if (proof.verdict === "proved") return [];
    const sizes = proof.verdict === "refuted" ? [...proof.counterexample].map(([it, size]) => `${it} = ${size}`) : [];
    return [{ text: formatRelation(relation), example: sizes.join(", ") }];
  });
  return { meaning, refused: new Set(refused), demands };
}

/** The inputs of a model, those that are left out behind the others. */
export function inputsOf({ inputs, leftOut }: ModelFace): readonly NamedTensor[] {
  return [...inputs, ...[...leftOut].flatMap(([name, { type }]) => (type === undefined ? [] : [{ name, type }]))];
}

/** Whether a dim of the taker is one of the giver's at all sizes that this one takes. */
export function isSame(taken: Dim, given: Dim, giver: ModelFace, { meaning }: SizeFit): boolean {
  return decide(equal(substitute(taken, meaning), given), giver.facts).verdict === "proved";
}

/** A type as it is written: `f32[B, 28, 28, 1]`, `class(10)[B]`. */
export function typeText(type: {
  readonly dtype: string;
  readonly shape: readonly Dim[];
  readonly labels?: Dim;
}): string {
  const element = type.labels === undefined ? type.dtype : `class(${formatDim(type.labels)})`;
  return `${element}[${type.shape.map(formatDim).join(", ")}]`;
}

/** Whether all labels of the giver are among those of the taker, which may be any where they are not said. */
export function takesLabels(
  taken: Dim | undefined,
  given: Dim | undefined,
  giver: ModelFace,
  { meaning }: SizeFit,
): boolean {
  if (taken === undefined) return true;
  if (given === undefined) return false;
  return decide(atLeast(substitute(taken, meaning), given), giver.facts).verdict === "proved";
}
