import { elementAt } from "../support/element-at.ts";
import type { Doc } from "prettier";
import { builders } from "prettier/doc";
import { lineStarts, positionAt, type SourceFile } from "../support/source.ts";
import type * as ast from "../syntax/ast.ts";
import type { GatherStatement } from "../syntax/ast/metrics.ts";
import type * as sections from "../syntax/ast/sections.ts";
import { commentsOf } from "./comments.ts";
import { blankAfter, breaksBetween, flatWidth, hasComments, type PrintArguments, type Printing } from "./layout.ts";
import type { Node } from "./nodes.ts";
import { required } from "../support/fault.ts";

const { group, hardline, ifBreak, indent, line } = builders;

/** Runs of neighbours that an empty line parts, and those that a test of two neighbours parts. */
function runsOf<T extends Node>(
  nodes: readonly T[],
  text: string,
  together: (before: T, after: T) => boolean,
): readonly (readonly T[])[] {
  const runs: T[][] = [];
  let before: T | undefined;
  for (const node of nodes) {
    const run = runs.at(-1);
    const joins = before !== undefined && !blankAfter(text, before.span.end) && together(before, node);
    if (run !== undefined && joins) run.push(node);
    else runs.push([node]);
    before = node;
  }
  return runs;
}

/** The column of the first `=` after an offset, as the source has it. */
function equalsColumn(file: SourceFile, from: number): number {
  const at = file.text.indexOf("=", from);
  const { line: row } = positionAt(file, at);
  return at - elementAt(lineStarts(file), row - 1);
}

/** For every node the number of blanks that bring it to the width of the widest of its run. */
function padTo<T extends Node>(
  runs: readonly (readonly T[])[],
  widthOf: (node: T) => number,
): ReadonlyMap<Node, string> {
  const pads = new Map<Node, string>();
  for (const run of runs) {
    const widths = run.map(widthOf);
    if (!widths.every(Number.isFinite)) continue;
    const widest = Math.max(...widths);
    for (const [i, node] of run.entries()) pads.set(node, " ".repeat(widest - (widths[i] ?? widest)));
  }
  return pads;
}

/** Nodes one below the other, with the empty lines that the source has between them, one at most. */
function lines(nodes: readonly Node[], parts: readonly Doc[], text: string, separator: Doc): Doc[] {
  return parts.flatMap((part, i) => {
    const node = nodes[i];
    if (node === undefined || i === parts.length - 1) return [part];
    return blankAfter(text, node.span.end) ? [part, hardline, hardline] : [part, separator];
  });
}

/** Prints `{ statements }`: on one line where the source has it so and it is one statement that fits. */
export function printBody(node: ast.Body, printing: Printing): Doc {
  const { text } = printing;
  const { statements } = node;
  const [first] = statements;
  if (first === undefined) return "{}";
  const parts = alignedStatements(statements, printing);
  const opened = breaksBetween(text, node.span.start, first.span.start);
  const inner = lines(statements, parts, text, hardline);
  return group(["{", indent([opened ? hardline : line, ...inner]), line, "}"]);
}

function alignedStatements(statements: readonly ast.Statement[], printing: Printing): readonly Doc[] {
  const { text } = printing;
  const at = (i: number, key: string): Doc => printing.path.call(() => printing.print(key), "statements", i);
  const index = new Map(statements.map((it, i): [Node, number] => [it, i]));
  const indexOf = (it: Node): number => required(index.get(it), "the place of an entry");
  const follows = (a: Node, b: Node): boolean => indexOf(b) === indexOf(a) + 1;

  const params = statements.filter((it) => it.kind === "param");
  const paramRuns = runsOf(params, text, follows);
  const paramPads = padTo(
    paramRuns,
    (it) => `${it.flavor} ${it.name.text}${it.alias ? ` as ${it.alias.text}` : ""}`.length,
  );
  const gathers = statements.filter((it) => it.kind === "gather");
  const gatherRuns = runsOf(gathers, text, follows);
  const gatherPads = padTo(gatherRuns, (it) => gatherHead(it).length);
  const gatherTypePads = padTo(gatherRuns, (it) => flatWidth(at(indexOf(it), "type")));
  const typed = paramRuns.map((run) => run.filter((it) => it.init !== undefined));
  const typePads = padTo(typed, (it) => flatWidth(at(indexOf(it), "type")));

  // Bindings are aligned where the source aligns them: often one long name would push all others to the right.
  const bindings = statements.filter((it) => it.kind === "binding");
  const columns = new Map(bindings.map((it) => [it, equalsColumn(it.span.file, bindingHeadEnd(it))]));
  const aligned = runsOf(
    bindings,
    text,
    (a, b) => follows(a, b) && !hasComments(b) && columns.get(a) === columns.get(b),
  );
  const bindingPads = padTo(aligned, (it) => {
    return bindingHeadWidth(it, it.annotation && at(indexOf(it), "annotation"));
  });

  return statements.map((it, i): Doc => {
    if (it.kind === "param") {
      const pads = { key: paramPads.get(it) ?? "", type: typePads.get(it) ?? "" };
      return printing.print(["statements", i], pads);
    }
    if (it.kind === "gather") {
      const pads = { key: gatherPads.get(it) ?? "", type: gatherTypePads.get(it) ?? "" };
      return printing.print(["statements", i], pads);
    }
    const pad = bindingPads.get(it) ?? "";
    return printing.print(["statements", i], { key: pad });
  });
}

function gatherHead({ merge, name }: GatherStatement): string {
  return `${merge} ${name.text}`;
}

function bindingHeadEnd(node: ast.Binding): number {
  return (node.annotation ?? node.targets.at(-1) ?? node).span.end;
}

function bindingHeadWidth(node: ast.Binding, annotation: Doc | undefined): number {
  const names = node.targets.map((it) => it.text).join(", ");
  return names.length + (node.tuple ? 2 : 0) + (annotation === undefined ? 0 : 2 + flatWidth(annotation));
}

/** Prints the braces of a section with its entries: on one line where the source has it so and it fits. */
export function printSection(
  node: Node & { readonly entries: readonly sections.Entry[] },
  from: number,
  printing: Printing,
): Doc {
  const { text } = printing;
  const { entries } = node;
  const [first] = entries;
  if (first === undefined) return printCommentsAlone(node, printing);
  const opened = breaksBetween(text, from, first.span.start);
  const parts = alignedEntries(entries, printing);
  const inner = lines(entries, parts, text, [ifBreak("", ","), line]);
  return group(["{", indent([opened ? hardline : line, ...inner]), line, "}"]);
}

/** The braces of a section that holds nothing but comments. */
function printCommentsAlone(node: Node, printing: Printing): Doc {
  const comments = commentsOf(node).filter((it) => it.leading !== true && it.trailing !== true);
  for (const it of comments) it.printed = true;
  const printed = comments.map((it) => printing.text.slice(it.span.start, it.span.end).trimEnd());
  return printed.length === 0 ? "{}" : ["{", indent([hardline, builders.join(hardline, printed)]), hardline, "}"];
}

function alignedEntries(entries: readonly sections.Entry[], printing: Printing): readonly Doc[] {
  const { text } = printing;
  const at = (i: number, key: string): Doc => printing.path.call(() => printing.print(key), "entries", i);
  const index = new Map(entries.map((it, i): [Node, number] => [it, i]));
  const indexOf = (it: Node): number => required(index.get(it), "the place of an entry");
  // An empty line, a step or a prediction between two entries parts their runs; entries of other kinds do not.
  const parted = (a: Node, b: Node): boolean =>
    entries
      .slice(indexOf(a), indexOf(b))
      .some((it) => it.kind === "step" || it.kind === "predict" || blankAfter(text, it.span.end));
  const pads = new Map<Node, string>();
  const typePads = new Map<Node, string>();
  const add = (into: Map<Node, string>, found: ReadonlyMap<Node, string>): void => {
    for (const [node, pad] of found) into.set(node, pad);
  };
  const settings = entries.filter((it) => it.kind === "setting");
  const near = (a: Node, b: Node): boolean => !parted(a, b);
  add(
    pads,
    padTo(runsOf(settings, text, near), (it) => it.key.map((name) => name.text).join(".").length),
  );
  const directives = entries.filter((it) => it.kind === "directive").filter((it) => it.phrases.length > 0);
  add(pads, padTo(runsOf(directives, text, near), headWidth));
  const features = entries.filter((it) => it.kind === "feature");
  add(
    pads,
    padTo(runsOf(features, text, near), (it) => it.name.text.length),
  );
  const columns = new Map(features.map((it) => [it, equalsColumn(it.span.file, it.type.span.end)]));
  const alike = runsOf(features, text, (a, b) => near(a, b) && columns.get(a) === columns.get(b));
  add(
    typePads,
    padTo(alike, (it) => flatWidth(at(indexOf(it), "type"))),
  );
  return entries.map((it, i) =>
    printing.print(["entries", i], { key: pads.get(it) ?? "", type: typePads.get(it) ?? "" }),
  );
}

/** How wide a directive is before its colon, apart from the blanks between its words, of which all that set something have as many. */
function headWidth({ word, pattern, of }: sections.Directive): number {
  const width = ({ span }: Node): number => span.end - span.start;
  return word.text.length + width(pattern) + (of === undefined ? 0 : " of ".length + width(of));
}

/** Blanks that only stand where the entries are one below the other. */
function padding(blanks: string): Doc {
  return blanks === "" ? "" : ifBreak(blanks, "");
}

/** Prints an entry with the blanks that align it. The group around the section decides whether they count. */
export function printEntry(node: sections.Entry, printing: Printing, args: PrintArguments): Doc {
  const { print } = printing;
  const pads = { key: args.key ?? "", type: args.type ?? "" };
  switch (node.kind) {
    case "feature": {
      const type = print("type");
      const head = node.name.text.length + 2 + pads.key.length + flatWidth(type) + pads.type.length + 3;
      const value = print("value", { column: head });
      return [print("name"), ": ", padding(pads.key), type, padding(pads.type), " = ", value];
    }
    case "setting": {
      const key = builders.join(
        ".",
        node.key.map((_, i) => print(["key", i])),
      );
      const column = node.key.map((it) => it.text).join(".").length + 2 + pads.key.length;
      return [key, ": ", padding(pads.key), printPhrases(node.phrases, printing, column)];
    }
    case "directive": {
      const head: Doc = [print("word"), " ", print("pattern"), node.of === undefined ? "" : [" of ", print("of")]];
      return node.phrases.length === 0 ? head : [head, ": ", padding(pads.key), printPhrases(node.phrases, printing)];
    }
    case "step":
      return ["step ", print("name"), " ", printSection(node, node.name.span.end, printing)];
    case "predict": {
      const { start } = node.span;
      return ["predict ", printSection(node, start + "predict".length, printing)];
    }
    case "expectation":
      return ["expect ", print("condition")];
    case "limit":
      return [
        print("condition"),
        node.at.length === 0
          ? ""
          : [
              " at ",
              builders.join(
                ", ",
                node.at.map((_, i) => print(["at", i])),
              ),
            ],
      ];
  }
}

function printPhrases(phrases: readonly sections.Phrase[], printing: Printing, column?: number): Doc {
  const sole = phrases.length === 1 && column !== undefined ? { column } : {};
  const parts = phrases.map((_, i) => printing.print(["phrases", i], sole));
  return parts.length === 1 ? (parts[0] ?? "") : group(indent(builders.join([",", line], parts)));
}

/** Prints an import; its names are in braces. */
export function printImport(node: ast.ImportDeclaration, printing: Printing): Doc {
  const names = node.names.map((_, i) => printing.print(["names", i]));
  const joined = builders.join([",", line], names);
  const braces = group(["{", indent([line, joined]), ifBreak(","), line, "}"]);
  return ["import ", braces, " from ", printing.print("from")];
}

/** Prints a statement with the blanks that align it. */
export function printStatement(
  node: Exclude<ast.Statement, ast.WhenStatement>,
  printing: Printing,
  args: PrintArguments,
): Doc {
  const { print } = printing;
  const pad = args.key ?? "";
  switch (node.kind) {
    case "binding": {
      const names = node.targets.map((_, i) => print(["targets", i]));
      const target: Doc = node.tuple ? ["(", builders.join(", ", names), ")"] : (names[0] ?? "");
      const annotation = node.annotation && print("annotation");
      const column = bindingHeadWidth(node, annotation) + pad.length + 3;
      return [target, annotation === undefined ? "" : [": ", annotation], pad, " = ", print("value", { column })];
    }
    case "update":
      return [print("target"), " <- ", print("value", { column: node.target.text.length + 4 })];
    case "param":
      return [
        `${node.flavor} `,
        print("name"),
        node.alias === undefined ? "" : [" as ", print("alias")],
        ": ",
        pad,
        print("type"),
        node.init === undefined ? "" : [args.type ?? "", " = ", print("init")],
      ];
    case "emit":
      return [node.last ? "emit last " : "emit ", print("value", { column: node.last ? 10 : 5 })];
    case "gather":
      return [
        `${node.merge} `,
        print("name"),
        ": ",
        pad,
        print("type"),
        args.type ?? "",
        " = ",
        print("value", { column: gatherHead(node).length + 2 + pad.length + flatWidth(print("type")) + 3 }),
      ];
    case "finish":
      return ["finish ", print("value", { column: 7 })];
    case "expression-statement":
      return print("value", { column: 0 });
  }
}
