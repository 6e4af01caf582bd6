import { existsSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { renderText } from "../../diagnostics/render.ts";
import { nearest } from "../../support/nearest.ts";
import { compareAll } from "../diff/compare-files.ts";
import { breaksAny, diffFormats, type DiffFormatName, type FileComparison } from "../diff/formats.ts";
import { openGit, readGitPath } from "../diff/git-host.ts";
import { loadFaces, type LoadedFaces } from "../diff/load-faces.ts";
import { exitCode, UsageError, type ExitCode } from "../exit-code.ts";
import type { UnitOptions } from "../load-unit.ts";
import { diskHost, readSpec } from "../read-specs.ts";
import type { Terminal } from "../terminal.ts";

export interface DiffOptions extends UnitOptions {
  readonly format: DiffFormatName;
}

/** `modelc diff`: what others rely on of the models in one file, beside those in another. */
export function diff(before: string, after: string, options: DiffOptions, terminal: Terminal): ExitCode {
  const old = load(before, options);
  const now = load(after, options);
  const errors = [...old.errors, ...now.errors];
  if (errors.length > 0) {
    terminal.error(`${renderText(errors, { color: terminal.color })}\n`);
    return exitCode.findings;
  }
  const { model } = options;
  if (old.faces.length + now.faces.length === 0) {
    const near = model === undefined ? undefined : nearest(model, [...old.names, ...now.names]);
    throw new UsageError(
      `Neither ${before} nor ${after} has a model${model === undefined ? "" : ` ${model}`}.${near === undefined ? "" : ` Did you mean ${near}?`}`,
    );
  }
  const files: readonly FileComparison[] = [
    { file: after, against: before, models: compareAll(old.faces, now.faces), skipped: null },
  ];
  terminal.out(diffFormats[options.format](files));
  return breaksAny(files) ? exitCode.findings : exitCode.clean;
}

/** The models of a file, or of one at a commit, as `main:specs/net.model`. */
function load(named: string, options: UnitOptions): LoadedFaces {
  const at = existsSync(named) ? undefined : readGitPath(named);
  if (at === undefined) return loadFaces(readSpec(named), diskHost, options);
  const git = openGit(at.reference, dirname(resolve(at.path)));
  const source = git.read(at.path);
  if (source === undefined) throw new UsageError(`There is no file ${at.path} at ${at.reference}.`);
  if ("unreadable" in source) throw new UsageError(`I cannot read ${named}: ${source.unreadable}.`);
  return loadFaces({ ...source, path: at.path }, git.host, options);
}
