import type { Program } from "../analyze/program.ts";
import { enumWordsOf, wordsOf } from "../analyze/hyperparameter-words.ts";
import { createCollector, type Collector } from "../diagnostics/collector.ts";
import { hasErrors, type Findings } from "../diagnostics/findings.ts";
import type { Dim } from "../dims/dim.ts";
import { noFacts } from "../dims/facts.ts";
import { calleesOf } from "../ir/callees-of.ts";
import type { Func, Module } from "../ir/graph.ts";
import { isFunction } from "../analyze/is-function.ts";
import { explicitNames } from "../analyze/walk.ts";
import type { Callable, ProgramFile } from "../std/program-file.ts";
import { fault } from "../support/fault.ts";
import { nearest } from "../support/nearest.ts";
import type { Span } from "../support/source.ts";
import type { Argument, CallableDeclaration, ConstDeclaration, HyperparameterType } from "../syntax/ast.ts";
import type { BoundInputs } from "./bind-inputs.ts";
import { createUnit, innerScope, report, type Context, type Elaborator, type FunctionStore } from "./context.ts";
import { isWhole, numberOf } from "./convert.ts";
import { arePositive } from "./declared-types.ts";
import { createElaborator } from "./elaborator.ts";
import { assumptionsOf, entryFacts } from "./entry-facts.ts";
import { entryInputs, type EntryOptions } from "./entry-inputs.ts";
import { bindArguments, completeHyperparameters, fitHyperparameter, named } from "./hyperparameters.ts";
import { instantiate } from "./instantiate.ts";
import { declaredHeader, headerOf, type ModelHeader } from "./model-header.ts";
import { fixedByFacts, hasOpenSizes } from "./fixed-by-facts.ts";
import { inWordsOfHeader, type FoundAt } from "./in-words-of-header.ts";
import { withMinima } from "./minima.ts";
import { pathScope } from "./paths.ts";
import type { Val, ValueFacts } from "./values.ts";

/** A hyperparameter's value from outside of any file: the command line, a search. */
export type GivenValue = number | boolean | string | readonly GivenValue[];

/** What fixes a model besides its defaults. */
export interface ModelOptions extends EntryOptions {
  /** Values by name: words of enums, element types and blocks as strings. */
  readonly hyperparameters?: Readonly<Record<string, GivenValue>>;
  /** Arguments as a section's header writes them: `train Gpt(depth=4)`. Values by name come on top of them. */
  readonly arguments?: readonly Argument[];
  /** The file in which they are written. */
  readonly file?: ProgramFile;
}

/**
 * Lowers a model, or a block as if it were one, with its own dim variables free, unless it must know them and its header
 * fixes them. Undefined where it is not well typed: everything wrong with it has been reported.
 */
export function elaborateModel(
  program: Program,
  name: string,
  options: ModelOptions,
  collector: Collector,
): Module | undefined {
  const top = program.entry.scope.get(name);
  if (top?.kind !== "callable") {
    collector.sayNames();
    const models = [...program.entry.scope].flatMap(([it, entry]) => (entry.kind === "callable" ? [it] : []));
    const near = nearest(name, models);
    const span = { file: program.entry.source, start: 0, end: 0 };
    collector.report(
      "MC2021",
      span,
      { name },
      {
        help:
          near === undefined ? `The file declares ${models.join(", ") || "no models"}.` : `Did you mean \`${near}\`?`,
      },
    );
    return undefined;
  }
  const lowered = lowerModel(program, top, options);
  const { module, header } = lowered;
  const types = header?.inputs.map(({ type }) => type) ?? [];
  const isOpen = module !== undefined && hasOpenSizes(module);
  const sizes = isOpen ? fixedByFacts(types, module.facts) : new Map<string, number>();
  const fixed =
    sizes.size === 0
      ? lowered
      : lowerModel(program, top, { ...options, dims: { ...options.dims, ...Object.fromEntries(sizes) } });
  collector.take(fixed);
  return fixed.module;
}

/** A model as it is at some values, with what was found while it was lowered. */
export interface LoweredModel extends Findings {
  /** Undefined where it is not well typed: everything wrong with it is among the findings. */
  readonly module: Module | undefined;
  /** Undefined where the header itself is wrong, or does not hold at these values. */
  readonly header: ModelHeader | undefined;
  /** Its functions, for sections that add theirs. */
  readonly store: FunctionStore;
  /** Declarations whose bodies were lowered. */
  readonly visited: ReadonlySet<CallableDeclaration>;
}

/** Lowers a model, or a block or fn as if it were one. */
export function lowerModel(program: Program, callable: Callable, options: ModelOptions): LoweredModel {
  const { values, ...lowered } = lowerAt(program, callable, options);
  const constants = numbersOf(callable.file);
  const at: FoundAt = (others) => {
    const changed = [...constants].flatMap(([name, { declaration }]): [ConstDeclaration, number][] => {
      const value = values.has(name) ? undefined : others.get(name);
      return value === undefined ? [] : [[declaration, value]];
    });
    const hyperparameters = Object.fromEntries([...others].filter(([name]) => values.has(name)));
    const all = { ...options.hyperparameters, ...hyperparameters };
    return lowerAt(program, callable, { ...options, hyperparameters: all }, new Map(changed)).found;
  };
  const named = new Map([...constants].map(([name, { value }]) => [name, value]));
  return { ...lowered, found: inWordsOfHeader(lowered.found, new Map([...values, ...without(named, values)]), at) };
}

/** The constants of a file that are whole numbers as they are written, of 1 and more. */
function numbersOf({
  scope,
}: ProgramFile): ReadonlyMap<string, { readonly declaration: ConstDeclaration; readonly value: number }> {
  return new Map(
    [...scope].flatMap(([name, top]) => {
      const value = top.kind === "const" && top.declaration.value.kind === "number" ? top.declaration.value : undefined;
      if (top.kind !== "const" || value?.integer !== true || value.value < 1) return [];
      return [[name, { declaration: top.declaration, value: value.value }] as const];
    }),
  );
}

function without<T>(map: ReadonlyMap<string, T>, names: ReadonlyMap<string, unknown>): readonly [string, T][] {
  return [...map].filter(([name]) => !names.has(name));
}

/** The same, with the whole numbers that its hyperparameters are, and what is found said with these. */
function lowerAt(
  program: Program,
  callable: Callable,
  options: ModelOptions,
  constants: Elaborator["constants"] = new Map(),
): LoweredModel & { readonly values: ReadonlyMap<string, number> } {
  const collector = createCollector();
  const elaborator = { ...createElaborator(program, collector), constants };
  const { functions, memo, sizes, keys, visited } = elaborator;
  const outer = topContext(elaborator, options.file ?? callable.file);
  const hyperparameters = entryHyperparameters(outer, callable, options);
  const entry = hyperparameters && elaborateEntry(elaborator, callable, hyperparameters, options);
  if (entry?.module === undefined && !collector.hasErrors && !hasErrors(program.findings)) {
    fault(`${callable.declaration.name.text} does not lower, and nothing was said of it`);
  }
  return {
    module: entry?.module,
    header: entry?.header,
    store: { functions, memo, sizes, keys },
    visited,
    found: collector.found,
    saysNames: collector.saysNames,
    values: new Map(
      [...(hyperparameters ?? [])].flatMap(([name, val]): [string, number][] => {
        const value = isWhole(val) ? numberOf(val) : undefined;
        return value === undefined || value < 1 ? [] : [[name, value]];
      }),
    ),
  };
}

/** A context at the top of a file, outside of any body. */
export function topContext(elaborator: Elaborator, file: ProgramFile, callable?: Callable): Context {
  return {
    elaborator,
    unit: createUnit(),
    file,
    callable,
    words: callable === undefined ? new Set() : enumWordsOf(callable.declaration),
    scope: innerScope(undefined),
    nodes: [],
    before: [],
    around: [],
    rounds: [],
    paths: pathScope(callable === undefined ? new Set() : explicitNames(callable.declaration.body)),
    facts: noFacts,
    assumptions: "",
    minima: undefined,
    constants: new Set(),
    nesting: { tooDeep: false },
    frame: {
      parent: undefined,
      call: undefined,
      name: callable?.declaration.name.text ?? file.source.path,
      declaration: callable?.declaration,
      library: file.library,
    },
    mode: undefined,
    measured: undefined,
    emits: undefined,
    inScan: false,
    carries: [],
    owning: "yes",
  };
}

function toVal(ctx: Context, value: GivenValue, type: HyperparameterType, span: Span): Val {
  if (typeof value === "number")
    return { kind: "number", value, integer: Number.isSafeInteger(value), ...(value === -1 && { rest: true }) };
  if (typeof value === "boolean") return { kind: "boolean", value };
  if (typeof value !== "string") return { kind: "list", elements: value.map((it) => toVal(ctx, it, type, span)) };
  if (type.alternatives.some((it) => it.kind === "word" && it.name.text === "string")) return { kind: "string", value };
  // A word is what it would be in the file: a block, a function, an enum's value.
  return ctx.elaborator.rules.expression(
    ctx,
    { kind: "reference", text: value, span },
    { words: wordsOf(type), recipe: true },
  );
}

/** Lowers one declaration as the entry of a module; the header alone where its body is wrong. */
function elaborateEntry(
  elaborator: Elaborator,
  callable: Callable,
  hyperparameters: ReadonlyMap<string, Val>,
  options: ModelOptions,
): { readonly module: Module | undefined; readonly header: ModelHeader } | undefined {
  const { declaration } = callable;
  const top = topContext(elaborator, callable.file, callable);
  for (const [name, val] of hyperparameters) top.scope.names.set(name, named(val, name));
  const bound = entryInputs(top, declaration, options);
  if (bound === undefined) return undefined;
  const { inputs } = bound;
  const contract = entryFacts(top, declaration);
  if (contract === undefined) return undefined;
  const entry: Context = {
    ...top,
    facts: contract.facts,
    assumptions: assumptionsOf(contract),
    owning: isFunction(declaration) ? "fn" : "yes",
  };
  const made = withMinima(entry, (context) => {
    const positive = inputs.map(({ type: { shape }, declared }) => {
      return declared.dims.some((dim) => dim.kind === "dim-spread") || arePositive(context, shape, declared.dims);
    });
    return positive.includes(false)
      ? undefined
      : instantiate({
          callable,
          hyperparameters,
          context: { ...context, scope: bound.scope },
          inputs,
          given: [],
          operands: [],
        });
  });
  if (made === undefined)
    return { module: undefined, header: declaredHeader({ ...entry, scope: bound.scope }, declaration, inputs) };
  const probabilities = made.func.resultNames.flatMap((name, index): [string, { readonly probability: boolean }][] => {
    const facts = made.resultFacts[index];
    return name === undefined || facts === undefined ? [] : [[name, { probability: facts.probability !== undefined }]];
  });
  const module: Module = {
    name: declaration.name.text,
    entry: made.func.key,
    functions: reachable(elaborator.functions, made.func),
    facts: contract.facts,
    contract: contract.contract,
    resultFacts: new Map(probabilities),
    ...labelsIn(declaration, inputs, made.resultFacts),
  };
  return { module, header: headerOf(made.func, made.resultFacts, entry) };
}

/** The inputs and results that a header declares as labels. */
function labelsIn(
  { results = [] }: CallableDeclaration,
  inputs: BoundInputs["inputs"],
  resultFacts: readonly ValueFacts[],
): { readonly labels?: ReadonlyMap<string, Dim> } {
  const given = inputs.map(({ name, declared, facts }) => [name, declared, facts] as const);
  const made = results.map(({ name, type }, at) => [name?.text, type, resultFacts[at]] as const);
  const labels = [...given, ...made].flatMap(([name, { element }, facts]): readonly (readonly [string, Dim])[] => {
    const among = element.text === "class" ? facts?.range?.below : undefined;
    return name === undefined || among === undefined ? [] : [[name, among]];
  });
  return labels.length === 0 ? {} : { labels: new Map(labels) };
}

function entryHyperparameters(
  ctx: Context,
  callable: Callable,
  options: ModelOptions,
): ReadonlyMap<string, Val> | undefined {
  const { declaration } = callable;
  const bound = bindArguments(ctx, callable, { bound: new Map(), arguments: options.arguments ?? [] });
  if (bound === undefined) return undefined;
  const values = new Map(bound);
  for (const [name, value] of Object.entries(options.hyperparameters ?? {})) {
    const it = declaration.hyperparameters.find((hyperparameter) => hyperparameter.name.text === name);
    if (it === undefined) {
      const known = declaration.hyperparameters.map((hyperparameter) => hyperparameter.name.text);
      const near = nearest(name, known);
      const help = near === undefined ? `It has ${known.join(", ") || "none"}.` : `Did you mean \`${near}\`?`;
      report(ctx, "MC2011", declaration.name.span, { name, callee: declaration.name.text }, { help });
      return undefined;
    }
    const fitted = fitHyperparameter(ctx, it, declaration.name.text, toVal(ctx, value, it.type, it.span), it.span);
    if (fitted === undefined) return undefined;
    values.set(name, fitted);
  }
  return completeHyperparameters(ctx, callable, values, declaration.name.span);
}

/** The functions that an entry calls, directly or not, the entry last: callees come before their callers. */
export function reachable(functions: ReadonlyMap<string, Func>, entry: Func): ReadonlyMap<string, Func> {
  const found = new Map<string, Func>();
  const visit = (func: Func): void => {
    if (found.has(func.key)) return;
    for (const key of calleesOf(func.body)) {
      const callee = functions.get(key);
      if (callee !== undefined) visit(callee);
    }
    found.set(func.key, func);
  };
  visit(entry);
  return found;
}
