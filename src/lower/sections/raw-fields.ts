import type { Span } from "../../support/source.ts";
import type { Argument, Expression } from "../../syntax/ast.ts";
import { lostName } from "../../syntax/lost-name.ts";
import { mapWithin } from "./map-within.ts";
import { fillOf, type Imputation } from "./read-fill.ts";
import { readRaw, type CellsRead, type RawRead } from "./read-raw.ts";
import type { SettingScope } from "./read-setting.ts";

/** A mention of a raw field in a feature: `raw.image`, `raw["fixed acidity"]`, `raw.age -> impute(median)`. */
export interface RawMention extends Partial<CellsRead> {
  /** Unique for what it reads: `image`, `date.month`, `window_64_1`. */
  readonly name: string;
  readonly window?: { readonly size: number; readonly shift: number };
  /** Whether it tells which cells are missing for the sake of `impute`, and nobody asked for it. */
  readonly isMask?: true;
  /** The raw field that tells which of its cells are missing, where the feature fills them wherever it reads it. */
  readonly missing?: string;
  /** How many words it has to tell apart, where what it is used for says so. */
  readonly words?: number;
  readonly expression: Expression;
}

/** What a feature reads: raw fields by their names, and those with filled cells by {@link filledName}. */
export interface RawMentions {
  readonly fields: Map<string, RawMention>;
  readonly filled: Map<string, FilledField>;
}

/** A raw field with its missing cells filled. */
export interface FilledField {
  readonly field: string;
  readonly missing: string;
  readonly by: Imputation;
  readonly span: Span;
}

/** The name under which a raw field is in scope while features are lowered; no person can write it. */
export const rawName = (name: string): string => `raw.${name}`;

/** The name under which it is in scope with its missing cells filled; no person can write it. */
const filledName = (name: string, by: Imputation): string => `filled.${name}.${JSON.stringify(by)}`;

/** How expressions of features are read. */
export interface RawReader {
  readonly scope: SettingScope;
  /** Whether the file declares a name, in place of a reading's perhaps. */
  readonly isOwn: (name: string) => boolean;
  /** The names of what the section reads: one for each column and reading. */
  readonly names: RawNames;
}

/** Gives a name to each thing that a section reads: the column's own where it is read as it is. */
export type RawNames = (base: string, key: string) => string;

/** The name of a raw field of a table; `filling` is a word that is numbered with those of its cells. */
export function nameOfCells(
  { columns, reading, rows, carried }: CellsRead,
  names: RawNames,
  filling: Imputation | null = null,
): string {
  const parts = [
    columns.kind === "named" ? columns.name : "columns",
    reading?.kind,
    carried && "previous",
    rows && `window_${rows.size}`,
  ];
  const key = JSON.stringify([columns, reading ?? null, rows ?? null, carried ?? null, filling]);
  return names(parts.filter((it) => it !== undefined).join("."), key);
}

/** Names for the raw fields of a section. */
export function rawNames(): RawNames {
  const keys = new Map<string, string>();
  return (base, key) => {
    let name = base;
    for (let count = 1; (keys.get(name) ?? key) !== key; count++) name = `${base}_${count}`;
    keys.set(name, key);
    return name;
  };
}

/**
 * Replaces each mention of a raw field, with what is read of it, by a plain reference, so that expressions of features are
 * lowered like any other, and gathers what is mentioned. What is wrong in a reading is reported.
 */
export function replaceRawFields(expression: Expression, mentions: RawMentions, reader: RawReader): Expression {
  const replace = (it: Expression): Expression => replaceRawFields(it, mentions, reader);
  if (expression.kind === "parenthesized") {
    const inner = replace(expression.inner);
    return inner.kind === "reference" ? inner : { ...expression, inner };
  }
  const found = readRaw(expression, reader);
  if (found === undefined) return mapWithin(expression, replace);
  const reference = mention(found.read, mentions, reader);
  return expression.kind === "pipe" && found.rest.length > 0
    ? { ...expression, source: reference, stages: found.rest.map(replace) }
    : reference;
}

/** Takes note of what is read; a reference to it. */
function mention(
  { chain, expression }: RawRead,
  { fields, filled }: RawMentions,
  { names, scope }: RawReader,
): Expression {
  const add = (it: RawMention): string => {
    const earlier = fields.get(it.name);
    const { missing: ownMissing, words: ownWords, ...read } = it;
    // Where it is read without being filled as well, nothing may be missing.
    const missing = earlier === undefined || earlier.missing !== undefined ? ownMissing : undefined;
    const words = earlier?.words ?? ownWords;
    fields.set(it.name, {
      ...read,
      expression: earlier?.expression ?? it.expression,
      ...(missing !== undefined && { missing }),
      ...(words !== undefined && { words }),
    });
    return it.name;
  };
  const reference = (text: string): Expression => ({ kind: "reference", text, span: expression.span });
  if (chain.kind === "broken") return reference(lostName);
  if (chain.kind === "window") {
    const { size, shift } = chain;
    return reference(rawName(add({ name: `window_${size}_${shift}`, window: { size, shift }, expression })));
  }
  const { cells, words } = chain;
  const by = chain.by === undefined ? undefined : fillOf(cells, chain.by, expression.span, scope);
  if (chain.by !== undefined && by === undefined) return reference(lostName);
  // A word that cells are filled with is one of those that are numbered.
  const filling = cells.reading?.kind === "categories" && typeof by === "object" ? by : null;
  const name = nameOfCells(cells, names, filling);
  const mask: CellsRead = { ...cells, reading: { kind: "missing", arguments: {} } };
  const missing =
    by === undefined ? undefined : add({ ...mask, name: nameOfCells(mask, names), expression, isMask: true });
  add({
    ...cells,
    name,
    expression,
    ...(missing !== undefined && { missing }),
    ...(words !== undefined && { words }),
  });
  if (by === undefined || missing === undefined) return reference(rawName(name));
  const local = filledName(name, by);
  filled.set(local, { field: name, missing, by, span: expression.span });
  return reference(local);
}

const moving: ReadonlySet<string> = new Set(["stack", "concat", "reshape", "transpose", "rearrange"]);

/**
 * Whether an expression moves raw numbers and computes nothing: `raw.x`, `stack(raw.a, raw.b, axis=-1)`. `isOwn` knows
 * the names that the file declares, in place of operators' perhaps.
 */
export function isDirect(it: Expression, isOwn: (name: string) => boolean): boolean {
  const moves = (callee: Expression): boolean =>
    callee.kind === "reference" && moving.has(callee.text) && !isOwn(callee.text);
  switch (it.kind) {
    case "reference":
      return it.text.startsWith(rawName(""));
    case "call": {
      const operands = it.arguments.filter(({ value }) => isDirect(value, isOwn));
      const plain = it.arguments.every(
        (argument) => argument.name !== undefined || operands.includes(argument) || isSetting(argument.value),
      );
      return moves(it.callee) && operands.length > 0 && plain;
    }
    case "pipe":
      return (
        isDirect(it.source, isOwn) &&
        it.stages.every((stage) =>
          stage.kind === "call" ? moves(stage.callee) && stage.arguments.every(isArgument) : moves(stage),
        )
      );
    case "parenthesized":
      return isDirect(it.inner, isOwn);
    case "index":
      return isDirect(it.target, isOwn);
    default:
      return false;
  }
}

const isSetting = ({ kind }: Expression): boolean => kind === "list" || kind === "string" || kind === "number";
const isArgument = ({ name, value }: Argument): boolean => name !== undefined || isSetting(value);
