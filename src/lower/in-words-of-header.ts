import type { Diagnostic } from "../diagnostics/diagnostic.ts";
import type { Findings } from "../diagnostics/findings.ts";
import { textOf } from "../support/source.ts";

/** The facts that a help offers for a header. */
const clause = /(?<=`where )[^`]*(?=`)/;
/** A number that stands for itself. */
const number = /(?<![\w.])\d+(?![\w.])/g;
/** For how many names it is tried whether an offered number goes with them, and for how many of them by multiples. */
const [mostTried, mostByMultiples] = [3, 2];

/** What is found where numbers that have a name are others. */
export type FoundAt = (values: ReadonlyMap<string, number>) => Findings["found"];

/**
 * Findings whose offered facts are in the words of the header: `T >= n`, where 4 is what `n` is, a hyperparameter or a
 * constant. What a number came from is not guessed: the same is lowered at other values of a name (`at`), and a number
 * that goes with it in a line, or is multiplied with each step of it, is written by it; one that goes with several, by all
 * of them. Those are tried that stand where something was found, then those of which a number is a multiple.
 */
export function inWordsOfHeader(
  found: Findings["found"],
  values: ReadonlyMap<string, number>,
  at: FoundAt,
): Findings["found"] {
  const isOffered = (it: Diagnostic | Findings): it is Diagnostic => "help" in it && numbersIn(it.help).length > 0;
  const offering = found.filter(isOffered);
  const isMeant = ({ name, value }: Known, it: Diagnostic): boolean =>
    isNamedAt(name, it) || (value > 1 && numbersIn(it.help).some((digits) => Number(digits) % value === 0));
  const all = [...values].map(([name, value]): Known => ({ name, value }));
  const named = all.filter(({ name }) => offering.some((it) => isNamedAt(name, it)));
  const others = all.filter((known) => !named.includes(known) && offering.some((it) => isMeant(known, it)));
  const rest = all.filter((known) => !named.includes(known) && !others.includes(known));
  const meant = [...named, ...others];
  const inOrder = (a: Known, b: Known): number => all.indexOf(a) - all.indexOf(b);
  const tried = meant.length === 0 ? [] : [...meant, ...rest].slice(0, mostTried).toSorted(inOrder);
  const stepped = (known: Known, by: number): Tried => ({
    known,
    steps: [known.value + by, known.value + 2 * by].map((value) => ({
      value,
      found: at(new Map([[known.name, value]])),
    })),
  });
  const one = tried.map((it) => stepped(it, 1));
  const rewrite = (them: Findings["found"], by: readonly Tried[]): Findings["found"] =>
    them.map((it) => {
      const isAny = isOffered(it) && by.some(({ known }) => isMeant(known, it));
      return isAny ? rewritten(it, by, at) : it;
    });
  const told = rewrite(found, one);
  if (told.some((it, index) => it !== found[index])) return told;
  // Where the next ones do not fit, multiples may.
  return tried.slice(0, mostByMultiples).reduce((them, it) => rewrite(them, [stepped(it, it.value)]), found);
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

/** A name of a number, and what it is. */
interface Known {
  readonly name: string;
  readonly value: number;
}

/** What is found at another value of it. */
interface Step {
  readonly value: number;
  readonly found: Findings["found"];
}

/** A name with what is found where it is another number. */
interface Tried {
  readonly known: Known;
  readonly steps: readonly Step[];
}

/** How a number goes with a name: by so much for each step of it. */
interface Line {
  readonly known: Known;
  readonly slope: number;
}

/** The finding with the numbers of its offered facts written by names, where other values of these change them alone. */
function rewritten(it: Diagnostic, tried: readonly Tried[], at: FoundAt): Diagnostic {
  const { help = "" } = it;
  const numbersAt = (found: Findings["found"]): readonly string[] => {
    const others = found.flatMap((other) => ("code" in other && isSamePlace(it, other) ? (other.help ?? "") : []));
    return numbersIn(others.find((other) => other.replace(number, "#") === help.replace(number, "#")));
  };
  const ways = tried.map(({ known, steps }) => ({
    known,
    points: steps.map((step) => ({ value: step.value, numbers: numbersAt(step.found) })),
  }));
  let index = -1;
  const words = (clause.exec(help)?.[0] ?? "").replace(number, (digits: string, place: number, whole: string) => {
    index += 1;
    const here = index;
    const all = ways.map(({ known, points }) => ({
      known,
      points: points.map((it) => [it.value, Number(it.numbers[here])] as const),
    }));
    const lines = all.flatMap(({ known, points }) => lineThrough(known, Number(digits), points) ?? []);
    const next = new Map(lines.map(({ known }) => [known.name, known.value + 1]));
    const sum = Number(digits) + lines.reduce((total, { slope }) => total + slope, 0);
    const isJoint = lines.length < 2 || Number(numbersAt(at(next))[here]) === sum;
    const [power] = all.flatMap(({ known, points }) => powerThrough(known, Number(digits), points) ?? []);
    const text = lines.length === 0 ? power : isJoint ? sumOf(lines, Number(digits)) : undefined;
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

/** The line in which a number goes with a name; undefined where it does not depend on it, or else. */
function lineThrough(
  known: Known,
  number: number,
  points: readonly (readonly [at: number, number: number])[],
): Line | undefined {
  const [first] = points;
  if (first === undefined) return undefined;
  const slope = (first[1] - number) / (first[0] - known.value);
  const rest = number - slope * known.value;
  if (!Number.isInteger(slope) || slope < 1 || points.some(([at, it]) => it !== slope * at + rest)) return undefined;
  return { known, slope };
}

/** `2 * n - 1`, `a + b - 2`: a number that goes with names in lines. */
function sumOf(lines: readonly Line[], number: number): string {
  const terms = lines.map(({ known, slope }) => (slope === 1 ? known.name : `${String(slope)} * ${known.name}`));
  const rest = lines.reduce((left, { known, slope }) => left - slope * known.value, number);
  const sum = terms.join(" + ");
  return rest === 0 ? sum : `${sum} ${rest < 0 ? "-" : "+"} ${String(Math.abs(rest))}`;
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
