import { existsSync } from "node:fs";
import { basename, dirname, relative, resolve, sep } from "node:path";
import { formatSource } from "../../format/format.ts";
import { nearest } from "../../support/nearest.ts";
import { showName, showText } from "../../support/show-text.ts";
import { exitCode, InputError, UsageError, type ExitCode } from "../exit-code.ts";
import { writeFile } from "../files/write-file.ts";
import { formatAmount } from "../format-amount.ts";
import { formatCount, formatTable } from "../format-figures.ts";
import { columnsOf } from "../init/draft-features.ts";
import { draftImageSpec } from "../init/draft-image-spec.ts";
import { draftSpec } from "../init/draft-spec.ts";
import { judgeColumn, type JudgedColumn } from "../init/judge-column.ts";
import { lookAtImages } from "../init/look-at-images.ts";
import { readTableFile } from "../init/read-table-file.ts";
import { isFolder } from "../is-folder.ts";
import type { Terminal } from "../terminal.ts";

export interface InitOptions {
  readonly from: string;
  readonly target?: string;
  readonly out?: string;
  readonly force?: boolean;
}

/** The fewest rows that leave something in each split. */
const fewestRows = 20;

/** `modelc init`: writes a spec that predicts a column of a table from the others, or the class of an image. */
export async function init(options: InitOptions, terminal: Terminal): Promise<ExitCode> {
  const { from, out, force } = options;
  const isImages = isFolder(from);
  const file = basename(resolve(from));
  const name = isImages ? file : file.replace(/\.gz$/, "").replace(/\.[^.]*$/, "");
  const path = out ?? `${name}.model`;
  refuseToWrite(path, force === true);
  const named = relative(dirname(resolve(path)), resolve(from))
    .split(sep)
    .join("/");
  const place = { from, name, named: named === "" ? "." : named };
  const { text, summary } = isImages ? await fromImages(place, options) : await fromTable(place, options);
  writeFile(path, await formatSource(text, path));
  terminal.out(`${showText(path)}: ${summary}\nNext: modelc train ${shellWord(showText(path))}\n`);
  return exitCode.clean;
}

/** A path as one word of a command that is copied into a shell, and no option there. */
function shellWord(path: string): string {
  const named = path.startsWith("-") ? `./${path}` : path;
  const isPlain = /^[\p{L}\p{N}_./:@+=,-]+$/u.test(named.replaceAll(sep, "/"));
  return isPlain ? named : `'${named.replaceAll("'", String.raw`'\''`)}'`;
}

/** Where data are, what the model is called after, and the data as the spec names them. */
interface Place {
  readonly from: string;
  readonly name: string;
  readonly named: string;
}

interface Draft {
  readonly text: string;
  readonly summary: string;
}

async function fromImages({ from, name, named }: Place, { target }: InitOptions): Promise<Draft> {
  if (target !== undefined)
    throw new UsageError("--target is a column of a table: of a folder of images, the folders in it are the classes.");
  const seen = await lookAtImages(from);
  const { classes, count } = seen;
  if (count < fewestRows)
    throw new InputError(
      `${showText(from)} has ${formatAmount(count, "images")}: ${fewestRows} at least are needed to train, validate and test.`,
    );
  const summary = `tells ${classes.length} classes of ${formatAmount(count, "images")} apart`;
  return { text: draftImageSpec(named, name, seen), summary };
}

async function fromTable({ from, name, named }: Place, { target }: InitOptions): Promise<Draft> {
  const { table, form } = await readTableFile(from, target);
  const file = showText(from);
  if (table.count === 0) throw new InputError(`${file} has no rows.`);
  const cellsOf = new Map(table.columns.map((it) => [it.name, it.cells]));
  const repeated = new Set(table.names.filter((it, at) => it !== "" && table.names.indexOf(it) < at));
  const judge = (column: string, role: "target" | "feature"): JudgedColumn => {
    const judged = judgeColumn(column, cellsOf.get(column) ?? [], role);
    const why = "other columns have its name";
    return repeated.has(column) ? { ...judged, judgement: { kind: "useless", why } } : judged;
  };
  const names = [...new Set(table.names)];
  if (target === undefined)
    throw askForTarget(
      names.map((it) => judge(it, "feature")),
      file,
    );
  if (target === "" || !names.includes(target)) throw noSuchColumn(target, names, file);
  const chosen = judge(target, "target");
  if (chosen.judgement.kind === "useless")
    throw new InputError(`${file}: ${showName(target)} is nothing to learn: ${chosen.judgement.why}.`);
  if (chosen.count - chosen.missing < fewestRows)
    throw new InputError(
      `${file} has ${chosen.count - chosen.missing} rows with ${showName(target)}: ${fewestRows} at least are needed to train, validate and test.`,
    );
  const columns = names.filter((it) => it !== target).map((it) => judge(it, "feature"));
  const text = draftSpec({ table, form, path: named, name, target: chosen, columns });
  if (text === undefined)
    throw new InputError(`${file}: nothing tells ${showName(target)}.${columns.map(useless).join("")}`);
  return { text, summary: sumUp(chosen, columns) };
}

function refuseToWrite(path: string, force: boolean): void {
  if (!path.endsWith(".model")) throw new UsageError(`--out is a file that ends in .model, not ${path}.`);
  if (isFolder(path)) throw new UsageError(`${path} is a folder: name a .model file in it with --out.`);
  if (!isFolder(dirname(path))) throw new UsageError(`I cannot write ${path}: there is no folder ${dirname(path)}.`);
  if (!force && existsSync(path))
    throw new UsageError(`${path} is there already: --force writes over it, --out FILE writes another.`);
}

const useless = ({ name, judgement }: JudgedColumn): string =>
  judgement.kind === "useless" ? ` ${name === "" ? "A column" : showName(name)} is left out: ${judgement.why}.` : "";

function askForTarget(columns: readonly JudgedColumn[], file: string): UsageError {
  const rows = columns.map(({ name, judgement, missing, count, texts }) => [
    showName(name),
    judgement.kind === "useless" ? judgement.why : kinds[judgement.kind],
    `${formatCount(texts.size)} different`,
    missing === 0 ? "" : `${formatCount(missing)} of ${formatCount(count)} missing`,
  ]);
  const table = formatTable(rows, new Set([2]));
  return new UsageError(
    "`modelc init` needs --target <column>: which column is to be predicted.",
    [`${file} has the columns`, ...table.map((it) => `  ${it}`)].join("\n"),
  );
}

const kinds = {
  numbers: "numbers",
  truths: "yes or no",
  dates: "dates",
  words: "words",
  gaps: "mostly missing",
} as const;

function noSuchColumn(target: string, names: readonly string[], file: string): UsageError {
  const known = names.filter((it) => it !== "").map((it) => showName(it));
  const near = nearest(target, known);
  const shown = known.length > 20 ? `${known.slice(0, 20).join(", ")} and ${known.length - 20} more` : known.join(", ");
  const hint = near === undefined ? `; it has ${shown}.` : `: did you mean ${near}?`;
  return new UsageError(`${file} has no column ${showName(target)}${hint}`);
}

function sumUp({ name, judgement, count }: JudgedColumn, columns: readonly JudgedColumn[]): string {
  const left = columnsOf(columns, "useless").length;
  const what = judgement.kind === "numbers" ? "a number" : "a class";
  const used = columns.length - left;
  return `predicts ${showName(name)}, ${what}, from ${used} of ${columns.length} other columns; ${formatCount(count)} rows`;
}
