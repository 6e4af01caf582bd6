import { join } from "node:path";
import { emitUnit, type Target } from "../../compiler.ts";
import { exitCode, UsageError, type ExitCode } from "../exit-code.ts";
import { formatBytes } from "../format-figures.ts";
import { loadSpec, lowerAll, printFindings, type UnitOptions } from "../load-unit.ts";
import { readWeights, storedTensors } from "../read-weights.ts";
import type { Terminal } from "../terminal.ts";
import { writeOutput } from "../write-output.ts";

export interface BuildOptions extends UnitOptions {
  readonly target?: readonly Target[];
  readonly out: string;
  readonly weights?: string;
  readonly opset?: number;
  readonly split?: boolean;
  readonly json?: boolean;
}

/** `modelc build`: compiles all that is meant, then writes it. */
export async function build(file: string, options: BuildOptions, terminal: Terminal): Promise<ExitCode> {
  const spec = loadSpec(file, options, terminal);
  const units = spec === undefined ? undefined : lowerAll(spec, options, terminal);
  if (spec === undefined || units === undefined) return exitCode.findings;
  if (options.weights !== undefined && units.length > 1) {
    throw new UsageError(
      `--weights fits one model, but ${file} has ${units.map((it) => it.name).join(", ")}: name one with --model.`,
    );
  }
  if (options.weights !== undefined && options.target?.includes("onnx") === false) {
    throw new UsageError("--weights goes into ONNX files: generated TypeScript takes them with `load`.");
  }
  const [unit] = units;
  const weights =
    options.weights === undefined || unit === undefined
      ? undefined
      : storedTensors(readWeights(options.weights, unit.name, unit));
  const before = spec.collector.diagnostics.length;
  const files = new Map<string, string | Uint8Array>();
  for (const unit of units) {
    const request = {
      targets: options.target ?? (["onnx", "tfjs"] as const),
      ...(options.opset !== undefined && { opset: options.opset }),
      ...(options.split !== undefined && { split: options.split }),
      ...(weights !== undefined && { weights }),
    };
    for (const [name, content] of await emitUnit(unit, request, spec.collector))
      files.set(join(options.out, name), content);
  }
  if (!printFindings(spec.collector, terminal, before)) return exitCode.findings;
  for (const [path, content] of files) writeOutput(path, content);

  const written = [...files].map(([path, content]) => ({ path, bytes: Buffer.byteLength(content) }));
  if (options.json === true) terminal.out(`${JSON.stringify({ files: written }, undefined, 2)}\n`);
  else {
    const widest = Math.max(...written.map(({ path }) => path.length));
    for (const { path, bytes } of written) terminal.out(`${path.padEnd(widest)}  ${formatBytes(bytes).padStart(9)}\n`);
  }
  return exitCode.clean;
}
