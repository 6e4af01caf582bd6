import { mayBeLeftOut } from "../../analyze/may-be-left-out.ts";
import { loadProgram, type Program, type ProgramHost } from "../../analyze/program.ts";
import { declaredUnits, lowerUnit, type DeclaredUnit, type Specialisation, type Unit } from "../../compiler.ts";
import { createCollector, type Collector } from "../../diagnostics/collector.ts";
import type { Diagnostic } from "../../diagnostics/diagnostic.ts";
import { entryOf } from "../../graph/parameters-of.ts";
import { elaborateModel } from "../../lower/elaborate-model.ts";
import type { SourceFile } from "../../support/source.ts";
import { readSettings, type UnitOptions } from "../load-unit.ts";
import { faceOf, type ModelFace } from "./model-face.ts";

/** The models of a file, or what is wrong with it. */
export interface LoadedFaces {
  readonly faces: readonly ModelFace[];
  /** What there is to name in the file. */
  readonly names: readonly string[];
  readonly errors: readonly Diagnostic[];
  /** Models that were left out, each with a hyperparameter that it needs. */
  readonly open: readonly { readonly name: string; readonly needs: string }[];
}

/** Which models of a file are meant, and whether those that need values are left out, where they would be errors. */
export interface FaceOptions extends UnitOptions {
  readonly leaveOpen?: boolean;
}

/** Lowers the models of a file, all or the one that is named, for what others rely on. */
export function loadFaces(
  source: SourceFile,
  host: ProgramHost,
  { model, set = [], leaveOpen = false }: FaceOptions,
): LoadedFaces {
  const collector = createCollector();
  const open: { readonly name: string; readonly needs: string }[] = [];
  const program = loadProgram(source, host, collector);
  const units = collector.hasErrors ? [] : declaredUnits(program);
  const faces = units
    .filter((it) => model === undefined || it.name === model || it.model.name.text === model)
    .flatMap((declared) => {
      const needed =
        declared.train === undefined ? declared.model.hyperparameters.find((it) => !it.default) : undefined;
      if (leaveOpen && needed !== undefined) {
        open.push({ name: declared.name, needs: needed.name.text });
        return [];
      }
      const { dims: _, ...specialisation } = readSettings(set, declared);
      return faceAt(program, declared, specialisation, collector) ?? [];
    });
  return {
    faces,
    names: units.map(({ name }) => name),
    errors: collector.diagnostics.filter((it) => it.severity === "error"),
    open,
  };
}

/** A model for what others rely on, whichever inputs it is given; undefined after a report. */
function faceAt(
  program: Program,
  declared: DeclaredUnit,
  settings: Specialisation,
  collector: Collector,
): ModelFace | undefined {
  const unit = lowerUnit(program, declared, settings, collector);
  if (unit === undefined) return undefined;
  const { model, train } = declared;
  const { inputNames } = entryOf(unit.module);
  const left = model.inputs
    .filter(mayBeLeftOut)
    .flatMap((it) => (it.name === undefined || inputNames.includes(it.name.text) ? [] : [it.name.text]));
  if (left.length === 0) return faceOf(unit, declared, undefined);
  if (train !== undefined) {
    // The data settle what a training gives: of what is left out only the types are of interest.
    const header = train.model.kind === "call" ? { arguments: train.model.arguments, file: program.entry } : {};
    const options = { ...settings, ...header, given: "all" } as const;
    return faceOf(unit, declared, elaborateModel(program, model.name.text, options, createCollector()));
  }
  const given = settings.given ?? new Set();
  const at = (way: readonly string[], own: Collector): Unit | undefined =>
    lowerUnit(program, declared, { ...settings, given: new Set([...given, ...way]) }, own);
  const all = at(left, collector);
  // Whether a model is right where some of them are given and others not is not asked of it otherwise.
  const some = waysOf(left).map((way) => ({ way, unit: at(way, createCollector()) }));
  const variants = [...some.flatMap((it) => it.unit ?? []), ...(all === undefined ? [] : [all])];
  return {
    ...faceOf(unit, declared, all?.module),
    variants: variants.map((it) => faceOf(it, declared, all?.module)),
    wrong: some.flatMap(({ way, unit }) => (unit === undefined ? [way] : [])),
  };
}

/** So many inputs that may be left out are compared in all ways, of which there are twice as many with each more. */
const mostTogether = 5;

/** Which of some inputs may be given, but for none and all of them, the fewest first: of many one, and all but one. */
function waysOf(left: readonly string[]): readonly (readonly string[])[] {
  if (left.length > mostTogether) {
    return [...left.map((it) => [it]), ...left.map((it) => left.filter((other) => other !== it))];
  }
  const subsets = left.reduce<readonly (readonly string[])[]>(
    (ways, name) => [...ways, ...ways.map((it) => [...it, name])],
    [[]],
  );
  return subsets.filter(({ length }) => length > 0 && length < left.length).sort((a, b) => a.length - b.length);
}
