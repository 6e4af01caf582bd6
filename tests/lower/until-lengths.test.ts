import { describe, expect, it } from "vitest";
import type { NdArray } from "../../src/ops/define/operator.ts";
import { elementAt } from "../../src/support/element-at.ts";
import { runText, type Run } from "./run-text.ts";

/** `scan ... over T until lengths`: each example is what it is alone, without what stands behind its length. */

const lengths = [2, 0, 3, 1];
const [batch, length, features] = [4, 3, 2];
/** Behind an example's length stands what must not be looked at. */
const data = Array.from({ length: batch * length * features }, (_, at) => {
  const [example, step] = [Math.floor(at / (length * features)), Math.floor(at / features) % length];
  return step < elementAt(lengths, example) ? Math.sin(at * 7 + 1) : NaN;
});

const model = (until: string): string => `model M: (x: f32[4, 3, 2], n: i32[4]) ->
  (all: f32[4, 3, 2], up: bool[4, 3], h: f32[4, 2], count: i32[4], twice: f32[4, 2]) {
  scan e in x over 1${until} with h: f32[4, 2] = ones, count: i32[4] = 10 {
    h <- h * 0.5 + e
    count <- count + 1
    emit h
    emit h[:, 0] > -100
    emit last h
    emit last count
    emit last h * 2
  }
}
`;

async function run(text: string, given: readonly number[]): Promise<Run | undefined> {
  return await runText(text, (name, type): NdArray => ({
    ...type,
    data: Float64Array.from(name === "x" ? data : given),
  }));
}

/** The results for each example alone. */
function expected(reverse: boolean): readonly (readonly number[])[] {
  const all = data.map(() => 0);
  const up = Array.from({ length: batch * length }, () => 0);
  const last: number[] = [];
  const count: number[] = [];
  const twice: number[] = [];
  lengths.forEach((end, example) => {
    let h = [1, 1];
    const steps = Array.from({ length: end }, (_, at) => (reverse ? end - 1 - at : at));
    for (const step of steps) {
      const start = (example * length + step) * features;
      h = h.map((it, at) => it * 0.5 + elementAt(data, start + at));
      h.forEach((it, at) => (all[start + at] = it));
      up[example * length + step] = 1;
    }
    last.push(...h);
    count.push(10 + end);
    twice.push(...h.map((it) => (end === 0 ? 0 : 2 * it)));
  });
  return [all, up, last, count, twice];
}

describe("a scan until lengths", () => {
  it.each([
    ["from the start", " until n", false],
    ["from each example's own end", " until n reverse", true],
  ])("%s", async (_, until, reverse) => {
    const made = await run(model(until), lengths);
    if (made === undefined) throw new Error("a length is out of range");
    for (const results of [made.reference, ...Object.values(made.runtimes)]) {
      const wanted = expected(reverse);
      expect(results.length).toBe(wanted.length);
      results.forEach((it, at) => {
        const numbers = elementAt(wanted, at);
        expect(it.data.length).toBe(numbers.length);
        it.data.forEach((value, place) => expect(value).toBeCloseTo(elementAt(numbers, place), 6));
      });
    }
  });

  it.each([[[2, 0, 4, 1]], [[2, -1, 3, 1]]])(
    "counts lengths that are below 0 or beyond the axis: %s",
    async (given) => {
      expect(await run(model(" until n"), given)).toBeUndefined();
    },
  );

  it("runs to the end where the lengths are an input that is left out", async () => {
    const block = model(" until n").replace("model M", "block Cell").replace("n: i32[4])", "n: i32[4]?)");
    const given = (call: string): string =>
      `${block}model M: (x: f32[4, 3, 2], n: i32[4]) -> (all: f32[4, 3, 2], count: i32[4]) {\n  (all, _, _, count, _) = ${call}\n  (all, count)\n}\n`;
    expect((await run(given("x -> Cell"), lengths))?.reference[1]?.data).toEqual(Float64Array.of(13, 13, 13, 13));
    expect((await run(given("Cell()(x, n)"), lengths))?.reference[1]?.data).toEqual(Float64Array.of(12, 10, 13, 11));
  });
});
