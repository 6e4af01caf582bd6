import { loadProgram, type Program, type ProgramHost } from "./analyze/program.ts";
import { createProgramMemory } from "./analyze/program-memory.ts";
import { reportIdleIgnores } from "./analyze/report-idle-ignores.ts";
import { createCollector, type Collector } from "./diagnostics/collector.ts";
import type { Findings } from "./diagnostics/findings.ts";
import type { Diagnostic } from "./diagnostics/diagnostic.ts";
import { buildOnnx, type WeightsFile } from "./emit/onnx/build-onnx.ts";
import { emitTfjs } from "./emit/tfjs/emit-tfjs.ts";
import { findUnbuildable } from "./emit/find-unbuildable.ts";
import { reportOpenSizes } from "./emit/report-open-sizes.ts";
import { reportTfjsLimits } from "./emit/tfjs/report-tfjs-limits.ts";
import type { Module } from "./ir/graph.ts";
import type { TestProgram, TrainProgram } from "./ir/program.ts";
import { createLinter } from "./lint/create-linter.ts";
import { checkProgram } from "./lower/check-program.ts";
import { elaborateModel, type GivenValue } from "./lower/elaborate-model.ts";
import { checkConstants, checkSections, lowerTests, lowerTrain } from "./lower/sections/lower-sections.ts";
import { knownTraining, unknownTraining } from "./lower/sections/known-training.ts";
import { lowerServed } from "./lower/sections/lower-served.ts";
import { createLowering, createLoweringMemory, type Lowering } from "./lower/sections/lowering.ts";
import { createMemo, type Asker } from "./support/memo.ts";
import type { SafeTensor } from "./support/safetensors.ts";
import type { SourceFile, Span } from "./support/source.ts";
import { version } from "./support/version.ts";
import type { CallableDeclaration } from "./syntax/ast.ts";
import type { TrainDeclaration } from "./syntax/ast/sections.ts";

/**
 * The compiler. A `.model` text passes through these phases, each in a folder of its own, each seeing only those before:
 *
 * 1. **parse**: text to abstract syntax (`grammar/`, `syntax/`); the formatter (`format/`) needs nothing else.
 * 2. **bind**: imports are loaded and names resolved (`analyze/`), down to the standard library (`std/`).
 * 3. **check and lower**: models are elaborated to structured IR (`lower/` to `ir/`, operators in `ops/`), shapes proved
 *    with symbolic dimensions (`dims/`) on the way; `data`, `train` and `test` sections become plain programs
 *    (`lower/sections/`).
 * 4. **differentiate**: the IR is flattened for one mode, and the loss differentiated into a training step (`autodiff/`).
 * 5. **optimise**: passes over flat graphs, in one ordered list (`passes/`).
 * 6. **emit**: structured IR to a neutral tree (`emit/structured/`) and that to TypeScript (`emit/tfjs/`), flat graphs to
 *    ONNX (`emit/onnx/`).
 *
 * What a person got wrong is returned as diagnostics (`diagnostics/`); only defects of modelc throw. `runtime/` trains
 * what was compiled, and `cli/` is the command line: neither is part of the compiler, which runs in a browser as well.
 */

/** Languages that modelc compiles to. */
export type Target = "onnx" | "tfjs";

/** Hyperparameters and dims that are fixed for one compilation. */
export interface Specialisation {
  readonly hyperparameters?: Readonly<Record<string, GivenValue>>;
  readonly dims?: Readonly<Record<string, number>>;
  /** Inputs that may be left out and are given, of a model that is not trained; the data of a training say which are there. */
  readonly given?: ReadonlySet<string>;
}

/** What to compile, and to what. */
export interface CompileRequest extends Specialisation {
  readonly targets: readonly Target[];
  /** A model, or the label of a `train` section; without it, everything that the file trains and every other model. */
  readonly model?: string;
  /** The ONNX operator set; the least that holds all that is used by default. */
  readonly opset?: number;
  /** Also writes the two halves of the ONNX training step. */
  readonly split?: boolean;
  /** Parameters and states by path, in stored order; without them, initial ones are drawn. */
  readonly weights?: ReadonlyMap<string, SafeTensor>;
  /** The file that holds them; `NAME.safetensors`, written anew, where it is left out. */
  readonly weightsFile?: WeightsFile;
  /** A fingerprint of the model, to be kept in its inference graph. */
  readonly fingerprint?: string;
  /** The words that numbers of raw fields stand for, to be kept in the inference and the preparation graph. */
  readonly vocabularies?: Readonly<Record<string, readonly string[]>>;
}

/** What a compilation gives: no files where a diagnostic is an error. */
export interface Compilation {
  readonly diagnostics: readonly Diagnostic[];
  readonly files: ReadonlyMap<string, string | Uint8Array>;
}

/** A model to compile, with the section that trains it. */
export interface Unit {
  /** What its files are called: the label of the section, or the model's name. */
  readonly name: string;
  readonly module: Module;
  readonly train?: TrainProgram;
  /** A trained model at sizes that its training leaves open: then it is built to be used, and nothing that trains. */
  readonly served?: Module;
  /** Where to report what is wrong with it as a whole. */
  readonly span: Span;
}

/** Checks one file again and again, as it is edited. */
export interface Checker {
  /** All that `modelc check` finds in the file as it is now. What an edit does not bear on is not looked at again. */
  check(source: SourceFile): readonly Diagnostic[];
  /** What the last check made anew, as kind and key: pieces that were parsed, declarations that were lowered. */
  readonly made: readonly (readonly [kind: string, key: string])[];
}

/** What a check is to do beside what it always does. */
export interface CheckOptions {
  /** Codes of warnings that are told to those who ask for them alone. */
  readonly optIn?: readonly string[];
}

/** A checker that has seen nothing yet. What it keeps is that of one file and its imports. */
export function createChecker(host: ProgramHost, { optIn = [] }: CheckOptions = {}): Checker {
  const memo = createMemo();
  const memory = createProgramMemory(memo);
  const lowered = createLoweringMemory(memo);
  const linter = createLinter(new Set(optIn));
  const unbuildable = new WeakMap<Module, Findings>();
  let made: Checker["made"] = [];
  return {
    check(source) {
      const run = memo.run((asker) => {
        const collector = createCollector();
        const program = loadProgram(source, host, collector, memory, asker);
        const lowering = createLowering(program, {}, lowered);
        const lints = linter.of(program);
        checkProgram(
          program,
          collector,
          (callable, given) => lints.model(lowering.model(asker, callable, undefined, undefined, given)),
          () => checkSections(program, lowering, asker, collector, lints.train),
        );
        checkConstants(program, lowering, asker, collector);
        collector.take(lints);
        for (const { module, train, span } of checkedUnits(program, lowering, asker)) {
          const found = unbuildable.get(module) ?? findUnbuildable(module, train, span);
          unbuildable.set(module, found);
          collector.take(found);
        }
        if (!collector.hasErrors) reportSameNames(declaredUnits(program), collector);
        reportIdleIgnores(program, collector);
        return collector.diagnostics;
      });
      made = run.made;
      return run.result;
    },
    get made() {
      return made;
    },
  };
}

/** The units of a file as they were lowered to be checked: those with errors are left out. */
function checkedUnits(program: Program, lowering: Lowering, asker: Asker): readonly Unit[] {
  return declaredUnits(program).flatMap(({ name, model, train: declaration }): readonly Unit[] => {
    if (declaration !== undefined) {
      const { train } = lowering.train(asker, declaration);
      return train === undefined ? [] : [{ name, module: train.model, train, span: declaration.model.span }];
    }
    const callable = program.entry.scope.get(model.name.text);
    if (callable?.kind !== "callable" || model.hyperparameters.some((it) => it.default === undefined)) return [];
    const { module } = lowering.model(asker, callable);
    return module === undefined ? [] : [{ name, module, span: model.name.span }];
  });
}

/** Phases 1 to 3 over everything in a file: all that `modelc check` finds. */
export function checkSource(source: SourceFile, host: ProgramHost, options: CheckOptions = {}): readonly Diagnostic[] {
  return createChecker(host, options).check(source);
}

/** Files are called after units: two of one name would write over each other's, on some systems whatever the case. */
export function reportSameNames(units: readonly DeclaredUnit[], collector: Collector): void {
  const seen = new Map<string, string>();
  for (const { name, model, train } of units) {
    const first = seen.get(name.toLowerCase());
    if (first === undefined) seen.set(name.toLowerCase(), name);
    else collector.report("MC5014", (train ?? model).span, { first, second: name });
  }
}

/** All phases: a file to the files of its targets. */
export async function compile(source: SourceFile, host: ProgramHost, request: CompileRequest): Promise<Compilation> {
  const collector = createCollector();
  const program = loadProgram(source, host, collector);
  const files = new Map<string, string | Uint8Array>();
  for (const unit of collector.hasErrors ? [] : lowerUnits(program, request, collector)) {
    for (const [path, content] of await emitUnit(unit, request, collector)) files.set(path, content);
  }
  return { diagnostics: collector.diagnostics, files: collector.hasErrors ? new Map() : files };
}

/** Phase 3 for what a request names. Units with errors are left out: they are in the collector. */
export function lowerUnits(
  program: Program,
  request: Specialisation & { readonly model?: string },
  collector: Collector,
): readonly Unit[] {
  // Data that several units train on are lowered once.
  const { dims: _, ...others } = request;
  const lowering = createLowering(program, others);
  return declaredUnits(program)
    .filter((it) => request.model === undefined || it.name === request.model)
    .flatMap((it) => lowerBuilt(program, it, request, collector, lowering) ?? []);
}

/** Phases 4 to 6 for one unit. */
export async function emitUnit(
  { name, module, train, served, span }: Unit,
  {
    targets,
    opset,
    split,
    weights,
    weightsFile,
    fingerprint,
    vocabularies,
  }: Omit<CompileRequest, keyof Specialisation>,
  collector: Collector,
): Promise<ReadonlyMap<string, string | Uint8Array>> {
  const files = new Map<string, string | Uint8Array>();
  const training = train === undefined ? {} : { train };
  const how = train === undefined || served !== undefined ? "built" : "trained";
  if (reportOpenSizes(served ?? module, span, collector, how)) return files;
  if (targets.includes("onnx")) {
    const built = buildOnnx({
      name,
      module,
      ...training,
      ...(served !== undefined && { served }),
      ...(opset !== undefined && { opset }),
      ...(split !== undefined && { split }),
      ...(weights !== undefined && { weights }),
      ...(weightsFile !== undefined && { weightsFile }),
      ...(fingerprint !== undefined && { fingerprint }),
      ...(vocabularies !== undefined && { vocabularies }),
      version,
      collector,
      span,
    });
    for (const [path, content] of built?.files ?? []) files.set(path, content);
  }
  const written =
    served === undefined ? { module, ...training } : { module: served, ...(train !== undefined && { begins: train }) };
  if (targets.includes("tfjs") && !reportTfjsLimits(written.module, train, span, collector)) {
    files.set(`${name}.ts`, await emitTfjs({ name, ...written }));
  }
  return files;
}

/** A declaration that can be compiled by itself, before it is lowered. */
export interface DeclaredUnit {
  readonly name: string;
  readonly model: CallableDeclaration;
  readonly train?: TrainDeclaration;
}

/** What a file trains, in order, then its other models. */
export function declaredUnits({ entry }: Program): readonly DeclaredUnit[] {
  const trained = new Set<string>();
  const units: DeclaredUnit[] = [];
  for (const train of entry.ast.declarations) {
    if (train.kind !== "train") continue;
    const name = modelOf(train);
    const found = entry.scope.get(name);
    if (found?.kind !== "callable") continue;
    trained.add(name);
    units.push({ name: train.label?.text ?? name, model: found.declaration, train });
  }
  for (const model of entry.ast.declarations) {
    if (model.kind !== "callable" || model.flavor !== "model" || trained.has(model.name.text)) continue;
    units.push({ name: model.name.text, model });
  }
  return units;
}

/** Phase 3 for one declaration; undefined after a report. */
export function lowerUnit(
  program: Program,
  { name, model, train: declaration }: DeclaredUnit,
  specialisation: Specialisation,
  collector: Collector,
  lowering: Lowering = createLowering(program, specialisation),
): Unit | undefined {
  const span = (declaration ?? model).span;
  if (declaration !== undefined) {
    const train = lowerTrain(program, declaration, specialisation, collector, lowering);
    return train === undefined ? undefined : { name, module: train.model, train, span };
  }
  const module = elaborateModel(program, model.name.text, specialisation, collector);
  return module === undefined ? undefined : { name, module, span };
}

/**
 * Phase 3 for one declaration that is built: sizes that are given fix a model without a training, and what a trained one is
 * used at. Undefined after a report.
 */
export function lowerBuilt(
  program: Program,
  declared: DeclaredUnit,
  { dims = {}, ...others }: Specialisation,
  collector: Collector,
  lowering?: Lowering,
): Unit | undefined {
  const { train: declaration } = declared;
  if (declaration === undefined) return lowerUnit(program, declared, { ...others, dims }, collector);
  const open = lowering ?? createLowering(program, others);
  const unit = lowerUnit(program, declared, others, collector, open);
  if (unit?.train === undefined || Object.keys(dims).length === 0) return unit;
  const served = lowerServed(program, declaration, unit.train, dims, collector, open);
  return served === undefined ? undefined : { ...unit, served };
}

/** What the `test` sections of a file ask of units; those of trainings that are not among these are not looked at. */
export function lowerUnitTests(program: Program, units: readonly Unit[], collector: Collector): readonly TestProgram[] {
  const trains = declaredUnits(program).flatMap(({ name, train: declaration }) => {
    if (declaration === undefined) return [];
    const train = units.find((it) => it.name === name)?.train;
    return train === undefined ? unknownTraining(declaration) : knownTraining(train);
  });
  return lowerTests(program, trains, collector);
}

/** The name of the model that a section trains. */
function modelOf({ model }: TrainDeclaration): string {
  const callee = model.kind === "call" ? model.callee : model;
  return callee.kind === "reference" ? callee.text : "";
}
