import { buildEvaluationGraph, buildInferenceGraph } from "../../autodiff/build-evaluation-graph.ts";
import { buildTrainingGraph } from "../../autodiff/build-training-step.ts";
import type { Unit } from "../../compiler.ts";
import { onnxTarget } from "../../emit/onnx/onnx-target.ts";
import { placesIn } from "../../ir/is-learned.ts";
import { printGraph, printModule } from "../../ir/print-graph.ts";
import { exitCode, UsageError, type ExitCode } from "../exit-code.ts";
import { loadSpec, lowerAll, type UnitOptions } from "../load-unit.ts";
import type { Terminal } from "../terminal.ts";

export interface IrOptions extends UnitOptions {
  readonly stage: "structured" | "flat" | "training" | "evaluation";
}

/** `modelc ir`: what a model is lowered to, as text. */
export function ir(file: string, options: IrOptions, terminal: Terminal): ExitCode {
  const spec = loadSpec(file, options, terminal);
  const units = spec === undefined ? undefined : lowerAll(spec, options, terminal);
  if (units === undefined) return exitCode.findings;
  terminal.out(units.map((it) => textOf(it, options.stage)).join("\n"));
  return exitCode.clean;
}

function textOf({ name, module, train }: Unit, stage: IrOptions["stage"]): string {
  const target = onnxTarget();
  if (stage === "structured") return printModule(module);
  if (stage === "flat") return printGraph(buildInferenceGraph(module, target, train?.precision));
  if (train === undefined) throw new UsageError(`No train section trains ${name}: its ${stage} graph does not exist.`);
  if (stage === "evaluation") return printGraph(buildEvaluationGraph(train, target));
  return placesIn(train)
    .map((it) => printGraph(buildTrainingGraph(train, target, it)))
    .join("\n");
}
