import { checkSource } from "../../compiler.ts";
import type { Diagnostic } from "../../diagnostics/diagnostic.ts";
import { renderSarif } from "../../diagnostics/render-sarif.ts";
import { renderJson, renderText } from "../../diagnostics/render.ts";
import { version } from "../../support/version.ts";
import { exitCode, type ExitCode } from "../exit-code.ts";
import { diskHost, findSpecs, readSpec } from "../read-specs.ts";
import type { Terminal } from "../terminal.ts";

export interface CheckOptions {
  readonly json?: boolean;
  readonly sarif?: boolean;
  readonly quiet?: boolean;
}

/** `modelc check`: every declaration of every file, all findings in one run. */
export function check(paths: readonly string[], options: CheckOptions, terminal: Terminal): ExitCode {
  const specs = findSpecs(paths);
  const diagnostics = specs.flatMap((path): readonly Diagnostic[] => checkSource(readSpec(path), diskHost));
  const errors = diagnostics.filter((it) => it.severity === "error").length;
  if (options.json === true) terminal.out(renderJson(diagnostics, specs.length));
  else if (options.sarif === true) terminal.out(renderSarif(diagnostics, version));
  else {
    if (diagnostics.length > 0) terminal.error(`${renderText(diagnostics, { color: terminal.color })}\n`);
    if (options.quiet !== true) terminal.out(`${summary(specs.length, errors, diagnostics.length - errors)}\n`);
  }
  return errors > 0 ? exitCode.findings : exitCode.clean;
}

const counted = (count: number, noun: string): string => `${count} ${noun}${count === 1 ? "" : "s"}`;

/** The last line: `6 files checked, no problems`. */
function summary(files: number, errors: number, warnings: number): string {
  const found = [errors > 0 ? counted(errors, "error") : "", warnings > 0 ? counted(warnings, "warning") : ""];
  const problems = found.filter((it) => it !== "");
  return `${counted(files, "file")} checked, ${problems.length === 0 ? "no problems" : problems.join(" and ")}`;
}
