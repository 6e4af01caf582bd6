import type { Collector } from "../../diagnostics/collector.ts";
import { optimizerTable } from "../../autodiff/optimizers.ts";
import type { ProgramFile } from "../../std/program-file.ts";
import type { SectionEntry, TuneDeclaration } from "../../syntax/ast/sections.ts";
import { findData, findModel } from "./find-named.ts";
import { settingsOf } from "./read-setting.ts";
import { reportMisplaced } from "./report-misplaced.ts";
import { settingScope } from "./section-context.ts";

/** Checks what a `tune` section names: its model, and each setting that it searches. Nothing carries it out yet. */
export function checkTune(collector: Collector, file: ProgramFile, declaration: TuneDeclaration): void {
  const model = findModel(collector, file, declaration.model);
  findData(collector, file, declaration.data);
  const ofOptimizers = new Set(Object.values(optimizerTable).flatMap((it) => Object.keys(it)));
  const known = [
    "search",
    "maximize",
    "minimize",
    "batch",
    "epochs",
    "steps",
    "seed",
    ...[...ofOptimizers].map((it) => `optimizer.${it}`),
    ...(model?.declaration.hyperparameters ?? []).map((it) => `model.${it.name.text}`),
  ];
  // Of what is no model the hyperparameters are not known.
  const isOfModel = (it: SectionEntry): boolean => it.kind === "setting" && it.key[0]?.text === "model";
  const entries = declaration.entries.filter((it) => model !== undefined || !isOfModel(it));
  reportMisplaced(entries, ["setting"], known, "tune", collector);
  settingsOf(entries, known, "tune", settingScope(collector, file));
}
