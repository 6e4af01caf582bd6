import { describe, expect, it } from "vitest";
import { createDataset } from "../../../src/runtime/data/dataset.ts";
import { openText, problemOf, messageOf, type OpenedData } from "./open-data.ts";

/** A section whose feature `text` is read as it is said; ten rows more stand for what else there is. */
const section = (text: string, more = ""): string => `  source: csv("t.csv")
  split: train 0.5, validate 0.5, by position
  x: f32[] = raw.x
  ${text}
${more}`;
const spec = (body: string): string => `model M: (x: f32[B]) -> y: f32[B] {
  param w: f32[] = ones
  x * w
}

data D {
${body}}

train M on D {
  loss: mean(y)
  optimizer: sgd(lr=0.1)
}
`;
const rows = (...texts: readonly string[]): string => `x,text\n${texts.map((it, at) => `${at},"${it}"`).join("\n")}\n`;

async function opened(text: string, content: string, more = ""): Promise<OpenedData> {
  const found = await openText(spec(section(text, more)), { "t.csv": content });
  if (typeof found === "string") throw new Error(found);
  return found;
}

/** The numbers of the texts of a split, each by itself. */
async function numbersOf({ dataset, program }: OpenedData, split: "train" | "validate"): Promise<number[][]> {
  const { [split]: examples } = dataset.splits;
  const name = program.data.preparation.raw[1]?.name ?? "";
  const found: number[][] = [];
  for (let at = 0; at < examples.count; at++)
    found.push(Array.from((await examples.gather([at])).get(name)?.data ?? [], Number));
  return found;
}

describe("texts as sequences", () => {
  it.each<readonly [stage: string, type: string, words: readonly string[], train: number[][], validate: number[][]]>([
    [
      "characters",
      "class(4)[L]",
      ["", "a", "b", "é"],
      [
        [2, 1],
        [1, 3, 1],
      ],
      [[1], [2, 2]],
    ],
    [
      "characters",
      "i32[L]",
      ["", "a", "b", "é"],
      [
        [2, 1],
        [1, 3, 1],
      ],
      [[1], [2, 2]],
    ],
    [
      'characters("éab")',
      "class(4)[L]",
      ["", "é", "a", "b"],
      [
        [3, 2],
        [2, 1, 2],
      ],
      [[2], [3, 3]],
    ],
    [
      "characters(rest=true)",
      "class(4)[L]",
      ["", "a", "b"],
      [
        [2, 1],
        [1, 3, 1],
      ],
      [[1], [2, 2]],
    ],
    [
      "characters(rest=true)",
      "class(9)[L]",
      ["", "a", "b", "é"],
      [
        [2, 1],
        [1, 3, 1],
      ],
      [[1], [2, 2]],
    ],
    [
      "characters",
      "class(4)[2]",
      ["", "a", "b", "é"],
      [
        [2, 1],
        [1, 3],
      ],
      [
        [1, 0],
        [2, 2],
      ],
    ],
  ])("%s as %s", async (stage, type, words, train, validate) => {
    const data = await opened(`text: ${type} = raw.text -> ${stage}`, rows("ba", "aéa", "a", "bb"));
    expect(data.dataset.vocabularies).toEqual({ "text.characters": words });
    expect(await numbersOf(data, "train")).toEqual(train);
    expect(await numbersOf(data, "validate")).toEqual(validate);
  });

  it.each<readonly [stage: string, words: readonly string[], train: number[][], validate: number[][]]>([
    [
      "words(5)",
      ["", "a", "dont", "bad"],
      [
        [2, 1, 1, 1],
        [1, 3, 2, 4],
      ],
      [[4], [4, 1]],
    ],
    [
      "words(9)",
      ["", "a", "dont", "bad", "film"],
      [
        [2, 1, 1, 1],
        [1, 3, 2, 4],
      ],
      [[8], [8, 1]],
    ],
    [
      'words(4, known=["a", "film"])',
      ["", "a", "film"],
      [
        [3, 1, 1, 1],
        [1, 3, 3, 2],
      ],
      [[3], [3, 1]],
    ],
  ])("%s", async (stage, words, train, validate) => {
    const data = await opened(
      `text: i32[L] = raw.text -> ${stage}`,
      rows("Don't a, A a!", "a bad  DONT? film", "fine", "such... a"),
    );
    expect(data.dataset.vocabularies).toEqual({ "text.words": words });
    expect(await numbersOf(data, "train")).toEqual(train);
    expect(await numbersOf(data, "validate")).toEqual(validate);
  });

  it("bytes", async () => {
    const data = await opened("text: class(257)[L] = raw.text -> bytes", rows("aé", "€", "\u{1f600}", "z"));
    expect(await numbersOf(data, "train")).toEqual([
      [0x62, 0xc4, 0xaa],
      [0xe3, 0x83, 0xad],
    ]);
    expect(await numbersOf(data, "validate")).toEqual([[0xf1, 0xa0, 0x99, 0x81], [0x7b]]);
  });

  it("have the numbers of the training where it is known", async () => {
    const data = await opened("text: class(4)[L] = raw.text -> characters", rows("ba", "ab", "a", "b"));
    const known = await createDataset(data.raw, data.program.data, { "text.characters": ["", "b", "x", "a"] });
    if (!known.ok) throw new Error(messageOf(known.error));
    expect(await numbersOf({ ...data, dataset: known.value }, "train")).toEqual([
      [1, 3],
      [3, 1],
    ]);
  });

  it("may be long, one after the other", async () => {
    const long = "ab".repeat(3000);
    const data = await opened("text: class(3)[L] = raw.text -> characters", rows(long, "a", long.slice(1), "b"));
    expect((await numbersOf(data, "train")).map((it) => [it.length, it[0], it.at(-1)])).toEqual([
      [6000, 1, 2],
      [1, 1, 1],
    ]);
    expect((await numbersOf(data, "validate")).map((it) => [it.length, it[0], it.at(-1)])).toEqual([
      [5999, 2, 2],
      [1, 2, 2],
    ]);
  });

  it("are of a size of their own where no feature has their length", async () => {
    const data = await opened(
      "bag: f32[4] = sum(one_hot(raw.text -> characters, 4), axis=-2)",
      rows("ba", "aba", "a", "b"),
    );
    expect(data.program.data.preparation.raw[1]?.varies).toBe(true);
    expect(await numbersOf(data, "train")).toEqual([
      [2, 1],
      [1, 2, 1],
    ]);
  });
});

describe("what is said of texts as sequences", () => {
  const four = rows("ba", "aca", "a", "bd");
  it.each<readonly [text: string, said: string]>([
    [
      "text: class(5)[L] = raw.text -> characters",
      "MC6013 t.csv:5:2: raw.text has the character `d`, which no row of the train split has. Give such characters one number with `characters(rest=true)`, or list all of them.",
    ],
    [
      'text: class(4)[L] = raw.text -> characters("abc")',
      "MC6013 t.csv:5:2: raw.text has the character `d`, which is none of the characters given. Give such characters one number with `characters(rest=true)`, or list all of them.",
    ],
    [
      "text: class(3)[L] = raw.text -> characters",
      "MC6013 t.csv: raw.text has, in the train split, 3 characters (`a`, `b`, `c`), and there are numbers for 2 beside 0. Declare as many as there are, and 0: `class(4)`, or give the rare ones one number with `characters(rest=true)`.",
    ],
    [
      'text: class(4)[L] = raw.text -> characters("abc", rest=true)',
      "MC6013 t.csv: raw.text is given 3 characters (`a`, `b`, `c`), and there are numbers for 2 beside 0 and that of all others. Declare as many as there are, and 0: `class(5)`.",
    ],
    [
      "text: class(3)[L] = raw.text -> words(rest=false)",
      "MC6013 t.csv:4:2: raw.text has the word `a`, which no row of the train split has. Give such words one number with `words(rest=true)`, or list all of them.",
    ],
  ])("%s", async (text, said) => {
    expect(await problemOf(section(text), four)).toBe(said);
  });

  it("names a text in which there is nothing", async () => {
    const said = "MC6009 t.csv:3:2: raw.text has no value. Leave such examples out with `clean: drop_missing`";
    for (const text of ["", "?!"]) {
      const found = await problemOf(section("text: i32[L] = raw.text -> words(9)"), rows("a b", text, "a", "b"));
      expect(found.startsWith(said), found).toBe(true);
    }
    const left = await opened(
      "text: i32[L] = raw.text -> words(9)",
      rows("a b", "?!", "a", "b"),
      "  clean: drop_missing\n",
    );
    expect(left.dataset.cleaning.map((it) => it.leftOut)).toEqual([1]);
  });

  it("compares sequences as wholes where rows are equal", async () => {
    const data = await opened(
      "text: i32[L] = raw.text -> characters",
      "x,text\n1,ab\n1,ab\n1,abc\n2,ab\n1,ab\n3,ba\n",
      "  clean: drop_duplicates\n",
    );
    expect(data.dataset.cleaning[0]?.leftOut).toBe(2);
  });
});
