import type { Figure, Figures } from "../runtime/train/figures.ts";
import { formatFigure, formatTable } from "./format-figures.ts";

/** Tables with more rows or columns than these are for programs: `--json` has them. */
const most = 40;

/**
 * What people read of the figures that are several numbers: each with its name, after what marks the split, and with its
 * rows and columns numbered from 0.
 */
export function formatTables(figures: Figures, prefix = ""): readonly string[] {
  return [...figures].flatMap(([name, figure]) =>
    typeof figure === "number" ? [] : tableLines(`${prefix}${name}`, figure),
  );
}

function tableLines(name: string, figure: Exclude<Figure, number>): readonly string[] {
  const rows = figure.map((row) => (typeof row === "number" ? [row] : row));
  const columns = rows[0]?.length ?? 0;
  const isRow = figure.every((it) => typeof it === "number");
  if (rows.length > most || columns > most) {
    return [`${name}: ${rows.length}${isRow ? "" : ` x ${columns}`} numbers, which --json gives`];
  }
  const whole = rows.flat().every(Number.isInteger);
  const cells = rows.map((row, at) => [String(at), ...row.map((it) => (whole ? String(it) : formatFigure(it)))]);
  const head = isRow ? [] : [["", ...(rows[0] ?? []).map((_, column) => String(column))]];
  const right = new Set(Array.from({ length: columns + 1 }, (_, column) => column));
  return [`${name}:`, ...formatTable([...head, ...cells], right).map((line) => `  ${line}`)];
}

/** What to say of metrics that are no numbers; nothing where all are. */
export function formatUndefined(figures: Figures): string | undefined {
  const names = [...figures].flatMap(([name, it]) => (Number.isNaN(it) && !/(^|\.)loss$/.test(name) ? [name] : []));
  if (names.length === 0) return undefined;
  return `${names.join(", ")} ${names.length === 1 ? "is" : "are"} NaN: of nothing, as where a mask leaves out everything, or of targets that are all alike.`;
}
