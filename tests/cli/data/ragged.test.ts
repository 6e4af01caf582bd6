import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { cli, folderWith } from "../run-cli.ts";

const text = `data Reviews {
  source: csv("reviews.csv")
  split:  train 0.5, test 0.5, by position
  text:   class(9)[L] = raw.text -> words
  likes:  class(2)    = raw.likes
}

model Reader: (text: class(9)[B, L]) -> logits: f32[B, 2] {
  text -> Embedding(9, 2) -> mean(axis=1) -> Dense(2)
}

train Reader on Reviews {
  loss:      cross_entropy(logits, likes)
  optimizer: adam
}
`;
const rows = Array.from({ length: 20 }, (_, at) => `"${"a b b ".repeat(1 + (at % 2))}",${at % 2}`);

describe("modelc data on texts of several words", () => {
  it("counts their words, and says how long they are", async () => {
    const folder = folderWith({ "r.model": text, "reviews.csv": `text,likes\n${rows.join("\n")}\n` });
    const { code, out } = await cli(["data", join(folder, "r.model"), "--json"]);
    expect(code).toBe(0);
    const { columns } = JSON.parse(out) as { readonly columns: readonly Readonly<Record<string, unknown>>[] };
    const [words, length] = columns;
    expect(words).toMatchObject({
      name: "text",
      reading: "words",
      shape: [6],
      varies: true,
      gaps: { all: { missing: 0, of: 20 } },
      words: {
        count: 90,
        different: 2,
        frequent: [
          { word: "b", count: 60 },
          { word: "a", count: 30 },
        ],
      },
    });
    expect(length).toMatchObject({
      name: "text",
      reading: "length",
      numbers: { min: 3, max: 6, mean: 4.5 },
      label: { measure: "eta", value: 1 },
    });
    const page = join(folder, "page.html");
    const printed = await cli(["data", join(folder, "r.model"), "--html", page]);
    expect(printed.out).toMatch(/^text +length .*eta 1\.00$/m);
    expect(printed.out).toMatch(/^text +words up to 6 .*b 60 \(67%\), a 30 \(33%\)$/m);
  });

  it("counts labels that are texts by their characters, without the padding that they have not", async () => {
    const tags = `data Tags {
  source: csv("tags.csv")
  split:  train 0.5, test 0.5, by position
  word:   class(4)[L] = raw.word -> characters
  tag:    class(3)[L] = raw.tag -> characters
}

model Tagger: (word: class(4)[B, L]) -> logits: f32[B, L, 3] {
  word -> Embedding(4, 2) -> Dense(3)
}

train Tagger on Tags {
  loss:      cross_entropy(logits, tag, lengths=lengths(tag))
  optimizer: adam
}
`;
    const lines = Array.from({ length: 20 }, (_, at) => (at % 2 === 0 ? "abc,x x" : "aaaaaaaaaa,xxxxxxxxxx"));
    const folder = folderWith({ "t.model": tags, "tags.csv": `word,tag\n${lines.join("\n")}\n` });
    const { out } = await cli(["data", join(folder, "t.model")]);
    expect(out).toContain(`tag  train     test
" "  5 (8%)    5 (8%)
x    60 (92%)  60 (92%)
always to say x is right in 92% of test
`);
    expect(out).toContain("note: 92% of the train split are x: accuracy says little of the others.\n");
    expect(out).not.toContain("has no example of");
  });
});
