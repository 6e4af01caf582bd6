import { mentionsOf } from "../../analyze/mentions.ts";
import { nameOf, ofNames } from "../../analyze/dependencies.ts";
import type { Program } from "../../analyze/program.ts";
import { createCollector } from "../../diagnostics/collector.ts";
import type { Findings } from "../../diagnostics/findings.ts";
import type { TestProgram, TrainProgram } from "../../ir/program.ts";
import type { Callable, ProgramFile } from "../../std/program-file.ts";
import { createMemo, type Asker, type Memo, type Table } from "../../support/memo.ts";
import type {
  CallableDeclaration,
  CallExpression,
  ConstDeclaration,
  Declaration,
  NameReference,
} from "../../syntax/ast.ts";
import type {
  BudgetDeclaration,
  DataDeclaration,
  TestDeclaration,
  TrainDeclaration,
  TuneDeclaration,
} from "../../syntax/ast/sections.ts";
import { lowerModel, type LoweredModel, type ModelOptions } from "../elaborate-model.ts";
import { checkBudget } from "./check-budget.ts";
import { checkTune } from "./check-tune.ts";
import { lowerConstant } from "./lower-constant.ts";
import { lowerData, type LoweredData } from "./lower-data.ts";
import type { KnownTraining } from "./known-training.ts";
import { lowerTest } from "./lower-test.ts";
import { lowerTrainSection, type ModelOf } from "./lower-train.ts";

/** A `train` section, lowered. */
export interface LoweredTrain extends Findings {
  /** Undefined where something is wrong with it. */
  readonly train: TrainProgram | undefined;
  readonly known: KnownTraining;
  /** The declarations that its model, loss and metrics looked at. */
  readonly visited: ReadonlySet<CallableDeclaration>;
}

/** A `test` section, lowered. */
export interface LoweredTest extends Findings {
  readonly test: TestProgram | undefined;
}

/** What lowering keeps from one check of a program to the next. */
export interface LoweringMemory {
  readonly memo: Memo;
  readonly models: Table<LoweredModel>;
  readonly data: Table<LoweredData>;
  readonly trains: Table<LoweredTrain>;
  readonly tests: Table<LoweredTest>;
  /** Budgets, searches and constants by themselves: nothing comes of them but findings. */
  readonly checks: Table<Findings>;
}

/** Nothing kept yet. */
export function createLoweringMemory(memo: Memo): LoweringMemory {
  return {
    memo,
    models: memo.table("model"),
    data: memo.table("data"),
    trains: memo.table("train"),
    tests: memo.table("test"),
    checks: memo.table("check"),
  };
}

/** Values that come on top of what a section's header says: the command line's `--set`. */
export type SectionOptions = Pick<ModelOptions, "hyperparameters" | "dims">;

/** The lowered declarations of a program: each is made once for all that ask for it. */
export interface Lowering {
  model(
    asker: Asker,
    callable: Callable,
    by?: NameReference | CallExpression,
    dims?: ReadonlyMap<string, number>,
    given?: ModelOptions["given"],
  ): LoweredModel;
  data(asker: Asker, file: ProgramFile, declaration: DataDeclaration): LoweredData;
  train(asker: Asker, declaration: TrainDeclaration): LoweredTrain;
  test(asker: Asker, declaration: TestDeclaration, trains: readonly KnownTraining[]): LoweredTest;
  check(asker: Asker, declaration: BudgetDeclaration | TuneDeclaration): Findings;
  constant(asker: Asker, file: ProgramFile, declaration: ConstDeclaration): Findings;
}

/** The lowering of a program; `memory` holds what was lowered of it, with the same options, before an edit. */
export function createLowering(
  program: Program,
  options: SectionOptions = {},
  memory: LoweringMemory = createLoweringMemory(createMemo()),
): Lowering {
  const { entry, dependencies } = program;
  const { names } = dependencies;
  const { idOf } = memory.memo;
  const keyOf = (file: ProgramFile, declaration: Declaration): string =>
    `${nameOf(declaration)} ${dependencies.of(file, declaration)}`;

  const model: Lowering["model"] = (asker, callable, by, dims = new Map(), inputs = new Set()) => {
    const args = by?.kind === "call" ? by.arguments : [];
    // What arguments mean is a matter of the file that gives them.
    const given = by === undefined || args.length === 0 ? "" : ` for ${dependencies.of(entry, by)}`;
    const sizes = [...dims].map(([name, size]) => ` ${name}=${size}`).join("");
    const more = inputs === "all" ? " with all" : [...inputs].map((name) => ` with ${name}`).join("");
    const key = `${keyOf(callable.file, callable.declaration)}${given}${sizes}${more}`;
    return ofNames(memory.models, asker, key, names, () =>
      lowerModel(program, callable, {
        ...(by !== undefined && { arguments: args, file: entry }),
        hyperparameters: options.hyperparameters ?? {},
        dims: { ...options.dims, ...Object.fromEntries(dims) },
        given: inputs,
      }),
    );
  };

  const data: Lowering["data"] = (asker, file, declaration) =>
    ofNames(memory.data, asker, keyOf(file, declaration), names, () => lowerData(program, file, declaration));

  const train: Lowering["train"] = (asker, declaration) =>
    ofNames(memory.trains, asker, keyOf(entry, declaration), names, (own) => {
      const collector = createCollector();
      const visited = new Set<CallableDeclaration>();
      const seen = <T extends LoweredModel | LoweredData>(made: T): T => {
        for (const it of made.visited) visited.add(it);
        return made;
      };
      const given = {
        model: (...it: Parameters<ModelOf>) => seen(model(own, ...it)),
        data: (file: ProgramFile, section: DataDeclaration) => seen(data(own, file, section)),
      };
      const made = lowerTrainSection(program, declaration, given, collector, visited);
      return { ...made, visited, found: collector.found, saysNames: collector.saysNames };
    });

  const test: Lowering["test"] = (asker, declaration, trains) => {
    // Of trainings that it does not name, only that they are there.
    const words = mentionsOf(declaration);
    const known = trains.map((it) => (words.has(it.name) || words.has(it.model) ? idOf(it) : it.name));
    return ofNames(memory.tests, asker, `${keyOf(entry, declaration)} in ${known.join(" ")}`, names, () => {
      const collector = createCollector();
      const made = lowerTest(collector, entry, declaration, trains);
      return { test: made, found: collector.found, saysNames: collector.saysNames };
    });
  };

  const check: Lowering["check"] = (asker, declaration) =>
    ofNames(memory.checks, asker, keyOf(entry, declaration), names, (own) => {
      const collector = createCollector();
      if (declaration.kind === "tune") checkTune(collector, entry, declaration);
      else {
        checkBudget(collector, entry, declaration, (...it) => model(own, ...it));
      }
      return { found: collector.found, saysNames: collector.saysNames };
    });

  const constant: Lowering["constant"] = (asker, file, declaration) =>
    ofNames(memory.checks, asker, keyOf(file, declaration), names, () => lowerConstant(program, file, declaration));

  return { model, data, train, test, check, constant };
}
