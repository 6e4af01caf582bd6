import { createCollector } from "../../diagnostics/collector.ts";
import type { DataProblem } from "../../sources/raw-data.ts";
import type { Result } from "../../support/result.ts";
import { InputError } from "../exit-code.ts";

/** What was read, or what is wrong with it as an error of the file that the person gave. */
export function valueOf<T>(result: Result<T, DataProblem>): T {
  if (result.ok) return result.value;
  const collector = createCollector();
  result.error.reportTo(collector, { file: { path: "", text: "" }, start: 0, end: 0 });
  const [found] = collector.diagnostics;
  throw new InputError([found?.message, found?.help].filter((it) => it !== undefined).join(" "));
}
