import { describe, expect, it } from "vitest";
import { findLeaks, type Leak } from "../../../src/runtime/data/find-leaks.ts";
import { openData } from "./open-data.ts";

async function leaksOf(section: string, content: string | Uint8Array = "", file?: string): Promise<readonly Leak[]> {
  const opened = await openData(section, content, file);
  if (typeof opened === "string") throw new Error(opened);
  const bare = (place: string): string => place.replace(/^.*\//, "");
  return (await findLeaks(opened.raw, opened.program.data, opened.dataset)).map((it) => ({
    ...it,
    places: [bare(it.places[0]), bare(it.places[1])],
  }));
}

const halves = (content: string, features = "  x: f32[] = raw.a\n  y: f32[] = raw.b") =>
  leaksOf(`  source: csv("t.csv")\n  split: train 0.5, validate 0.25, test 0.25, by position\n${features}`, content);

describe("examples that are in the train split too", () => {
  it("are counted, with the places of the first", async () => {
    const rows = ["1,1", "2,2", "3,3", "4,4", "2,2", "9,9", "3,3", "1,1"];
    expect(await halves(`a,b\n${rows.join("\n")}\n`)).toEqual([
      { split: "validate", total: 2, equal: 1, near: 0, places: ["t.csv:6", "t.csv:3"] },
      { split: "test", total: 2, equal: 2, near: 0, places: ["t.csv:8", "t.csv:4"] },
    ]);
  });

  it("nearly as well, where a table says so", async () => {
    const rows = ["1,1", "200,2", "3,3", "4,4", "200.001,2", "90,9", "70,3", "50,1"];
    expect(await halves(`a,b\n${rows.join("\n")}\n`)).toEqual([
      { split: "validate", total: 2, equal: 0, near: 1, places: ["t.csv:6", "t.csv:3"] },
    ]);
  });

  it("are so in what features read: missing cells are equal, 0 is -0, and large integers are what they are", async () => {
    const filled = "  x: f32[] = raw.a -> impute(0)\n  y: f32[] = raw.b";
    const gaps = await halves("a,b\n,1\n0,2\n3,3\n4,4\n,1\n-0,2\n7,7\n8,8\n", filled);
    expect(gaps.map((it) => [it.split, it.equal])).toEqual([["validate", 2]]);
    const integers = "  x: f32[] = raw.b\n  y: i64[] = raw.a";
    const large = await halves(
      "a,b\n9007199254740993,1\n1,2\n2,2\n3,2\n9007199254740992,1\n9007199254740993,1\n5,5\n6,6\n",
      integers,
    );
    expect(large.map((it) => [it.split, it.equal])).toEqual([["validate", 1]]);
  });

  it("are none of a table without, of one split, and of what is drawn", async () => {
    expect(await halves("a,b\n1,1\n2,2\n30,3\n40,4\n50,5\n60,6\n70,7\n80,8\n")).toEqual([]);
    expect(await leaksOf('  source: csv("t.csv")\n  x: f32[] = raw.a', "a\n1\n1\n")).toEqual([]);
    const drawn = "synthetic_blobs(count=50, spread=0)";
    expect(await leaksOf(`  source: ${drawn}\n  split: train 0.5, test 0.5\n  x: f32[] = raw.label`)).toEqual([]);
    const text =
      '  source: text("t.txt")\n  split: train 0.5, test 0.5\n  x: f32[] = mean(cast(raw.window(2), f32), axis=-1)';
    expect(await leaksOf(text, "abababababab", "t.txt")).toEqual([]);
  });

  it("of arrays and images are equal in all elements", async () => {
    const images = Uint8Array.of(0, 0, 8, 2, 0, 0, 0, 4, 0, 0, 0, 2, 1, 2, 3, 4, 1, 2, 3, 5);
    const section =
      '  source: idx(images="t.idx")\n  split: train 0.5, test 0.5, by position\n  x: f32[] = sum(raw.image, axis=-1)\n  y: f32[2] = raw.image';
    expect(await leaksOf(section, images, "t.idx")).toEqual([
      { split: "test", total: 2, equal: 1, near: 0, places: ["t.idx, example 2", "t.idx, example 0"] },
    ]);
  });
});
