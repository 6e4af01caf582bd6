import { describe, expect, it } from "vitest";
import { describeData, type ManifestData } from "../../../src/emit/onnx/manifest-data.ts";
import { printManifest, type Manifest } from "../../../src/emit/onnx/manifest.ts";
import { programOf } from "../../runtime/data/open-data.ts";
import { validate, type Json } from "./json-schema.ts";

type Words = Readonly<Record<string, readonly string[]>>;

const empty: Manifest = {
  $schema: "",
  format: 2,
  name: "M",
  producer: { name: "modelc", version: "1" },
  opset: 18,
  weights: "",
  graphs: {},
  constraints: [],
};

function described(section: string, vocabularies?: Words): ManifestData {
  const found = describeData(programOf(section).data, vocabularies);
  const rest = {
    $schema: "",
    format: 2,
    name: "M",
    producer: { name: "modelc", version: "1" },
    opset: 18,
    weights: "",
  };
  const whole = JSON.stringify({ ...rest, graphs: {}, constraints: [], data: found });
  expect(validate(JSON.parse(whole) as Json)).toEqual([]);
  return found;
}

const plain = { kind: "number", arguments: { decimal: ".", thousands: "" } };
const x = { input: "raw/x", features: ["x"], column: "x", reading: plain };

describe("what a manifest says of raw fields", () => {
  it("is printed however many words there are, and whatever signs are in them", () => {
    const words = Array.from({ length: 400_000 }, (_, at) => `"${at}]\n`);
    const text = printManifest({
      ...empty,
      data: { ...described(`  source: csv("t.csv")\n  x: f32[] = raw.x`), vocabulary: words },
    });
    expect((JSON.parse(text) as Manifest).data?.vocabulary).toEqual(words);
    expect(text.split("\n").slice(0, 6)).toEqual([
      "{",
      '  "$schema": "",',
      '  "format": 2,',
      '  "name": "M",',
      '  "producer": { "name": "modelc", "version": "1" },',
      '  "opset": 18,',
    ]);
  });

  it("is a column and its reading, of each feature that is made of it", () => {
    const { name, missing, fields } = described(
      '  source: jsonl("t.jsonl")\n  x: f32[] = raw.x + raw.y\n  z: f32[] = raw.y\n  d: f32[] = raw.seen -> days_since("1970-01-01")',
    );
    expect({ name, missing, fields }).toEqual({
      name: "D",
      missing: [],
      fields: [
        x,
        { ...x, input: "raw/y", features: ["x", "z"], column: "y" },
        {
          input: "raw/seen.days_since",
          features: ["d"],
          column: "seen",
          reading: { kind: "days_since", arguments: { start: "1970-01-01", format: "" } },
        },
      ],
    });
  });

  it("is what stands for missing cells, and the mask of those", () => {
    const marks = '  source: csv("t.csv", marks=false, missing=["-"])';
    const { missing, fields } = described(`${marks}\n  x: f32[] = raw.x -> impute(mean)`);
    expect(missing).toEqual(["-"]);
    const mask = { kind: "missing", arguments: {} };
    expect(fields).toEqual([
      { input: "raw/x.missing", features: ["x"], column: "x", reading: mask },
      { ...x, missing: "raw/x.missing" },
    ]);
  });

  it("is the words of a training where these are known, and the number of all others", () => {
    const features = `  source: csv("t.csv")
  x: f32[] = raw.x
  a: class(3) = raw.a -> categories
  b: class(5) = raw.b -> categories(rest=true)
  c: class(3) = raw.c -> categories(["u", "v"], rest=true)`;
    const wordsIn = (vocabularies?: Words): unknown =>
      described(features, vocabularies)
        .fields.slice(1)
        .map(({ words, rest }) => [words, rest]);
    expect(wordsIn()).toEqual([
      [undefined, undefined],
      [undefined, 4],
      [["u", "v"], 2],
    ]);
    expect(wordsIn({ "a.categories": ["k", "l", "m"], "b.categories": ["p"], "c.categories": ["u", "v"] })).toEqual([
      [["k", "l", "m"], undefined],
      [["p"], 4],
      [["u", "v"], 2],
    ]);
  });

  it("is the parts of texts, 0 behind their end, and the number of all others", () => {
    const features = `  source: csv("t.csv")
  x: f32[] = raw.x
  a: i32[8] = raw.a -> characters
  b: i32[8] = raw.b -> words(count=100)
  c: class(9)[8] = raw.c -> characters(known="uv", rest=true)`;
    const wordsIn = (vocabularies?: Words): unknown =>
      described(features, vocabularies)
        .fields.slice(1)
        .map(({ words, rest }) => [words, rest]);
    expect(wordsIn()).toEqual([
      [undefined, undefined],
      [undefined, 99],
      [["", "u", "v"], 8],
    ]);
    expect(wordsIn({ "a.characters": ["", "k"], "b.words": ["", "the"] })).toEqual([
      [["", "k"], undefined],
      [["", "the"], 99],
      [["", "u", "v"], 8],
    ]);
  });

  it("is several columns, and rows before", () => {
    const { fields } = described(`  source: csv("t.csv")
  x: f32[] = raw.x
  p: f32[4] = raw.columns("pixel*", except=["pixel9"])
  n: f32[2] = raw.columns(numeric, except=["x"])
  w: f32[7] = raw.x -> impute(previous) -> window(7, horizon=2, order="day", by="shop")`);
    expect(fields.slice(1)).toMatchObject([
      { features: ["p"], columns: { kind: "matching", pattern: "pixel*", except: ["pixel9"] } },
      { features: ["n"], columns: { kind: "numeric", except: ["x"] } },
      { column: "x", carried: true, rows: { size: 7, horizon: 2, order: "day", by: "shop" } },
    ]);
  });

  it("is the window of a text, and its vocabulary unless a tokenizer has it", () => {
    const section = (more: string): string =>
      `  source: text("t.txt"${more})\n  x: f32[] = mean(cast(raw.window(4, shift=1), f32), axis=-1)`;
    const characters = described(section(""), { text: ["a", "b"] });
    expect(characters.vocabulary).toEqual(["a", "b"]);
    expect(characters.fields).toEqual([{ input: "raw/window_4_1", features: ["x"], window: { size: 4, shift: 1 } }]);
    const tokens = described(section(', tokenizer="t.json"'), { text: ["a", "b"] });
    expect(tokens).not.toHaveProperty("vocabulary");
    expect(tokens.source).toEqual({
      kind: "text",
      arguments: { path: "t.txt", unit: "character", words: 0, tokenizer: "t.json" },
    });
  });

  it("is no cell where a source has none, and the classes of folders", () => {
    const { fields, missing } = described(
      '  source: image_folder("p")\n  image: f32[2, 2, 3] = raw.image / 255\n  x: f32[] = cast(raw.label, f32)',
      { label: ["cat", "dog"] },
    );
    expect(missing).toBeUndefined();
    expect(fields).toEqual([
      { input: "raw/image", features: ["image"] },
      { input: "raw/label", features: ["x"], words: ["cat", "dog"] },
    ]);
    const sounds = described(
      '  source: wav("c", name="{who}.wav")\n  s: f32[8, 4] = raw.audio -> log_mel(bands=4)\n  x: f32[] = raw.who',
    );
    expect(sounds.fields).toMatchObject([
      { features: ["s"], reading: { kind: "log_mel", arguments: { bands: 4, window: 25, hop: 10 } } },
      { input: "raw/who", column: "who", reading: plain },
    ]);
  });
});
