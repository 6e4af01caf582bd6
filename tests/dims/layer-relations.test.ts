import { describe, expect, it } from "vitest";
import { decide } from "../../src/dims/decide.ts";
import { assume, formatRelation, noFacts, type Relation } from "../../src/dims/facts.ts";
import { createRandom, type Random } from "../soak/random.ts";
import { build, valueOfExpression, type Expression } from "./expressions.ts";
import { drawChain } from "./layer-sizes.ts";

/** Relations in all: some, and by `npm run fuzz` many. Another seed draws others. */
const runs = Number(process.env["MODELC_FUZZ"] ?? 2_000);
const seed = Number(process.env["MODELC_SEED"] ?? 1);

/** A relation of expressions, evaluated and built independently of each other. */
interface Written {
  readonly kind: "equal" | "atLeast" | "divides";
  /** Of a division its dividend and its divisor. */
  readonly left: Expression;
  readonly right: Expression;
}

const number = (value: number): Expression => ({ op: "constant", value });
const H: Expression = { op: "variable", name: "H" };
const W: Expression = { op: "variable", name: "W" };

function relationOf({ kind, left, right }: Written): Relation {
  const [a, b] = [build(left), build(right)];
  return kind === "divides" ? { kind, divisor: b, dividend: a } : { kind, left: a, right: b };
}

/** Whether it holds; undefined where a divisor is below 1. */
function isTrue({ kind, left, right }: Written, env: ReadonlyMap<string, number>): boolean | undefined {
  const [a, b] = [valueOfExpression(left, env), valueOfExpression(right, env)];
  if (a === undefined || b === undefined) return undefined;
  if (kind === "divides") return b < 1n ? undefined : a % b === 0n;
  return kind === "equal" ? a === b : a >= b;
}

/** What a checker of layers is asked: true by construction, or with one number changed, of one axis or two. */
function draw(random: Random): { readonly relation: Written; readonly facts: readonly Written[] } {
  const facts: Written[] = [];
  const least = random.integer(24);
  if (random.next() < 0.6) facts.push({ kind: "atLeast", left: H, right: number(least) });
  const factor = random.pick([2, 3, 4, 8, 16]);
  if (random.next() < 0.4) facts.push({ kind: "divides", left: H, right: number(factor) });
  const roll = random.next();
  if (roll < 0.15) facts.push({ kind: "equal", left: H, right: W });
  else if (roll < 0.3) facts.push({ kind: "atLeast", left: H, right: W });
  const chain = drawChain(random, H);
  // Of two axes that are reshaped to one.
  const isProduct = random.next() < 0.15;
  const one: Expression = isProduct ? { op: "*", a: chain.one, b: W } : chain.one;
  const other: Expression = isProduct ? { op: "*", a: W, b: chain.other } : chain.other;
  const changed = (it: Expression): Expression => ({ op: "+", a: it, b: number(1 + random.integer(3)) });
  const kind = random.next();
  if (kind < 0.5) {
    const relation: Written = { kind: "equal", left: one, right: random.next() < 0.25 ? changed(other) : other };
    return { relation, facts };
  }
  // What a window must find, or what a size comes back to.
  if (kind < 0.7) return { relation: { kind: "atLeast", left: one, right: number(random.integer(4)) }, facts };
  if (kind < 0.8) return { relation: { kind: "divides", left: one, right: number(factor) }, facts };
  if (kind < 0.9) return { relation: { kind: "equal", left: one, right: H }, facts };
  const renamed = (e: Expression): Expression => {
    if (e.op === "variable") return W;
    if (e.op === "constant") return e;
    return e.op === "negate" ? { op: "negate", of: renamed(e.of) } : { ...e, a: renamed(e.a), b: renamed(e.b) };
  };
  return { relation: { kind: random.next() < 0.5 ? "equal" : "atLeast", left: one, right: renamed(other) }, facts };
}

/** All sizes of two axes up to 64 that satisfy facts. */
function permitted(facts: readonly Written[], isOfTwo: boolean): readonly ReadonlyMap<string, number>[] {
  const sides = Array.from({ length: 64 }, (_, at) => at + 1);
  const all = sides.flatMap((h) =>
    (isOfTwo ? sides : [h]).map(
      (w) =>
        new Map([
          ["H", h],
          ["W", w],
        ]),
    ),
  );
  return all.filter((env) => facts.every((it) => isTrue(it, env) === true));
}

function namesIn(e: Expression): readonly string[] {
  if (e.op === "constant") return [];
  if (e.op === "variable") return [e.name];
  return e.op === "negate" ? namesIn(e.of) : [...namesIn(e.a), ...namesIn(e.b)];
}

describe("relations of the sizes that layers make", () => {
  it("are decided, as they are up to 64", () => {
    const random = createRandom(seed);
    const wrong: string[] = [];
    const unknown: string[] = [];
    const verdicts = { proved: 0, refuted: 0, unknown: 0 };
    for (let run = 0; run < runs; run++) {
      const { relation, facts } = draw(random);
      const asked = relationOf(relation);
      const proof = decide(asked, assume(noFacts, ...facts.map(relationOf)));
      verdicts[proof.verdict]++;
      const shown = `${formatRelation(asked)} where ${facts.map((it) => formatRelation(relationOf(it))).join(", ")}`;
      if (proof.verdict === "unknown") unknown.push(shown);
      else if (proof.verdict === "refuted") {
        const at = proof.counterexample;
        const env = new Map([["H", 1], ["W", 1], ...at]);
        const bearing = facts.filter((it) => [...namesIn(it.left), ...namesIn(it.right)].every((name) => at.has(name)));
        if (isTrue(relation, env) !== false || bearing.some((it) => isTrue(it, env) !== true))
          wrong.push(`refuted at ${[...at].join()}: ${shown}`);
      } else {
        const isOfTwo = [relation, ...facts].some((it) => [...namesIn(it.left), ...namesIn(it.right)].includes("W"));
        const against = permitted(facts, isOfTwo).find((env) => isTrue(relation, env) === false);
        if (against !== undefined) wrong.push(`proved, and false at ${[...against].join()}: ${shown}`);
      }
    }
    expect(wrong).toEqual([]);
    expect(unknown.length / runs, unknown.join("\n")).toBeLessThan(0.003);
    // Both answers are asked for.
    expect(Math.min(verdicts.proved, verdicts.refuted)).toBeGreaterThan(runs / 10);
  }, 3_600_000);
});
