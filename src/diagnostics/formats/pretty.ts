import { showText } from "../../support/show-text.ts";
import { renderText } from "../render.ts";
import { summarise, type FormatOptions, type Report } from "../report.ts";

/** What was fixed, findings as a person reads them, and a line that sums up. */
export function pretty(report: Report, { color = false, quiet = false }: FormatOptions): string {
  const fixed = report.fixed.map((it) => `${showText(it.path)}: fixed ${it.code}: ${it.title}\n`).join("");
  const found = report.diagnostics.length === 0 ? "" : `${renderText(report.diagnostics, { color })}\n`;
  return quiet ? found : `${fixed}${fixed === "" || found === "" ? "" : "\n"}${found}${summarise(report)}\n`;
}
