import type { Node, Region, RepeatNode, ScanNode, TrainingNode, Value } from "../../ir/graph.ts";
import { splitIndices } from "../../graph/paths.ts";
import { repeatCount } from "../../graph/repeat-count.ts";
import type { TfjsExpression } from "./tfjs-writer.ts";
import { required } from "../../support/fault.ts";
import { callTensor, identifier, literal, member, text, type Pattern, type Statement } from "./ast.ts";
import { asTensor, bind, define, freshName, isLive, readBound, readTensor } from "./bind-value.ts";
import type { Env, FunctionState, Place } from "./body-context.ts";
import { usesOf } from "./uses.ts";
import { mentions } from "./visit-syntax.ts";
import { asNumber } from "../../dims/dim.ts";

/** Writes the nodes of a region: handed in, since nodes hold regions and regions nodes. */
type EmitNodes = (state: FunctionState, env: Env, nodes: readonly Node[]) => void;

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
function carry(state: FunctionState, env: Env, initial: Value, named: string | undefined): string {
  const expression = readTensor(env, initial);
  if (
    expression.kind === "identifier" &&
    state.flows.get(expression.name) === env.block &&
    (named === undefined || state.names.has(named)) &&
    !isLive(state, expression.name)
  ) {
    return expression.name;
  }
  const name = named === undefined || state.names.has(named) ? freshName(state) : state.names.take(named);
  env.out.push({ kind: "declare", mutable: true, pattern: name, type: "tf.Tensor", value: expression });
  state.flows.set(name, env.block);
  return name;
}

/** Lets the variables of a loop's carries be assigned within its body, as long as it is being written. */
function withinLoop(state: FunctionState, inner: Env, names: readonly string[], write: () => void): void {
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
function assignCarries(env: Env, names: readonly string[], values: readonly TfjsExpression[]): void {
  let open = names.flatMap((name, index) => {
    const value = required(values[index], "carry");
    return value.kind === "identifier" && value.name === name ? [] : [{ name, value }];
  });
  while (open.length > 0) {
    const next = open.find(({ name }) => !open.some((it) => it.name !== name && mentions([it.value], name)));
    if (next === undefined) {
      env.out.push({
        kind: "assign",
        target: { kind: "array-pattern", elements: open.map(({ name }) => name) },
        value: { kind: "array", elements: open.map(({ value }) => value) },
      });
      return;
    }
    env.out.push({ kind: "assign", target: next.name, value: next.value });
    open = open.filter((it) => it !== next);
  }
}

/** A repeat as a loop over the parameters of its instances. */
export function emitRepeat(state: FunctionState, env: Env, node: RepeatNode, emitNodes: EmitNodes): void {
  const names = node.operands.map((operand, index) => carry(state, env, operand, node.body.inputs[index]?.name));
  const segments = node.path === "" ? [] : node.path.split(".");
  const last = segments.at(-1) ?? "block";
  const element = state.names.take(/^repeat_\d+$/.test(last) ? "block" : last);
  const elementStates = state.names.take(`${element}States`);
  const index = state.names.take("i");
  const shared = node.shared;
  // Copies that share their weights draw random numbers of their own all the same.
  const { place: name, indices } = splitIndices(node.path);
  const copies = [...indices.map((it) => literal(it)), identifier(index)];
  const random = callTensor("within", env.place.random, text(name), ...copies);
  const place: Place = shared
    ? {
        parameters: member(env.place.parameters, ...segments),
        states: member(env.place.states, ...segments),
        random,
      }
    : { parameters: identifier(element), states: identifier(elementStates), random };
  const inner = innerEnv(state, env, node.body, place);
  const outerNeeds = { ...state.needs };
  state.needs.parameters = false;
  state.needs.states = false;
  withinLoop(state, inner, names, () => {
    node.body.inputs.forEach((input, at) =>
      bind(inner, input, { expression: identifier(required(names[at], "carry")), form: "tensor" }),
    );
    emitNodes(state, inner, node.body.nodes);
    assignCarries(
      inner,
      names,
      node.body.results.map((value) => readTensor(inner, value)),
    );
  });
  const { parameters, states } = state.needs;
  state.needs.parameters ||= outerNeeds.parameters;
  state.needs.states ||= outerNeeds.states;
  if (mentions(inner.out, "within")) state.helpers.add("within");
  const indexed = mentions(inner.out, index);
  const lists: readonly (readonly [string, TfjsExpression])[] = shared
    ? []
    : [
        ...(parameters ? [[element, member(env.place.parameters, ...segments)] as const] : []),
        ...(states ? [[elementStates, member(env.place.states, ...segments)] as const] : []),
      ];
  const counted = lists.length === 0;
  if (!indexed && !counted) state.names.release(index);
  if (!parameters || shared) state.names.release(element);
  if (!states || shared) state.names.release(elementStates);
  env.out.push(
    loop(state, lists, indexed ? index : undefined, literal(repeatCount(node), node.count.source), inner.out, index),
  );
  node.results.forEach((value, at) =>
    bind(env, value, { expression: identifier(required(names[at], "carry")), form: "tensor" }),
  );
}

/** A loop over one list, several in step, or a count; with the index where it is used. */
function loop(
  state: FunctionState,
  lists: readonly (readonly [string, TfjsExpression])[],
  index: string | undefined,
  count: TfjsExpression,
  body: readonly Statement[],
  counter: string,
): Statement {
  const [first, ...others] = lists;
  if (first === undefined) return { kind: "for-count", name: index ?? counter, count, body };
  if (others.length > 0) state.helpers.add("zip");
  const iterable = others.length === 0 ? first[1] : callTensor("zip", ...lists.map(([, list]) => list));
  const pattern: Pattern =
    others.length === 0 ? first[0] : { kind: "array-pattern", elements: lists.map(([name]) => name) };
  if (index === undefined) return { kind: "for-of", pattern, iterable, body };
  return {
    kind: "for-of",
    pattern: { kind: "array-pattern", elements: [index, pattern] },
    iterable: { kind: "call", callee: member(iterable, "entries"), arguments: [] },
    body,
  };
}

/** A scan as a loop over the elements of its sequences. */
export function emitScan(state: FunctionState, env: Env, node: ScanNode, emitNodes: EmitNodes): void {
  const { body, reverse } = node;
  const carryCount = node.initial.length;
  const names = node.initial.map((initial, index) =>
    carry(state, env, initial, body.inputs[index]?.name ?? node.results[index]?.name),
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
    env.out.push({
      kind: "declare",
      mutable: false,
      pattern: name,
      type: "tf.Tensor[]",
      value: { kind: "array", elements: [] },
    });
  }
  const elements = body.inputs.slice(carryCount).map((input) => state.names.take(input.name ?? "element"));
  const inner = innerEnv(state, env, body);
  withinLoop(state, inner, names, () => {
    body.inputs.forEach((input, index) => {
      const name = required(names[index] ?? elements[index - carryCount], "scan input");
      bind(inner, input, { expression: identifier(name), form: "tensor" });
    });
    emitNodes(state, inner, body.nodes);
    writeStep(inner, body.results, names, emitted);
  });
  const sequences = node.sequences.map((sequence, index) => {
    const axis = required(node.sequenceAxes[index], "sequence axis");
    const place = axis === 0 ? [] : [literal(axis)];
    if ((asNumber(node.length) ?? 1) > 1) return callTensor("tf.unstack", readTensor(env, sequence), ...place);
    state.helpers.add("unstack");
    return callTensor("unstack", readTensor(env, sequence), ...place);
  });
  const [only] = sequences;
  if (sequences.length > 1) state.helpers.add("zip");
  const together = sequences.length > 1 ? callTensor("zip", ...sequences) : only;
  if (together === undefined) {
    env.out.push({ kind: "for-count", name: state.names.take("i"), count: state.dim(node.length), body: inner.out });
  } else {
    const [element] = elements;
    const pattern: Pattern =
      elements.length === 1 && element !== undefined ? element : { kind: "array-pattern", elements };
    env.out.push({ kind: "for-of", pattern, iterable: reverse ? reversed(together) : together, body: inner.out });
  }
  names.forEach((name, index) => {
    bind(env, required(node.results[index], "carry"), { expression: identifier(name), form: "tensor" });
  });
  emitted.forEach((name, index) => {
    const result = required(node.results[carryCount + index], "emitted sequence");
    if (name === undefined) return;
    const axis = required(node.emitAxes[index], "emit axis");
    const list = reverse ? reversed(identifier(name)) : identifier(name);
    define(state, env, result, callTensor("tf.stack", list, ...(axis === 0 ? [] : [literal(axis)])), false);
  });
}

function reversed(list: TfjsExpression): TfjsExpression {
  return { kind: "call", callee: member(list, "reverse"), arguments: [] };
}

/** The end of a scan's step: what is emitted, and the next carries. */
function writeStep(
  inner: Env,
  results: readonly Value[],
  names: readonly string[],
  emitted: readonly (string | undefined)[],
): void {
  const next = results.slice(0, names.length);
  const emits = results.slice(names.length);
  const push = (name: string, value: TfjsExpression): void => {
    inner.out.push({
      kind: "expression",
      value: { kind: "call", callee: member(identifier(name), "push"), arguments: [value] },
    });
  };
  const later: { readonly list: string; readonly carry: string }[] = [];
  emits.forEach((value, index) => {
    const list = emitted[index];
    const at = next.findIndex(({ id }) => id === value.id);
    const carried = names[at];
    if (list === undefined) readBound(inner, value);
    else if (carried !== undefined) later.push({ list, carry: carried });
    else push(list, readTensor(inner, value));
  });
  assignCarries(
    inner,
    names,
    next.map((value) => readTensor(inner, value)),
  );
  later.forEach(({ list, carry: name }) => push(list, identifier(name)));
}

/** What differs between training and inference: a conditional, or branches where there is more to do. */
export function emitTraining(state: FunctionState, env: Env, whole: TrainingNode, emitNodes: EmitNodes): void {
  state.needs.training = true;
  const node = withoutUnread(whole, env);
  const branches = [node.then, node.otherwise].map((region) => {
    const inner = innerEnv(state, env, region);
    state.live.push(inner);
    emitNodes(state, inner, region.nodes);
    const results = region.results.map((value) => {
      const bound = readBound(inner, value);
      return asTensor(bound, value.type);
    });
    state.live.pop();
    return { statements: inner.out, results };
  });
  const [then, otherwise] = branches;
  if (then === undefined || otherwise === undefined) return;
  const test = identifier("training");
  if (then.statements.length === 0 && otherwise.statements.length === 0) {
    node.results.forEach((value, index) => {
      const a = required(then.results[index], "result");
      const b = required(otherwise.results[index], "result");
      define(state, env, value, { kind: "conditional", test, then: a, otherwise: b }, false);
    });
    return;
  }
  const targets = node.results.map((value) => {
    if (env.uses.count(value) === 0) return undefined;
    const name = value.name === undefined ? freshName(state) : state.names.take(value.name);
    env.out.push({ kind: "declare", mutable: true, pattern: name, type: "tf.Tensor" });
    bind(env, value, { expression: identifier(name), form: "tensor" });
    return name;
  });
  const close = ({ statements, results }: typeof then): readonly Statement[] => [
    ...statements,
    ...targets.flatMap((target, index): Statement[] =>
      target === undefined ? [] : [{ kind: "assign", target, value: required(results[index], "result") }],
    ),
  ];
  const whenTraining = close(then);
  const whenNot = close(otherwise);
  if (whenTraining.length === 0)
    env.out.push({ kind: "if", test: { kind: "unary", operator: "!", value: test }, then: whenNot });
  else env.out.push({ kind: "if", test, then: whenTraining, otherwise: whenNot });
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
