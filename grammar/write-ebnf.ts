import type { ISerializedGast } from "chevrotain";
import * as t from "./tokens.ts";

/** The grammar's own form, as chevrotain serializes it: see https://chevrotain.io/docs/features/gast.html */
interface Part {
  readonly type: string;
  readonly name?: string;
  readonly nonTerminalName?: string;
  readonly label?: string;
  readonly separator?: Part;
  readonly definition?: readonly Part[];
}

const isPart = (value: unknown): value is Part => typeof value === "object" && value !== null && "type" in value;

/** The spelling of a token in the grammar: its text, or its name in capitals. */
function terminal(name: string): string {
  const type = t.allTokens.find((it) => it.name === name);
  const label = type?.LABEL ?? name;
  return label.startsWith('"') ? label : name.toUpperCase();
}

/** How tightly a notation binds: choice, sequence, single item. */
type Level = 0 | 1 | 2;

function notation(part: Part): readonly [text: string, level: Level] {
  const parts = (part.definition ?? []).filter(isPart);
  switch (part.type) {
    case "NonTerminal":
      return [part.nonTerminalName ?? part.name ?? "", 2];
    case "Terminal":
      return [terminal(part.name ?? ""), 2];
    case "Option":
      return [`[ ${sequence(parts)} ]`, 2];
    case "Repetition":
      return [`{ ${sequence(parts)} }`, 2];
    case "RepetitionMandatory":
      return [`${atom(parts)} { ${sequence(parts)} }`, 1];
    case "RepetitionMandatoryWithSeparator":
      return [`${atom(parts)} { ${separator(part)} ${atom(parts)} }`, 1];
    case "RepetitionWithSeparator":
      return [`[ ${atom(parts)} { ${separator(part)} ${atom(parts)} } ]`, 2];
    case "Alternation":
      return parts.length === 1 ? notation(parts[0] ?? part) : [parts.map((it) => notation(it)[0]).join(" | "), 0];
    default:
      return [sequence(parts), parts.length === 1 ? 2 : 1];
  }
}

const separator = (part: Part): string => terminal(part.separator?.name ?? "");

function sequence(parts: readonly Part[]): string {
  return parts
    .map((it) => {
      const [text, level] = notation(it);
      return level === 0 && parts.length > 1 ? `( ${text} )` : text;
    })
    .join(" ");
}

/** Parts that something is put beside: in parentheses where they are a choice. */
function atom(parts: readonly Part[]): string {
  const text = sequence(parts);
  return parts.length === 1 && notation(parts[0] ?? { type: "" })[1] === 0 ? `( ${text} )` : text;
}

const preamble = `(* The grammar of modelc, generated from grammar/parser.ts by \`npm run generate\`. ISO 14977 brackets:
   { } any number, [ ] at most one, ( ) groups, | or. Words in capitals are tokens.

   Before parsing, newlines that end nothing, trailing commas and comments are removed, as docs/language.md says. *)
`;

function tokenRules(): string {
  const rules = [t.NumberToken, t.StringToken, t.Identifier].map((it) => {
    const pattern = it.PATTERN instanceof RegExp ? it.PATTERN.source : "";
    return `${it.name.toUpperCase()} = ? ${pattern} ? ;`;
  });
  const names = (words: readonly string[]): string => words.map((it) => `"${it}"`).join(" | ");
  return [
    ...rules,
    "NEWLINE = ? a line end that ends a statement, an entry or a declaration ? ;",
    "",
    `(* Never names: ${names(t.reservedWords)}.`,
    `   Names wherever the grammar asks for IDENTIFIER: ${names(t.contextualWords)}. *)`,
  ].join("\n");
}

/** The grammar as EBNF text. */
export function writeEbnf(grammar: readonly ISerializedGast[]): string {
  const rules = grammar
    .filter((it): it is ISerializedGast & Part => isPart(it))
    .map((rule) => {
      const [first, ...others] = (rule.definition ?? []).filter(isPart);
      const choice = first?.type === "Alternation" && others.length === 0;
      const lines = choice ? (first.definition ?? []).map((it) => notation(it)[0]) : [sequence(rule.definition ?? [])];
      return `${rule.name ?? ""} = ${lines.join(`\n${" ".repeat((rule.name ?? "").length)} | `)} ;`;
    });
  return `${preamble}\n${rules.join("\n\n")}\n\n${tokenRules()}\n`;
}
