import type { Diagnostic } from "../diagnostics/diagnostic.ts";
import type { Findings } from "../diagnostics/findings.ts";
import { textOf } from "../support/source.ts";

/** The facts that a help offers for a header. */
const clause = /(?<=`where )[^`]*(?=`)/;
/** A number that stands for itself. */
const number = /(?<![\w.])\d+(?![\w.])/g;
/** For how many hyperparameters it is tried whether an offered number goes with them. */
const mostTried = 2;

/**
 * Findings whose offered facts are in the words of the header: `T >= n`, where 4 is what `n` is. What a number came from
 * is not guessed: the same is lowered at other values of a hyperparameter (`at`), and a number that goes with it in a line,
 * or is multiplied with each step of it, is written by it. Those are tried that stand where something was found, then those
 * of which a number is a multiple.
 */
export function inWordsOfHeader(
  found: Findings["found"],
  values: ReadonlyMap<string, number>,
  at: (name: string, value: number) => Findings["found"],
): Findings["found"] {
  const isOffered = (it: Diagnostic | Findings): it is Diagnostic => "help" in it && numbersIn(it.help).length > 0;
  const offering = found.filter(isOffered);
  const isMeant = (name: string, value: number, it: Diagnostic): boolean =>
    isNamedAt(name, it) || (value > 1 && numbersIn(it.help).some((digits) => Number(digits) % value === 0));
  const named = [...values].filter(([name]) => offering.some((it) => isNamedAt(name, it)));
  const others = [...values].filter(
    ([name, value]) => !named.some(([it]) => it === name) && offering.some((it) => isMeant(name, value, it)),
  );
  const tried = [...named, ...others].slice(0, mostTried);
  return tried.reduce((all, [name, value]) => {
    // Where the next ones do not fit, multiples may.
    for (const by of [1, value]) {
      const steps = [value + by, value + 2 * by].map((it) => ({ value: it, found: at(name, it) }));
      const told = all.map((it) =>
        isOffered(it) && isMeant(name, value, it) ? rewritten(it, { name, value }, steps) : it,
      );
      if (told.some((it, index) => it !== all[index])) return told;
    }
    return all;
  }, found);
}

/** The numbers of the facts that a help offers. */
function numbersIn(help = ""): readonly string[] {
  return clause.exec(help)?.[0].match(number) ?? [];
}

/** Whether a name stands in one of the texts that a finding shows. */
function isNamedAt(name: string, { span, labels }: Diagnostic): boolean {
  const word = new RegExp(`(?<![\\w.])${name}(?![\\w.])`);
  return [span, ...labels.map((it) => it.span)].some((it) => word.test(textOf(it)));
}

/** A hyperparameter, and what it is. */
interface Known {
  readonly name: string;
  readonly value: number;
}

/** What is found at another value of it. */
interface Step {
  readonly value: number;
  readonly found: Findings["found"];
}

/** The finding with the numbers of its offered facts written by a hyperparameter, where other values of it change them alone. */
function rewritten(it: Diagnostic, known: Known, steps: readonly Step[]): Diagnostic {
  const { help = "" } = it;
  const counterparts = steps.map((step) =>
    step.found
      .flatMap((other) => ("code" in other && isSamePlace(it, other) ? (other.help ?? "") : []))
      .find((other) => other.replace(number, "#") === help.replace(number, "#")),
  );
  const facts = counterparts.map(numbersIn);
  let index = -1;
  const words = (clause.exec(help)?.[0] ?? "").replace(number, (digits: string, place: number, whole: string) => {
    index += 1;
    const points = facts.map((numbers, step) => [steps[step]?.value ?? NaN, Number(numbers[index])] as const);
    const text = lineThrough(known, Number(digits), points) ?? powerThrough(known, Number(digits), points);
    if (text === undefined) return digits;
    const isFactor = / [%*] $/.test(whole.slice(0, place)) || whole.slice(place + digits.length).startsWith(" *");
    return isFactor && !/^\w+(\(.*)?$/.test(text) ? `(${text})` : text;
  });
  const told = help.replace(clause, () => words);
  return told === help ? it : { ...it, help: told };
}

function isSamePlace(a: Diagnostic, b: Diagnostic): boolean {
  return a.code === b.code && a.span.file === b.span.file && a.span.start === b.span.start && a.span.end === b.span.end;
}

/** `2 * n - 1`, where that is what a number is at all points; undefined where it does not depend on the hyperparameter, or else. */
function lineThrough(
  { name, value }: Known,
  number: number,
  points: readonly (readonly [at: number, number: number])[],
): string | undefined {
  const [first] = points;
  if (first === undefined) return undefined;
  const slope = (first[1] - number) / (first[0] - value);
  const rest = number - slope * value;
  if (!Number.isInteger(slope) || slope < 1 || points.some(([at, it]) => it !== slope * at + rest)) return undefined;
  const product = slope === 1 ? name : `${String(slope)} * ${name}`;
  if (rest === 0) return product;
  return `${product} ${rest < 0 ? "-" : "+"} ${String(Math.abs(rest))}`;
}

/** `pow(2, n)`, `3 * pow(2, n)`, where that is what a number is at all points, each one step from the last. */
function powerThrough(
  { name, value }: Known,
  number: number,
  points: readonly (readonly [at: number, number: number])[],
): string | undefined {
  const base = (points[0]?.[1] ?? NaN) / number;
  const factor = number / base ** value;
  if (!Number.isInteger(base) || base < 2 || !Number.isInteger(factor)) return undefined;
  if (points.some(([at, it]) => it !== factor * base ** at)) return undefined;
  const power = `pow(${String(base)}, ${name})`;
  return factor === 1 ? power : `${String(factor)} * ${power}`;
}
