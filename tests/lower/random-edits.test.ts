import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { Newline, tokenize } from "../../grammar/tokens.ts";
import { createChecker, type Checker } from "../../src/compiler.ts";
import { elementAt } from "../../src/support/element-at.ts";
import { fencesOf } from "../docs/markdown.ts";
import { drawing } from "./drawing.ts";
import { hostOf, modelsIn } from "./models-in.ts";

/** Edits in all: some, and by `npm run fuzz` many. Another seed draws others. */
const runs = Number(process.env["MODELC_FUZZ"] ?? 150);
const seed = Number(process.env["MODELC_SEED"] ?? 1);

const examples = fencesOf("docs/language.md").filter((it) => /^model( file=\S+)?$/.test(it.info));
const named = examples.flatMap(({ info, text }) => {
  const name = /file=(\S+)$/.exec(info)?.[1];
  return name === undefined ? [] : [[join("docs", name), text] as const];
});
const files = new Map([...modelsIn("specs"), ...named]);
const host = hostOf(files);

interface Edited {
  readonly what: string;
  readonly text: string;
}

/** A text with one of its tokens left out, written twice, or replaced by another of its tokens. */
function edit(text: string, draw: (below: number) => number): Edited {
  const tokens = tokenize(text).tokens.filter((it) => it.tokenType !== Newline);
  const { startOffset: at, image, startLine } = elementAt(tokens, draw(tokens.length));
  const other = elementAt(tokens, draw(tokens.length)).image;
  const [how, instead] = elementAt(
    [
      ["without", " "],
      ["twice", `${image} ${image}`],
      [`as \`${other}\``, ` ${other} `],
    ] as const,
    draw(3),
  );
  return {
    what: `line ${startLine ?? 0}: \`${image}\` ${how}`,
    text: text.slice(0, at) + instead + text.slice(at + image.length),
  };
}

interface Corpus {
  readonly name: string;
  readonly text: string;
  readonly checker: Checker;
}

const corpus: readonly Corpus[] = [
  ...[...files].map(([name, text]) => ({ name, text })),
  ...examples.map(({ line, text }) => ({ name: `docs/language.md:${line}`, text })),
].map((it) => ({ ...it, checker: createChecker(host) }));

describe("a random edit of one token", () => {
  // The texts are right: the tests of specs and of the reference say so.
  it("is told once, or at two places, nearly always", () => {
    const draw = drawing(seed);
    const many: string[] = [];
    for (let run = 0; run < runs; run++) {
      const { name, text, checker } = elementAt(corpus, draw(corpus.length));
      const edited = edit(text, draw);
      if (edited.text === text) continue;
      const found = checker.check({ path: name, text: edited.text });
      if (found.length > 2)
        many.push([`${name}, ${edited.what}`, ...found.map((it) => `  ${it.code} ${it.message}`)].join("\n"));
    }
    expect(many.length / runs, many.join("\n")).toBeLessThan(0.04);
  }, 3_600_000);
});
