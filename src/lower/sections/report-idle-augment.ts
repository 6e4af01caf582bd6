import type { Collector } from "../../diagnostics/collector.ts";
import type { ProgramFile } from "../../std/program-file.ts";
import type { DataDeclaration } from "../../syntax/ast/sections.ts";
import { keyText } from "./key-text.ts";

/** Reports what a data section augments, where its file has trainings and none is on it. */
export function reportIdleAugment(
  { ast }: Pick<ProgramFile, "ast">,
  { name, entries }: DataDeclaration,
  collector: Collector,
): void {
  const augment = entries.find((it) => it.kind === "setting" && keyText(it) === "augment");
  if (augment === undefined) return;
  const trainings = ast.declarations.filter((it) => it.kind === "train");
  // What did not parse may be the training that is on it.
  if (trainings.length === 0 || ast.declarations.some((it) => it.broken)) return;
  if (trainings.some((it) => it.data.text === name.text)) return;
  collector.report("MC4097", augment.span, { data: name.text });
}
