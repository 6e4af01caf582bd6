import { asNumber, constant, evaluate, formatDim, variablesOf, type Dim } from "../dims/dim.ts";
import type { Extras } from "../diagnostics/make-diagnostic.ts";
import { decide } from "../dims/decide.ts";
import { assume, atLeast, divides, equal, type Facts, type Relation } from "../dims/facts.ts";
import type { Label } from "../diagnostics/diagnostic.ts";
import type { ShapeChecker, SizePair } from "../ops/define/operator.ts";
import type { Span } from "../support/source.ts";
import { failsAt, formatExample } from "./convert.ts";
import { report, type Context } from "./context.ts";
import { factsIn, putOff } from "./minima.ts";
import { helpOfChannels } from "./input-size.ts";
import { stating } from "./offered-facts.ts";
import { isUndecided, reportUndecided, worst } from "./report-undecided.ts";

/** A dim as messages show it: with the name of its axis where that says more. */
export function named(dim: Dim): string {
  const text = formatDim(dim);
  return dim.label === undefined || dim.label === text ? text : `${text} (${dim.label})`;
}

/** `; for example at H = 30: 15 is not 14`, where a relation is refuted by sizes. */
export function exampleOf(relation: Relation, left: Dim, right: Dim, verb: string, facts: Facts): string {
  const proof = decide(relation, facts);
  if (proof.verdict !== "refuted" || proof.counterexample.size === 0) return "";
  const known = [left, right].every((it) => [...variablesOf(it)].every((name) => proof.counterexample.has(name)));
  const at = formatExample(proof.counterexample);
  if (!known) return `; for example at ${at}`;
  return `; for example at ${at}: ${String(evaluate(left, proof.counterexample))} ${verb} ${String(evaluate(right, proof.counterexample))}`;
}

/** A pair as messages show it. */
interface Shown {
  readonly what: string;
  readonly left: string;
  readonly right: string;
}

/** What is done with what a shape rule finds that is no error. */
export interface Noted {
  /** Broadcasting adds an axis, and a dim so meets itself. */
  readonly crossed?: ShapeChecker["meetsItself"];
  /** A dim is proved to be 1 and is to be broadcast: without this it is as all others. */
  readonly one?: (dim: Dim) => void;
  /** Labels that show where sizes come from that are at fault. */
  readonly origins?: (sizes: readonly Dim[]) => readonly Label[];
  /** What to do where sizes differ that are not meant to be equal. */
  readonly instead?: () => string | undefined;
  /** What to do where sizes differ that no fact can make equal. */
  readonly help?: () => string | undefined;
  /** Whether operands that go together place by place lack axes of one another. */
  readonly lacksAxes?: boolean;
}

/** Reports what a shape rule finds, with counterexamples, at `span`; `labels` show the operands. */
export function shapeChecker(
  ctx: Context,
  span: Span,
  labels: () => readonly Label[],
  {
    crossed,
    one,
    origins = () => [],
    instead = () => undefined,
    help = () => undefined,
    lacksAxes = false,
  }: Noted = {},
): ShapeChecker {
  const proves = (relation: Relation): boolean => decide(relation, factsIn(ctx)).verdict === "proved";
  const proved = (left: Dim, right: Dim): boolean => proves(equal(left, right));
  const undecided = (claim: string, relations: readonly Relation[], facts = factsIn(ctx)): false => {
    reportUndecided(ctx, span, { claim, relations, labels: labels(), facts });
    return false;
  };
  /** Reports the pair that surely differs, else the first; `within` are the facts under which the two of a pair must be the same. */
  const differ = (
    pairs: readonly SizePair[],
    within: (pair: SizePair) => Facts,
    otherwise: (pair: SizePair) => Extras = () => ({}),
  ): false => {
    const all = pairs.map(({ left, right }) => equal(left, right));
    const pair = worst(pairs, (it) => isUndecided(equal(it.left, it.right), within(it)));
    const { left, right, what } = pair;
    const relation = equal(left, right);
    const facts = within(pair);
    if (isUndecided(relation, facts)) return undecided(`${what} are equal, ${named(left)} and ${named(right)}`, all);
    const example = exampleOf(relation, left, right, "is not", facts);
    const others = pairs.filter((it) => it !== pair && !isUndecided(equal(it.left, it.right), within(it))).map(shown);
    const found = { what, left: named(left), right: named(right), example, others };
    report(ctx, "MC3002", span, found, {
      labels: [...labels(), ...origins([left, right])],
      ...helpFor(pair, all, otherwise),
      ...failsAt(relation, facts),
    });
    return false;
  };
  const helpFor = (pair: SizePair, all: readonly Relation[], otherwise: (pair: SizePair) => Extras): Extras => {
    const meant = instead();
    if (meant !== undefined) return { help: meant };
    const stated = stating(ctx, all, factsIn(ctx), lacksAxes);
    if (stated.help !== undefined) return stated;
    const found = help();
    return found === undefined ? otherwise(pair) : { help: found };
  };
  const open = (pairs: readonly SizePair[]): readonly SizePair[] => pairs.filter((it) => !proved(it.left, it.right));
  const allEqual = (pairs: readonly SizePair[]): boolean => {
    const found = open(pairs);
    return found.length === 0 || differ(found, () => factsIn(ctx));
  };
  const allAtLeast = (needs: readonly SizePair[], argument?: string): boolean => {
    const facts = factsIn(ctx);
    const small = needs.filter(({ left, right }) => !proves(atLeast(left, right)));
    const known = small.filter(({ left, right }) => isKnown(left, right));
    return small
      .map((need): boolean => {
        const { left, right, what } = need;
        const relation = atLeast(left, right);
        const isOpen = isUndecided(relation, facts);
        const example = exampleOf(relation, left, right, "is less than", facts);
        const shows = failsAt(relation, facts);
        // Of numbers all is said at once; what sizes need stands in the help.
        const others = known.includes(need) ? known.filter((it) => it !== need).map(shown) : [];
        if (known.indexOf(need) > 0) return false;
        return putOff(ctx, relation, span, (all) => {
          if (isOpen) {
            undecided(`${named(left)} is at least ${named(right)} (${what})`, all, ctx.facts);
            return;
          }
          const found = { what, left: named(left), right: named(right), example, others };
          // What was found wanting before it is reported by itself.
          const isOfWindow = isKnown(left, right) && argument !== undefined;
          const otherwise = isOfWindow ? (help() ?? smaller(ctx, argument)) : undefined;
          const helps = otherwise === undefined ? stating(ctx, all, ctx.facts) : { help: otherwise };
          report(ctx, "MC3028", span, found, { labels: [...labels(), ...origins([left, right])], ...helps, ...shows });
        });
      })
      .every((fine) => fine);
  };
  const allDivide = (needs: readonly SizePair[]): boolean => {
    const facts = factsIn(ctx);
    const found = needs.filter(({ left, right }) => !proves(divides(left, right)));
    if (found.length === 0) return true;
    const all = found.map(({ left, right }) => divides(left, right));
    const isOpen = ({ left, right }: SizePair): boolean => isUndecided(divides(left, right), facts);
    const need = worst(found, isOpen);
    const { left, right, what } = need;
    if (isOpen(need)) return undecided(`${named(left)} divides ${named(right)} (${what})`, all);
    const relation = divides(left, right);
    const example = exampleOf(relation, right, left, "is no multiple of", facts);
    const others = found.filter((it) => it !== need && !isOpen(it)).map(shown);
    const told = { what, divisor: named(left), dividend: named(right), example, others };
    report(ctx, "MC3029", span, told, {
      labels: [...labels(), ...origins([left, right])],
      ...stating(ctx, all),
      ...failsAt(relation, facts),
    });
    return false;
  };
  return {
    equal: (left, right, what) => allEqual([{ left, right, what }]),
    allEqual,
    allBroadcast(pairs) {
      const found = open(pairs).filter((pair) => {
        const alone = repeatedOf(pair).find((it) => proved(it, constant(1)));
        if (alone === undefined || one === undefined) return true;
        one(alone);
        return false;
      });
      if (found.length === 0) return true;
      // Where one of them is 1 it would run.
      const larger = (pair: SizePair): Facts => {
        const both = assume(factsIn(ctx), ...repeatedOf(pair).map((it) => atLeast(it, constant(2))));
        return decide(equal(pair.left, pair.right), both).verdict === "proved" ? factsIn(ctx) : both;
      };
      return differ(found, larger, ({ left, right, isLast }) =>
        isKnown(left, right) && isLast === true ? helpOfLast(ctx, right) : {},
      );
    },
    provesEqual: proved,
    provesAtLeast: (left, right) => proves(atLeast(left, right)),
    atLeast: (left, right, what, argument) => allAtLeast([{ left, right, what }], argument),
    allAtLeast,
    divides: (left, right, what) => allDivide([{ left, right, what }]),
    allDivide,
    meetsItself: (left, right, dim) => crossed?.(left, right, dim),
    fail(message, help) {
      report(
        ctx,
        "MC3006",
        span,
        { message },
        { labels: labels(), ...(help !== undefined && { help: sentence(help) }) },
      );
      return undefined;
    },
  };
}

/** Those of two sizes that are broadcast where they are 1. */
function repeatedOf({ left, right, isOneWay }: SizePair): readonly Dim[] {
  return isOneWay === true ? [left] : [left, right];
}

function shown({ what, left, right }: SizePair): Shown {
  return { what, left: named(left), right: named(right) };
}

function isKnown(left: Dim, right: Dim): boolean {
  return asNumber(left) !== undefined && asNumber(right) !== undefined;
}

/** What layers of the library call the window that they slide over their input. */
const windowNames: ReadonlySet<string> = new Set(["kernel", "size"]);

/** What gives the last axis a size that is known: in a section nothing does. */
function helpOfLast({ owning, frame }: Context, size: Dim): Extras {
  if (frame.section === true) return {};
  if (owning !== "fn")
    return {
      help: `A layer gives one of them the other's size: \`Dense(${formatDim(size)})\` works on the last axis.`,
    };
  return {
    help: `A function has no layers: declare both with one size, and let \`${frame.name}\` be given what has it.`,
  };
}

/** What is too large, as it is called where the person wrote it. */
function smaller({ frame }: Context, argument: string): string {
  const given = frame.library ? frame.declaration?.hyperparameters : undefined;
  const own = given?.find(({ name }) => windowNames.has(name.text));
  const channels = own?.name.text === "kernel" && frame.call !== undefined ? helpOfChannels(frame.call) : undefined;
  if (channels !== undefined) return channels;
  const what = own === undefined ? `\`${argument}\`` : `\`${own.name.text}\` of \`${frame.name}\``;
  return `Make ${what} smaller, or pad its input, as \`padding=same\` does.`;
}

function sentence(text: string): string {
  const capital = text.charAt(0).toUpperCase() + text.slice(1);
  return /[.?!]$/.test(capital) ? capital : `${capital}.`;
}
