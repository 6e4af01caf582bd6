import { renderText } from "../render.ts";
import { summarise, type FormatOptions, type Report } from "../report.ts";

/** Findings as a person reads them, and a line that sums up. */
export function pretty(report: Report, { color = false, quiet = false }: FormatOptions): string {
  const found = report.diagnostics.length === 0 ? "" : `${renderText(report.diagnostics, { color })}\n`;
  return quiet ? found : `${found}${summarise(report)}\n`;
}
