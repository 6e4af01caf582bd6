import { describe, expect, it } from "vitest";
import { openData, problemOf } from "../runtime/data/open-data.ts";

const section = (features: string): string => `  source: jsonl("t.jsonl")\n  split: train 1, by position\n${features}`;

async function read(features: string, content: string): Promise<unknown> {
  const found = await openData(section(features), content, "t.jsonl");
  if (typeof found === "string") return found;
  const { train } = found.dataset.splits;
  const batch = await train.gather(Array.from({ length: train.count }, (_, at) => at));
  return Object.fromEntries([...batch].map(([name, it]) => [name, [...it.data].map(Number)]));
}

describe("JSON lines", () => {
  it("are rows whose members are cells", async () => {
    const content = '{"a": 1, "w": "b", "t": true}\n\n{"w": "a", "a": "2.5", "t": false, "more": [1]}\n';
    expect(
      await read(
        "  x: f32[] = raw.a\n  w: class(2) = raw.w -> categories\n  t: f32[] = cast(raw.t -> truth, f32)",
        content,
      ),
    ).toEqual({ a: [1, 2.5], "w.categories": [1, 0], "t.truth": [1, 0] });
  });

  it("have members of members by dotted names, and missing ones where a line has none", async () => {
    const content = '{"user": {"age": 3, "home": {"city": "u"}}}\n{"user": {"age": null}}\n{}\n';
    expect(
      await read(
        '  x: f32[] = raw["user.age"] -> impute(mean)\n  c: class(1) = raw["user.home.city"] -> impute(mode) -> categories',
        content,
      ),
    ).toMatchObject({ "user.age.missing": [0, 1, 1], "user.home.city.missing": [0, 1, 1] });
  });

  it("may begin with a byte order mark", async () => {
    expect(await read("  x: f32[] = raw.a", '\ufeff{"a": 1}\n')).toEqual({ a: [1] });
    expect(await read("  x: f32[] = raw.a", '\ufeff[{"a": 1}]')).toEqual({ a: [1] });
  });

  it("may be one list", async () => {
    expect(await read("  x: f32[] = raw.a", ' [ {"a": 1},\n {"a": 2} ]')).toEqual({ a: [1, 2] });
  });

  it.each([
    ["an empty file", "\n", "MC6004 t.jsonl:1:1: the file is empty."],
    ["no JSON", '{"a": 1}\n{"a": \n', /^MC6004 t\.jsonl:2:1: this is no JSON: unexpected end of JSON input\.$/],
    ["half an object", '{"a": 1}\n{"a": 2\n', /^MC6004 t\.jsonl:2:1: this is no JSON: expected ',' or '}' after/],
    [
      "a list in a line",
      '{"a": 1}\n[1]\n',
      "MC6004 t.jsonl:2:1: this is a list, where an object with the cells of a row is expected.",
    ],
    [
      "a number in a line",
      '{"a": 1}\n7\n',
      "MC6004 t.jsonl:2:1: this is `7`, where an object with the cells of a row is expected.",
    ],
    [
      "a number in a list",
      '[{"a": 1}, 7]',
      "MC6012 t.jsonl, example 1: this is `7`, where an object with the cells of a row is expected.",
    ],
    ["a broken list", '[{"a": 1}', /^MC6012 t\.jsonl: this is no JSON: /],
    [
      "a list in a cell",
      '{"a": 1}\n{"a": [1]}\n',
      "MC6012 t.jsonl:2: `a` is a list, and a cell is a text, a number or a truth value.",
    ],
    [
      "a word",
      '{"a": 1}\n{"a": "red"}\n',
      /^MC6012 t\.jsonl:2: `red` in column `a` is not a number\. Read words with `raw\.a -> categories`\./,
    ],
    ["a missing cell", '{"a": 1}\n{"a": null}\n', /^MC6009 t\.jsonl:2: raw\.a has no value\./],
    ["another name", '{"A": 1}\n', "MC6007 t.jsonl has no column `a`. Did you mean `raw.A`?"],
  ])("%s", async (_, content, message) => {
    expect(await problemOf(section("  x: f32[] = raw.a"), content, "t.jsonl")).toMatch(message);
  });
});
