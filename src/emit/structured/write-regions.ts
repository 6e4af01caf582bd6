import { asNumber, constant, subtract } from "../../dims/dim.ts";
import { splitIndices } from "../../graph/paths.ts";
import type { Node, Region, RepeatNode, ScanNode, TrainingNode, Value } from "../../ir/graph.ts";
import { required } from "../../support/fault.ts";
import { asTensor, bind, define, freshName, isLive, readBound, readTensor } from "./bind-value.ts";
import type { Env, FunctionState, Place } from "./body-context.ts";
import { ownNames } from "./structured-target.ts";
import {
  at,
  identifier,
  literal,
  type Expression,
  type NumberLiteral,
  type Repeat,
  type Scan,
  type Statement,
} from "./tree.ts";
import { usesOf } from "./uses.ts";
import { mentions } from "./visit-tree.ts";

/** Writes the nodes of a region: handed in, since nodes hold regions and regions nodes. */
export type WriteNodes = (state: FunctionState, env: Env, nodes: readonly Node[]) => void;

/** An environment for a region within another; its statements go to a list of their own. */
export function innerEnv(state: FunctionState, outer: Env, region: Region, place: Place = outer.place): Env {
  state.nextBlock += 1;
  return {
    bound: new Map(),
    remaining: new Map(),
    uses: usesOf(region.nodes, region.results),
    results: new Set(region.results.map(({ id }) => id)),
    outer,
    block: state.nextBlock,
    place,
    guarded: new Map(),
    out: [],
  };
}

/** A variable that a loop carries, begun with a value. */
export function beginCarry(state: FunctionState, env: Env, initial: Value, named: string | undefined): string {
  const expression = readTensor(state, env, initial);
  if (
    expression.kind === "identifier" &&
    state.flows.get(expression.name) === env.block &&
    (named === undefined || state.names.has(named)) &&
    !isLive(state, expression.name)
  ) {
    return expression.name;
  }
  const name = named === undefined || state.names.has(named) ? freshName(state) : state.names.take(named);
  env.out.push({ kind: "declare", mutable: true, name, value: expression });
  state.flows.set(name, env.block);
  return name;
}

/** Lets the variables of a loop's carries be assigned within its body, as long as it is being written. */
export function withinLoop(state: FunctionState, inner: Env, names: readonly string[], write: () => void): void {
  const before = names.map((name) => state.flows.get(name));
  names.forEach((name) => state.flows.set(name, inner.block));
  state.live.push(inner);
  write();
  state.live.pop();
  names.forEach((name, index) => {
    const block = before[index];
    if (block !== undefined) state.flows.set(name, block);
  });
}

/** Gives carries their next values, in an order in which none is overwritten before it is read. */
export function assignCarries(env: Env, names: readonly string[], values: readonly Expression[]): void {
  let open = names.flatMap((name, index) => {
    const value = required(values[index], "carry");
    return value.kind === "identifier" && value.name === name ? [] : [{ name, value }];
  });
  while (open.length > 0) {
    const next = open.find(({ name }) => !open.some((it) => it.name !== name && mentions([it.value], name)));
    if (next === undefined) {
      env.out.push({ kind: "assign", names: open.map(({ name }) => name), values: open.map(({ value }) => value) });
      return;
    }
    env.out.push({ kind: "assign", names: [next.name], values: [next.value] });
    open = open.filter((it) => it !== next);
  }
}

/** A repeat as a loop over the parameters of its instances. */
export function writeRepeat(state: FunctionState, env: Env, node: RepeatNode, writeNodes: WriteNodes): void {
  const names = node.operands.map((operand, index) => beginCarry(state, env, operand, node.body.inputs[index]?.name));
  const segments = node.path === "" ? [] : node.path.split(".");
  const last = segments.at(-1) ?? "block";
  const element = state.names.take(/^repeat_\d+$/.test(last) ? "block" : last);
  const elementStates = state.names.take(`${element}States`);
  const index = state.names.take("i");
  const shared = node.shared;
  // Copies that share their weights draw random numbers of their own all the same.
  const { place: name, indices } = splitIndices(node.path);
  const copies = [...indices.map((it) => literal(it)), identifier(index)];
  const random: Expression = { kind: "within", place: env.place.random, path: name, indices: copies };
  const parametersAt = at(env.place.parameters, node.path);
  const statesAt = at(env.place.states, node.path);
  const place: Place = shared
    ? { parameters: parametersAt, states: statesAt, random }
    : { parameters: identifier(element), states: identifier(elementStates), random };
  const inner = innerEnv(state, env, node.body, place);
  const outerNeeds = { ...state.needs };
  state.needs.parameters = false;
  state.needs.states = false;
  withinLoop(state, inner, names, () => {
    node.body.inputs.forEach((input, position) =>
      bind(inner, input, { expression: identifier(required(names[position], "carry")), form: "tensor" }),
    );
    writeNodes(state, inner, node.body.nodes);
    assignCarries(
      inner,
      names,
      node.body.results.map((value) => readTensor(state, inner, value)),
    );
  });
  const { parameters, states } = state.needs;
  state.needs.parameters ||= outerNeeds.parameters;
  state.needs.states ||= outerNeeds.states;
  const indexed = mentions(inner.out, index);
  const over: Repeat["over"] = shared
    ? []
    : [
        ...(parameters ? [{ name: element, list: parametersAt }] : []),
        ...(states ? [{ name: elementStates, list: statesAt }] : []),
      ];
  const counted = over.length === 0;
  if (!indexed && !counted) state.names.release(index);
  if (!parameters || shared) state.names.release(element);
  if (!states || shared) state.names.release(elementStates);
  env.out.push({
    kind: "repeat",
    over,
    ...(counted && { count: literal(node.count, node.source) }),
    ...((indexed || counted) && { index }),
    body: inner.out,
  });
  node.results.forEach((value, position) =>
    bind(env, value, { expression: identifier(required(names[position], "carry")), form: "tensor" }),
  );
}

/** A scan as a loop over the elements of its sequences. */
export function writeScan(state: FunctionState, env: Env, node: ScanNode, writeNodes: WriteNodes): void {
  const { body, reverse } = node;
  const carryCount = node.initial.length;
  const names = node.initial.map((initial, index) =>
    beginCarry(state, env, initial, body.inputs[index]?.name ?? node.results[index]?.name),
  );
  const emits = body.results.slice(carryCount);
  const emitted = emits.map((value, index) => {
    const result = node.results[carryCount + index];
    return result !== undefined && env.uses.count(result) > 0
      ? state.names.take(`${result.name ?? value.name ?? "step"}s`)
      : undefined;
  });
  for (const name of emitted) {
    if (name === undefined) continue;
    env.out.push({ kind: "collect", name });
  }
  const elements = body.inputs.slice(carryCount).map((input) => state.names.take(input.name ?? "element"));
  const index = state.names.take("i");
  const counted = node.sequences.length === 0;
  const turn = identifier(index);
  const step: Expression =
    counted && reverse
      ? { kind: "arithmetic", name: "sub", operands: [state.dim(subtract(node.length, constant(1))), turn] }
      : turn;
  const random: Expression = { kind: "at-step", place: env.place.random, step };
  const inner = innerEnv(state, env, body, { ...env.place, random });
  withinLoop(state, inner, names, () => {
    body.inputs.forEach((input, index) => {
      const name = required(names[index] ?? elements[index - carryCount], "scan input");
      bind(inner, input, { expression: identifier(name), form: "tensor" });
    });
    writeNodes(state, inner, body.nodes);
    writeStep(state, inner, body.results, names, emitted);
  });
  const over = node.sequences.map((sequence, index): Scan["over"][number] => ({
    name: required(elements[index], "element"),
    sequence: readTensor(state, env, sequence),
    ...axisAt(node.sequenceAxes, index),
  }));
  const indexed = mentions(inner.out, index);
  if (!indexed && !counted) state.names.release(index);
  const isLong = (asNumber(node.length) ?? 1) > 1;
  env.out.push({
    kind: "scan",
    over,
    reverse,
    isLong,
    ...(indexed && !counted && { index }),
    ...(counted && { count: { index, length: state.dim(node.length) } }),
    body: inner.out,
  });
  names.forEach((name, index) => {
    bind(env, required(node.results[index], "carry"), { expression: identifier(name), form: "tensor" });
  });
  emitted.forEach((name, index) => {
    const result = required(node.results[carryCount + index], "emitted sequence");
    if (name === undefined) return;
    define(state, env, result, { kind: "stack", list: name, ...axisAt(node.emitAxes, index), reverse }, false);
  });
}

/** An axis; none where it is the first. */
function axisAt(axes: readonly number[], index: number): { readonly axis?: NumberLiteral } {
  const axis = required(axes[index], "axis");
  return axis === 0 ? {} : { axis: literal(axis) };
}

/** The end of a scan's step: what is emitted, and the next carries. */
function writeStep(
  state: FunctionState,
  inner: Env,
  results: readonly Value[],
  names: readonly string[],
  emitted: readonly (string | undefined)[],
): void {
  const next = results.slice(0, names.length);
  const emits = results.slice(names.length);
  const push = (list: string, value: Expression): void => {
    inner.out.push({ kind: "append", list, value });
  };
  const later: { readonly list: string; readonly carry: string }[] = [];
  emits.forEach((value, index) => {
    const list = emitted[index];
    const carried = names[next.findIndex(({ id }) => id === value.id)];
    if (list === undefined) readBound(inner, value);
    else if (carried !== undefined) later.push({ list, carry: carried });
    else push(list, readTensor(state, inner, value));
  });
  assignCarries(
    inner,
    names,
    next.map((value) => readTensor(state, inner, value)),
  );
  later.forEach(({ list, carry: name }) => push(list, identifier(name)));
}

/** What differs between training and inference: a conditional, or branches where there is more to do. */
export function writeTraining(state: FunctionState, env: Env, whole: TrainingNode, writeNodes: WriteNodes): void {
  state.needs.training = true;
  const node = withoutUnread(whole, env);
  const branches = [node.then, node.otherwise].map((region) => {
    const inner = innerEnv(state, env, region);
    state.live.push(inner);
    writeNodes(state, inner, region.nodes);
    const results = region.results.map((value) => {
      const bound = readBound(inner, value);
      return asTensor(state.context.target.dtype, bound, value.type);
    });
    state.live.pop();
    return { statements: inner.out, results };
  });
  const [then, otherwise] = branches;
  if (then === undefined || otherwise === undefined) return;
  if (then.statements.length === 0 && otherwise.statements.length === 0) {
    node.results.forEach((value, index) => {
      const a = required(then.results[index], "result");
      const b = required(otherwise.results[index], "result");
      define(
        state,
        env,
        value,
        { kind: "conditional", test: identifier(ownNames.training), then: a, otherwise: b },
        false,
      );
    });
    return;
  }
  const targets = node.results.map((value) => {
    if (env.uses.count(value) === 0) return undefined;
    const name = value.name === undefined ? freshName(state) : state.names.take(value.name);
    env.out.push({ kind: "declare", mutable: true, name });
    bind(env, value, { expression: identifier(name), form: "tensor" });
    return name;
  });
  const close = ({ statements, results }: typeof then): readonly Statement[] => [
    ...statements,
    ...targets.flatMap((target, index): Statement[] =>
      target === undefined ? [] : [{ kind: "assign", names: [target], values: [required(results[index], "result")] }],
    ),
  ];
  env.out.push({ kind: "training", then: close(then), otherwise: close(otherwise) });
}

/** The node with only those of its results that something reads. */
function withoutUnread(node: TrainingNode, env: Env): TrainingNode {
  const isRead = node.results.map((value) => env.uses.count(value) > 0);
  const trim = (region: Region): Region => ({ ...region, results: region.results.filter((_, index) => isRead[index]) });
  return {
    ...node,
    results: node.results.filter((_, index) => isRead[index]),
    then: trim(node.then),
    otherwise: trim(node.otherwise),
  };
}
