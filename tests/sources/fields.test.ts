import { describe, expect, it } from "vitest";
import { allSources } from "../../src/sources/registry.ts";
import { checkFile } from "../lower/checking.ts";
import { openData } from "../runtime/data/open-data.ts";

const found = (source: string, feature: string): readonly string[] =>
  checkFile(`data D {\n  source: ${source}\n  x: ${feature}\n}\n`).map((it) => `${it.code} ${it.message}`);

describe("a field that a source does not have is an error of the spec", () => {
  it.each([
    ['text("t.txt")', "f32[4] = raw.x", "MC4004 `raw.x` is no field of text. There are `raw.window(size)`."],
    ['csv("t.csv")', "f32[4] = raw.window(4)", "MC4004 `raw.window(4)` is no field of csv. There are `raw.NAME`."],
    [
      "synthetic_blobs",
      "f32[4] = raw.window(4, shift=1)",
      "MC4004 `raw.window(4, shift=1)` is no field of synthetic_blobs. There are `raw.x`, `raw.label`.",
    ],
    ['idx(images="a.idx")', "f32[] = raw.label", "MC4004 `raw.label` is no field of idx. There are `raw.image`."],
  ])("%s: %s", (source, feature, message) => {
    expect(found(source, feature)).toEqual([message]);
  });

  it("and told once, however many features mention it", () => {
    expect(found('text("t.txt")', "f32[4] = raw.x\n  y: f32[4] = raw.x + 1")).toHaveLength(1);
  });
});

describe("a free dim of a feature takes what the file has", () => {
  const idx = Uint8Array.of(0, 0, 8, 2, 0, 0, 0, 2, 0, 0, 0, 3, 1, 2, 3, 4, 5, 6);
  const opened = (type: string): ReturnType<typeof openData> =>
    openData(`  source: idx(series="t.idx", xs="x.idx")\n  x: f32[] = raw.x\n  y: ${type} = raw.serie`, {
      "t.idx": idx,
      "x.idx": Uint8Array.of(0, 0, 8, 1, 0, 0, 0, 2, 1, 2),
    });

  it("of as many axes", async () => {
    const data = await opened("f32[T]");
    if (typeof data === "string") throw new Error(data);
    expect((await data.dataset.splits.train.gather([0, 1])).get("serie")?.shape).toEqual([2, 3]);
  });

  it("and a field has the shape of the feature that it is, whatever others compute with it before", async () => {
    const data = await openData(
      '  source: idx(series="t.idx")\n  split: train 1, by position\n  x: f32[] = sum(raw.serie, axis=-1)\n  y: f32[3] = raw.serie',
      { "t.idx": idx },
    );
    if (typeof data === "string") throw new Error(data);
    expect([...((await data.dataset.splits.train.gather([0, 1])).get("serie")?.data ?? [])]).toEqual([
      1, 2, 3, 4, 5, 6,
    ]);
  });

  it("and no other", async () => {
    expect(await opened("f32[T, 1]")).toBe("MC6005 t.idx holds 3 for each example, but raw.serie is used as any x 1.");
  });
});

it("every source has a name of its own and says what it delivers", () => {
  expect(new Set(allSources.map((it) => it.name)).size).toBe(allSources.length);
  for (const { doc } of allSources) expect(doc).toMatch(/`raw\./);
});
