import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { loadProgram } from "../../src/analyze/program.ts";
import { createCollector } from "../../src/diagnostics/collector.ts";
import { diskHost } from "../../src/cli/read-specs.ts";
import { textOf } from "../../src/support/source.ts";
import type { CallableDeclaration, Declaration } from "../../src/syntax/ast.ts";

/** How each construct is seen in the text of a spec. */
export const constructs: Readonly<Record<string, RegExp>> = {
  loops: /\bfor\b[^{]*\bwith\b/,
  lists: /(?:=|\(|\{\n)\s*for\b(?![^{]*\bwith\b)/,
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
    // Those of tables and files are about their data: a network or none is in them.
    .filter((it) => it.endsWith(".model") && !/^(tables|media)\b/.test(it))
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

/** The same network without a construct and with it, as two files. */
export interface Pair {
  readonly construct: string;
  readonly network: string;
  readonly before: string;
  /** A spec of the zoo, where that has the construct. */
  readonly after: string;
}

const folder = "tests/docs/constructs";

/** Every pair, by construct and network. */
export const pairs: readonly Pair[] = readdirSync(folder)
  .sort()
  .flatMap((construct) =>
    readdirSync(join(folder, construct))
      .filter((it) => it.endsWith(".before.model"))
      .sort()
      .map((file) => {
        const network = file.replace(".before.model", "");
        const before = join(folder, construct, file);
        const after = before.replace(".before.", ".after.");
        return {
          construct,
          network,
          before,
          after: existsSync(after) ? after : join("specs/zoo", `${network}.model`),
        };
      }),
  );

const fileOf = (path: string) =>
  loadProgram({ path, text: readFileSync(path, "utf8") }, diskHost, createCollector()).entry.ast;

/** How many lines say what a pair differs in: its declarations, without those that both files have or that one imports. */
export function differingLines({ before, after }: Pick<Pair, "before" | "after">): readonly [number, number] {
  const [left, right] = [fileOf(before), fileOf(after)];
  const callables = (of: typeof left): readonly CallableDeclaration[] =>
    of.declarations.filter((it) => it.kind === "callable");
  const texts = (of: typeof left): readonly string[] => of.declarations.map((it) => textOf(it.span));
  const imported = new Set(
    left.declarations.flatMap((it) => (it.kind === "import" ? it.names.map(({ text }) => text) : [])),
  );
  const declared = new Map(callables(right).map((it) => [it.name.text, it]));
  // What the networks of the first file are called, and what they lead to in the other.
  const reached = new Set<string>();
  const reach = (name: string): void => {
    const declaration = declared.get(name);
    if (declaration === undefined || reached.has(name) || imported.has(name)) return;
    reached.add(name);
    for (const [word] of textOf(declaration.span).matchAll(/\w+/g)) reach(word);
  };
  for (const it of callables(left)) reach(it.name.text);
  const whole = left.declarations.some((it) => it.kind === "train");
  const count = (of: typeof left, other: typeof left, keeps: (it: Declaration) => boolean): number => {
    const same = new Set(texts(other));
    const own = of.declarations.filter((it) => it.kind !== "import" && keeps(it)).map((it) => textOf(it.span));
    return own.filter((it) => !same.has(it)).reduce((sum, it) => sum + lineCount(it), 0);
  };
  return [
    count(left, right, () => true),
    count(right, left, (it) => (it.kind === "callable" ? reached.has(it.name.text) : whole)),
  ];
}

/** Where a link of a page in `docs` leads. */
export const fromDocs = (link: string): string => join(dirname("docs/constructs.md"), link);
