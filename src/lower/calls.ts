import { findTopLevel } from "../analyze/program.ts";
import { elementTypes, isBuiltinFunction, standsForElement } from "../analyze/builtins.ts";
import { mayBeLost } from "../analyze/may-be-lost.ts";
import { isFunction } from "../analyze/is-function.ts";
import { findOperator } from "../ops/registry.ts";
import { fault } from "../support/fault.ts";
import { library } from "../std/library.ts";
import { type Span } from "../support/source.ts";
import type { Argument, CallExpression, Expression } from "../syntax/ast.ts";
import { lostName } from "../syntax/lost-name.ts";
import { helpOfOwner } from "../analyze/is-function.ts";
import { reportAbsent } from "./report-absent.ts";
import { applyFunction, applyInstance } from "./apply-instance.ts";
import { isExtreme, isStaticFunction, lowerStaticCall } from "./static-call.ts";
import { bindRecipe } from "./bind-recipe.ts";
import { callBuiltin } from "./call-builtin.ts";
import { callOperator, type Given } from "./call-operator.ts";
import type { Barred } from "./cells.ts";
import { findLocal, innerScope, report, reporter, type Context, type Expected, type Scope } from "./context.ts";
import { elementFor } from "./declared-types.ts";
import { gatherInputs } from "./gather-inputs.ts";
import { bindArguments, completeHyperparameters, evaluateHyperparameters } from "./hyperparameters.ts";
import { describe, poison, type RecipeVal, type Val } from "./values.ts";
import { findInitializer } from "../ops/initializers.ts";
import { mostHelped, reportUnknownName } from "../analyze/report-unknown-name.ts";
import { isPlace } from "./indexing.ts";
import type { Callable } from "../std/program-file.ts";
import { takesMasks, isMaskArgument } from "../analyze/masks.ts";
import { callMasked } from "./call-masked.ts";

const none: ReadonlyMap<string, Val> = new Map();

/** What a name that stands for something callable, or known at compile time, means. Poison for unknown names. */
export function resolveName(ctx: Context, name: string, span: Span, expected: Expected): Val {
  if (expected.words?.has(name) === true) return { kind: "word", value: name };
  const local = findLocal(ctx.scope, name);
  if (local !== undefined) {
    if (local.kind === "absent") {
      reportAbsent(ctx, local, span);
      return poison;
    }
    if (local.kind === "barred") return reportBarred(ctx, local, span);
    if (local.kind !== "cell") return local;
    return local.current ?? poison;
  }
  const top = findTopLevel(ctx.file, name);
  if (top?.kind === "const") {
    const other = ctx.elaborator.constants.get(top.declaration);
    if (other !== undefined) return { kind: "number", value: other, integer: true };
    const key = `const ${top.file.source.path}:${name}`;
    // A constant that rests on itself has been reported.
    if (ctx.constants.has(key)) return poison;
    const constants = new Set([...ctx.constants, key]);
    const inFile: Context = { ...ctx, file: top.file, scope: innerScope(undefined), words: new Set(), constants };
    const wanted: Expected = {
      ...(expected.integer === true && { integer: true }),
      ...(expected.recipe === true && { recipe: true }),
    };
    return ctx.elaborator.rules.expression(inFile, top.declaration.value, wanted);
  }
  // What uses itself has been reported.
  if (top?.kind === "callable" && ctx.elaborator.program.cyclic.has(top.declaration)) return poison;
  if (top?.kind === "callable") return recipe({ kind: "callable", callable: top }, name);
  if (top?.kind === "missing") return poison;
  if (top?.kind === "data") {
    report(ctx, "MC3008", span, { expected: "a value is needed here", actual: `the data section ${name}` });
    return poison;
  }
  const stands = ctx.callable !== undefined && standsForElement(name, ctx.callable.declaration.inputs);
  // `any` is an operator as well: what is compared is the element type.
  if (stands && expected.words !== undefined) return { kind: "word", value: elementFor(ctx.scope, name) };
  const operator = findOperator(name);
  if (operator !== undefined && (operator.exposed || ctx.file.library))
    return recipe({ kind: "operator", operator }, name);
  if (findInitializer(name) !== undefined) return recipe({ kind: "initializer", name }, name);
  if (name === "training") return { kind: "training", negated: false };
  if (stands) return { kind: "word", value: elementFor(ctx.scope, name) };
  if (elementTypes.has(name) || ctx.words.has(name)) return { kind: "word", value: name };
  if (isBuiltinFunction(name)) {
    const words = [...(expected.words ?? [])];
    report(
      ctx,
      "MC3008",
      span,
      { expected: "a value is needed here", actual: `the function ${name}, which is not called` },
      words.length === 0 ? {} : { help: `It takes the words ${words.join(", ")}.` },
    );
    return poison;
  }
  // The library's own names exist, which a test sees to.
  if (ctx.file.library) fault(`the standard library names ${name}, which does not exist`);
  if (!mayBeLost(ctx.file, name) && findLocal(ctx.scope, lostName) === undefined)
    reportUnknown(ctx, name, span, expected);
  return poison;
}

function reportBarred(ctx: Context, { what, name, declared }: Barred, span: Span): Val {
  const labels = declared === undefined ? [] : [{ span: declared, message: "declared here" }];
  const hidden = what === "accumulator" && (findOperator(name) !== undefined || library.find(name) !== undefined);
  const help = hidden ? { help: `It hides the function \`${name}\` from here on: give it another name.` } : {};
  report(ctx, "MC3060", span, { what, name }, { labels, ...help });
  return poison;
}

/** Most unknown names were reported when the file was loaded, and once is enough; not so words for a block's enum. */
function reportUnknown(ctx: Context, name: string, span: Span, { words = new Set() }: Expected): void {
  const { collector } = ctx.elaborator;
  collector.sayNames();
  const candidates = collector.found.length > mostHelped ? words : candidatesOf(ctx, words);
  reportUnknownName(reporter(ctx), name, span, candidates, "name", words);
}

/** What a name may have been meant to be: where words are wanted, nothing of the library stands in their place. */
function candidatesOf(ctx: Context, words: ReadonlySet<string>): readonly string[] {
  const visible: string[] = [];
  for (let scope: Scope | undefined = ctx.scope; scope !== undefined; scope = scope.parent)
    visible.push(...scope.names.keys());
  const named = words.size > 0 ? [] : [...ctx.file.scope.keys(), ...library.offered()];
  return [...words, ...visible, ...ctx.words, ...named];
}

/** Losses that are means of what metrics are, by the names of these. */
const lossOfMetric: ReadonlyMap<string, string> = new Map([
  ["mean_squared_error", "mse"],
  ["mean_absolute_error", "mae"],
  ["mean_absolute_percentage_error", "mape"],
  ["mean_squared_logarithmic_error", "msle"],
  ["log_loss", "cross_entropy"],
  ["binary_log_loss", "binary_cross_entropy"],
  ["mean_cosine_similarity", "1 - mean(cosine_similarity(a, b))"],
]);

function recipe(target: RecipeVal["target"], text: string): RecipeVal {
  return { kind: "recipe", target, bound: none, text };
}

/** `f(...)`, `Block(...)`, `instance(...)`, `Block(...)(...)`. */
export function lowerCall(ctx: Context, call: CallExpression, expected: Expected): Val {
  const builtin = call.callee.kind === "reference" ? lowerBuiltin(ctx, call.callee.text, call, expected) : undefined;
  if (builtin !== undefined) return builtin;
  const callee = resolveCallee(ctx, call.callee, expected.hint);
  switch (callee.kind) {
    case "poison":
      return poison;
    case "instance":
      return applyInstance(ctx, callee.instance, [], call.arguments, call.span);
    case "recipe":
      if (isInitializer(callee) && expected.recipe !== true && isLocal(ctx, call.callee)) {
        report(ctx, "MC3027", call.callee.span, { actual: describe(callee) });
        return poison;
      }
      if (expected.recipe === true || isInitializer(callee)) return bindRecipe(ctx, callee, call);
      if (isBlock(callee)) return construct(ctx, callee, call.arguments, call.span, expected.hint);
      return callFunction(ctx, callee, [], call.arguments, call.span);
    default:
      report(ctx, "MC3027", call.callee.span, { actual: describe(callee) });
      return poison;
  }
}

/** The callee of a call. A name may be a function although an enum or a tensor would be wanted. */
export function resolveCallee(ctx: Context, e: Expression, hint: string | undefined): Val {
  if (e.kind === "reference") return resolveName(ctx, e.text, e.span, {});
  return ctx.elaborator.rules.expression(ctx, e, hint === undefined ? {} : { hint });
}

/** True for what constructs. */
export function isBlock(it: RecipeVal): boolean {
  return it.target.kind === "callable" && !isFunction(it.target.callable.declaration);
}

/** True for a name of the body: a hyperparameter that holds an initialiser is no function. */
function isLocal(ctx: Context, e: Expression): boolean {
  return e.kind === "reference" && findLocal(ctx.scope, e.text) !== undefined;
}

function isInitializer(it: RecipeVal): boolean {
  return it.target.kind === "initializer";
}

/** What a section has in the place of a block. */
const helpInSection =
  "What learns belongs into the model; what owns nothing has a function, as `reshape(x, [-1, 784])`.";

/** Makes an instance of a block: `Dense(10)`. */
export function construct(
  ctx: Context,
  it: RecipeVal,
  args: readonly Argument[],
  span: Span,
  hint: string | undefined,
): Val {
  if (it.target.kind !== "callable") return poison;
  const { callable } = it.target;
  const hyperparameters = evaluateHyperparameters(ctx, callable, it.bound, args, span, it.text);
  if (hyperparameters === undefined) return poison;
  if (ctx.owning === "fn") {
    const fn = ctx.callable?.declaration.name.text;
    const what = callable.declaration.name.text;
    const help = fn === undefined ? helpInSection : helpOfOwner(fn);
    report(ctx, "MC2023", span, { ...(fn !== undefined && { fn }), what }, { help });
    return poison;
  }
  return {
    kind: "instance",
    instance: { callable, hyperparameters, span, home: ctx.paths, hint, path: undefined, applied: undefined },
  };
}

/** Calls a fn or an operator: inputs first (what is piped in before all), then hyperparameters. */
export function callFunction(
  ctx: Context,
  it: RecipeVal,
  piped: readonly Given[],
  args: readonly Argument[],
  span: Span,
): Val {
  const { target } = it;
  if (piped.some(({ val }) => val.kind === "poison")) return poison;
  if (target.kind === "initializer") {
    report(ctx, "MC3027", span, { actual: `the initialiser ${target.name}` });
    return poison;
  }
  if (
    target.kind === "operator" &&
    takesMasks(target.operator.name) &&
    args.some((it) => isMaskArgument(it.name?.text))
  )
    return callMasked(ctx, target.operator, piped, args, it, span);
  if (target.kind === "operator") {
    return callOperator(ctx, target.operator, piped, args, it, span);
  }
  const { callable } = target;
  if (callable.declaration.flavor === "metric") {
    const name = callable.declaration.name.text;
    const loss = lossOfMetric.get(name);
    report(ctx, "MC2047", span, { name }, loss === undefined ? {} : { help: `As a loss it is \`${loss}\`.` });
    return poison;
  }
  const bound = bindCall(ctx, it, callable, piped, args, span);
  return bound === undefined ? poison : applyFunction(ctx, callable, bound.hyperparameters, bound.inputs, span);
}

/** The inputs and hyperparameters that a call gives a fn or a metric; undefined after a report. */
export function bindCall(
  ctx: Context,
  it: RecipeVal,
  callable: Callable,
  piped: readonly Given[],
  args: readonly Argument[],
  span: Span,
): { readonly inputs: readonly (Given | undefined)[]; readonly hyperparameters: ReadonlyMap<string, Val> } | undefined {
  const gathered = gatherInputs(ctx, callable, piped, args, span);
  if (gathered === undefined) return undefined;
  const bound = bindArguments(ctx, callable, { bound: it.bound, arguments: gathered.rest, text: it.text, span });
  const hyperparameters = bound && completeHyperparameters(ctx, callable, bound, span);
  return hyperparameters && { inputs: gathered.inputs, hyperparameters };
}

/** Applies a recipe with nothing more to bind: `x -> act`, `x -> BatchNorm`. */
export function applyRecipe(
  ctx: Context,
  it: RecipeVal,
  piped: readonly Given[],
  span: Span,
  hint: string | undefined,
): Val {
  if (!isBlock(it)) return callFunction(ctx, it, piped, [], span);
  const instance = construct(ctx, it, [], span, hint);
  return instance.kind === "instance" ? applyInstance(ctx, instance.instance, piped, [], span) : poison;
}

/** What the language gives besides operators: functions of compile-time numbers and lists, constant tensors. */
function lowerBuiltin(ctx: Context, name: string, call: CallExpression, expected: Expected): Val | undefined {
  if (findLocal(ctx.scope, name) !== undefined || ctx.file.scope.has(name)) return undefined;
  // `zeros` alone, and where a recipe is wanted, is the initialiser.
  if (
    isBuiltinFunction(name) &&
    !(findInitializer(name) !== undefined && (expected.recipe === true || call.arguments.length === 0))
  )
    return callBuiltin(ctx, name, call);
  if (!isStaticFunction(name) || call.arguments.some((it) => it.name !== undefined)) return undefined;
  // Looked at on the side: where an argument turns out to be a tensor, the operator of that name is called instead.
  if (!call.arguments.every((it) => isStatic(ctx, it.value))) return undefined;
  const vals = call.arguments.map((it) =>
    ctx.elaborator.rules.expression(ctx, it.value, isExtreme(name) ? { integer: true } : {}),
  );
  if (vals.some((it) => it.kind === "poison")) return poison;
  return lowerStaticCall(ctx, name, call, vals, expected);
}

/** Whether an expression is made of compile-time numbers alone, so that to evaluate it adds nothing to the graph. */
function isStatic(ctx: Context, e: Expression): boolean {
  switch (e.kind) {
    case "number":
      return true;
    case "reference": {
      const val =
        findLocal(ctx.scope, e.text) ??
        (ctx.file.scope.get(e.text)?.kind === "const" ? resolveName(ctx, e.text, e.span, {}) : undefined);
      return (
        val !== undefined &&
        (val.kind === "number" || val.kind === "dim" || val.kind === "ratio" || val.kind === "list")
      );
    }
    case "parenthesized":
      return isStatic(ctx, e.inner);
    case "unary":
      return isStatic(ctx, e.operand);
    case "binary":
      return isStatic(ctx, e.left) && isStatic(ctx, e.right);
    case "index":
      return isStatic(ctx, e.target) && e.indices.every((it) => isPlace(it) && isStatic(ctx, it));
    case "call":
      return e.callee.kind === "reference" && e.arguments.every((it) => isStatic(ctx, it.value));
    default:
      return false;
  }
}
