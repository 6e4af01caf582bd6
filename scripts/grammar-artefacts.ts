import { readFileSync } from "node:fs";
import { join } from "node:path";
import { createSyntaxDiagramsCode } from "chevrotain";
import { modelParser } from "../grammar/parser.ts";
import { writeEbnf } from "../grammar/write-ebnf.ts";
import { writeTextMate } from "../grammar/write-textmate.ts";

/** A page with a diagram for every rule: chevrotain's own, with its scripts and styles put into the page. */
function writeDiagrams(): string {
  // Run from the repository's root, as every script is; chevrotain exports no path to these files.
  const root = join("node_modules", "chevrotain", "diagrams");
  const grammar = modelParser().getSerializedGastProductions();
  const page = createSyntaxDiagramsCode(grammar, { resourceBase: "local:", css: "local:diagrams.css" });
  const read = (path: string): string => readFileSync(join(root, path), "utf8").trim();
  // Functions as replacements: scripts hold `$&`, which a text as replacement would expand.
  const whole = page
    .replace(/<script src='local:([^']+)'><\/script>/g, (_, path: string) => `<script>\n${read(path)}\n</script>`)
    .replace(/<link rel='stylesheet' href='local:([^']+)'>/, (_, path: string) => `<style>\n${read(path)}\n</style>`);
  const titled = whole.replace("<!DOCTYPE html>", "<!DOCTYPE html>\n<title>The grammar of modelc</title>");
  return `${titled.trim()}\n`;
}

/** Every generated file of the grammar: its path and its text. */
export function grammarArtefacts(): Readonly<Record<string, string>> {
  return {
    "grammar/model.ebnf": writeEbnf(modelParser().getSerializedGastProductions()),
    "grammar/model.tmLanguage.json": writeTextMate(),
    "grammar/diagrams.html": writeDiagrams(),
  };
}
