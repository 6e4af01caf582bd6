import { describe, expect, it } from "vitest";
import { checkFile } from "../../lower/checking.ts";
import { openData, trainersOf } from "./open-data.ts";

/** An IDX file of bytes 1, 2, 3, ... in a shape. */
function idx(...shape: readonly number[]): Uint8Array {
  const count = shape.reduce((product, it) => product * it, 1);
  return Uint8Array.of(
    ...[0, 0, 8, shape.length],
    ...shape.flatMap((it) => [0, 0, 0, it]),
    ...Array.from({ length: count }, (_, at) => at + 1),
  );
}

const files = { "q.idx": idx(2, 3, 2), "flat.idx": idx(2, 6), "k.idx": idx(2) };
const source =
  '  source: idx(q="q.idx", flat="flat.idx", k="k.idx")\n  split: train 1, by position\n  x: f32[] = raw.k';

/** What a feature is of two examples, on both runtimes. */
async function made(feature: string): Promise<readonly (readonly unknown[])[]> {
  const data = await openData(`${source}\n  ${feature}`, files);
  if (typeof data === "string") throw new Error(data);
  const found: (readonly unknown[])[] = [];
  for (const trainer of await trainersOf(data)) {
    const tensors = await trainer.prepare(await data.dataset.splits.train.gather([0, 1]));
    found.push([...(tensors.get("y")?.data ?? [])]);
    await trainer.dispose();
  }
  return found;
}

const q = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12];

describe("what a feature says is done with each example", () => {
  it.each<readonly [feature: string, expected: readonly number[]]>([
    ["y: f32[3, 2] = raw.flat -> reshape([3, 2])", q],
    ["y: f32[3, 2] = reshape(raw.flat * 2, [3, -1]) / 2", q],
    ["y: f32[6] = raw.q -> reshape([6])", q],
    ["y: f32[6] = raw.q -> reshape([-1, 6])", q],
    ["y: f32[2, 3] = transpose(raw.q -> reshape([3, 2]), perm=[1, 0])", [1, 3, 5, 2, 4, 6, 7, 9, 11, 8, 10, 12]],
    ["y: f32[2, 3] = transpose(raw.q -> reshape([3, 2]), perm=[0, 2, 1])", [1, 3, 5, 2, 4, 6, 7, 9, 11, 8, 10, 12]],
    ["y: f32[] = sum(raw.q -> reshape([3, 2]))", [21, 57]],
    ["y: f32[3, 2] = raw.q - min(raw.q)", [0, 1, 2, 3, 4, 5, 0, 1, 2, 3, 4, 5]],
    ["y: f32[3, 2] = raw.q * raw.k", q.map((it, at) => it * (at < 6 ? 1 : 2))],
    ["y: f32[3, 2] = where(raw.k > 1, raw.q, 0)", q.map((it, at) => (at < 6 ? 0 : it))],
    ["y: f32[3, 2] = raw.q - max(raw.q, axis=-2)", [-4, -4, -2, -2, 0, 0, -4, -4, -2, -2, 0, 0]],
  ])("%s", async (feature, expected) => {
    for (const found of await made(feature)) expect(found).toEqual(expected);
  });

  it("but for a mean of single numbers, which is meant to be that of all", () => {
    const found = checkFile(`data D {\n${source}\n  y: f32[] = raw.k - mean(raw.k)\n}\n`);
    expect(found.map((it) => it.code)).toEqual(["MC4064"]);
  });
});

it("a field that is reshaped at once may lie in any shape of as many numbers, and of no others", async () => {
  const opened = await openData(`${source}\n  y: f32[2, 2] = raw.flat -> reshape([2, 2])`, files);
  expect(opened).toBe("MC6005 flat.idx holds 6 for each example, but raw.flat is used as 2 x 2.");
});
