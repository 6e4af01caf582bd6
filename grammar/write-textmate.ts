import * as t from "./tokens.ts";

const any = (words: readonly string[]): string => `(?:${words.join("|")})`;

/** Words that are keywords between two parts of a statement, wherever a name cannot stand. */
const joining = ["from", "where", "on", "at", "as", "in", "over", "with", "reverse", "shared", "else"];

/** The grammar for editors that colour by TextMate scopes, made from the words and patterns of the lexer. */
export function writeTextMate(): string {
  const words = (all: readonly string[]): readonly string[] => all.filter((it) => t.contextualWords.includes(it));
  const number = t.NumberToken.PATTERN instanceof RegExp ? t.NumberToken.PATTERN.source : "";
  const grammar = {
    $schema: "https://raw.githubusercontent.com/martinring/tmlanguage/master/tmlanguage.json",
    name: "modelc",
    scopeName: "source.modelc",
    fileTypes: ["model"],
    patterns: [
      { include: "#comments" },
      { include: "#strings" },
      { include: "#declarations" },
      { include: "#statements" },
      { include: "#keywords" },
      { include: "#types" },
      { include: "#numbers" },
      { include: "#names" },
      { include: "#operators" },
    ],
    repository: {
      comments: {
        patterns: [
          { name: "comment.block.documentation.modelc", match: "##.*$" },
          { name: "comment.line.number-sign.modelc", match: "#.*$" },
        ],
      },
      strings: {
        name: "string.quoted.double.modelc",
        begin: '"',
        end: '"|$',
        patterns: [
          { name: "constant.character.escape.modelc", match: '\\\\(?:[ntr0"\\\\]|u\\{[0-9a-fA-F]{1,6}\\})' },
          { name: "variable.other.placeholder.modelc", match: "\\{[A-Za-z_][A-Za-z0-9_]*\\}" },
        ],
      },
      declarations: {
        patterns: [
          {
            match: `^(${any(t.declarationWords)})\\s+([A-Za-z_][A-Za-z0-9_]*)`,
            captures: { "1": { name: "keyword.declaration.modelc" }, "2": { name: "entity.name.type.modelc" } },
          },
          { name: "keyword.declaration.modelc", match: "^(?:import(?=\\s*\\{)|spec(?=\\s+[0-9]))" },
        ],
      },
      statements: {
        patterns: [
          {
            name: "keyword.declaration.modelc",
            match: `\\b${any(words(["param", "state", "step", "total", "largest", "smallest"]))}(?=\\s+[A-Za-z_])`,
          },
          {
            name: "keyword.control.modelc",
            match: `\\b${any(words(["emit", "last", "finish", "expect", "repeat"]))}(?=\\s+[A-Za-z0-9_(])`,
          },
          { name: "keyword.control.modelc", match: `(?<=[\\w)\\]}]\\s)\\b${any(words(joining))}\\b(?=\\s)` },
        ],
      },
      keywords: {
        patterns: [
          { name: "constant.language.modelc", match: "\\b(?:true|false)\\b" },
          { name: "keyword.operator.word.modelc", match: "\\b(?:and|or|not)\\b" },
          {
            name: "keyword.control.modelc",
            match: `\\b${any(t.reservedWords.filter((it) => ["for", "when", "scan"].includes(it)))}\\b`,
          },
        ],
      },
      types: {
        patterns: [
          {
            name: "storage.type.modelc",
            match: `\\b${any([...t.elementWords, "class", "float", "int", "any", "string", "dtype"])}\\b(?!\\s*=)`,
          },
        ],
      },
      numbers: { name: "constant.numeric.modelc", match: `(?<![A-Za-z0-9_])${number}` },
      names: {
        patterns: [
          { name: "entity.name.label.modelc", match: "\\b[A-Za-z_][A-Za-z0-9_.]*(?=\\s*:)" },
          { name: "variable.parameter.modelc", match: "\\b[A-Za-z_][A-Za-z0-9_]*(?=\\s*=(?!=))" },
          { name: "entity.name.class.modelc", match: "\\b[A-Z][A-Za-z0-9_]*[a-z0-9][A-Za-z0-9_]*\\b" },
          { name: "entity.name.function.modelc", match: "\\b[a-z_][A-Za-z0-9_]*(?=\\()" },
        ],
      },
      operators: {
        patterns: [
          { name: "keyword.operator.pipe.modelc", match: "->" },
          { name: "keyword.operator.modelc", match: "<-|//|[=!<>]=|[-+*/%<>=|]|\\.\\.\\." },
        ],
      },
    },
  };
  return `${JSON.stringify(grammar, null, 2)}\n`;
}
