import type { Program } from "../analyze/program.ts";
import { mayBeLeftOut } from "../analyze/may-be-left-out.ts";
import { referencesIn } from "../analyze/walk.ts";
import type { Collector } from "../diagnostics/collector.ts";
import type { Callable } from "../std/program-file.ts";
import { namedByWrong } from "./rests-on-wrong.ts";
import { lowerModel, type LoweredModel, type ModelOptions } from "./elaborate-model.ts";

/** What checking a program looked at. */
export interface CheckedProgram {
  /** Declarations that nothing uses and that lack defaults: only their names and syntax were checked. */
  readonly namesOnly: readonly string[];
}

/**
 * Checks every declaration of a program's own files: models at their defaults, sections, then what neither uses at its
 * own. Names and syntax were checked when it was loaded. `modelOf` gives what a declaration is lowered to at its defaults;
 * `sections` checks these, and gives what they looked at.
 */
export function checkProgram(
  program: Program,
  collector: Collector,
  modelOf: (callable: Callable, given: ModelOptions["given"]) => LoweredModel = (callable, given) =>
    lowerModel(program, callable, given === undefined ? {} : { given }),
  sections: () => Iterable<Callable["declaration"]> = () => [],
): CheckedProgram {
  const callables = program.files.flatMap((file) =>
    file.ast.declarations.flatMap((declaration): Callable[] =>
      declaration.kind === "callable" && !declaration.broken ? [{ kind: "callable", declaration, file }] : [],
    ),
  );
  const visited = new Set<Callable["declaration"]>();
  const undecided: Callable["declaration"][] = [];
  const check = (callable: Callable): void => {
    if (callable.declaration.hyperparameters.some((it) => it.default === undefined)) {
      undecided.push(callable.declaration);
      return;
    }
    // With what may be left out, and without.
    const ways = callable.declaration.inputs.some(mayBeLeftOut) ? ([undefined, "all"] as const) : [undefined];
    for (const given of ways) {
      const lowered = modelOf(callable, given);
      collector.take(lowered);
      for (const it of lowered.visited) visited.add(it);
    }
    visited.add(callable.declaration);
  };
  for (const it of callables) if (it.declaration.flavor === "model") check(it);
  for (const it of sections()) visited.add(it);
  // What others use is checked by its uses, so those that nothing names come first.
  const used = new Set<string>();
  for (const { declaration } of callables) for (const it of referencesIn(declaration.body)) used.add(it);
  const elsewhere = namedByWrong(program, collector);
  const rest = callables.filter((it) => it.declaration.flavor !== "model" && !elsewhere.has(it.declaration.name.text));
  for (const it of rest) if (!used.has(it.declaration.name.text) && !visited.has(it.declaration)) check(it);
  for (const it of rest) if (used.has(it.declaration.name.text) && !visited.has(it.declaration)) check(it);
  const unseen = undecided.filter((it) => !visited.has(it));
  // A file without models is for others to use.
  const models = callables.some((it) => it.declaration.flavor === "model" && it.file === program.entry);
  const declared = new Set<unknown>(program.entry.ast.declarations);
  for (const it of unseen) {
    const { name, hyperparameters } = it;
    // What could not be looked at because something else is wrong will be, once that is right.
    if (collector.hasErrors || !models || !declared.has(it)) continue;
    const open = hyperparameters.flatMap((it) => (it.default === undefined ? [it.name.text] : []));
    const unlessWrong = program.entry.ast.span;
    collector.report("MC2030", name.span, { name: name.text, hyperparameters: open }, { unlessWrong });
  }
  return { namesOnly: unseen.map((it) => it.name.text) };
}
