import { describe, expect, it } from "vitest";
import { sourceOf } from "../../src/sources/registry.ts";
import { filesOf } from "../../src/runtime/data/load-source.ts";
import { openData, problemOf, programOf, type Content } from "../runtime/data/open-data.ts";

const section = (given: string, size = 1): string =>
  `  source: text("t.txt"${given})\n  split: train 1\n  x: f32[] = mean(cast(raw.window(${size}), f32), axis=-1)`;

async function read(given: string, content: Content): Promise<unknown> {
  const found = await openData(section(given), content, "t.txt");
  if (typeof found === "string") return found;
  const { train } = found.dataset.splits;
  const [field] = (await train.gather(Array.from({ length: train.count }, (_, at) => at))).values();
  return { numbers: [...(field?.data ?? [])], words: found.dataset.vocabularies["text"] };
}

describe("a text", () => {
  it("has characters in the order of code points", async () => {
    expect(await read("", "ba😀b\n")).toEqual({ numbers: [2, 1, 3, 2, 0], words: ["\n", "a", "b", "😀"] });
  });

  it("has bytes, of any file", async () => {
    expect(await read(", unit=byte", Uint8Array.of(0, 255, 10, 65, 0xc3))).toMatchObject({
      numbers: [0, 255, 10, 65, 195],
    });
    expect(await read(", unit=byte", "é")).toMatchObject({ numbers: [0xc3, 0xa9] });
    const { words } = (await read(", unit=byte", "a")) as { readonly words: readonly string[] };
    expect([words.length, new Set(words).size, words[10], words[65]]).toEqual([256, 256, "0a", "41"]);
  });

  it("has words, with apostrophes within and other signs by themselves", async () => {
    const words = ["!", "'", ",", "3", "_x", "b’c", "don't", "naïve"];
    expect(await read(", unit=word", "don't, naïve! b’c 'don't'\n\t3 _x")).toEqual({
      numbers: [6, 2, 7, 0, 5, 1, 6, 1, 3, 4],
      words,
    });
  });

  it("has the most frequent words, and one number for all others", async () => {
    // `a` and `d` stand there twice, the others once, of which `b` comes first.
    expect(await read(", unit=word, words=4", "d c b a a d e")).toEqual({
      numbers: [2, 3, 1, 0, 0, 2, 3],
      words: ["a", "b", "d", ""],
    });
    expect(await read(", unit=word, words=9", "b a")).toEqual({ numbers: [1, 0], words: ["a", "b", ""] });
  });

  it("numbers a text by the vocabulary of an earlier one", async () => {
    const numbersOf = async (given: string, vocabulary: readonly string[], text: string): Promise<unknown> => {
      const { data } = programOf(section(given));
      const numbered = await sourceOf(data.source).numberText?.(
        data.source,
        filesOf(".", undefined, undefined),
        vocabulary,
      );
      const found = numbered?.ok === true ? numbered.value.numbers(text) : undefined;
      return found?.ok === true ? [...found.value] : found?.error;
    };
    expect(await numbersOf("", ["a", "b"], "ba")).toEqual([1, 0]);
    expect(await numbersOf("", ["a", "b"], "bax")).toBe(
      "has `x` at 2, which is no character of the text that was trained on",
    );
    expect(await numbersOf(", unit=byte", [], "é")).toEqual([0xc3, 0xa9]);
    expect(await numbersOf(", unit=word", ["a", "b"], "b a a")).toEqual([1, 0, 0]);
    expect(await numbersOf(", unit=word", ["a", "b"], "b c")).toBe(
      "has `c` at 1, which is no word of the text that was trained on",
    );
    expect(await numbersOf(", unit=word, words=3", ["a", "b", ""], "b c")).toEqual([1, 2]);
  });

  it.each([
    ["unit=line", "`unit` of `text` must be"],
    [
      'unit=byte, tokenizer="t.json"',
      "`tokenizer` of `text` must be left out where the unit is `byte`: it has units of its own",
    ],
    ["words=10", "`words` of `text` must be left out where words are not counted: `unit=word`"],
    ['words=10, tokenizer="t.json"', "`words` of `text` must be left out where words are not counted: `unit=word`"],
    ["unit=word, words=1", "`words` of `text` must be at least 2, of which the last is for all other words"],
    ["unit=word, words=-1", "`words` of `text` must be"],
  ])("%s, what is wrong", (given, message) => {
    expect(() => programOf(section(`, ${given}`))).toThrow(message);
  });

  it.each([
    ["no words", ", unit=word", " \n", "MC6006"],
    ["an empty file", ", unit=byte", "", "MC6002 t.txt is damaged at byte 0: the file is empty."],
    [
      "other bytes than UTF-8",
      ", unit=word",
      Uint8Array.of(255, 65),
      "MC6002 t.txt is damaged at byte 0: the file is no UTF-8 text.",
    ],
  ])("%s, what is wrong", async (_, given, content, message) => {
    expect((await problemOf(section(given), content, "t.txt")).slice(0, message.length)).toBe(message);
  });
});
