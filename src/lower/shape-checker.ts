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

/** What is done with what a shape rule finds that is no error. */
export interface Noted {
  /** Broadcasting adds an axis, and a dim so meets itself. */
  readonly crossed?: ShapeChecker["meetsItself"];
  /** A dim is proved to be 1 and is to be broadcast: without this it is as all others. */
  readonly one?: (dim: Dim) => void;
}

/** Reports what a shape rule finds, with counterexamples, at `span`; `labels` show the operands. */
export function shapeChecker(
  ctx: Context,
  span: Span,
  labels: () => readonly Label[],
  { crossed, one }: Noted = {},
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
    helpFor: (pair: SizePair, all: readonly Relation[]) => Extras,
  ): false => {
    const all = pairs.map(({ left, right }) => equal(left, right));
    const pair = worst(pairs, (it) => isUndecided(equal(it.left, it.right), within(it)));
    const { left, right, what } = pair;
    const relation = equal(left, right);
    const facts = within(pair);
    if (isUndecided(relation, facts)) return undecided(`${what} are equal, ${named(left)} and ${named(right)}`, all);
    const example = exampleOf(relation, left, right, "is not", facts);
    const found = { what, left: named(left), right: named(right), example };
    report(ctx, "MC3002", span, found, { labels: labels(), ...helpFor(pair, all), ...failsAt(relation, facts) });
    return false;
  };
  const open = (pairs: readonly SizePair[]): readonly SizePair[] => pairs.filter((it) => !proved(it.left, it.right));
  const allEqual = (pairs: readonly SizePair[]): boolean => {
    const found = open(pairs);
    return (
      found.length === 0 ||
      differ(
        found,
        () => factsIn(ctx),
        (_, all) => stating(ctx, all),
      )
    );
  };
  return {
    equal: (left, right, what) => allEqual([{ left, right, what }]),
    allEqual,
    allBroadcast(pairs) {
      const found = open(pairs).filter((pair) => {
        const alone = repeated(pair).find((it) => proved(it, constant(1)));
        if (alone === undefined || one === undefined) return true;
        one(alone);
        return false;
      });
      if (found.length === 0) return true;
      // Where one of them is 1 it would run.
      const larger = (pair: SizePair): Facts => {
        const both = assume(factsIn(ctx), ...repeated(pair).map((it) => atLeast(it, constant(2))));
        return decide(equal(pair.left, pair.right), both).verdict === "proved" ? factsIn(ctx) : both;
      };
      return differ(found, larger, ({ left, right, isLast }, all) => {
        return isKnown(left, right) && isLast === true
          ? {
              help: `A layer gives one of them the other's size: \`Dense(${formatDim(right)})\` works on the last axis.`,
            }
          : stating(ctx, all);
      });
    },
    provesEqual: proved,
    provesAtLeast: (left, right) => proves(atLeast(left, right)),
    atLeast(left, right, what, argument) {
      const relation = atLeast(left, right);
      if (proves(relation)) return true;
      const example = exampleOf(relation, left, right, "is less than", factsIn(ctx));
      const shows = failsAt(relation, factsIn(ctx));
      const isOpen = isUndecided(relation, factsIn(ctx));
      const say = (all: readonly Relation[]): void => {
        if (isOpen) {
          undecided(`${named(left)} is at least ${named(right)} (${what})`, all, ctx.facts);
          return;
        }
        report(
          ctx,
          "MC3028",
          span,
          { what, left: named(left), right: named(right), example },
          {
            labels: labels(),
            ...(isKnown(left, right) && argument !== undefined
              ? { help: smaller(ctx, argument) }
              : // What was found wanting before it is reported by itself.
                stating(ctx, all, ctx.facts)),
            ...shows,
          },
        );
      };
      return putOff(ctx, relation, span, say);
    },
    divides(divisor, dividend, what) {
      const relation = divides(divisor, dividend);
      if (proves(relation)) return true;
      if (isUndecided(relation, factsIn(ctx)))
        return undecided(`${named(divisor)} divides ${named(dividend)} (${what})`, [relation]);
      const example = exampleOf(relation, dividend, divisor, "is no multiple of", factsIn(ctx));
      report(
        ctx,
        "MC3029",
        span,
        { what, divisor: named(divisor), dividend: named(dividend), example },
        {
          labels: labels(),
          ...stating(ctx, [relation]),
          ...failsAt(relation, factsIn(ctx)),
        },
      );
      return false;
    },
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

function isKnown(left: Dim, right: Dim): boolean {
  return asNumber(left) !== undefined && asNumber(right) !== undefined;
}

/** What layers of the library call the window that they slide over their input. */
const windowNames: ReadonlySet<string> = new Set(["kernel", "size"]);

/** What is too large, as it is called where the person wrote it. */
function smaller({ frame }: Context, argument: string): string {
  const given = frame.library ? frame.declaration?.hyperparameters : undefined;
  const own = given?.find(({ name }) => windowNames.has(name.text));
  const what = own === undefined ? `\`${argument}\`` : `\`${own.name.text}\` of \`${frame.name}\``;
  return `Make ${what} smaller, or pad its input, as \`padding=same\` does.`;
}

function sentence(text: string): string {
  const capital = text.charAt(0).toUpperCase() + text.slice(1);
  return /[.?!]$/.test(capital) ? capital : `${capital}.`;
}

/** The sides of a pair that may be 1 where the other is more. */
function repeated({ left, right, leftAlone }: SizePair): readonly Dim[] {
  return leftAlone === true ? [left] : [left, right];
}
