import { describe, expect, it } from "vitest";
import { globals } from "../../src/analyze/name-checker.ts";
import { library } from "../../src/std/library.ts";
import { nearest } from "../../src/support/nearest.ts";

const names = [...new Set([...library.offered(), ...globals])];

describe("the nearest of some names", () => {
  it.each([
    ["Dnse", "Dense"],
    ["dense", "Dense"],
    ["sofmax", "softmax"],
    ["LayerNrom", "LayerNorm"],
    ["concta", "concat"],
    ["lgo", "log"],
    ["rlu", "relu"],
    ["maxx", "max"],
    ["Conv2", "Conv2D"],
    ["Bidirectinal", "Bidirectional"],
  ])("to %s is %s", (word, meant) => {
    expect(nearest(word, names)).toBe(meant);
  });

  it.each([
    ...[
      "a",
      "x",
      "t",
      "w",
      "ab",
      "of",
      "net",
      "dog",
      "sim",
      "attn",
      "proj",
      "out",
      "hidden",
      "tokens",
      "Net",
      "Encoder",
    ],
    ...["Bert", "layer", "block", "resnet", "embedding_size", "qkv", "foo"],
  ])("to %s is none", (word) => {
    expect(nearest(word, names)).toBeUndefined();
  });

  it("is none of one letter, but in another case", () => {
    expect(nearest("t", ["x", "y", "M"])).toBeUndefined();
    expect(nearest("ab", ["a", "b"])).toBeUndefined();
    expect(nearest("b", ["B", "x"])).toBe("B");
  });

  it("of two letters is that which is swapped or doubled", () => {
    expect(nearest("rl", ["lr", "mu"])).toBe("lr");
    expect(nearest("lrr", ["lr", "mu"])).toBe("lr");
    expect(nearest("lw", ["lr", "mu"])).toBeUndefined();
    expect(nearest("ab", ["abs"])).toBeUndefined();
  });

  it("among few may have another letter, however short it is", () => {
    expect(nearest("Ned", ["Net", "Small"])).toBe("Net");
    expect(nearest("Ned", [...names, "Net"])).toBeUndefined();
  });

  it("may have another digit", () => {
    expect(nearest("f33", [...names, "f32"])).toBe("f32");
    expect(nearest("f3x", [...names, "f32"])).toBeUndefined();
  });

  it("begins as the word does where others are as near", () => {
    expect(nearest("mean_", ["lean", "mean"])).toBe("mean");
    expect(nearest("linear_", ["_linear", "linears"])).toBe("linears");
  });
});

/** A random number from 0 to 1 by a counter: the sweep is the same each time. */
function draw(at: number): number {
  const x = Math.sin(12.9898 * (at + 1)) * 43758.5453;
  return x - Math.floor(x);
}

const letters = "abcdefghijklmnopqrstuvwxyz";

/** A name with one slip: a letter lost, doubled, swapped with the next, or another. */
function slip(name: string, at: number): string {
  const place = Math.floor(draw(3 * at) * (name.length - 1));
  const [before, letter, next, after] = [name.slice(0, place), name[place], name[place + 1], name.slice(place + 2)];
  const other = letters[Math.floor(draw(3 * at + 1) * letters.length)];
  const kinds = [
    `${before}${next}${after}`,
    `${before}${letter}${letter}${next}${after}`,
    `${before}${next}${letter}${after}`,
    `${before}${other}${next}${after}`,
  ];
  return kinds[Math.floor(draw(3 * at + 2) * kinds.length)] ?? name;
}

/** How many letters two words have in common, in order, over those of the longer one. */
function common(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, () => 0);
  for (const letter of a) {
    const next = [0];
    for (let at = 0; at < b.length; at++)
      next.push(letter === b[at] ? (row[at] ?? 0) + 1 : Math.max(row[at + 1] ?? 0, next[at] ?? 0));
    row = next;
  }
  return (row.at(-1) ?? 0) / Math.max(a.length, b.length);
}

describe("slips in every name of the library", () => {
  const slips = names
    .filter((it) => it.length > 3)
    .flatMap((name, index) => Array.from({ length: 10 }, (_, at) => [name, slip(name, 10 * index + at)] as const))
    .filter(([, word]) => !names.includes(word));

  it("are found for what they are, nearly all", () => {
    const right = slips.filter(([name, word]) => nearest(word, names) === name).length;
    expect(right / slips.length).toBeGreaterThan(0.85);
  });

  it("lead to nothing that is far from what was written", () => {
    const far = slips.flatMap(([, word]) => {
      const found = nearest(word, names);
      return found === undefined || common(word.toLowerCase(), found.toLowerCase()) >= 0.6 ? [] : [`${word} ${found}`];
    });
    expect(far).toEqual([]);
  });
});
