import { elementAt } from "../support/element-at.ts";
/** `1.2 MB`: decimal units, as disks and networks count. */
export function formatBytes(bytes: number): string {
  const units = ["B", "kB", "MB", "GB", "TB"];
  const power = bytes < 1000 ? 0 : Math.min(units.length - 1, Math.floor(Math.log10(bytes) / 3));
  return `${power === 0 ? bytes : (bytes / 1000 ** power).toFixed(1)} ${units[power] ?? ""}`;
}

/** `225,034`. */
export function formatCount(count: number): string {
  return count.toLocaleString("en-US");
}

/** Loss and metrics as people compare them: four decimals, or an exponent where these would hide the value. */
export function formatFigure(value: number): string {
  const size = Math.abs(value);
  return size !== 0 && (size < 1e-3 || size >= 1e5) ? value.toExponential(3) : value.toFixed(4);
}

/** `9s`, `2m 5s`, `1h 20m`. */
export function formatSeconds(seconds: number): string {
  const whole = Math.round(seconds);
  if (seconds < 9.95) return `${seconds.toFixed(1)}s`;
  if (whole < 60) return `${whole}s`;
  return whole < 3600
    ? `${Math.floor(whole / 60)}m ${whole % 60}s`
    : `${Math.floor(whole / 3600)}h ${Math.floor((whole % 3600) / 60)}m`;
}

/** A table with aligned columns; `right` names the columns of numbers. */
export function formatTable(rows: readonly (readonly string[])[], right: ReadonlySet<number>): readonly string[] {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  return rows.map((row) =>
    row
      .map((cell, column) =>
        right.has(column) ? cell.padStart(elementAt(widths, column)) : cell.padEnd(elementAt(widths, column)),
      )
      .join("  ")
      .trimEnd(),
  );
}
