import type { Program } from "../../analyze/program.ts";
import type { Collector } from "../../diagnostics/collector.ts";
import type { TestProgram, TrainProgram } from "../../ir/program.ts";
import type { TrainDeclaration } from "../../syntax/ast/sections.ts";
import type { Elaborator } from "../context.ts";
import { createElaborator } from "../elaborator.ts";
import { elaborateEntry, type ModelOptions } from "../elaborate-model.ts";
import { checkBudget } from "./check-budget.ts";
import { checkTune } from "./check-tune.ts";
import { lowerData } from "./lower-data.ts";
import { lowerTest } from "./lower-test.ts";
import { lowerTrainSection, type LowerModel } from "./lower-train.ts";

/** Values that come on top of what a section's header says: the command line's `--set`. */
export type SectionOptions = Pick<ModelOptions, "hyperparameters" | "dims">;

/** Each model is lowered by an elaborator of its own, so that it has its own functions; or by `shared`, to be checked. */
function modelLowering(
  program: Program,
  collector: Collector,
  options: SectionOptions,
  shared?: Elaborator,
): LowerModel {
  return (callable, target, dims) => {
    const elaborator = shared ?? createElaborator(program, collector);
    const module = elaborateEntry(elaborator, callable, {
      arguments: target.kind === "call" ? target.arguments : [],
      hyperparameters: options.hyperparameters ?? {},
      dims: { ...options.dims, ...Object.fromEntries(dims) },
    });
    if (module === undefined) return undefined;
    const entry = [...elaborator.memo.values()].find((it) => it.func.key === module.entry);
    return { module, resultFacts: entry?.resultFacts ?? [], elaborator };
  };
}

/** Lowers one `train` section of a program's entry file. Undefined after a report. */
export function lowerTrain(
  program: Program,
  declaration: TrainDeclaration,
  options: SectionOptions,
  collector: Collector,
): TrainProgram | undefined {
  const lowerModel = modelLowering(program, collector, options);
  return lowerTrainSection(createElaborator(program, collector), program.entry, declaration, lowerModel);
}

/** Lowers the `test` sections of a program's entry file against its trainings. */
export function lowerTests(
  program: Program,
  trains: readonly TrainProgram[],
  collector: Collector,
): readonly TestProgram[] {
  const { entry } = program;
  return entry.ast.declarations.flatMap((declaration) =>
    declaration.kind === "test"
      ? (lowerTest(createElaborator(program, collector), entry, declaration, trains) ?? [])
      : [],
  );
}

/** Checks every section of a program's entry file. `elaborator` remembers what it has lowered before. */
export function checkSections(
  program: Program,
  collector: Collector,
  elaborator: Elaborator = createElaborator(program, collector),
): void {
  const { entry } = program;
  const { declarations } = entry.ast;
  const lowerModel = modelLowering(program, collector, {}, elaborator);
  const trains = declarations.flatMap((it) =>
    it.kind === "train" ? [lowerTrainSection(elaborator, entry, it, lowerModel)] : [],
  );
  const lowered = trains.filter((it) => it !== undefined);
  // What tests a training that could not be lowered was reported there.
  if (lowered.length === trains.length) lowerTests(program, lowered, collector);
  for (const declaration of declarations) {
    // Data that a training names was lowered with it; reports come once however often they are made.
    if (declaration.kind === "data") lowerData(elaborator, entry, declaration);
    else if (declaration.kind === "budget") checkBudget(elaborator, entry, declaration, lowerModel);
    else if (declaration.kind === "tune") checkTune(elaborator, entry, declaration);
  }
}
