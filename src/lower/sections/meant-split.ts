import type { Fix } from "../../diagnostics/diagnostic.ts";
import type { Split } from "../../ir/program.ts";
import { textOf } from "../../support/source.ts";
import type { Setting } from "../../syntax/ast/sections.ts";

/** What the splits are called elsewhere. */
const names: Readonly<Record<string, Split>> = {
  train: "train",
  training: "train",
  val: "validate",
  valid: "validate",
  validate: "validate",
  validation: "validate",
  dev: "validate",
  test: "test",
  testing: "test",
  holdout: "test",
};

/** In which order shares stand that have no names. */
const unnamed: readonly Split[] = ["train", "validate", "test"];

/** What a split that is none is to be, by its numbers: `80/20`, `0.8`, `train 80, test 20`, `[0.7, 0.2, 0.1]`. */
export function meantSplit({ phrases }: Setting): { readonly help: string; readonly fix?: Fix } {
  const whole = phrases[0]?.span;
  const last = phrases.at(-1)?.span;
  const example = { help: "Write the share of each: `split: train 0.8, validate 0.1, test 0.1`." };
  if (whole === undefined || last === undefined) return example;
  const span = { ...whole, end: last.end };
  const text = textOf(span);
  const numbers = [...text.matchAll(/\d+(?:\.\d+)?|\.\d+/g)].map(([it]) => Number(it));
  const words = [...text.matchAll(/[a-z_]+/gi)].map(([it]) => it.toLowerCase());
  const named = words.map((it) => (Object.hasOwn(names, it) ? names[it] : undefined));
  const total = numbers.reduce((sum, it) => sum + it, 0);
  const [only] = numbers;
  const isPercent = numbers.some((it) => it > 1);
  const shares = (numbers.length === 1 && only !== undefined ? [only, (isPercent ? 100 : 1) - only] : numbers).map(
    (it) => Number((isPercent ? it / 100 : it).toPrecision(9)),
  );
  const isPlain = words.length === 0 || (numbers.length === 1 && words.length === 1 && named[0] === undefined);
  const splits = isPlain ? unnamed.slice(0, shares.length) : named;
  const fits =
    total <= (isPercent ? 100 : 1) + 1e-9 &&
    shares.every((it) => it > 0 && it <= 1) &&
    splits.length === shares.length &&
    splits.every((it, at) => it !== undefined && splits.indexOf(it) === at);
  if (!fits || splits.length === 0) return example;
  const meant = splits.map((it, at) => `${it ?? ""} ${shares[at] ?? 0}`).join(", ");
  return {
    help: `Write the share of each: \`split: ${meant}\`.`,
    fix: { title: `change to ${meant}`, edits: [{ span, text: meant }] },
  };
}
