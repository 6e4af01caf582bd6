import type { CallNode } from "../ir/graph.ts";
import type { Callable } from "../std/program-file.ts";
import { fault } from "../support/fault.ts";
import { inFile, textOf, type Span } from "../support/source.ts";
import type { Argument, MemberExpression } from "../syntax/ast.ts";
import type { Given } from "./call-operator.ts";
import { adoptCrossings } from "./crossings.ts";
import { explainMember, reportModuleMember } from "./explain-member.ts";
import { findLocal, freshValue, report, type Context } from "./context.ts";
import type { GivenInput } from "./declared-types.ts";
import { gatherInputs } from "./gather-inputs.ts";
import type { Instance, Instantiation, MetricParts } from "./instance.ts";
import { instantiate, prepareUse, type Use } from "./instantiate.ts";
import { noteApplication } from "./note-application.ts";
import { callerLabels, relabel } from "./relabel.ts";
import { claimNamed, claimNumbered, markEscaped, snakeCase } from "./paths.ts";
import { fromLeaves } from "./value-tree.ts";
import { formatType, poison, tensor, type Val, type ValueFacts } from "./values.ts";
import { nearest } from "../support/nearest.ts";
import { inputTensors } from "./input-tensors.ts";

/** Applies an instance to inputs; its path is claimed at the first application. */
export function applyInstance(
  ctx: Context,
  instance: Instance,
  piped: readonly Given[],
  args: readonly Argument[],
  span: Span,
): Val {
  const gathered = gatherInputs(ctx, instance.callable, piped, args, span);
  const given = gathered && inputTensors(ctx, instance.callable.declaration, gathered.inputs);
  if (given === undefined) return poison;
  const use = prepareUse(ctx, instance.callable, instance.hyperparameters, given, span);
  const instantiation = use && instantiate(use);
  if (use === undefined || instantiation === undefined) return poison;
  if (!fitsScan(ctx, instantiation, span)) return poison;
  const before = instance.applied;
  if (before !== undefined && before.instantiation.signature !== instantiation.signature) {
    reportReuse(ctx, instance, before, instantiation, span);
    return poison;
  }
  instance.applied ??= { instantiation, span };
  if (instantiation.owns || instantiation.draws) {
    const path = pathOf(ctx, instance, instantiation);
    if (path === undefined) return poison;
    return callNode(ctx, use, instantiation, path, span);
  }
  return callNode(ctx, use, instantiation, "", span);
}

/** What runs at every step of a scan updates no state: the steps would race. */
function fitsScan(ctx: Context, { updates, func }: Instantiation, span: Span): boolean {
  if (!ctx.inScan || !updates) return true;
  report(ctx, "MC3035", span, { name: func.name });
  return false;
}

function pathOf(ctx: Context, instance: Instance, instantiation: Instantiation | undefined): string | undefined {
  if (instance.home !== ctx.paths) markEscaped(ctx.paths, instance.home);
  if (instance.path !== undefined) {
    if (instantiation !== undefined) noteNested(ctx, instance.path, instantiation);
    return instance.path;
  }
  const owns = instantiation?.owns ?? true;
  const kind = snakeCase(instance.callable.declaration.name.text);
  if (instance.hint === undefined) instance.path = claimNumbered(instance.home, kind, owns);
  else {
    instance.path = claimNamed(instance.home, instance.hint, owns);
    if (instance.path === undefined) {
      report(ctx, "MC2025", instance.span, { name: instance.hint });
      return undefined;
    }
  }
  const { path } = instance;
  if (instantiation !== undefined) noteNested(ctx, path, instantiation);
  return path;
}

/** Makes what an instance owns part of what the function owns. */
function noteNested(ctx: Context, path: string, instantiation: Instantiation): void {
  const { unit } = ctx;
  unit.owns ||= instantiation.owns;
  unit.draws ||= instantiation.draws;
  unit.updates ||= instantiation.updates;
  for (const [inner, type] of instantiation.variables) unit.variables.set(`${path}.${inner}`, type);
  if (instantiation.signature !== "") unit.signature.set(path, `(${instantiation.signature})`);
}

function reportReuse(
  ctx: Context,
  instance: Instance,
  before: { readonly instantiation: Instantiation; readonly span: Span },
  now: Instantiation,
  span: Span,
): void {
  const differing = [...now.variables].find(([path, type]) => {
    const other = before.instantiation.variables.get(path);
    return other === undefined || formatType(other) !== formatType(type);
  });
  const [path, type] = differing ?? ["its parameters", undefined];
  const other = before.instantiation.variables.get(path);
  report(
    ctx,
    "MC3018",
    span,
    {
      block: instance.callable.declaration.name.text,
      parameter: path,
      first: other === undefined ? "nothing" : formatType(other),
      second: type === undefined ? "something else" : formatType(type),
    },
    {
      labels: [
        { span: before.span, message: "first applied here" },
        { span: instance.span, message: "constructed here, once" },
      ],
      help: "Construct a second one for the second use, or bring both inputs to one type.",
    },
  );
}

/** A call of a lowered function; results carry the caller's axis names. */
export function callNode(ctx: Context, use: Use, instantiation: Instantiation, instance: string, span: Span): Val {
  adoptCrossings(ctx, use.context.frame, instantiation.crossings);
  const labels = callerLabels(use.inputs, use.operands);
  const { func } = instantiation;
  const results = func.body.results.map((it, index) => {
    // What a metric gathers is named after it where it is measured.
    const name = instantiation.metric === undefined ? func.resultNames[index] : undefined;
    return freshValue(ctx.unit, relabel(it.type, labels), name);
  });
  const node: CallNode = {
    kind: "call",
    callee: func.key,
    instance,
    operands: use.operands.map((it) => it.val.value),
    results,
    origin: span,
  };
  ctx.nodes.push(node);
  ctx.elaborator.called.set(node.operands, use);
  const vals = results.map((it, index) => tensor(it, seenFrom(ctx, instantiation.resultFacts[index], span)));
  return fromLeaves(instantiation.resultTree, vals);
}

/** Facts as a use has them: what the library makes a probability becomes one, for a person, where the library is used. */
function seenFrom({ file }: Context, facts: ValueFacts | undefined, use: Span): ValueFacts | undefined {
  const made = facts?.probability && inFile(facts.probability);
  return made?.file.library === true && !file.library ? { ...facts, probability: use } : facts;
}

/**
 * Calls a fn. Those of the library are written out in place: most wrap one operator. A person's own becomes a function
 * of its own, under an instance path of its own where it draws random numbers.
 */
export function applyFunction(
  ctx: Context,
  callable: Callable,
  hyperparameters: ReadonlyMap<string, Val>,
  inputs: readonly (Given | undefined)[],
  span: Span,
): Val {
  const given = inputTensors(ctx, callable.declaration, inputs);
  if (given === undefined) return poison;
  noteCall(ctx, callable, given, span);
  const inlined = callable.file.library;
  const use = prepareUse(ctx, callable, hyperparameters, given, span, inlined ? "inlined" : "called");
  if (use === undefined) return poison;
  if (inlined) return inline(ctx, use);
  return callUse(ctx, use, span)?.result ?? poison;
}

function noteCall(
  ctx: Context,
  { declaration }: Callable,
  given: readonly (GivenInput | undefined)[],
  span: Span,
): void {
  const { name, inputs } = declaration;
  const names = inputs.map((it) => it.name?.text);
  noteApplication(ctx, name.text, names, given, span);
}

/** A call of what a use was lowered to; undefined after a report. */
function callUse(
  ctx: Context,
  use: Use,
  span: Span,
): { readonly result: Val; readonly instantiation: Instantiation } | undefined {
  const instantiation = instantiate(use);
  if (instantiation === undefined || !fitsScan(ctx, instantiation, span)) return undefined;
  let path = "";
  if (instantiation.draws) {
    path = claimNumbered(ctx.paths, snakeCase(use.callable.declaration.name.text), false);
    ctx.unit.draws = true;
  }
  return { result: callNode(ctx, use, instantiation, path, span), instantiation };
}

/** Calls a metric: what a batch gives to its accumulators, and what makes it a metric. Undefined after a report. */
export function applyMetric(
  ctx: Context,
  callable: Callable,
  hyperparameters: ReadonlyMap<string, Val>,
  inputs: readonly (Given | undefined)[],
  span: Span,
): { readonly result: Val; readonly parts: MetricParts } | undefined {
  const given = inputTensors(ctx, callable.declaration, inputs);
  if (given !== undefined) noteCall(ctx, callable, given, span);
  const use = given && prepareUse(ctx, callable, hyperparameters, given, span);
  const called = use && callUse(ctx, use, span);
  return (
    called && {
      result: called.result,
      parts: called.instantiation.metric ?? fault(`${callable.declaration.name.text} is no metric`),
    }
  );
}

function inline(ctx: Context, use: Use): Val {
  const { declaration } = use.callable;
  ctx.elaborator.visited.add(declaration);
  const result = ctx.elaborator.rules.body(use.context, declaration.body);
  const labels = callerLabels(use.inputs, use.operands);
  const back = (val: Val): Val => {
    if (val.kind === "tuple" || val.kind === "list") return { kind: val.kind, elements: val.elements.map(back) };
    if (val.kind !== "tensor") return val;
    return tensor({ ...val.value, type: relabel(val.value.type, labels) }, val.facts);
  };
  return back(result);
}

/** `embed.table`: a parameter of an instance, also of one within it (`encoder.dense_0.kernel`). */
export function readMember(ctx: Context, e: MemberExpression): Val {
  const names: string[] = [e.name.text];
  let target = e.target;
  while (target.kind === "member") {
    names.unshift(target.name.text);
    target = target.target;
  }
  if (target.kind === "reference") {
    const whole = findLocal(ctx.scope, [target.text, ...names].join("."));
    if (whole !== undefined && whole.kind !== "cell" && whole.kind !== "barred") return whole;
  }
  if (reportModuleMember(ctx, e)) return poison;
  const val = ctx.elaborator.rules.expression(ctx, target);
  if (val.kind === "poison") return poison;
  if (val.kind !== "instance") {
    const owner = target.kind === "reference" ? target.text : undefined;
    const help = explainMember(names[0] ?? "", owner ?? "x", val);
    report(ctx, "MC2018", e.name.span, { name: names.join("."), owner: owner ?? "this value" }, { help });
    return poison;
  }
  const { instance } = val;
  const path = names.join(".");
  const type = instance.applied?.instantiation.variables.get(path);
  if (type === undefined) {
    const known = [...(instance.applied?.instantiation.variables.keys() ?? [])];
    const [only, ...others] = known;
    const near = nearest(path, known);
    const meant = near ?? (others.length === 0 ? only : undefined);
    report(
      ctx,
      "MC2018",
      e.name.span,
      { name: path, owner: instance.callable.declaration.name.text },
      {
        help:
          instance.applied === undefined
            ? "Its parameters have shapes once it is applied: read it after that."
            : near !== undefined
              ? `Did you mean \`${near}\`?`
              : meant === undefined
                ? `It has ${known.length === 0 ? "no parameters" : known.join(", ")}.`
                : `Its one parameter is called \`${meant}\`.`,
        ...(meant !== undefined &&
          textOf(e.name.span) === path && {
            fix: { title: `change to ${meant}`, edits: [{ span: e.name.span, text: meant }] },
          }),
      },
    );
    return poison;
  }
  const owner = pathOf(ctx, instance, instance.applied?.instantiation);
  if (owner === undefined) return poison;
  const value = freshValue(ctx.unit, type, path.split(".").at(-1));
  ctx.nodes.push({ kind: "parameter", path: `${owner}.${path}`, results: [value], origin: e.span });
  ctx.unit.owns = true;
  return tensor(value);
}
