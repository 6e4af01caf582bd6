import { loadProgram, type ProgramHost } from "../../analyze/program.ts";
import { declaredUnits, lowerUnit } from "../../compiler.ts";
import { createCollector } from "../../diagnostics/collector.ts";
import type { Diagnostic } from "../../diagnostics/diagnostic.ts";
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
      const unit = lowerUnit(program, declared, specialisation, collector);
      return unit === undefined ? [] : [faceOf(unit, declared)];
    });
  return {
    faces,
    names: units.map(({ name }) => name),
    errors: collector.diagnostics.filter((it) => it.severity === "error"),
    open,
  };
}
