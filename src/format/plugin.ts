import type { Doc, Parser, Plugin, Printer, SupportLanguage } from "prettier";
import { builders } from "prettier/doc";
import { tokenize } from "../../grammar/tokens.ts";
import { createCollector } from "../diagnostics/collector.ts";
import { positionAt, type SourceFile } from "../support/source.ts";
import type * as ast from "../syntax/ast.ts";
import { parseFile } from "../syntax/parse.ts";
import { placeEndOfLine, placeOwnLine, rememberParent } from "./comments.ts";
import { blankAfter, printsOwnComments, width, withOperator, type PrintArguments, type Printing } from "./layout.ts";
import { childKeys, eachNode, type Node } from "./nodes.ts";
import { printBody, printEntry, printImport, printSection, printStatement } from "./print-block.ts";
import { printCallable, printFact, printType } from "./print-declaration.ts";
import { printChain, printExpression } from "./print-expression.ts";

const { hardline, join } = builders;

/** The language, for Prettier's command line and for editors. */
export const languages: SupportLanguage[] = [
  { name: "modelc", parsers: ["model"], extensions: [".model"], vscodeLanguageIds: ["modelc"] },
];

/** Parses for the formatter: all comments are on the file, documentation included; a syntax error is thrown. */
function parseForFormat(text: string, path: string): ast.File {
  const file: SourceFile = { path, text };
  const collector = createCollector();
  const parsed = parseFile(file, collector);
  const [error] = collector.diagnostics;
  if (error !== undefined) {
    // Prettier expects a syntax error to be thrown, with its place.
    throw Object.assign(new SyntaxError(error.message), { loc: { start: positionAt(file, error.span.start) } });
  }
  eachNode(parsed, rememberParent);
  const comments = tokenize(text).comments.map((it): ast.Comment => {
    const end = it.startOffset + it.image.trimEnd().length;
    return { kind: "comment", span: { file, start: it.startOffset, end }, text: it.image.trimEnd() };
  });
  return { ...parsed, comments };
}

const parser: Parser<Node> = {
  parse: (text, options) => parseForFormat(text, options.filepath ?? "file.model"),
  astFormat: "model-ast",
  locStart: (node) => node.span.start,
  locEnd: (node) => node.span.end,
};

/** The parsers of the plugin. */
export const parsers: Readonly<Record<string, Parser<Node>>> = { model: parser };

function printFile(node: ast.File, printing: Printing): Doc {
  const parts: Doc[] = [];
  const heads: Node[] = [];
  if (node.spec !== undefined) {
    heads.push(node.spec);
    parts.push(withOperator(printing, node.spec, "spec", printing.print("spec")));
  }
  for (const [i, it] of node.declarations.entries()) {
    heads.push(it);
    parts.push(printing.print(["declarations", i]));
  }
  // Declarations stand apart; imports and consts may stand together, as the source has them.
  return parts.flatMap((part, i): Doc[] => {
    const [here, next] = [heads[i], heads[i + 1]];
    if (here === undefined || next === undefined) return [part, hardline];
    const brief = here.kind === next.kind && (here.kind === "import" || here.kind === "const");
    return [part, hardline, brief && !blankAfter(printing.text, here.span.end) ? "" : hardline];
  });
}

function printNode(node: Node, printing: Printing, args: PrintArguments): Doc {
  const { print } = printing;
  switch (node.kind) {
    case "file":
      return printFile(node, printing);
    case "import":
      return printImport(node, printing);
    case "const":
      return ["const ", print("name"), " = ", print("value", { column: node.name.text.length + 9 })];
    case "callable":
      return printCallable(node, printing);
    case "data":
      return ["data ", print("name"), " ", printSection(node, node.name.span.end, printing)];
    case "train":
    case "tune": {
      const label = node.label === undefined ? "" : [print("label"), ": "];
      const section = printSection(node, node.data.span.end, printing);
      return [`${node.kind} `, label, print("model"), " on ", print("data"), " ", section];
    }
    case "test": {
      const on = node.data === undefined ? "" : [" on ", print("data")];
      return ["test ", print("target"), on, " ", printSection(node, (node.data ?? node.target).span.end, printing)];
    }
    case "budget":
      return ["budget ", print("target"), " ", printSection(node, node.target.span.end, printing)];
    case "feature":
    case "setting":
    case "directive":
    case "step":
    case "predict":
    case "expectation":
    case "limit":
      return printEntry(node, printing, args);
    case "hyperparameter":
      return [print("name"), ": ", print("type"), node.default === undefined ? "" : [" = ", print("default")]];
    case "hyperparameter-type":
      return join(
        " | ",
        node.alternatives.map((_, i) => print(["alternatives", i])),
      );
    case "word":
      return print("name");
    case "list-of":
      return ["[", print("element"), "]"];
    case "input":
      return [
        node.name === undefined ? "" : [print("name"), ": "],
        print("type"),
        node.optional ? "?" : "",
        node.default === undefined ? "" : [" = ", print("default")],
      ];
    case "typed-name":
      return [node.name === undefined ? "" : [print("name"), ": "], print("type")];
    case "fact":
      return printFact(node, printing);
    case "type":
      return printType(node, printing);
    case "dim-spread":
      return ["...", node.name === undefined ? "" : print("name")];
    case "body":
      return printBody(node, printing);
    case "binding":
    case "update":
    case "param":
    case "emit":
    case "gather":
    case "finish":
    case "expression-statement":
      return printStatement(node, printing, args);
    case "when-statement": {
      const otherwise = node.otherwise === undefined ? "" : [" else ", print("otherwise")];
      return ["when ", print("condition"), " ", print("then"), otherwise];
    }
    case "argument":
      return node.name === undefined ? print("value", args) : [print("name"), "=", print("value")];
    case "slice": {
      const part = (key: "start" | "stop" | "step"): Doc => (node[key] === undefined ? "" : print(key));
      return [part("start"), ":", part("stop"), node.step === undefined ? "" : [":", part("step")]];
    }
    case "index-mark":
      return node.mark;
    case "chain":
      return printChain(node, printing);
    case "scan-sequence":
      return [print("element"), " in ", print("source")];
    case "scan-carry":
    case "loop-carry":
      return [print("name"), node.type === undefined ? "" : [": ", print("type")], " = ", print("init")];
    case "phrase":
      return join(
        " ",
        node.parts.map((_, i) => print(["parts", i], node.parts.length === 1 ? args : {})),
      );
    case "name":
      return node.text;
    case "comment":
      return node.text;
    default:
      return printExpression(node, printing, args);
  }
}

const modelPrinter: Printer<Node> = {
  print(path, options, print, args) {
    const printing: Printing = { path, text: options.originalText, print };
    return printNode(path.node, printing, isPrintArguments(args) ? args : {});
  },
  printComment(path) {
    return path.node.kind === "comment" ? path.node.text : "";
  },
  canAttachComment: (node) => node.kind !== "comment",
  getVisitorKeys: (node) => [...childKeys[node.kind]],
  willPrintOwnComments: printsOwnComments,
  handleComments: { ownLine: placeOwnLine, endOfLine: placeEndOfLine, remaining: placeEndOfLine },
};

function isPrintArguments(args: unknown): args is PrintArguments {
  return typeof args === "object" && args !== null;
}

/** The printers of the plugin. */
export const printers: Readonly<Record<string, Printer<Node>>> = { "model-ast": modelPrinter };

/** What the language is formatted with unless a project says otherwise. */
export const defaultOptions: NonNullable<Plugin["defaultOptions"]> = { printWidth: width, tabWidth: 2 };
