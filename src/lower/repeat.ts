import { explicitNames } from "../analyze/walk.ts";
import type { Node, RepeatNode, Value } from "../ir/graph.ts";
import { mapRegions } from "../ir/visit.ts";
import type { Span } from "../support/source.ts";
import type { Chain, ForStage, RepeatStage } from "../syntax/ast.ts";
import { freshValue, innerScope, noHoldings, report, type Context, type Holdings, type Unit } from "./context.ts";
import { asInteger, asTensor, sameType, sourceOf } from "./convert.ts";
import { claimNamed, claimNumbered, pathScope, type PathScope } from "./paths.ts";
import { describe, formatType, poison, tensor, type TensorVal, type Val } from "./values.ts";
import { isTooLarge, writtenSize } from "./written-size.ts";

/** Lowers a part of a function, with what it holds apart from what the function held before. */
function holdingApart<T>(unit: Unit, lower: () => T): { readonly result: T; readonly holdings: Holdings } {
  const { variables, signature, owns, draws, updates } = unit;
  Object.assign(unit, noHoldings());
  const result = lower();
  const holdings: Holdings = {
    variables: unit.variables,
    signature: unit.signature,
    owns: unit.owns,
    draws: unit.draws,
    updates: unit.updates,
  };
  Object.assign(unit, { variables, signature, owns, draws, updates });
  return { result, holdings };
}

/** Makes what a part holds the function's, its variables under other paths. */
function hold(unit: Unit, part: Holdings, rename: (path: string) => string): void {
  for (const [path, type] of part.variables) unit.variables.set(rename(path), type);
  for (const [path, text] of part.signature) unit.signature.set(path, text);
  unit.owns ||= part.owns;
  unit.draws ||= part.draws;
  unit.updates ||= part.updates;
}

function elementsOf(val: Val): readonly Val[] {
  return val.kind === "tuple" ? val.elements : [val];
}

function tensorsOf(ctx: Context, val: Val, span: Span): readonly TensorVal[] | undefined {
  const tensors = elementsOf(val).map((it) => asTensor(ctx, it, span));
  return tensors.every((it) => it !== undefined) ? tensors : undefined;
}

function joined(vals: readonly Val[]): Val {
  const [only, ...others] = vals;
  return only !== undefined && others.length === 0 ? only : { kind: "tuple", elements: vals };
}

/** `repeat n as name { stages }`: one node where all copies have one type, else one copy after the other. */
export function lowerRepeat(
  ctx: Context,
  input: Val,
  stage: RepeatStage,
  inputSpan: Span,
  hint: string | undefined,
): Val {
  const counted = ctx.elaborator.rules.expression(ctx, stage.count, { integer: true });
  const count = asInteger(ctx, counted, stage.count.span, "the count of `repeat`");
  if (count === undefined || input.kind === "poison") return poison;
  if (count < 0) {
    report(ctx, "MC3010", stage.count.span, {
      what: "the count of `repeat`",
      limit: "at least 0",
      actual: String(count),
    });
    return poison;
  }
  if (count === 0) return input;
  const tensors = tensorsOf(ctx, input, inputSpan);
  if (tensors === undefined) return poison;
  const label = stage.label?.text ?? hint;

  const nodes: Node[] = [];
  const names = explicitNames(stage.chain);
  const paths = pathScope(names, "", ctx.paths);
  const inputs = tensors.map((it): Value => freshValue(ctx.unit, it.value.type, it.value.name));
  const inner: Context = {
    ...ctx,
    nodes,
    paths,
    scope: innerScope(ctx.scope),
    owning: ctx.owning === "yes" ? "nested" : ctx.owning,
  };
  const { result: once, holdings } = holdingApart(ctx.unit, () =>
    ctx.elaborator.rules.chain(inner, joined(inputs.map((it) => tensor(it))), stage.chain, inputSpan),
  );
  if (once.kind === "poison") return poison;
  const results = tensorsOf(inner, once, stage.span);
  if (results === undefined) return poison;
  const unchanged =
    results.length === inputs.length &&
    results.every((it, index) => inputs[index] !== undefined && sameType(ctx, it.value.type, inputs[index].type));
  if (stage.shared && !unchanged) {
    const shown = (types: readonly Value[]): string => types.map((it) => formatType(it.type)).join(", ");
    report(ctx, "MC3023", stage.span, { input: shown(inputs), output: shown(results.map((it) => it.value)) });
    return poison;
  }
  if (!unchanged || paths.escaped) {
    return unroll(ctx, joined(tensors), stage, inputSpan, Array<undefined>(count).fill(undefined), label, stage.shared);
  }
  if (isTooLarge(ctx, count * writtenSize(ctx.elaborator, nodes), "this `repeat`", stage.span)) return poison;
  const owned = paths.owners.length > 0;
  const kept = owned || paths.taken.size > 0;
  const path = kept ? claimLoop(ctx, label, "repeat", owned, stage.span) : "";
  if (path === undefined) return poison;
  const [owner, ...others] = paths.owners;
  const body = owner !== undefined && others.length === 0 && !owner.labelled ? collapse(nodes, owner.path, "") : nodes;
  hold(ctx.unit, holdings, (inside) => `${path}${stage.shared ? "" : ".*"}.${inside}`);
  const source = sourceOf(counted);
  const node: RepeatNode = {
    kind: "repeat",
    count,
    ...(source !== undefined && { source }),
    path,
    shared: stage.shared,
    operands: tensors.map((it) => it.value),
    body: { inputs, nodes: body, results: results.map((it) => it.value) },
    results: tensors.map((it) => freshValue(ctx.unit, it.value.type)),
    origin: stage.span,
  };
  ctx.nodes.push(node);
  return joined(node.results.map((it) => tensor(it)));
}

/** `for u in units { stages }`: one copy for each element, one after the other. */
export function lowerFor(ctx: Context, input: Val, stage: ForStage, inputSpan: Span, hint: string | undefined): Val {
  const list = listOf(ctx, stage);
  if (list === undefined || input.kind === "poison") return poison;
  return unroll(ctx, input, stage, inputSpan, list, stage.label?.text ?? hint, false);
}

function listOf(ctx: Context, stage: ForStage): readonly Val[] | undefined {
  const { list } = stage;
  const [argument] = list.kind === "call" ? list.arguments : [];
  // `range(n)` counts here; elsewhere it is a tensor.
  if (
    list.kind === "call" &&
    list.callee.kind === "reference" &&
    list.callee.text === "range" &&
    argument !== undefined
  ) {
    const count = asInteger(
      ctx,
      ctx.elaborator.rules.expression(ctx, argument.value, { integer: true }),
      argument.value.span,
      "the count",
    );
    if (count === undefined || isTooLarge(ctx, count, "this `for`", stage.span)) return undefined;
    return Array.from({ length: count }, (_, value) => ({ kind: "number", value, integer: true, opaque: true }));
  }
  const val = ctx.elaborator.rules.expression(ctx, list, { integer: true });
  if (val.kind === "list") return val.elements;
  if (val.kind !== "poison") {
    report(ctx, "MC3008", list.span, { expected: "`for` runs through a list", actual: describe(val) });
  }
  return undefined;
}

function claimLoop(
  ctx: Context,
  label: string | undefined,
  kind: "repeat" | "for",
  owns: boolean,
  span: Span,
): string | undefined {
  if (label === undefined) return claimNumbered(ctx.paths, kind, owns);
  const path = claimNamed(ctx.paths, label, owns);
  if (path === undefined) report(ctx, "MC2025", span, { name: label });
  return path;
}

/** Copies written out: `layer.0`, `layer.1`, ...; or each under the same names where they share their weights. */
function unroll(
  ctx: Context,
  input: Val,
  stage: {
    readonly kind: "repeat-stage" | "for-stage";
    readonly chain: Chain;
    readonly span: Span;
    readonly variable?: { readonly text: string };
  },
  inputSpan: Span,
  elements: readonly (Val | undefined)[],
  label: string | undefined,
  shared: boolean,
): Val {
  const names = explicitNames(stage.chain);
  // The name is claimed once the copies are known to own or draw something.
  const kind = stage.kind === "repeat-stage" ? "repeat" : "for";
  const trial = numberedBefore(ctx.paths, label, kind);
  // Copies that share their weights draw random numbers of their own all the same.
  const push = (nodes: readonly Node[], index: number): void => {
    for (const it of nodes) ctx.nodes.push(shared ? drawnApart(ctx, it, trial, index) : it);
  };
  let val = input;
  let owned = false;
  let kept = false;
  let size = 0;
  for (const [index, element] of elements.entries()) {
    const base = shared ? trial : `${trial}.${String(index)}`;
    const paths: PathScope = pathScope(names, `${base}.`, ctx.paths);
    const scope = innerScope(ctx.scope);
    if (stage.variable !== undefined && element !== undefined) scope.names.set(stage.variable.text, element);
    const nodes: Node[] = [];
    const inner: Context = { ...ctx, nodes, paths, scope, owning: ctx.owning === "yes" ? "nested" : ctx.owning };
    const given = val;
    const { result, holdings } = holdingApart(ctx.unit, () =>
      ctx.elaborator.rules.chain(inner, given, stage.chain, inputSpan),
    );
    if (result.kind === "poison") return poison;
    val = result;
    size += writtenSize(ctx.elaborator, nodes);
    if (isTooLarge(ctx, size, `this \`${kind}\``, stage.span)) return poison;
    const [owner, ...others] = paths.owners;
    owned ||= paths.owners.length > 0;
    kept ||= paths.taken.size > 0;
    if (owner !== undefined && others.length === 0 && !owner.labelled) {
      push(collapse(nodes, owner.path, base), index);
      hold(ctx.unit, holdings, (inside) =>
        inside.startsWith(`${owner.path}.`) ? base + inside.slice(owner.path.length) : inside,
      );
    } else {
      push(nodes, index);
      hold(ctx.unit, holdings, (inside) => inside);
    }
  }
  if (kept && claimLoop(ctx, label, kind, owned, stage.span) === undefined) return poison;
  return val;
}

/** A node of a shared copy, under a path of its own where it draws and owns nothing. */
function drawnApart(ctx: Context, node: Node, base: string, index: number): Node {
  const apart = (path: string): string =>
    path.startsWith(`${base}.`) ? `${base}.${String(index)}${path.slice(base.length)}` : path;
  if (node.kind === "key") return { ...node, path: apart(node.path) };
  if (node.kind === "training") {
    return mapRegions(node, (region) => ({
      ...region,
      nodes: region.nodes.map((it) => drawnApart(ctx, it, base, index)),
    }));
  }
  if (node.kind !== "call") return node;
  const made = [...ctx.elaborator.memo.values()].find((it) => it.func.key === node.callee);
  return made !== undefined && made.draws && !made.owns ? { ...node, instance: apart(node.instance) } : node;
}

/** The path that a loop will get, without claiming it. */
function numberedBefore(paths: PathScope, label: string | undefined, kind: string): string {
  if (label !== undefined) return paths.prefix + label;
  const counters = new Map(paths.counters);
  const copy: PathScope = { ...paths, counters, taken: new Set(paths.taken), owners: [] };
  return claimNumbered(copy, kind, false);
}

/** A copy that owns one instance is that instance: its path loses the instance's own name. */
function collapse(nodes: readonly Node[], from: string, to: string): readonly Node[] {
  const renamed = (path: string): string => {
    if (path === from) return to;
    if (!path.startsWith(`${from}.`)) return path;
    const rest = path.slice(from.length + 1);
    return to === "" ? rest : `${to}.${rest}`;
  };
  return nodes.map((node): Node => {
    switch (node.kind) {
      case "call":
        return { ...node, instance: renamed(node.instance) };
      case "parameter":
      case "state":
      case "key":
      case "repeat":
        return { ...node, path: renamed(node.path) };
      case "update":
        return { ...node, path: renamed(node.path) };
      default:
        return mapRegions(node, (it) => ({ ...it, nodes: collapse(it.nodes, from, to) }));
    }
  });
}
