import type { ColumnChoice, ReadingSpec, RowWindow, SettingValue } from "../../ir/program.ts";
import { typedValues } from "../../ir/settings.ts";
import { readingOf, readings } from "../../sources/readings.ts";
import type { Argument, Expression } from "../../syntax/ast.ts";
import type { RawReader } from "./raw-fields.ts";
import { imputationOf, type ColumnStage, type Imputation } from "./read-fill.ts";
import { readArguments, settingValue } from "./read-setting.ts";
import { reportWrongArgument } from "./report-wrong-argument.ts";

/** What is read of the cells of a table: of which columns, and how; as plain numbers where no reading is said. */
export interface CellsRead {
  readonly columns: ColumnChoice;
  /** How many columns these are, where the spec says so. */
  readonly count?: number;
  readonly reading?: ReadingSpec;
  readonly rows?: RowWindow;
  readonly carried?: true;
}

/** What an expression reads, `raw.age -> impute(median)`: a window of a text, or cells. */
export interface RawRead {
  readonly chain:
    | { readonly kind: "window"; readonly size: number; readonly shift: number }
    | {
        readonly kind: "cells";
        readonly cells: CellsRead;
        readonly by?: Imputation;
        /** How many words there have to be, where the next stage says so. */
        readonly words?: number;
      }
    /** Something was wrong with it, and was reported. */
    | { readonly kind: "broken" };
  readonly expression: Expression;
}

/** The names of the stages that stand right behind a column. */
export const columnStages: ReadonlySet<string> = new Set(["impute", "window", ...Object.keys(readings)]);

/**
 * What an expression reads of the source, and the stages of a pipe that follow; undefined where it begins with something
 * else. What is wrong in a stage is reported, and leaves what is read broken.
 */
export function readRaw(
  expression: Expression,
  reader: RawReader,
): { readonly read: RawRead; readonly rest: readonly Expression[] } | undefined {
  switch (expression.kind) {
    case "parenthesized":
      return readRaw(expression.inner, reader);
    case "member":
    case "index": {
      const name = columnName(expression);
      if (name === undefined) return undefined;
      return whole({ kind: "cells", cells: { columns: { kind: "named", name } } }, expression);
    }
    case "call": {
      const base = ofRaw(expression, reader);
      if (base !== undefined) return whole(base, expression);
      const [first, ...given] = expression.arguments;
      const stage = stageOf(expression, reader);
      if (stage === undefined || first === undefined || first.name !== undefined) return undefined;
      const inner = readRaw(first.value, reader);
      if (inner === undefined || inner.rest.length > 0) return undefined;
      return whole(extended(inner.read.chain, { ...stage, given }, reader), expression);
    }
    case "pipe": {
      const inner = readRaw(expression.source, reader);
      if (inner === undefined || inner.rest.length > 0) return undefined;
      let { chain } = inner.read;
      let at = 0;
      for (; at < expression.stages.length; at++) {
        const written = expression.stages[at];
        const stage = written && stageOf(written, reader);
        if (stage === undefined) break;
        chain = extended(chain, stage, reader);
      }
      const rest = expression.stages.slice(at);
      const words = depthOf(rest[0], reader);
      const counted = chain.kind === "cells" && words !== undefined ? { ...chain, words } : chain;
      return { read: { chain: counted, expression }, rest };
    }
    default:
      return undefined;
  }
}

const whole = (chain: RawRead["chain"], expression: Expression) => ({ read: { chain, expression }, rest: [] });

/** The length of the rows that a stage makes of numbers: `one_hot(3)`. */
function depthOf(stage: Expression | undefined, { isOwn, scope }: RawReader): number | undefined {
  if (
    stage?.kind !== "call" ||
    stage.callee.kind !== "reference" ||
    stage.callee.text !== "one_hot" ||
    isOwn("one_hot")
  )
    return undefined;
  const given = stage.arguments.find((it, at) => it.name?.text === "depth" || (it.name === undefined && at === 0));
  const depth = given === undefined ? undefined : settingValue(given.value, scope);
  return typeof depth === "number" ? depth : undefined;
}

/** The column of `raw.age`, and of `raw["fixed acidity"]`, whose name is no word of the language. */
function columnName(it: Extract<Expression, { kind: "member" | "index" }>): string | undefined {
  if (it.target.kind !== "reference" || it.target.text !== "raw") return undefined;
  if (it.kind === "member") return it.name.text;
  const [name, ...others] = it.indices;
  return name?.kind === "string" && others.length === 0 ? name.value : undefined;
}

/** `raw.window(64, shift=1)` and `raw.columns("pixel*")`. */
function ofRaw(
  { callee, arguments: given, span }: Extract<Expression, { kind: "call" }>,
  { scope }: RawReader,
): RawRead["chain"] | undefined {
  if (callee.kind !== "member" || callee.target.kind !== "reference" || callee.target.text !== "raw") return undefined;
  if (callee.name.text === "window") {
    const cut = windowOf(given, (it) => settingValue(it, scope));
    return cut && { kind: "window", ...cut };
  }
  if (callee.name.text !== "columns") return undefined;
  const own = { except: { kind: "strings", default: [] }, count: { kind: "integer", min: 1, default: 0 } } as const;
  const [first] = given;
  const isNumeric = first?.name === undefined && first?.value.kind === "reference" && first.value.text === "numeric";
  const call = isNumeric
    ? readArguments("raw.columns", own, given.slice(1), span, scope)
    : readArguments("raw.columns", { pattern: { kind: "string" }, ...own }, given, span, scope);
  if (call === undefined) return { kind: "broken" };
  const { pattern, except: without, count } = call.values;
  const except = Array.isArray(without) ? without.filter((it) => typeof it === "string") : [];
  const columns: ColumnChoice =
    typeof pattern === "string" ? { kind: "matching", pattern, except } : { kind: "numeric", except };
  return {
    kind: "cells",
    cells: { columns, ...(typeof count === "number" && count > 0 && { count }) },
  };
}

/** A stage that stands behind a column, where it is one. */
function stageOf(it: Expression, { isOwn }: RawReader): ColumnStage | undefined {
  const callee = it.kind === "call" ? it.callee : it;
  if (callee.kind !== "reference" || !columnStages.has(callee.text) || isOwn(callee.text)) return undefined;
  return { name: callee.text, given: it.kind === "call" ? it.arguments : [], span: it.span };
}

/** What is read with one stage more. */
function extended(chain: RawRead["chain"], stage: ColumnStage, { scope }: RawReader): RawRead["chain"] {
  const refuse = (problem: string, help: string): RawRead["chain"] => {
    scope.collector.report("MC4089", stage.span, { stage: stage.name, problem }, { help });
    return { kind: "broken" };
  };
  if (chain.kind === "broken") return chain;
  if (chain.kind === "window") return refuse("a window of a text has no cells", "Leave it out.");
  const { cells, by } = chain;
  const earlier = cells.reading?.kind;
  if (cells.rows !== undefined)
    return refuse("a window is of cells that have been read", `\`${stage.name}\` stands before \`window\`.`);
  if (stage.name === "window" && readingOf(cells.reading).kind === "sequence")
    return refuse("a window is of cells, and this one is read as a sequence", "Leave it out.");
  if (stage.name === "window") {
    const call = readArguments("window", windowArguments, stage.given, stage.span, scope);
    if (call === undefined) return { kind: "broken" };
    const { size, horizon, order, by: series } = typedValues(windowArguments, call.values);
    const rows = { size, horizon, ...(order !== "" && { order }), ...(series !== "" && { by: series }) };
    return { ...chain, cells: { ...cells, rows } };
  }
  if (stage.name === "impute") {
    if (by !== undefined || cells.carried !== undefined)
      return refuse("what is missing is filled already", "Leave one of the two out.");
    if (earlier !== undefined) {
      const help = `\`impute\` stands right behind the column, before \`${earlier}\`.`;
      return refuse(`what is missing is filled before \`${earlier}\` reads the cells`, help);
    }
    const rule = imputationOf(stage, scope);
    if (rule === undefined) return { kind: "broken" };
    return rule === "previous" ? { ...chain, cells: { ...cells, carried: true } } : { ...chain, by: rule };
  }
  if (earlier !== undefined) {
    const help = "Each mention of a column reads it in one way; another mention may read it in another.";
    return refuse(`\`${earlier}\` has read the cells already`, help);
  }
  const entry = readings[stage.name];
  const call = entry && readArguments(stage.name, entry.arguments, stage.given, stage.span, scope);
  if (entry === undefined || call === undefined) return { kind: "broken" };
  const spec: ReadingSpec = { kind: stage.name, arguments: call.values };
  const wrong = entry.wrong(spec);
  if (wrong !== undefined) {
    const written = { callee: stage.name, schema: entry.arguments, given: stage.given, span: stage.span };
    reportWrongArgument(written, wrong.argument, wrong.problem, scope);
    return { kind: "broken" };
  }
  const read = readingOf(spec);
  if (
    cells.columns.kind !== "named" &&
    (read.kind === "sequence" || (read.kind === "numbers" && read.shape.length > 0))
  )
    return refuse("columns that are read together have one number each", "Read them one by one, by their names.");
  return { ...chain, cells: { ...cells, reading: spec } };
}

/** What `window` is given: columns by their names. */
const windowArguments = {
  size: { kind: "integer", min: 1 },
  horizon: { kind: "integer", min: 1, default: 1 },
  order: { kind: "string", default: "" },
  by: { kind: "string", default: "" },
} as const;

function windowOf(
  given: readonly Argument[],
  valueOf: (expression: Expression) => SettingValue | undefined,
): { readonly size: number; readonly shift: number } | undefined {
  const values = new Map<string, SettingValue | undefined>();
  for (const [at, argument] of given.entries()) {
    const name = argument.name?.text ?? ["size", "shift"][at] ?? "";
    // Given twice, it is no window that could be read.
    values.set(values.has(name) ? "" : name, valueOf(argument.value));
  }
  const size = values.get("size");
  const shift = values.get("shift") ?? 0;
  if (
    typeof size !== "number" ||
    typeof shift !== "number" ||
    [...values.keys()].some((it) => it !== "size" && it !== "shift")
  ) {
    return undefined;
  }
  return Number.isSafeInteger(size) && size > 0 && Number.isSafeInteger(shift) && shift >= 0
    ? { size, shift }
    : undefined;
}
