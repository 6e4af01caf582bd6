import { dirname } from "node:path";
import { createDataset } from "../../runtime/data/dataset.ts";
import { loadSource } from "../../runtime/data/load-source.ts";
import { toJson } from "../../support/show-text.ts";
import { describeData } from "../data/describe-data.ts";
import { pageOfData } from "../data/page-of-data.ts";
import { printData } from "../data/print-data.ts";
import { sampleImages } from "../data/sample-images.ts";
import { exitCode, UsageError, type ExitCode } from "../exit-code.ts";
import { writeFile } from "../files/write-file.ts";
import { heldLimit } from "../held-limit.ts";
import { isFolder } from "../is-folder.ts";
import { printFindings, type UnitOptions } from "../load-unit.ts";
import { planTraining } from "../open-training.ts";
import { printDataFault } from "../print-data-fault.ts";
import type { Terminal } from "../terminal.ts";

export interface DataOptions extends UnitOptions {
  readonly data?: string;
  readonly json?: boolean;
  readonly html?: string;
}

/** `modelc data`: what the data of a training hold. Where they cannot be split as they are, the source alone is told. */
export async function data(file: string, options: DataOptions, terminal: Terminal): Promise<ExitCode> {
  const { html } = options;
  if (html !== undefined) refuseToWrite(html);
  const plan = planTraining(file, { ...options, runtime: "onnx", backend: "cpu" }, terminal, "weights");
  if (plan === undefined) return exitCode.findings;
  const { spec, program } = plan;
  const { source } = program.data;
  const raw = await loadSource(program.data, source.origin.file.path, options.data, undefined, heldLimit());
  const made = raw.ok ? await createDataset(raw.value, program.data) : raw;
  if (!made.ok) made.error.reportTo(spec.collector, source.origin);
  printFindings(spec.collector, terminal);
  if (!raw.ok) return exitCode.findings;
  try {
    const report = await describeData(program, raw.value, made.ok ? made.value : undefined);
    if (html !== undefined) writeFile(html, pageOfData(report, made.ok ? await sampleImages(program, made.value) : []));
    terminal.out(options.json === true ? `${toJson(report, 2)}\n` : printData(report));
    return made.ok ? exitCode.clean : exitCode.findings;
  } catch (error) {
    return printDataFault(plan, error, terminal);
  }
}

function refuseToWrite(page: string): void {
  if (!/\.html?$/.test(page)) throw new UsageError(`--html is a file that ends in .html, not ${page}.`);
  if (isFolder(page)) throw new UsageError(`${page} is a folder: --html names a file.`);
  if (!isFolder(dirname(page))) throw new UsageError(`I cannot write ${page}: there is no folder ${dirname(page)}.`);
}
