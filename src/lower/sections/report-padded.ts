import { maskArguments, takesMasks } from "../../analyze/masks.ts";
import { findTopLevel } from "../../analyze/program.ts";
import { variablesOf } from "../../dims/dim.ts";
import type { Collector } from "../../diagnostics/collector.ts";
import type { DataProgram } from "../../ir/program.ts";
import type { ProgramFile } from "../../std/program-file.ts";
import type { CallExpression, Expression } from "../../syntax/ast.ts";
import { mapWithin } from "./map-within.ts";

/** What says how much of a sequence counts. */
const limits: readonly string[] = ["lengths", "label_lengths", "real_lengths", "mask"];

/**
 * Reports calls in a loss that would take lengths or a mask, are given none, and are given a feature of another length in
 * each example: what it is padded with counts.
 */
export function reportPadded(
  loss: Expression,
  file: ProgramFile,
  { features, preparation }: DataProgram,
  collector: Collector,
): void {
  const varying = new Set(
    preparation.raw.flatMap(({ varies, type }) =>
      varies === true ? type.shape.slice(0, 1).flatMap((it) => [...variablesOf(it)]) : [],
    ),
  );
  if (varying.size === 0) return;
  const isPadded = (name: string): boolean =>
    features.some(
      (it) => it.name === name && it.type.shape.some((dim) => [...variablesOf(dim)].some((of) => varying.has(of))),
    );
  const visit = (it: Expression): Expression => {
    const call = it.kind === "call" ? it : undefined;
    const feature = call && unlimited(call, file) ? namesIn(call).find(isPadded) : undefined;
    if (call?.callee.kind === "reference" && feature !== undefined)
      collector.report("MC4207", call.span, { loss: call.callee.text, feature }, { help: helpOf(call, file, feature) });
    return mapWithin(it, visit);
  };
  visit(loss);
}

/** Whether what is called may be told how much counts, and is not. */
function unlimited(call: CallExpression, file: ProgramFile): boolean {
  const isTold = call.arguments.some(({ name }) => name !== undefined && limits.includes(name.text));
  return !isTold && offeredBy(call, file).length > 0;
}

/** The inputs by which what is called may be told it. */
function offeredBy({ callee, arguments: given }: CallExpression, file: ProgramFile): readonly string[] {
  if (callee.kind !== "reference") return [];
  const found = findTopLevel(file, callee.text);
  if (found === undefined) return takesMasks(callee.text) ? maskArguments : [];
  if (found.kind !== "callable" || !found.file.library) return [];
  // What stands without a name takes the first inputs.
  const placed = given.filter(({ name }) => name === undefined).length;
  const names = found.declaration.inputs.slice(placed).map(({ name }) => name?.text ?? "");
  return names.filter((it) => limits.includes(it));
}

const namesIn = ({ arguments: given }: CallExpression): readonly string[] =>
  given.flatMap(({ value }) => (value.kind === "reference" ? [value.text] : []));

function helpOf(call: CallExpression, file: ProgramFile, feature: string): string {
  const offered = offeredBy(call, file);
  const limit = ["label_lengths", "real_lengths", "lengths"].find((it) => offered.includes(it));
  return limit === undefined
    ? "A `mask` that is 0 behind the end of an example leaves it out."
    : `\`${limit}=lengths(${feature})\` leaves it out.`;
}
