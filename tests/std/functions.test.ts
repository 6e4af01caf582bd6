import { beforeAll, describe, expect, it } from "vitest";
import type { NdArray } from "../../src/ops/define/operator.ts";
import { required } from "../../src/support/fault.ts";
import { useBackend } from "../emit/tfjs/backends.ts";
import { runText, type Run } from "../lower/run-text.ts";
import { functionFigures, functionPoints } from "./function-figures.ts";

/** A model of all functions and their slopes. */
function figuresText(): string {
  const inputs = Object.entries(functionPoints).map(([name, points]) => `${name}: f32[${points.length}]`);
  const typed = functionFigures.map(({ at }) => `f32[${functionPoints[at].length}]`);
  const lines = functionFigures.map(({ call, at }, index) => `  y${index} = ${at} -> ${call}`);
  const values = functionFigures.map((_, index) => `y${index}`);
  const slopes = functionFigures.map(({ at }, index) => `gradient(y${index}, ${at})`);
  const results = [...typed, ...typed].map((type, index) => `r${index}: ${type}`);
  return `model M: (${inputs.join(", ")}) -> (${results.join(", ")}) {\n${lines.join("\n")}\n  (${[...values, ...slopes].join(", ")})\n}`;
}

/** Runs a text on given numbers. */
async function runOn(text: string, given: Readonly<Record<string, readonly number[]>>): Promise<Run> {
  await useBackend("cpu");
  const fill = (name: string, type: NdArray): NdArray => ({ ...type, data: Float64Array.from(given[name] ?? []) });
  return required(await runText(text, fill), "results");
}

const numbersOf = (it: NdArray | undefined): readonly number[] => Array.from(it?.data ?? [], (value) => value + 0);

describe("functions of one number are PyTorch's and Keras'", () => {
  let run: Run;
  beforeAll(async () => {
    run = await runOn(figuresText(), functionPoints);
  }, 120_000);

  it.each(functionFigures.map((it, index) => [it.call, it, index] as const))("%s", (_, { values, slopes }, index) => {
    for (const made of [run.reference, ...Object.values(run.runtimes)]) {
      const digits = made === run.reference ? 1e-8 : 2e-6;
      const found = [...numbersOf(made[index]), ...numbersOf(made[functionFigures.length + index])];
      const wrong = [...values, ...slopes].flatMap((right, at) => {
        const value = found[at] ?? NaN;
        return Math.abs(value - right) <= digits * Math.max(1, Math.abs(right)) ? [] : [`${value}, not ${right}`];
      });
      expect(wrong).toEqual([]);
    }
  });
});

/** What every runtime gives must be this. */
async function expectOn(
  body: string,
  result: string,
  given: Readonly<Record<string, readonly number[]>>,
  expected: readonly number[],
  digits = 1e-6,
): Promise<void> {
  const inputs = Object.entries(given).map(([name, { length }]) => `${name}: f32[${length}]`);
  const run = await runOn(`model M: (${inputs.join(", ")}) -> y: ${result} {\n  ${body}\n}`, given);
  for (const made of [run.reference, ...Object.values(run.runtimes)]) {
    const found = numbersOf(made[0]);
    expect(found.length).toBe(expected.length);
    expected.forEach((right, at) => {
      const value = found[at] ?? NaN;
      if (value === right || (Number.isNaN(value) && Number.isNaN(right))) return;
      expect(Math.abs(value - right), `${body}: ${value}, not ${right}`).toBeLessThan(
        digits * Math.max(1, Math.abs(right)),
      );
    });
  }
}

describe("functions of single elements", () => {
  const hard = [NaN, Infinity, -Infinity, 0, -2.5, 3e38];

  it.each([
    ["is_nan(x)", [1, 0, 0, 0, 0, 0]],
    ["is_finite(x)", [0, 0, 0, 1, 1, 1]],
    ["is_inf(x)", [0, 1, 1, 0, 0, 0]],
  ])("%s tells what is no number and what is infinite", async (body, expected) => {
    await expectOn(body, "bool[6]", { x: hard }, expected);
  });

  it("nan_to_num replaces both", async () => {
    await expectOn("nan_to_num(x, nan=7, low=-100, high=100)", "f32[6]", { x: hard }, [7, 100, -100, 0, -2.5, 100]);
  });

  it("trunc, frac and fmod go by the sign of what is divided", async () => {
    const given = { a: [5.5, -5.5, 5.5, -5.5, 3, 0], b: [2, 2, -2, -2, 3, 2] };
    await expectOn("fmod(a, b)", "f32[6]", given, [1.5, -1.5, 1.5, -1.5, 0, 0]);
    await expectOn("trunc(a)", "f32[6]", { a: given.a }, [5, -5, 5, -5, 3, 0]);
    await expectOn("frac(a)", "f32[6]", { a: given.a }, [0.5, -0.5, 0.5, -0.5, 0, 0]);
  });

  it("log_add_exp, hypot and xlogy do not overflow, nor make what is no number", async () => {
    const given = { a: [0, 500, -500, 1], b: [0, 499, -500, -2] };
    await expectOn("log_add_exp(a, b)", "f32[4]", given, [
      Math.LN2,
      500 + Math.log1p(Math.exp(-1)),
      -500 + Math.LN2,
      1 + Math.log1p(Math.exp(-3)),
    ]);
    await expectOn("hypot(a, b)", "f32[3]", { a: [3e30, 0, -3], b: [4e30, 0, 4] }, [5e30, 0, 5]);
    const text = "model M: (a: f32[3], b: f32[3]) -> y: f32[3] {\n  y = hypot(a, b)\n  gradient(y, a)\n}";
    const { reference, runtimes } = await runOn(text, { a: [3, 0, -3], b: [4, 0, 4] });
    for (const [made] of [reference, ...Object.values(runtimes)]) {
      expect(numbersOf(made).map((it) => Math.round(it * 1e6) / 1e6)).toEqual([0.6, 0, -0.6]);
    }
    await expectOn("xlogy(a, b)", "f32[3]", { a: [0, 2, 0], b: [0, Math.E, 5] }, [0, 2, 0]);
  });

  it("lgamma and digamma are right beyond 1 as well", async () => {
    const x = [1, 2, 3.5, 4, 10, 100];
    await expectOn("lgamma(x)", "f32[6]", { x }, [0.0, 0.0, 1.2009736, 1.7917595, 12.801827, 359.13421], 3e-6);
    await expectOn(
      "digamma(x)",
      "f32[6]",
      { x },
      [-0.57721566, 0.42278434, 1.1031566, 1.2561177, 2.2517526, 4.6001619],
      3e-6,
    );
  });

  it("lerp, heaviside and logical_xor", async () => {
    await expectOn("lerp(a, b, s)", "f32[2]", { a: [1, 1], b: [3, 3], s: [0.25, 1] }, [1.5, 3]);
    await expectOn("heaviside(a, at_zero=0.25)", "f32[3]", { a: [-2, 0, 3] }, [0, 0.25, 1]);
    await expectOn("logical_xor(a > 0, b > 0)", "bool[4]", { a: [0, 0, 1, 1], b: [0, 1, 0, 1] }, [0, 1, 1, 0]);
  });

  it("glu and softmin work along the last axis", async () => {
    await expectOn("glu(a[None])[0]", "f32[2]", { a: [1, 2, 0, 3] }, [0.5, 2 / (1 + Math.exp(-3))]);
    await expectOn("softmin(a)", "f32[2]", { a: [0, Math.LN2] }, [2 / 3, 1 / 3]);
  });
});
