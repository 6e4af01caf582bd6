import { readdirSync, readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { tokenize } from "../../grammar/tokens.ts";
import { createCollector } from "../../src/diagnostics/collector.ts";
import { formatFile, formatSource } from "../../src/format/format.ts";
import { parseFile } from "../../src/syntax/parse.ts";
import { plainTree } from "../syntax/plain-tree.ts";
import { program } from "../syntax/programs.ts";

function parse(text: string): ReturnType<typeof parseFile> {
  const collector = createCollector();
  const file = parseFile({ path: "a.model", text }, collector);
  expect(
    collector.diagnostics.map((it) => `${it.code} ${it.message} at ${text.slice(it.span.start, it.span.end + 20)}`),
  ).toEqual([]);
  return file;
}

const commentsOf = (text: string): readonly string[] => tokenize(text).comments.map((it) => it.image.trimEnd());

/** Checks the three promises: the tree and every comment are kept, and formatting again changes nothing. */
async function checkFormat(text: string): Promise<string> {
  const before = parse(text);
  const formatted = await formatSource(text, "a.model");
  expect(plainTree(parse(formatted))).toEqual(plainTree(before));
  expect([...commentsOf(formatted)].sort()).toEqual([...commentsOf(text)].sort());
  expect(await formatSource(formatted, "a.model")).toBe(formatted);
  return formatted;
}

const specs = [
  ...readdirSync("specs")
    .filter((it) => it.endsWith(".model"))
    .map((it) => `specs/${it}`),
  ...readdirSync("tests/syntax/samples").map((it) => `tests/syntax/samples/${it}`),
  ...readdirSync("src/std")
    .filter((it) => it.endsWith(".model"))
    .map((it) => `src/std/${it}`),
];

describe("the formatter", () => {
  it.each(specs)("keeps %s", async (path) => {
    await checkFormat(readFileSync(path, "utf8"));
  });

  it("keeps random programs and is idempotent on them", async () => {
    const runs = Number(process.env["MODELC_FUZZ"] ?? 150);
    await fc.assert(
      fc.asyncProperty(program, async (text) => void (await checkFormat(text))),
      { numRuns: runs },
    );
  }, 600_000);
});
