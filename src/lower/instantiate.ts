import { enumWordsOf } from "../analyze/hyperparameter-words.ts";
import { isFunction } from "../analyze/is-function.ts";
import { explicitNames } from "../analyze/walk.ts";
import type { Func, Value } from "../ir/graph.ts";
import type { TensorType } from "../ir/types.ts";
import type { Callable } from "../std/program-file.ts";
import { fault } from "../support/fault.ts";
import type { Span } from "../support/source.ts";
import { bindInputs, type BoundInput } from "./bind-inputs.ts";
import {
  createUnit,
  freshValue,
  innerScope,
  report,
  type Context,
  type FunctionStore,
  type Frame,
  type Unit,
} from "./context.ts";
import { matchInputs, type GivenInput, type ResolvedType } from "./declared-types.ts";
import { named, toHyperparameterValue } from "./hyperparameters.ts";
import type { Called, Instantiation } from "./instance.ts";
import { pathScope } from "./paths.ts";
import { isOnReportedCycle } from "./recursion.ts";
import { matchResults } from "./results.ts";
import { keyOfFacts } from "./value-facts.ts";
import type { ValueTree } from "./value-tree.ts";
import { formatType, keyOfVal, poison, type NumberVal, type Val } from "./values.ts";
import { proveFacts } from "./prove-facts.ts";
import { isTooLarge, isTooVaried, writtenSize } from "./written-size.ts";

/** A use of a declaration that fits it: its inputs as the body sees them. */
export interface Use extends Called {
  /** The context of the body: dims and inputs bound, facts assumed. */
  readonly context: Context;
  /** What is given, in the order of the header. */
  readonly inputs: readonly BoundInput[];
  /** The same as the caller has it; an entry has no caller. */
  readonly operands: readonly GivenInput[];
}

/**
 * Checks one use of a declaration: its inputs against their declared types, its `where` against what is known at the
 * use. `inlined`: its body is to be written out in the caller. Undefined after a report.
 */
export function prepareUse(
  ctx: Context,
  callable: Callable,
  hyperparameters: ReadonlyMap<string, Val>,
  given: readonly (GivenInput | undefined)[],
  span: Span,
  how: "called" | "inlined" = "called",
): Use | undefined {
  const { declaration, file } = callable;
  const name = declaration.name.text;
  const scope = innerScope(undefined);
  for (const [key, val] of hyperparameters) scope.names.set(key, named(val, key));
  const unit = how === "inlined" ? ctx.unit : createUnit();
  const values = new Map<number, Value>();
  const context: Context = {
    elaborator: ctx.elaborator,
    unit,
    file,
    callable,
    words: enumWordsOf(declaration),
    scope,
    nodes: how === "inlined" ? ctx.nodes : [],
    before: how === "inlined" ? ctx.before : [],
    around: how === "inlined" ? ctx.around : [],
    rounds: ctx.rounds,
    paths: how === "inlined" ? ctx.paths : pathScope(explicitNames(declaration.body)),
    facts: ctx.facts,
    assumptions: ctx.assumptions,
    minima: ctx.minima,
    constants: ctx.constants,
    nesting: ctx.nesting,
    frame: { parent: ctx.frame, call: span, name, declaration, library: file.library, given: { ctx, values } },
    mode: how === "inlined" ? ctx.mode : undefined,
    measured: how === "inlined" ? ctx.measured : undefined,
    emits: how === "inlined" ? ctx.emits : undefined,
    inScan: how === "inlined" && ctx.inScan,
    carries: [],
    owning: isFunction(declaration) ? "fn" : "yes",
  };
  const isGiven = (place: number): boolean => given[place] !== undefined;
  const typesOf = (places: readonly number[]): readonly (ResolvedType | undefined)[] | undefined => {
    const some = given.map((it, place) => (places.includes(place) ? it : undefined));
    const types = matchInputs(ctx, context, declaration, some);
    return types && places.map((place) => types[place]);
  };
  const bound = bindInputs(context, declaration, isGiven, typesOf, (type, place) => {
    const operand = given[place];
    if (how === "inlined" && operand !== undefined) return { ...operand.val.value, type };
    const value = freshValue(unit, type, declaration.inputs[place]?.name?.text);
    if (operand !== undefined) values.set(value.id, operand.val.value);
    return value;
  });
  const facts = bound && proveFacts(ctx, context, declaration, given[0], span);
  if (bound === undefined || facts === undefined) return undefined;
  // Numbers keep the text that they have in the caller: the fn's own names mean nothing there.
  if (how === "inlined") for (const [key, val] of hyperparameters) bound.scope.names.set(key, val);
  return {
    callable,
    hyperparameters,
    context: { ...context, scope: bound.scope, facts },
    inputs: bound.inputs,
    given,
    operands: given.flatMap((it) => it ?? []),
  };
}

/** The types of the results of a use; undefined after a report. */
export function typesOfUse(
  ctx: Context,
  { callable, hyperparameters, given }: Called,
  span: Span,
): readonly TensorType[] | undefined {
  const use = prepareUse(ctx, callable, hyperparameters, given, span);
  return use && instantiate(use)?.func.body.results.map((it) => it.type);
}

/** How many uses within uses are followed. */
const deepest = 64;

/** Lowers the body of a use, once for each distinct one. Undefined where that was reported, now or before. */
export function instantiate(use: Use): Instantiation | undefined {
  const { elaborator, frame } = use.context;
  const key = keyOfUse(use);
  const known = elaborator.memo.get(key);
  if (known !== undefined) return known;
  const outermost = frame.parent === undefined || frame.parent.section === true;
  const nesting = outermost ? { tooDeep: false } : use.context.nesting;
  if (elaborator.failed.has(key) || nesting.tooDeep) return undefined;
  if (isOnReportedCycle(use.context) || isTooDeep(use)) return undefined;
  const made = lowerBody({ ...use, context: { ...use.context, nesting } });
  if (made !== undefined) elaborator.memo.set(key, made);
  // What fails inside the library is reported at each of its uses, so it is looked at again.
  else if (!use.callable.file.library) elaborator.failed.add(key);
  return made;
}

/** Whether a use is too deep within others; true after a report. */
function isTooDeep({ context }: Use): boolean {
  const { nesting, frame } = context;
  const chain: string[] = [];
  for (let it: Frame | undefined = frame; it !== undefined; it = it.parent) chain.unshift(it.name);
  if (chain.length <= deepest) return false;
  const { parent, call } = frame;
  if (parent === undefined || call === undefined) return fault("an entry within others");
  nesting.tooDeep = true;
  const ends = [...chain.slice(0, 3), "...", ...chain.slice(-3)];
  report({ ...context, frame: parent }, "MC2037", call, { chain: ends, deepest });
  return true;
}

function keyOfUse({ callable, hyperparameters, inputs, context: { assumptions } }: Use): string {
  const values = [...hyperparameters].map(([name, val]) => `${name}=${keyOfVal(val, keyOfGiven)}`).join(",");
  const types = inputs.map(({ name, type, facts }) => {
    const labels = type.shape.map((it) => it.label ?? it.origin ?? "").join(",");
    return `${name}: ${formatType(type)}${labels}${keyOfFacts(facts)}`;
  });
  const name = `${callable.file.source.path}:${callable.declaration.name.text}`;
  // Facts within the body follow from those of the entry, so these say all that is assumed.
  return `${name}(${values})(${types.join(";")}) where ${assumptions}`;
}

/** What tells a given number apart: whether it is a `-1` that stands for what is left, besides its value. */
function keyOfGiven({ value, rest }: NumberVal): string {
  return rest === true ? "rest" : String(value);
}

/** The key of a new function: its name, numbered where the name is taken. */
export function functionKey({ keys }: FunctionStore, name: string): string {
  const count = (keys.get(name) ?? 0) + 1;
  keys.set(name, count);
  return count === 1 ? name : `${name}_${String(count)}`;
}

function lowerBody(use: Use): Instantiation | undefined {
  const { callable, context, inputs, hyperparameters } = use;
  const { declaration } = callable;
  const { elaborator, unit } = context;
  elaborator.visited.add(declaration);
  const key = functionKey(elaborator, declaration.name.text);
  const metric = declaration.flavor === "metric" ? elaborator.rules.metric(context, declaration) : undefined;
  const given = declaration.flavor === "metric" ? poison : elaborator.rules.body(context, declaration.body);
  const matched =
    declaration.flavor === "metric"
      ? metric && { results: metric.gathered, tree: metric.tree }
      : matchResults(context, declaration, given);
  if (matched === undefined && given.kind !== "poison") elaborator.doubted.add(declaration.name);
  if (matched === undefined) return undefined;
  const { results, tree } = matched;
  const func: Func = {
    key,
    name: declaration.name.text,
    flavor: declaration.flavor === "metric" ? "fn" : declaration.flavor,
    ...(declaration.doc !== undefined && { doc: declaration.doc.text }),
    hyperparameters: [...hyperparameters].map(([name, val]) => ({ name, value: toHyperparameterValue(val) })),
    inputNames: inputs.map((it) => it.name),
    resultNames: results.map((it) => it.name),
    parameters: unit.parameters,
    states: unit.states,
    body: { inputs: inputs.map((it) => it.value), nodes: context.nodes, results: results.map((it) => it.val.value) },
    origin: declaration.span,
  };
  const size = writtenSize(elaborator, context.nodes);
  const { parent, call } = context.frame;
  const outside = parent === undefined ? context : { ...context, frame: parent };
  const place = call ?? declaration.name.span;
  if (isTooLarge(outside, size, `\`${func.name}\``, place) || isTooVaried(outside, place)) return undefined;
  elaborator.sizes.set(key, size);
  elaborator.functions.set(key, func);
  const made = summarise(
    func,
    unit,
    results.map((it) => it.val.facts),
    tree,
  );
  return metric === undefined ? made : { ...made, metric: metric.parts };
}

/** What callers need to know of a lowered function. */
export function summarise(
  func: Func,
  unit: Unit,
  resultFacts: Instantiation["resultFacts"],
  resultTree: ValueTree,
): Instantiation {
  return {
    func,
    owns: unit.owns,
    draws: unit.draws,
    updates: unit.updates,
    crossings: unit.crossings,
    resultFacts,
    resultTree,
    variables: unit.variables,
    signature: [...unit.signature].map(([path, text]) => `${path}:${text}`).join(";"),
  };
}

/** Notes a parameter or state of the function. */
export function noteVariable(unit: Unit, path: string, type: TensorType): void {
  unit.owns = true;
  unit.variables.set(path, type);
  unit.signature.set(path, formatType(type));
}
