import { createCollector } from "../../diagnostics/collector.ts";
import { renderText } from "../../diagnostics/render.ts";
import { formatSource } from "../../format/format.ts";
import { parseFile } from "../../syntax/parse.ts";
import { findConfig } from "../config/find-config.ts";
import { searchRules } from "../config/search-rules.ts";
import { exitCode, type ExitCode } from "../exit-code.ts";
import { findSpecs } from "../find-specs.ts";
import { readSpec } from "../read-specs.ts";
import { rewriteFile } from "../rewrite-file.ts";
import type { Terminal } from "../terminal.ts";
import { showText } from "../../support/show-text.ts";

export interface FormatOptions {
  readonly check?: boolean;
}

/** `modelc fmt`: writes files in the one style, or with `--check` names those that are not in it. */
export async function fmt(paths: readonly string[], options: FormatOptions, terminal: Terminal): Promise<ExitCode> {
  let worst: ExitCode = exitCode.clean;
  let changed = 0;
  const { paths: specs, troubles } = findSpecs(paths, searchRules(findConfig()));
  for (const { error } of troubles) throw error;
  for (const path of specs) {
    const source = readSpec(path);
    const collector = createCollector();
    parseFile(source, collector);
    if (collector.hasErrors) {
      terminal.error(renderText(collector.diagnostics, { color: terminal.color }));
      worst = exitCode.findings;
      continue;
    }
    const formatted = await formatSource(source.text, path);
    if (formatted === source.text) continue;
    changed++;
    if (options.check === true) {
      terminal.out(`${showText(path)} is not formatted\n`);
      worst = exitCode.findings;
    } else {
      rewriteFile(path, formatted);
      terminal.out(`${showText(path)} formatted\n`);
    }
  }
  if (changed === 0 && worst === exitCode.clean)
    terminal.out(`${specs.length === 1 ? "The file is" : `All ${specs.length} files are`} formatted\n`);
  return worst;
}
