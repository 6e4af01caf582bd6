import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Dim } from "../../src/dims/dim.ts";
import {
  add,
  ceilDivide,
  constant,
  floorDivide,
  maximum,
  minimum,
  modulo,
  multiply,
  product,
  subtract,
  sum,
  variable,
} from "../../src/dims/dim.ts";
import type { Proof } from "../../src/dims/decide.ts";
import { decide } from "../../src/dims/decide.ts";
import type { Relation } from "../../src/dims/facts.ts";
import {
  assume,
  atLeast,
  divides,
  equal,
  factsKey,
  formatRelation,
  lessThan,
  negateRelation,
  noFacts,
  relationsOf,
  substituteRelation,
} from "../../src/dims/facts.ts";
import type { Expression } from "./expressions.ts";
import { build, expressions, names, valueOfExpression } from "./expressions.ts";

const [a, b, c] = [variable("a"), variable("b"), variable("c")];
const [B, C, D, H, T, W] = [..."BCDHTW"].map(variable) as [Dim, Dim, Dim, Dim, Dim, Dim];
const heads = variable("heads");
const n = (value: number): Dim => constant(value);
const over = (d: Dim, by: number): Dim => floorDivide(d, n(by));
const given = (...facts: readonly Relation[]): ReturnType<typeof assume> => assume(noFacts, ...facts);
const atMost = (d: Dim, most: number): Relation => atLeast(n(most), d);

function proves(relation: Relation, ...facts: readonly Relation[]): void {
  expect(decide(relation, given(...facts)), formatRelation(relation)).toEqual({ verdict: "proved" });
}

function refutes(relation: Relation, example: Readonly<Record<string, number>>, ...facts: readonly Relation[]): void {
  const proof = decide(relation, given(...facts));
  expect(proof.verdict, formatRelation(relation)).toBe("refuted");
  if (proof.verdict === "refuted") expect(Object.fromEntries(proof.counterexample)).toEqual(example);
}

describe("what is far away", () => {
  const K = variable("K");

  it("is found by the bounds of each size", () => {
    refutes(
      equal(multiply(B, W), product([B, over(W, 2), n(2)])),
      { B: 1, H: 83, K: 83, W: 83 },
      atLeast(H, W),
      atLeast(K, H),
      atLeast(over(W, 2), n(41)),
    );
    refutes(
      negateRelation(equal(over(ceilDivide(W, n(16)), 3), n(7))),
      { H: 1284, W: 321 },
      equal(H, multiply(n(4), W)),
    );
    refutes(lessThan(H, n(2 ** 40 + 1)), { H: 2 ** 40 + 1 });
  });

  it("is found with sizes put in the place of those that are equal to them", () => {
    refutes(atMost(T, 1024), { H: 33, T: 1089, W: 33 }, equal(T, multiply(H, W)), equal(H, W));
    proves(atMost(T, 1024), equal(T, multiply(H, W)), equal(H, W), atMost(W, 32));
    const proof = decide(atMost(T, 1024), given(equal(T, multiply(H, W)), equal(H, W)));
    expect(proof.verdict === "refuted" && [...proof.counterexample.keys()]).toEqual(["H", "T", "W"]);
  });

  it("is found among large sizes, where the smallest ones are out of reach", () => {
    refutes(lessThan(multiply(H, W), n(1e15)), { H: 2 ** 25, W: 2 ** 25 });
  });

  it("is found where proofs run into thousands of cases, and are given up", () => {
    refutes(
      equal(multiply(over(C, 2), n(2)), C),
      { B: 13, C: 17, H: 8 },
      equal(over(ceilDivide(multiply(C, B), n(7)), 8), minimum(subtract(H, modulo(C, n(5))), n(4))),
      atLeast(H, n(8)),
      lessThan(H, C),
    );
  });
});

it("proves what is left where both sides have the same", () => {
  const three: readonly Relation[] = [equal(modulo(n(3), B), n(0)), atLeast(B, n(2))];
  proves(equal(add(B, W), add(W, n(3))), ...three);
  proves(atLeast(add(multiply(W, H), B), add(multiply(W, H), n(3))), ...three);
  proves(equal(product([B, W, H]), product([n(3), W, H])), ...three);
  refutes(equal(add(B, W), add(W, n(4))), { B: 3, W: 1 }, ...three);
});

describe("powers", () => {
  it("are equal where what they are of is", () => {
    proves(equal(H, T), equal(multiply(H, H), multiply(T, T)));
    proves(equal(multiply(H, W), T), equal(product([H, H, H, W, W, W]), product([T, T, T])));
    const sides = [subtract(H, n(3)), subtract(n(3), H)];
    const [left, right] = sides.map((it) => maximum(it, n(0))) as [Dim, Dim];
    proves(equal(left, right), equal(multiply(left, left), multiply(right, right)));
  });

  it("are rooted where two stand against each other alone", () => {
    // 3, 4, 5: a sum of squares is no square of the sum.
    refutes(
      equal(add(H, T), W),
      { H: 3, T: 4, W: 5 },
      equal(add(multiply(H, H), multiply(T, T)), multiply(W, W)),
      atLeast(T, H),
    );
    // 4 * H * H is the square of 2 * H, and of no H * 4.
    refutes(equal(multiply(n(4), H), T), { H: 1, T: 2 }, equal(product([n(4), H, H]), multiply(T, T)));
    proves(equal(over(H, 2), over(T, 3)), equal(multiply(over(H, 2), over(H, 2)), multiply(over(T, 3), over(T, 3))));
  });

  it("of two of which one may be negative are equal for either sign", () => {
    const below = minimum(subtract(H, n(3)), n(1));
    refutes(equal(below, T), { H: 1, T: 2 }, equal(multiply(below, below), multiply(T, T)), atLeast(n(2), H));
  });

  it("of what may be negative are equal for either sign", () => {
    const [below, above] = [minimum(subtract(H, n(3)), n(1)), minimum(subtract(n(3), H), n(1))];
    refutes(equal(below, above), { H: 2 }, equal(multiply(below, below), multiply(above, above)));
  });
});

describe("what other checkers miss", () => {
  it("decides halves, quarters and roundings", () => {
    proves(equal(add(over(a, 2), over(add(a, n(1)), 2)), a));
    proves(equal(over(over(a, 2), 2), over(a, 4)));
    proves(equal(ceilDivide(a, n(2)), over(add(a, n(1)), 2)));
    proves(equal(subtract(a, over(a, 2)), ceilDivide(a, n(2))));
    proves(equal(sum([0, 1, 2, 3, 4].map((i) => over(add(a, n(i)), 5))), a));
    proves(atLeast(ceilDivide(a, n(3)), over(a, 3)));
    refutes(equal(multiply(n(2), over(a, 2)), a), { a: 1 });
    refutes(equal(over(add(a, b), 2), add(over(a, 2), over(b, 2))), { a: 1, b: 1 });
  });

  it("does not prove that the square of min(a - 2, 1) is at least 1", () => {
    const m = minimum(subtract(a, n(2)), n(1));
    refutes(atLeast(multiply(m, m), n(1)), { a: 2 });
    proves(atLeast(multiply(m, m), n(0)));
    proves(atLeast(multiply(m, m), n(1)), atLeast(a, n(3)));
  });

  it("decides the skips of a U-Net by what divides the image", () => {
    const up = multiply(n(16), over(over(over(over(H, 2), 2), 2), 2));
    refutes(equal(up, H), { H: 1 });
    refutes(equal(up, H), { H: 8 }, divides(n(8), H));
    proves(equal(up, H), divides(n(16), H));
    proves(equal(multiply(n(2), over(over(H, 4), 2)), over(H, 4)), divides(n(16), H));
    const same = (d: Dim): Dim => ceilDivide(d, n(2));
    proves(equal(multiply(n(2), same(same(H))), same(H)), divides(n(4), H));
    refutes(equal(multiply(n(2), same(same(H))), same(H)), { H: 1 });
  });

  it("keeps dims apart that only might be equal", () => {
    refutes(equal(a, b), { a: 1, b: 2 });
    refutes(equal(a, n(1)), { a: 2 });
    refutes(equal(H, n(28)), { H: 1 });
    proves(equal(a, b), equal(a, b));
    proves(equal(a, c), equal(a, b), equal(c, b));
  });
});

describe("divisibility", () => {
  it("follows from larger divisors, factors and other facts", () => {
    proves(divides(n(4), H), divides(n(16), H));
    proves(divides(n(12), H), divides(n(4), H), divides(n(3), H));
    proves(divides(n(6), product([n(3), H, W])), divides(n(2), W));
    proves(divides(heads, multiply(D, T)), divides(heads, D));
    proves(divides(a, c), divides(a, b), divides(b, c));
    proves(divides(heads, add(D, heads)), divides(heads, D));
    proves(divides(n(4), multiply(H, W)), divides(n(2), H), divides(n(2), W));
    proves(divides(n(2), add(H, W)), divides(n(2), subtract(H, W)));
    proves(divides(n(4), multiply(H, W)), divides(n(16), multiply(H, W)));
    refutes(divides(n(16), H), { H: 4 }, divides(n(4), H));
    refutes(divides(heads, D), { D: 1, heads: 2 });
    refutes(divides(n(6), H), { H: 2 }, divides(n(2), H));
    proves(divides(n(2), multiply(a, add(a, n(1)))));
    proves(divides(n(6), product([a, add(a, n(1)), add(a, n(2))])));
  });

  it("makes exact quotients and remainders", () => {
    const split = floorDivide(D, heads);
    proves(equal(multiply(heads, split), D), divides(heads, D));
    refutes(equal(multiply(heads, split), D), { D: 1, heads: 2 });
    proves(equal(product([B, heads, split]), multiply(B, D)), divides(heads, D));
    proves(equal(D, add(multiply(heads, split), modulo(D, heads))));
    proves(lessThan(modulo(D, heads), heads));
    proves(equal(modulo(D, heads), n(0)), divides(heads, D));
    proves(atLeast(split, n(1)), divides(heads, D));
    proves(atLeast(split, n(1)), atLeast(D, heads));
  });
});

describe("inequalities", () => {
  it("follow from facts, products included", () => {
    proves(atLeast(multiply(T, B), multiply(n(4), B)), atLeast(T, n(4)));
    proves(atLeast(multiply(n(512), B), multiply(T, B)), atMost(T, 512));
    proves(atLeast(n(600), T), atMost(T, 512));
    refutes(atLeast(n(511), T), { T: 512 }, atMost(T, 512));
    proves(lessThan(over(H, 2), H));
    proves(atLeast(add(over(subtract(H, n(3)), 2), n(1)), n(1)), atLeast(H, n(3)));
    refutes(atLeast(add(over(subtract(H, n(3)), 2), n(1)), n(1)), { H: 1 });
    proves(atLeast(multiply(a, b), a));
    proves(atLeast(add(multiply(a, a), multiply(b, b)), multiply(n(2), minimum(multiply(a, a), multiply(b, b)))));
    proves(equal(minimum(T, n(512)), T), atMost(T, 512));
    proves(equal(maximum(a, b), a), atLeast(a, b));
    proves(equal(add(maximum(a, b), minimum(a, b)), add(a, b)));
    proves(equal(multiply(maximum(a, b), minimum(a, b)), multiply(a, b)));
    proves(negateRelation(equal(a, b)), lessThan(a, b));
    proves(atLeast(a, add(b, n(1))), atLeast(a, b), negateRelation(equal(a, b)));
  });

  it("find far counterexamples, the smallest", () => {
    refutes(lessThan(T, n(513)), { T: 513 });
    refutes(lessThan(add(T, B), n(4097)), { B: 1, T: 4096 });
    refutes(lessThan(product([B, T, H]), product([n(513), B, H])), { B: 1, H: 1, T: 513 }, atMost(T, 513));
    refutes(atLeast(n(100_000), multiply(H, W)), { H: 304, W: 329 });
    refutes(lessThan(D, n(1024)), { D: 1024, heads: 16 }, equal(D, multiply(n(64), heads)));
    refutes(lessThan(H, n(1_000_000)), { H: 1_000_000 });
  });
});

describe("facts", () => {
  it("that contradict each other prove everything", () => {
    proves(equal(a, b), lessThan(H, n(3)), atLeast(H, n(5)));
    proves(equal(H, W), lessThan(H, W), lessThan(W, H));
    refutes(equal(a, b), { a: 1, b: 2 }, lessThan(H, n(3)));
  });

  it("are a set with a canonical key", () => {
    const x = divides(n(16), H);
    const y = atLeast(T, n(3));
    expect(factsKey(given(x, y))).toBe(factsKey(given(y, x, y)));
    expect(factsKey(given(x))).not.toBe(factsKey(given(y)));
    expect(relationsOf(given(x, y, x))).toEqual([x, y]);
    const facts = given(x);
    expect(assume(facts, x)).toBe(facts);
    expect(factsKey(given(equal(a, b)))).toBe(factsKey(given(equal(b, a))));
  });

  it("print and substitute", () => {
    expect(formatRelation(divides(n(16), H))).toBe("H % 16 == 0");
    expect(formatRelation(negateRelation(divides(heads, add(D, n(1)))))).toBe("(D + 1) % heads != 0");
    expect(formatRelation(lessThan(T, n(513)))).toBe("T < 513");
    expect(formatRelation(negateRelation(lessThan(T, n(513))))).toBe("T >= 513");
    const moved = substituteRelation(equal(H, C), (name) => (name === "H" ? over(W, 2) : undefined));
    expect(formatRelation(moved)).toBe("W // 2 == C");
  });
});

type Comparison = "equal" | "notEqual" | "atLeast" | "lessThan" | "divides" | "notDivides";

/** A relation as written: for divides, b is the divisor. */
interface Written {
  readonly kind: Comparison;
  readonly a: Expression;
  readonly b: Expression;
}

function relationOf({ kind, a: x, b: y }: Written): Relation {
  if (kind === "divides" || kind === "notDivides") return { kind, divisor: build(y), dividend: build(x) };
  return { kind, left: build(x), right: build(y) };
}

/** Independent of the code under test: undefined where a divisor is less than 1. */
function holdsWritten({ kind, a: x, b: y }: Written, env: ReadonlyMap<string, number>): boolean | undefined {
  const s = valueOfExpression(x, env);
  const t = valueOfExpression(y, env);
  if (s === undefined || t === undefined) return undefined;
  switch (kind) {
    case "equal":
      return s === t;
    case "notEqual":
      return s !== t;
    case "atLeast":
      return s >= t;
    case "lessThan":
      return s < t;
    case "divides":
      return t < 1n ? undefined : s % t === 0n;
    case "notDivides":
      return t < 1n ? undefined : s % t !== 0n;
  }
}

const size = 9;
const grid: readonly ReadonlyMap<string, number>[] = Array.from({ length: size ** 3 }, (_, i) => [
  1 + Math.floor(i / (size * size)),
  1 + (Math.floor(i / size) % size),
  1 + (i % size),
])
  .sort((x, y) => x.reduce((p, q) => p + q) - y.reduce((p, q) => p + q) || compareLists(x, y))
  .map((values) => new Map(names.map((name, i) => [name, values[i] ?? 1])));

function compareLists(x: readonly number[], y: readonly number[]): number {
  for (const [i, value] of x.entries()) if (value !== y[i]) return value - (y[i] ?? 0);
  return 0;
}

const comparisons = fc.constantFrom<Comparison>("equal", "notEqual", "atLeast", "lessThan", "divides", "notDivides");
const written: fc.Arbitrary<Written> = fc.record({ kind: comparisons, a: expressions, b: expressions });
const name = fc.constantFrom(...names).map((text): Expression => ({ op: "variable", name: text }));
const number = (low: number, high: number): fc.Arbitrary<Expression> =>
  fc.integer({ min: low, max: high }).map((value): Expression => ({ op: "constant", value }));
const simpleFact: fc.Arbitrary<Written> = fc.oneof(
  fc.record({ kind: fc.constant("divides" as const), a: name, b: fc.oneof(number(2, 6), name) }),
  fc.record({
    kind: fc.constantFrom("atLeast" as const, "lessThan" as const),
    a: name,
    b: fc.oneof(number(2, 7), name),
  }),
  fc.record({
    kind: fc.constantFrom("equal" as const, "notEqual" as const),
    a: name,
    b: fc.oneof(number(1, 7), expressions),
  }),
);

const tally = { proved: 0, refuted: 0, unknown: 0 };

function check(relation: Written, facts: readonly Written[]): void {
  const proof: Proof = decide(relationOf(relation), given(...facts.map(relationOf)));
  tally[proof.verdict]++;
  const violates = (env: ReadonlyMap<string, number>): boolean =>
    holdsWritten(relation, env) === false && facts.every((f) => holdsWritten(f, env) === true);
  // The normal form may have a value where the text divides by less than 1: such values are outside all claims.
  const first = grid.find(violates);
  if (proof.verdict === "proved") expect(first).toBeUndefined();
  if (proof.verdict !== "refuted") return;
  const example = new Map([...names.map((x) => [x, 1] as const), ...proof.counterexample]);
  const undefinedAt = [relation, ...facts].some((r) => holdsWritten(r, example) === undefined);
  const others = facts.filter((f) => holdsWritten(f, example) === false);
  if (undefinedAt) return;
  expect(holdsWritten(relation, example)).toBe(false);
  // A fact that shares no variables with the counterexample is free to hold elsewhere; all others must hold here.
  for (const fact of others) {
    const mentioned = [...names].filter((x) => formatRelation(relationOf(fact)).includes(x));
    expect(mentioned.some((x) => proof.counterexample.has(x))).toBe(false);
  }
  if (first === undefined || others.length > 0) return;
  const keys = [...proof.counterexample.keys()];
  const restricted = keys.map((x) => first.get(x) ?? 1);
  const found = keys.map((x) => proof.counterexample.get(x) ?? 1);
  const total = (values: readonly number[]): number => values.reduce((p, q) => p + q, 0);
  const order = total(found) - total(restricted) || compareLists(found, restricted);
  expect(order).toBeLessThanOrEqual(0);
}

describe("against brute force", () => {
  it("is right about relations without facts", () => {
    fc.assert(
      fc.property(written, (r) => check(r, [])),
      { numRuns: 1500 },
    );
  });

  it("is right about relations under facts", () => {
    fc.assert(
      fc.property(written, fc.array(simpleFact, { minLength: 1, maxLength: 3 }), (r, facts) => check(r, facts)),
      { numRuns: 1500 },
    );
  });

  it("is right about identities, moved by one or not, and leaves few open", () => {
    const moved = fc.record({ e: expressions, by: fc.integer({ min: -1, max: 1 }), m: fc.integer({ min: 1, max: 6 }) });
    fc.assert(
      fc.property(moved, fc.array(simpleFact, { maxLength: 2 }), ({ e, by, m }, facts) => {
        const k: Expression = { op: "constant", value: m };
        const quotient: Expression = { op: "*", a: k, b: { op: "//", a: e, b: k } };
        const whole: Expression = { op: "+", a: quotient, b: { op: "%", a: e, b: k } };
        const right: Expression = { op: "+", a: e, b: { op: "constant", value: by } };
        check({ kind: by < 0 ? "atLeast" : "equal", a: whole, b: right }, facts);
      }),
      { numRuns: 800 },
    );
    const all = tally.proved + tally.refuted + tally.unknown;
    expect(tally.unknown / all).toBeLessThan(0.05);
  });

  it("takes any size for what falls out where an equality gives another its value", () => {
    const [A, B, C] = ["A", "B", "C"].map((name): Expression => ({ op: "variable", name }));
    const zero: Expression = { op: "constant", value: 0 };
    const least: Expression = { op: "min", a: zero, b: A ?? zero };
    const left: Expression = {
      op: "+",
      a: { op: "*", a: { op: "constant", value: -1 }, b: B ?? zero },
      b: { op: "//", a: least, b: zero },
    };
    const right: Expression = { op: "min", a: A ?? zero, b: { op: "max", a: zero, b: C ?? zero } };
    check({ kind: "equal", a: left, b: right }, [{ kind: "equal", a: A ?? zero, b: { op: "constant", value: 1 } }]);
  });

  it("gives the same verdict again", () => {
    fc.assert(
      fc.property(written, fc.array(simpleFact, { maxLength: 2 }), (r, facts) => {
        const once = decide(relationOf(r), given(...facts.map(relationOf)));
        const again = decide(relationOf(r), given(...facts.map(relationOf)));
        expect(again).toEqual(once);
      }),
      { numRuns: 200 },
    );
  });
});
