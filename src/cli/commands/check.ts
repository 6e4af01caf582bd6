import { isAbsolute, relative, resolve, sep } from "node:path";
import { pathToFileURL } from "node:url";
import type { ProgramHost } from "../../analyze/program.ts";
import { checkSource } from "../../compiler.ts";
import type { Diagnostic } from "../../diagnostics/diagnostic.ts";
import { formats } from "../../diagnostics/formats.ts";
import { createReport, summarise, type FormatOptions, type Trouble } from "../../diagnostics/report.ts";
import { showText } from "../../support/show-text.ts";
import type { SourceFile } from "../../support/source.ts";
import { version } from "../../support/version.ts";
import type { CheckOptions, FailLevel } from "../check-options.ts";
import { atLevels } from "../config/at-levels.ts";
import type { Budget } from "../config/config.ts";
import { findConfig } from "../config/find-config.ts";
import { overBudget } from "../config/over-budget.ts";
import { searchRules } from "../config/search-rules.ts";
import { openCheckCache, type CheckCache } from "../check-cache.ts";
import { checkSpecs, type CheckedSpecs, type CheckOne, type SpecTrouble } from "../check-specs.ts";
import { exitCode, UsageError, type ExitCode } from "../exit-code.ts";
import { repositoryOf, slashed } from "../files/gitignore.ts";
import { writeFile } from "../files/write-file.ts";
import { findSpecs, type SearchRules } from "../find-specs.ts";
import { fixSpecs } from "../fix-specs.ts";
import { diskHost, readSpec } from "../read-specs.ts";
import { readStandardInput } from "../read-standard-input.ts";
import { reportFailure } from "../report-failure.ts";
import type { Surroundings } from "../surroundings.ts";

/** What standard input is called where it has no name. */
const standardInput = "<stdin>";

/** How files are read and checked. */
export interface Checking {
  readonly host: ProgramHost;
  readonly check: CheckOne;
}

/** `modelc check`: every declaration of every file, all findings in one run. */
export function check(
  options: CheckOptions,
  { terminal, stdin }: Surroundings,
  { host, check: checkOne }: Checking = { host: diskHost, check: checkSource },
): ExitCode {
  const found = findConfig(options.config);
  if (options.output !== undefined && found !== undefined && resolve(options.output) === resolve(found.path))
    throw new UsageError(`--output writes findings over a file, and ${options.output} is the configuration.`);
  const failLevel = options.failLevel ?? found?.config.failLevel ?? "error";
  const read = readSources(options, searchRules(found), stdin);
  // A level that a code is given asks for it, where it is told to those who ask.
  const optIn = [...(found?.config.levels ?? [])].flatMap(([code, level]) => (level === "off" ? [] : [code]));
  const cache = options.cache === undefined ? undefined : openCheckCache(options.cache);
  const asking: CheckOne = (source, files) => {
    const find = (from: ProgramHost): readonly Diagnostic[] => checkOne(source, from, { optIn });
    return cache === undefined ? find(files) : cache.remember(`check ${optIn.join()}`, source, files, find);
  };
  const heeded = (it: readonly Diagnostic[]): readonly Diagnostic[] => atLevels(it, found?.config.levels);
  const { files, ...checked } = options.fix
    ? fixSpecs(read.sources, host, heeded, asking)
    : { ...checkSpecs(read.sources, host, asking), fixed: [] };
  const diagnostics = [
    ...(found?.diagnostics ?? []),
    ...heeded(checked.diagnostics),
    ...beyond(found?.config.budget, read.sources, checked, host, cache),
  ];
  saveCache(cache, terminal);
  const troubles = [...read.troubles, ...checked.troubles].map(({ path, error }): Trouble => {
    reportFailure(error, terminal);
    const kind = error instanceof UsageError ? "unreadable" : "defect";
    return { path, kind, message: error instanceof Error ? error.message : String(error) };
  });

  const report = createReport(files, diagnostics, {
    troubles,
    fixed: checked.fixed,
    most: options.maxProblems ?? found?.config.maxProblems,
  });
  const color =
    options.output === undefined && (options.color === "auto" ? terminal.outColor : options.color === "always");
  const text = formats[options.format](report, {
    version,
    color,
    quiet: options.quiet,
    fails: (it) => fails(it, failLevel),
    ...places(),
  });
  if (options.output === undefined) terminal.out(text, color);
  else {
    writeFile(options.output, text);
    if (!options.quiet) terminal.out(`${summarise(report)}: see ${showText(options.output)}\n`);
  }
  if (troubles.length > 0) return exitCode.failure;
  return diagnostics.some((it) => fails(it, failLevel)) ? exitCode.findings : exitCode.clean;
}

/** Writes the cache; where that cannot be, the check is what it is, and is told to be slow the next time. */
function saveCache(cache: CheckCache | undefined, terminal: Surroundings["terminal"]): void {
  try {
    cache?.save();
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    terminal.error(`warning: ${showText(error.message)} The next check looks at everything again.\n`);
  }
}

/** The files to check, and what keeps others from it. */
function readSources(
  { paths, stdinFilepath }: CheckOptions,
  rules: SearchRules,
  stdin: Surroundings["stdin"] = readStandardInput,
): { readonly sources: readonly SourceFile[]; readonly troubles: readonly SpecTrouble[] } {
  if (stdinFilepath !== undefined || paths.includes("-")) {
    const text = stdin().replace(/^\uFEFF/, "");
    return { sources: [{ path: stdinFilepath ?? standardInput, text }], troubles: [] };
  }
  const found = findSpecs(paths, rules);
  const sources: SourceFile[] = [];
  const troubles: SpecTrouble[] = [...found.troubles];
  for (const path of found.paths) {
    try {
      sources.push(readSpec(path));
    } catch (error) {
      troubles.push({ path, error });
    }
  }
  return { sources, troubles };
}

/** What goes beyond the budget of a configuration, of files that were checked and have no errors. */
function beyond(
  budget: Budget | undefined,
  sources: readonly SourceFile[],
  { diagnostics, troubles }: Pick<CheckedSpecs, "diagnostics" | "troubles">,
  host: ProgramHost,
  cache: CheckCache | undefined,
): readonly Diagnostic[] {
  if (budget === undefined) return [];
  const wrong = new Set(troubles.map((it) => it.path));
  for (const it of diagnostics) if (it.severity === "error") wrong.add(it.span.file.path);
  return sources
    .filter((it) => !wrong.has(it.path))
    .flatMap((source) => {
      const find = (from: ProgramHost): readonly Diagnostic[] => overBudget(source, from, budget);
      return cache?.remember(`budget ${JSON.stringify(budget)}`, source, host, find) ?? find(host);
    });
}

function fails({ severity }: Diagnostic, level: FailLevel): boolean {
  return level === "warning" || (level === "error" && severity === "error");
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
