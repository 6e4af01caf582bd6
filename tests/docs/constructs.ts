import { readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { loadProgram } from "../../src/analyze/program.ts";
import { createCollector } from "../../src/diagnostics/collector.ts";
import { diskHost } from "../../src/cli/read-specs.ts";
import { textOf } from "../../src/support/source.ts";
import type { CallableDeclaration } from "../../src/syntax/ast.ts";

/** How each construct is seen in the text of a spec. */
export const constructs: Readonly<Record<string, RegExp>> = {
  loops: /\bfor\b[^{\n]*\bwith\b/,
  lists: /(?:=|\(|\{\n)\s*for\b(?![^{\n]*\bwith\b)/,
  indexing: /\[[^\]"]*(?::|\bNone\b)[^\]"]*\]/,
  literals:
    /\b(?:where|binary_cross_entropy|cross_entropy|mse|mae|huber|stack)\((?:[^()]|\([^()]*\))*,\s*-?\d[\d.e-]*\s*[,)]/,
  inputs: /\]\?|\bgiven\(/,
  until: /\buntil \w+ (?:with|reverse)/,
  metrics: /^metric /m,
  steps: /^ {2}step \w+ \{/m,
  gradient: /\bgradient\(/,
  import: /^import /m,
  accumulate: /^ *accumulate:/m,
  init: /^ *init "/m,
  depth: /^budget [^{]*\{[^}]*\bdepth <=/m,
};

/** Every spec by its path, without comments. */
export const specTexts: ReadonlyMap<string, string> = new Map(
  readdirSync("specs", { recursive: true, encoding: "utf8" })
    .filter((it) => it.endsWith(".model"))
    .sort()
    .map((it) => join("specs", it))
    .map((path) => [path, readFileSync(path, "utf8").replace(/^ *#.*\n/gm, "")]),
);

/** How many lines a text has that are no comments and not blank. */
export function lineCount(text: string): number {
  return text.split("\n").filter((it) => it.trim() !== "" && !it.trim().startsWith("#")).length;
}

/** A spec with the declarations that it imports copied in, as it would be without imports. */
export function withCopies(path: string): string {
  const program = loadProgram({ path, text: readFileSync(path, "utf8") }, diskHost, createCollector());
  const declared = new Map<string, CallableDeclaration>();
  for (const file of program.files.slice(1))
    for (const it of file.ast.declarations) if (it.kind === "callable") declared.set(it.name.text, it);
  const own = program.entry.source.text.replace(/^import .*\n/gm, "");
  const copied = new Map<string, string>();
  const add = (text: string): void => {
    for (const [word] of text.matchAll(/\w+/g)) {
      const declaration = declared.get(word);
      if (declaration === undefined || copied.has(word)) continue;
      copied.set(word, textOf(declaration.span));
      add(textOf(declaration.span));
    }
  };
  add(own);
  return `${own}\n${[...copied.values()].join("\n\n")}\n`;
}

/** Where a link of a page in `docs` leads. */
export const fromDocs = (link: string): string => join(dirname("docs/constructs.md"), link);
