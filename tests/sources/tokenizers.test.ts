import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { createTokenizerReader } from "../../src/runtime/data/read-tokenizer.ts";
import { messageOf, openData, problemOf } from "../runtime/data/open-data.ts";

interface Told {
  readonly texts: readonly string[];
  /** How often the first text stands in a long one. */
  readonly long: number;
  readonly kinds: Readonly<
    Record<
      string,
      {
        readonly size: number;
        readonly numbers: readonly (readonly number[])[];
        /** Of the long text: how many numbers, and their sum, each times its place modulo 97, from 1. */
        readonly long: readonly [number, number];
      }
    >
  >;
}

const file = (name: string): string => `tests/sources/files/${name}.tokenizer.json`;
/** What Python's `tokenizers` has made of texts: `write_tokenizers.py`. */
const told = JSON.parse(readFileSync("tests/sources/files/tokenizers.json", "utf8")) as Told;
const [book = ""] = told.texts;

const read = createTokenizerReader();
async function opened(name: string) {
  const found = await read(name);
  if (!found.ok) throw new Error(messageOf(found.error));
  return found.value;
}

describe("tokenizers of Hugging Face", () => {
  it.each(Object.entries(told.kinds))("number texts as Python does: %s", async (name, { size, numbers }) => {
    const tokenizer = await opened(file(name));
    expect(tokenizer.vocabulary).toHaveLength(size);
    for (const [at, text] of told.texts.entries()) {
      const found = tokenizer.numbers(text);
      // What it would number otherwise it refuses.
      const isRefused = name === "word-level" && /[^\0-\x7f]/.test(text);
      if (isRefused) expect(found).toMatchObject({ ok: false, error: expect.stringContaining("only ASCII") as string });
      else expect(found.ok && [...found.value]).toEqual(numbers[at]);
    }
  });

  it.each(["byte-level", "word-piece", "unigram"])("number long texts as Python does: %s", async (name) => {
    const found = (await opened(file(name))).numbers(book.repeat(told.long));
    const ids = found.ok ? [...found.value] : [];
    expect([ids.length, ids.reduce((sum, it, at) => sum + it * ((at % 97) + 1), 0)]).toEqual(told.kinds[name]?.long);
  });
});

/** A tokenizer that cuts by blanks, which `replaced` takes out before. */
function splitting(behavior: string, replaced?: string): string {
  const whole = JSON.parse(readFileSync(file("word-level"), "utf8")) as object;
  const split = { type: "Split", pattern: { String: " " }, behavior, invert: false };
  const normalizer = { type: "Replace", pattern: { String: replaced ?? "_" }, content: "-" };
  return JSON.stringify({ ...whole, normalizer, pre_tokenizer: { type: "Sequence", pretokenizers: [split] } });
}

const section = (given: string, size = 4): string =>
  `  source: text("t.txt", ${given})\n  split: train 1\n  x: f32[] = mean(cast(raw.window(${size}), f32), axis=-1)\n  y: i32[${size}] = raw.window(${size})`;

describe("a text with a tokenizer", () => {
  const files = { "t.txt": book, "tokenizer.json": readFileSync(file("byte-level")) };

  it("has its numbers in windows, and its tokens as vocabulary", async () => {
    const found = await openData(section('tokenizer="tokenizer.json"', 8), files);
    if (typeof found === "string") throw new Error(found);
    const [windows] = (await found.dataset.splits.train.gather([0])).values();
    expect([...(windows?.data ?? [])]).toEqual(told.kinds["byte-level"]?.numbers[0]?.slice(0, 8));
    expect(found.dataset.vocabularies["text"]?.slice(0, 3)).toEqual(["<|endoftext|>", "!", '"']);
  });

  it("may join what it cuts by with its neighbours where nothing is left to cut by", async () => {
    const given = section('tokenizer="a.json"', 1);
    expect(await problemOf(given, { "t.txt": "the cat", "a.json": splitting("MergedWithPrevious", " ") })).toBe("none");
  });

  it.each([
    ["MC6001 I cannot read none.json: there is no such file.", 'tokenizer="none.json"', {}],
    ["MC6001 I cannot read a.json: it is no JSON: ", 'tokenizer="a.json"', { "a.json": "{" }],
    [
      "MC6001 I cannot read a.json: it is no `tokenizer.json` of Hugging Face's tokenizers, which has a `model` with its vocabulary.",
      'tokenizer="a.json"',
      { "a.json": '{"vocab": {}}' },
    ],
    [
      "MC6001 I cannot read a.json: the package @huggingface/tokenizers does not know such a tokenizer: ",
      'tokenizer="a.json"',
      { "a.json": '{"model": {"type": "Other", "vocab": {}}, "added_tokens": []}' },
    ],
    [
      "MC6001 I cannot read a.json: the package @huggingface/tokenizers numbers otherwise than Python does what is cut by Split with the behavior Contiguous.",
      'tokenizer="a.json"',
      { "a.json": splitting("Contiguous") },
    ],
    [
      "MC6001 I cannot read t.txt: its text has `ï`, which a tokenizer that cuts by `Whitespace` numbers otherwise here than in Python: only ASCII is read with it.",
      'tokenizer="a.json"',
      { "a.json": readFileSync(file("word-level")) },
    ],
  ])("%s", async (message, given, more) => {
    const found = await problemOf(section(given), { ...files, ...more });
    expect(found.slice(0, message.length)).toBe(message);
  });
});
