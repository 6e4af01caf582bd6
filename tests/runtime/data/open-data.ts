import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { loadProgram } from "../../../src/analyze/program.ts";
import { createCollector } from "../../../src/diagnostics/collector.ts";
import type { TrainProgram } from "../../../src/ir/program.ts";
import { lowerTrain } from "../../../src/lower/sections/lower-sections.ts";
import { createDataset, type Dataset } from "../../../src/runtime/data/dataset.ts";
import { loadSource } from "../../../src/runtime/data/load-source.ts";
import type { DataProblem, RawData } from "../../../src/sources/raw-data.ts";
import { createOnnxTrainer } from "../../../src/runtime/onnx/onnx-trainer.ts";
import { createTfjsTrainer } from "../../../src/runtime/tfjs/tfjs-trainer.ts";
import { checkFeatures } from "../../../src/runtime/train/check-features.ts";
import { fitStatistics } from "../../../src/runtime/train/fit-statistics.ts";
import type { Trainer } from "../../../src/runtime/train/trainer.ts";
import { host } from "../../lower/checking.ts";

/** What became of a data section. */
export interface OpenedData {
  readonly program: TrainProgram;
  readonly raw: RawData;
  readonly dataset: Dataset;
}

/** The training of a data section. */
export function programOf(section: string, path = "spec.model", loss = "mean(out)"): TrainProgram {
  const text = `model M: (x: f32[B]) -> out: f32[B] {
  param w: f32[] = ones
  x * w
}
data D {
${section}
}
train M on D {
  loss: ${loss}
  optimizer: sgd(lr=0.1)
}
`;
  return programIn(text, path);
}

/** The training of a whole file. */
export function programIn(text: string, path = "spec.model"): TrainProgram {
  const collector = createCollector();
  const program = loadProgram({ path, text }, host, collector);
  const declaration = program.entry.ast.declarations.find((it) => it.kind === "train");
  const lowered = declaration?.kind === "train" ? lowerTrain(program, declaration, {}, collector) : undefined;
  if (lowered === undefined) throw new Error(collector.diagnostics.map((it) => it.message).join("; "));
  return lowered;
}

/** A problem as it is reported. */
export function messageOf(problem: DataProblem): string {
  const collector = createCollector();
  problem.reportTo(collector, { file: { path: "spec.model", text: "" }, start: 0, end: 0 });
  return collector.diagnostics
    .map((it) => `${it.code} ${it.message}${it.help === undefined ? "" : ` ${it.help}`}`)
    .join("\n");
}

/** A file's content, or that of several by their paths. */
export type Content = string | Uint8Array | Readonly<Record<string, string | Uint8Array>>;

/** Loads a data section whose source is the given file, `t.csv` by default, or files; what is wrong as text. */
export async function openData(
  section: string,
  content: Content,
  file = "t.csv",
  loss?: string,
): Promise<OpenedData | string> {
  const files = typeof content === "string" || content instanceof Uint8Array ? { [file]: content } : content;
  return openFiles((path) => programOf(section, path, loss), files);
}

/** Loads the data of the training of a whole file, beside which files lie; what is wrong as text. */
export function openText(
  text: string,
  files: Readonly<Record<string, string | Uint8Array>>,
): Promise<OpenedData | string> {
  return openFiles((path) => programIn(text, path), files);
}

async function openFiles(
  programAt: (path: string) => TrainProgram,
  files: Readonly<Record<string, string | Uint8Array>>,
): Promise<OpenedData | string> {
  const folder = mkdtempSync(join(tmpdir(), "modelc-data-"));
  try {
    for (const [name, it] of Object.entries(files)) {
      mkdirSync(dirname(join(folder, name)), { recursive: true });
      writeFileSync(join(folder, name), it);
    }
    const path = join(folder, "spec.model");
    const program = programAt(path);
    const raw = await loadSource(program.data, path);
    if (!raw.ok) return messageOf(raw.error).replaceAll(`${folder}/`, "");
    const dataset = await createDataset(raw.value, program.data);
    if (!dataset.ok) return messageOf(dataset.error).replaceAll(`${folder}/`, "");
    return { program, raw: raw.value, dataset: dataset.value };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** Both trainers of opened data, with its statistics. */
export async function trainersOf({ program, dataset }: OpenedData): Promise<readonly Trainer[]> {
  const made = [
    await createOnnxTrainer(program, { totalSteps: 1, threads: 1 }),
    await createTfjsTrainer(program, { totalSteps: 1, backend: "cpu" }),
  ];
  const statistics = await fitStatistics(program, dataset.splits.train, dataset.vocabularies);
  return Promise.all(
    made.map(async (it) => {
      if (!it.ok) throw new Error(it.message);
      await it.trainer.restore(statistics);
      return it.trainer;
    }),
  );
}

/** What is wrong with a section and its file, from the text to the features, as `modelc train` finds it on both targets. */
export async function problemOf(section: string, content: Content, file = "t.csv", loss?: string): Promise<string> {
  const opened = await openData(section, content, file, loss);
  if (typeof opened === "string") return opened;
  const found: string[] = [];
  for (const trainer of await trainersOf(opened)) {
    const stray = await checkFeatures(trainer, opened.program, opened.raw, opened.dataset);
    found.push(stray === undefined ? "none" : messageOf(stray.problem).replaceAll(/\/tmp\/modelc-data-\w+\//g, ""));
    await trainer.dispose();
  }
  const [first = "", second] = found;
  return first === second ? first : `${first} | ${String(second)}`;
}
