import { existsSync } from "node:fs";
import { emitUnit, reportSameNames, type Target, type Unit } from "../../compiler.ts";
import type { Collector } from "../../diagnostics/collector.ts";
import { originText } from "../../runtime/train/weights-origin.ts";
import { exitCode, UsageError, type ExitCode } from "../exit-code.ts";
import { chooseWeights, type ChosenWeights } from "../files/choose-weights.ts";
import { openOutputFolder, type OutputFolder } from "../files/output-folder.ts";
import { formatBytes } from "../format-figures.ts";
import { loadSpec, lowerAll, printFindings, type UnitOptions } from "../load-unit.ts";
import { readFileBytes } from "../read-specs.ts";
import type { Terminal } from "../terminal.ts";
import { showText, toJson } from "../../support/show-text.ts";

export interface BuildOptions extends UnitOptions {
  readonly target?: readonly Target[];
  readonly out: string;
  /** A file, or `initial`. */
  readonly weights?: string;
  readonly opset?: number;
  readonly split?: boolean;
  readonly json?: boolean;
}

/** One unit's files, ready to be written. */
interface Built {
  readonly folder: OutputFolder;
  readonly files: ReadonlyMap<string, string | Uint8Array>;
  /** What is no longer true once they are written. */
  readonly retired: readonly string[];
  readonly weights: (ChosenWeights & { readonly name: string }) | undefined;
}

/** `modelc build`: compiles all that is meant, then writes it. */
export async function build(file: string, options: BuildOptions, terminal: Terminal): Promise<ExitCode> {
  const spec = loadSpec(file, options, terminal);
  const units = spec === undefined ? undefined : lowerAll(spec, options, terminal, "built");
  if (spec === undefined || units === undefined) return exitCode.findings;
  const targets = options.target ?? (["onnx", "tfjs"] as const);
  if (options.weights !== undefined && options.weights !== "initial" && units.length > 1) {
    throw new UsageError(
      `--weights fits one model, but ${file} has ${units.map((it) => it.name).join(", ")}: name one with --model.`,
    );
  }
  if (options.weights !== undefined && options.target?.includes("onnx") === false) {
    throw new UsageError("--weights goes into ONNX files: generated TypeScript takes them with `load`.");
  }
  reportSameNames(spec.units, spec.collector);
  if (!printFindings(spec.collector, terminal)) return exitCode.findings;
  const folders: OutputFolder[] = [];
  try {
    for (const unit of units) folders.push(openOutputFolder(options.out, unit.name, "build"));
    const built: Built[] = [];
    for (const [at, unit] of units.entries()) {
      const folder = folders[at];
      const one = folder && (await buildUnit(unit, folder, { ...options, target: targets }, spec.collector));
      if (one !== undefined) built.push(one);
    }
    if (!printFindings(spec.collector, terminal)) return exitCode.findings;
    for (const { folder, files, retired } of built) folder.write(files, retired);
    report(built, options.json === true, terminal);
  } finally {
    for (const folder of folders) folder.close();
  }
  return exitCode.clean;
}

async function buildUnit(
  unit: Unit,
  folder: OutputFolder,
  options: BuildOptions & { readonly target: readonly Target[] },
  collector: Collector,
): Promise<Built | undefined> {
  const onnx = options.target.includes("onnx");
  const weights = onnx ? chooseWeights(unit, folder, options.weights, collector) : undefined;
  if (onnx && weights === undefined) return undefined;
  const request = {
    targets: options.target,
    ...(options.opset !== undefined && { opset: options.opset }),
    ...(options.split !== undefined && { split: options.split }),
    ...weights?.request,
  };
  const files = inOrder(unit.name, await emitUnit(unit, request, collector));
  if (weights?.madeForAnother !== undefined && !collector.hasErrors)
    collector.report("MC5013", unit.span, { path: weights.madeForAnother, name: unit.name, what: "weights" });
  const retired = onnx ? retiredFiles(folder, unit.name, files) : [];
  return { folder, files, retired, weights: weights && { ...weights, name: unit.name } };
}

/** The graph that reads the weights after them, and the manifest, which says that all is there, last. */
function inOrder(
  name: string,
  files: ReadonlyMap<string, string | Uint8Array>,
): ReadonlyMap<string, string | Uint8Array> {
  const late = [`${name}.onnx`, `${name}.manifest.json`];
  return new Map([...files].sort(([a], [b]) => late.indexOf(a) - late.indexOf(b)));
}

/** What is not true while files are replaced, and what the last build has written that this one does not. */
function retiredFiles(folder: OutputFolder, name: string, files: ReadonlyMap<string, unknown>): readonly string[] {
  const manifest = `${name}.manifest.json`;
  const written = existsSync(folder.at(manifest)) ? new TextDecoder().decode(readFileBytes(folder.at(manifest))) : "";
  const quoted = [...written.matchAll(/"([^"\\]+)"/g)].flatMap(([, it]) => it ?? []);
  const isOld = (it: string): boolean =>
    it === `${name}.initial.safetensors` ||
    (it.startsWith(`${name}.`) &&
      /^(?:grad|apply|train|eval|prep|metrics)(?:\.\w+){0,2}\.onnx$/.test(it.slice(name.length + 1)));
  const stale = [...new Set(quoted)].filter((it) => isOld(it) && !files.has(it));
  return [manifest, `${name}.onnx`, ...stale];
}

function report(built: readonly Built[], json: boolean, terminal: Terminal): void {
  const files = built.flatMap(({ folder, files: own }) =>
    [...own].map(([name, content]) => ({ path: folder.at(name), bytes: Buffer.byteLength(content) })),
  );
  const weights = built.flatMap((it) => it.weights ?? []);
  if (json) {
    const origins = weights.map(({ name, path, origin }) => ({ name, path, ...origin }));
    terminal.out(`${toJson({ files, weights: origins }, 2)}\n`);
    return;
  }
  const widest = Math.max(...files.map(({ path }) => showText(path).length));
  for (const { path, bytes } of files)
    terminal.out(`${showText(path).padEnd(widest)}  ${formatBytes(bytes).padStart(9)}\n`);
  for (const { path, origin } of weights) terminal.out(`weights: ${showText(path)}, ${originText(origin)}\n`);
}
