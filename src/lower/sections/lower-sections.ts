import type { Program } from "../../analyze/program.ts";
import type { Collector } from "../../diagnostics/collector.ts";
import type { TestProgram, TrainProgram } from "../../ir/program.ts";
import { createAsker, type Asker } from "../../support/memo.ts";
import type { CallableDeclaration } from "../../syntax/ast.ts";
import type { TrainDeclaration } from "../../syntax/ast/sections.ts";
import type { KnownTraining } from "./known-training.ts";
import { reportIdleAugment } from "./report-idle-augment.ts";
import { createLowering, type Lowering, type SectionOptions } from "./lowering.ts";

/** Lowers one `train` section of a program's entry file. Undefined after a report. */
export function lowerTrain(
  program: Program,
  declaration: TrainDeclaration,
  options: SectionOptions,
  collector: Collector,
  lowering: Lowering = createLowering(program, options),
): TrainProgram | undefined {
  const lowered = lowering.train(createAsker(), declaration);
  collector.take(lowered);
  return lowered.train;
}

/** Lowers the `test` sections of a program's entry file against its trainings. */
export function lowerTests(
  program: Program,
  trains: readonly KnownTraining[],
  collector: Collector,
  lowering: Lowering = createLowering(program),
  asker: Asker = createAsker(),
): readonly TestProgram[] {
  return program.entry.ast.declarations.flatMap((declaration) => {
    if (declaration.kind !== "test") return [];
    const lowered = lowering.test(asker, declaration, trains);
    collector.take(lowered);
    return lowered.test ?? [];
  });
}

/** Checks every section of a program's entry file, and gives the declarations that they looked at; `look` is shown the trainings. */
export function checkSections(
  program: Program,
  lowering: Lowering,
  asker: Asker,
  collector: Collector,
  look: (train: TrainProgram) => void = () => undefined,
): ReadonlySet<CallableDeclaration> {
  const { entry } = program;
  const { declarations } = entry.ast;
  const lowered = declarations.flatMap((it) => (it.kind === "train" ? [lowering.train(asker, it)] : []));
  for (const it of lowered) collector.take(it);
  for (const { train } of lowered) if (train !== undefined) look(train);
  const trains = lowered.map(({ known }) => known);
  lowerTests(program, trains, collector, lowering, asker);
  const visited = lowered.map((it) => it.visited);
  for (const it of declarations) {
    if (it.kind === "data") {
      const data = lowering.data(asker, entry, it);
      collector.take(data);
      reportIdleAugment(entry, it, collector);
      visited.push(data.visited);
    } else if (it.kind === "budget" || it.kind === "tune") collector.take(lowering.check(asker, it));
  }
  return new Set(visited.flatMap((it) => [...it]));
}

/** Checks every constant of a program's own files by itself: one that nothing uses is looked at nowhere else. */
export function checkConstants({ files }: Program, lowering: Lowering, asker: Asker, collector: Collector): void {
  for (const file of files) {
    for (const it of file.ast.declarations)
      if (it.kind === "const" && !it.broken) collector.take(lowering.constant(asker, file, it));
  }
}
