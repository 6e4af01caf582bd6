import { mayBeLeftOut } from "../../analyze/may-be-left-out.ts";
import type { Program } from "../../analyze/program.ts";
import type { Collector } from "../../diagnostics/collector.ts";
import { asNumber, asVariable } from "../../dims/dim.ts";
import { entryOf } from "../../graph/parameters-of.ts";
import type { Module } from "../../ir/graph.ts";
import type { TrainProgram } from "../../ir/program.ts";
import { elementAt } from "../../support/element-at.ts";
import { createAsker } from "../../support/memo.ts";
import type { TrainDeclaration } from "../../syntax/ast/sections.ts";
import { findModel } from "./find-named.ts";
import type { Lowering } from "./lowering.ts";

/**
 * The model of a training at sizes that are given, to be used and not trained: what the data fix stays as it is, unless it is
 * given as well. Undefined after a report.
 */
export function lowerServed(
  program: Program,
  declaration: TrainDeclaration,
  { model: trained }: TrainProgram,
  dims: Readonly<Record<string, number>>,
  collector: Collector,
  lowering: Lowering,
): Module | undefined {
  const callable = findModel(collector, program.entry, declaration.model);
  if (callable === undefined) return undefined;
  const there = entryOf(trained).inputNames;
  const optional = callable.declaration.inputs.filter(mayBeLeftOut).flatMap((it) => it.name?.text ?? []);
  const given = new Set(optional.filter((it) => there.includes(it)));
  const lower = (sizes: ReadonlyMap<string, number>): Module | undefined => {
    const lowered = lowering.model(createAsker(), callable, declaration.model, sizes, given);
    collector.take(lowered);
    return lowered.module;
  };
  const open = lower(new Map());
  return open && lower(new Map([...fixedIn(open, trained), ...Object.entries(dims)]));
}

/** The dims that are free in a model and have a size in another that is the same. */
function fixedIn(open: Module, fixed: Module): ReadonlyMap<string, number> {
  const sizes = new Map<string, number>();
  entryOf(open).body.inputs.forEach(({ type }, at) => {
    const known = elementAt(entryOf(fixed).body.inputs, at).type.shape;
    type.shape.forEach((dim, axis) => {
      // Every dim stands alone in some input: what is made of dims says nothing that is not said there.
      const [name, size] = [asVariable(dim), asNumber(elementAt(known, axis))];
      if (name !== undefined && size !== undefined) sizes.set(name, size);
    });
  });
  return sizes;
}
