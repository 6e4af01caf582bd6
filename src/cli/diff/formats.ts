import { showText, toJson } from "../../support/show-text.ts";
import { formatCount } from "../format-figures.ts";
import type { Comparison, MeasureChange } from "./compare-faces.ts";

/** The comparisons of one file with what it was. */
export interface FileComparison {
  readonly file: string;
  /** Where it was compared with: another file, or one at a commit. */
  readonly against: string;
  readonly models: readonly Comparison[];
  /** Why it was not compared, or some of its models were not: "it has errors at main". */
  readonly skipped: string | null;
}

/** A way to write comparisons. */
type DiffFormat = (files: readonly FileComparison[]) => string;

/** So many changes of weights are shown to people; JSON has all. */
const most = 12;

/** Every format of `modelc diff --format`. */
export const diffFormats = { text, json, markdown } satisfies Readonly<Record<string, DiffFormat>>;

export type DiffFormatName = keyof typeof diffFormats;

/** Whether something breaks what relies on the models as they were. */
export function breaksAny(files: readonly FileComparison[]): boolean {
  return files.some(({ models }) => models.some((it) => it.changes.some(({ breaks }) => breaks)));
}

const isSame = ({ changes, measures }: Comparison): boolean => changes.length === 0 && measures.length === 0;

const measureNames: Readonly<Record<MeasureChange["name"], string>> = {
  parameters: "parameters",
  flops: "FLOPs",
  activationBytes: "bytes of activations",
  depth: "depth",
};

function measureText({ name, before, after }: MeasureChange): string {
  const shown = (it: number | string): string => (typeof it === "number" ? formatCount(it) : `\`${it}\``);
  const share =
    name !== "depth" && typeof before === "number" && typeof after === "number" && before > 0
      ? ` (${after > before ? "+" : ""}${((100 * (after - before)) / before).toFixed(1)} %)`
      : "";
  return `${measureNames[name]}: ${shown(before)} -> ${shown(after)}${share}`;
}

/** What is said of weights as a whole. */
function loading({ checkpointLoads }: Comparison): string {
  if (checkpointLoads === null) return "";
  return checkpointLoads ? "Weights of the old model load." : "Weights of the old model do not load.";
}

function changesOf(comparison: Comparison): readonly { readonly breaks: boolean; readonly message: string }[] {
  const weights = comparison.changes.filter(({ about }) => about === "weights");
  const others = comparison.changes.filter(({ about }) => about !== "weights");
  const left = weights.length - most;
  const more = left > 0 ? [{ breaks: true, message: `weights in ${left} more places` }] : [];
  return [...others, ...weights.slice(0, most), ...more];
}

function text(files: readonly FileComparison[]): string {
  const lines = files.flatMap(({ file, against, models, skipped }) => {
    const left = skipped === null ? [] : [`${file}: not compared: ${skipped}`];
    const compared = models.flatMap((it) => [
      `${it.name} (${against} -> ${file})${isSame(it) ? ": no difference" : ""}`,
      ...changesOf(it).map(({ breaks, message }) => `  ${breaks ? "break " : "change"}  ${message}`),
      ...it.measures.map((measure) => `          ${measureText(measure)}`),
      ...(isSame(it) || loading(it) === "" ? [] : [`  ${loading(it)}`]),
    ]);
    return [...left, ...compared];
  });
  return `${[...lines, summaryOf(files)].map((it) => showText(it)).join("\n")}\n`;
}

function summaryOf(files: readonly FileComparison[]): string {
  const models = files.flatMap((it) => it.models);
  const breaks = models.flatMap((it) => it.changes).filter((it) => it.breaks).length;
  const noun = models.length === 1 ? "model" : "models";
  const found = breaks === 0 ? "nothing breaks" : `${breaks} ${breaks === 1 ? "change breaks" : "changes break"}`;
  return `${models.length} ${noun} compared, ${found}`;
}

function json(files: readonly FileComparison[]): string {
  return `${toJson({ breaks: breaksAny(files), files }, 2)}\n`;
}

/** A table for the description of a change, or for the summary of a job. */
function markdown(files: readonly FileComparison[]): string {
  const rows = files.flatMap(({ file, models, skipped }) => {
    const left = skipped === null ? [] : [[code(file), "", `not compared: ${cell(skipped)}`]];
    const compared = models
      .filter((it) => !isSame(it))
      .flatMap((it) => [
        ...changesOf(it).map(({ breaks, message }) => [
          code(it.name),
          breaks ? "**breaks**" : "changes",
          cell(message),
        ]),
        ...it.measures.map((measure) => [code(it.name), "", cell(measureText(measure))]),
        ...(loading(it) === "" ? [] : [[code(it.name), it.checkpointLoads === true ? "" : "**breaks**", loading(it)]]),
      ]);
    return [...left, ...compared];
  });
  const head = `### Models: ${summaryOf(files)}\n`;
  if (rows.length === 0) return head;
  const table = [["Model", "", "Change"], ["---", "---", "---"], ...rows];
  return `${head}\n${table.map((row) => `| ${row.join(" | ")} |`).join("\n")}\n`;
}

/** Text in a cell of a table, in which nothing has a meaning but for what is in backquotes. */
function cell(said: string): string {
  return showText(said)
    .split(/(`[^`]*`)/)
    .map((part) => (part.startsWith("`") ? part : part.replaceAll(/[\\*_{}[\]<#!&~]/g, "\\$&")))
    .join("")
    .replaceAll("|", "\\|");
}

const code = (said: string): string => `\`${showText(said).replaceAll("`", "'").replaceAll("|", "\\|")}\``;
