import { referencesIn } from "../../analyze/walk.ts";
import type { Collector } from "../../diagnostics/collector.ts";
import { noFacts, type Facts } from "../../dims/facts.ts";
import type { Func, HyperparameterValue, Value } from "../../ir/graph.ts";
import type { SettingValue } from "../../ir/program.ts";
import type { ProgramFile } from "../../std/program-file.ts";
import type { Span } from "../../support/source.ts";
import type { ConstDeclaration, Expression } from "../../syntax/ast.ts";
import { createUnit, innerScope, type Context, type Elaborator } from "../context.ts";
import { pathScope } from "../paths.ts";
import type { SettingScope } from "./read-setting.ts";
import { settingValue } from "./read-setting.ts";

/** Where expressions of a section are lowered: a function of its own, with names and nothing to own. */
export function sectionContext(
  elaborator: Elaborator,
  file: ProgramFile,
  name: string,
  entry: { readonly facts: Facts; readonly assumptions: string } = { facts: noFacts, assumptions: "" },
): Context {
  return {
    elaborator,
    unit: createUnit(),
    file,
    callable: undefined,
    words: new Set(),
    scope: innerScope(undefined),
    nodes: [],
    before: [],
    around: [],
    rounds: [],
    paths: pathScope(new Set()),
    ...entry,
    minima: undefined,
    constants: new Set(),
    nesting: { tooDeep: false },
    frame: { parent: undefined, call: undefined, name, declaration: undefined, library: false, section: true },
    mode: undefined,
    measured: undefined,
    emits: undefined,
    inScan: false,
    carries: [],
    owning: "fn",
  };
}

/** The function that a section's lowered expressions make. */
export function sectionFunc(
  ctx: Context,
  name: string,
  inputs: readonly { readonly name: string; readonly value: Value }[],
  results: readonly { readonly name: string; readonly value: Value }[],
  origin: Span,
): Func {
  const hyperparameters: readonly { readonly name: string; readonly value: HyperparameterValue }[] = [];
  return {
    key: name,
    name,
    flavor: "fn",
    hyperparameters,
    inputNames: inputs.map((it) => it.name),
    resultNames: results.map((it) => it.name),
    parameters: [],
    states: ctx.unit.states,
    body: { inputs: inputs.map((it) => it.value), nodes: ctx.nodes, results: results.map((it) => it.value) },
    origin,
  };
}

/** Settings of a file are read with its constants; a constant may use those before it. `above`: those under way. */
export function settingScope(
  collector: Collector,
  file: ProgramFile,
  above: ReadonlySet<ConstDeclaration> = new Set(),
): SettingScope {
  return {
    collector,
    constant(name): SettingValue | undefined {
      const found = file.scope.get(name);
      if (found?.kind !== "const" || above.has(found.declaration)) return undefined;
      const within = settingScope(collector, found.file, new Set([...above, found.declaration]));
      return settingValue(found.declaration.value, within);
    },
    unknown(name): Span | "lost" | undefined {
      const found = file.scope.get(name);
      if (found?.kind === "missing") return "lost";
      if (found?.kind !== "const" || above.has(found.declaration)) return undefined;
      const { value, span } = found.declaration;
      const within = settingScope(collector, found.file, new Set([...above, found.declaration]));
      const [behind] = [...referencesIn(value)].flatMap((it) => within.unknown(it) ?? []);
      return behind ?? span;
    },
  };
}

/** The text of an expression as the person wrote it. */
export function sourceText(expression: Expression): string {
  const { file, start, end } = expression.span;
  return file.text.slice(start, end);
}
