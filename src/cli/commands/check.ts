import { isAbsolute, relative, resolve, sep } from "node:path";
import { pathToFileURL } from "node:url";
import { checkSource } from "../../compiler.ts";
import type { Diagnostic } from "../../diagnostics/diagnostic.ts";
import { formats } from "../../diagnostics/formats.ts";
import { createReport, summarise, type FormatOptions, type Trouble } from "../../diagnostics/report.ts";
import { version } from "../../support/version.ts";
import type { CheckOptions, FailLevel } from "../check-options.ts";
import { exitCode, UsageError, type ExitCode } from "../exit-code.ts";
import { repositoryOf, slashed } from "../files/gitignore.ts";
import { writeFile } from "../files/write-file.ts";
import { findSpecs } from "../find-specs.ts";
import { diskHost, readSpec } from "../read-specs.ts";
import { readStandardInput } from "../read-standard-input.ts";
import { reportFailure } from "../report-failure.ts";
import type { Surroundings } from "../surroundings.ts";

/** What standard input is called where it has no name. */
const standardInput = "<stdin>";

/** `modelc check`: every declaration of every file, all findings in one run. */
export function check(options: CheckOptions, { terminal, stdin }: Surroundings): ExitCode {
  const troubles: Trouble[] = [];
  const trouble = (path: string, error: unknown): void => {
    reportFailure(error, terminal);
    const kind = error instanceof UsageError ? "unreadable" : "defect";
    troubles.push({ path, kind, message: error instanceof Error ? error.message : String(error) });
  };
  const files: string[] = [];
  const found: Diagnostic[] = [];
  const add = (path: string, read: () => ReturnType<typeof readSpec>): void => {
    // One file's trouble is told, and costs no other file its findings.
    try {
      const diagnostics = checkSource(read(), diskHost);
      files.push(path);
      found.push(...diagnostics);
    } catch (error) {
      trouble(path, error);
    }
  };
  if (options.stdinFilepath !== undefined || options.paths.includes("-")) {
    const text = (stdin ?? readStandardInput)();
    const path = options.stdinFilepath ?? standardInput;
    add(path, () => ({ path, text: text.replace(/^\uFEFF/, "") }));
  } else {
    const specs = findSpecs(options.paths);
    for (const it of specs.troubles) trouble(it.path, it.error);
    for (const path of specs.paths) add(path, () => readSpec(path));
  }

  const report = createReport(files, withoutRepeated(found), troubles, options.maxProblems);
  const color =
    options.output === undefined && (options.color === "auto" ? terminal.outColor : options.color === "always");
  const text = formats[options.format](report, {
    version,
    color,
    quiet: options.quiet,
    fails: (it) => fails(it, options.failLevel),
    ...places(),
  });
  if (options.output === undefined) terminal.out(text, color);
  else {
    writeFile(options.output, text);
    if (!options.quiet) terminal.out(`${summarise(report)}: see ${options.output}\n`);
  }
  if (troubles.length > 0) return exitCode.failure;
  return found.some((it) => fails(it, options.failLevel)) ? exitCode.findings : exitCode.clean;
}

function fails({ severity }: Diagnostic, level: FailLevel): boolean {
  return level === "warning" || (level === "error" && severity === "error");
}

/** Findings each once: what is wrong with an imported file is found with each file that imports it. */
function withoutRepeated(found: readonly Diagnostic[]): readonly Diagnostic[] {
  const seen = new Set<string>();
  return found.filter(({ code, span, message }) => {
    const key = [code, resolve(span.file.path), span.start, span.end, message].join("\n");
    if (seen.has(key)) return false;
    seen.add(key);
    return true;
  });
}

/** Where files are for programs that show findings: in the git repository around the working folder, or in that folder. */
function places(): Pick<FormatOptions, "placeOf" | "baseUri"> {
  let known: string | undefined;
  const root = (): string => (known ??= repositoryOf(process.cwd()) ?? process.cwd());
  return {
    placeOf(path) {
      if (path === standardInput) return path;
      const way = relative(root(), resolve(path));
      const inside = way !== ".." && !way.startsWith(`..${sep}`) && !isAbsolute(way);
      return slashed(inside ? way : resolve(path));
    },
    baseUri: () => pathToFileURL(`${root()}${sep}`).href,
  };
}
