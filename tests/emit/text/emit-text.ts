import type { Func, Module } from "../../../src/ir/graph.ts";
import type { TrainProgram } from "../../../src/ir/program.ts";
import { straysOfModel } from "../../../src/autodiff/places-of.ts";
import { collectCallables } from "../../../src/emit/structured/callables.ts";
import { createNameScope } from "../../../src/emit/structured/name-scope.ts";
import { reservedWords } from "../../../src/emit/structured/structured-target.ts";
import { variableTrees } from "../../../src/emit/structured/variable-tree.ts";
import { writeFunctions, type StructuredFunctions } from "../../../src/emit/structured/write-functions.ts";
import { printFunction, printVariables } from "./print-text.ts";
import { textForms } from "./text-forms.ts";
import { textTarget } from "./text-target.ts";

/** A model, and the objective that it is trained for where there is one, as pseudo-code. */
export function emitText(module: Module, train?: TrainProgram): string {
  const functions = functionsOf(module, train);
  const { all, of } = textFunctions(module, train);
  const owned = (["parameters", "states"] as const).flatMap((kind) => {
    const tree = variableTrees(functions, kind)(module.entry);
    return tree.entries.size === 0 ? [] : [printVariables(`${kind} of ${of(module.entry).name}`, tree)];
  });
  return `${[...all.map(printFunction), ...owned].join("\n\n")}\n`;
}

/** The functions of a model in the neutral tree, and those of the losses that it is trained for. */
export function textFunctions(module: Module, train?: TrainProgram): StructuredFunctions {
  const functions = functionsOf(module, train);
  const words = Object.entries(textForms).flatMap(([name, form]) => (form === "parts" ? [] : [name]));
  return writeFunctions({
    functions,
    roots: [module.entry, ...objectivesOf(train).map(({ key }) => key)],
    callables: collectCallables(functions.values(), module.facts, textTarget),
    unproved: straysOfModel(module).nodes,
    names: createNameScope(words, reservedWords(textTarget)),
    target: textTarget,
  });
}

/** The objectives of a training's steps; no function of a file has a key with a space. */
function objectivesOf(train: TrainProgram | undefined): readonly Func[] {
  return (train?.steps ?? []).map(({ objective }, at) => ({ ...objective, key: `objective ${at}` }));
}

function functionsOf(module: Module, train: TrainProgram | undefined): ReadonlyMap<string, Func> {
  return new Map([
    ...(train?.model.functions ?? []),
    ...module.functions,
    ...objectivesOf(train).map((it) => [it.key, it] as const),
  ]);
}
