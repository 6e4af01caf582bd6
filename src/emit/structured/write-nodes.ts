import { variable } from "../../dims/dim.ts";
import { joinPath, splitIndices } from "../../graph/paths.ts";
import type { CallNode, ConstantNode, Node, OperatorNode, Value } from "../../ir/graph.ts";
import type { DType } from "../../ir/types.ts";
import { nodesWithin } from "../../ir/visit.ts";
import { findOperator } from "../../ops/registry.ts";
import { fault, required } from "../../support/fault.ts";
import { bind, declare, define, freshName, isTrivial, readBound, readTensor } from "./bind-value.ts";
import type { Callee, Env, FunctionState } from "./body-context.ts";
import type { Callable } from "./callables.ts";
import { guardPlaces } from "./guard-places.ts";
import { hostArithmetic } from "./host-arithmetic.ts";
import { outlivesUpdate } from "./outlives-update.ts";
import { ownNames } from "./structured-target.ts";
import { at, identifier, literal, type Expression, type Filled } from "./tree.ts";
import { findRounds } from "./find-rounds.ts";
import { writeRounds } from "./write-rounds.ts";
import { usesOf } from "./uses.ts";
import { writeRepeat, writeScan, writeTraining } from "./write-regions.ts";

/** Writes the nodes of a region, in order, into its environment. */
export function writeNodes(state: FunctionState, env: Env, nodes: readonly Node[]): void {
  for (let at = 0; at < nodes.length; at += 1) {
    const rounds = findRounds(nodes, at, env.uses);
    if (rounds === undefined) writeNode(state, env, required(nodes[at], "node"));
    else {
      writeRounds(state, env, rounds, writeNodes);
      at += rounds.size - 1;
    }
  }
}

function writeNode(state: FunctionState, env: Env, node: Node): void {
  switch (node.kind) {
    case "operator":
      return writeOperator(state, env, node);
    case "constant":
      return writeConstant(state, env, node);
    case "dim":
      return bind(env, single(node), { expression: state.dim(node.dim), form: "number" });
    case "parameter":
      state.needs.parameters = true;
      return bind(env, single(node), {
        expression: at(env.place.parameters, node.path),
        form: "tensor",
      });
    case "state":
      return writeStateRead(state, env, single(node), node.path);
    case "update": {
      state.needs.states = true;
      const value = readTensor(state, env, node.value);
      const rank = node.value.type.shape.length;
      env.out.push({ kind: "update", state: at(env.place.states, node.path), value, rank });
      return;
    }
    case "key":
      state.needs.random = true;
      return bind(env, single(node), {
        expression: { kind: "key", place: placeOf(state, env, node.path) },
        form: "key",
      });
    case "call":
      return writeCall(state, env, node);
    case "repeat":
      return writeRepeat(state, env, node, writeNodes);
    case "scan":
      return writeScan(state, env, node, writeNodes);
    case "gradient":
      return fault("gradients are written out before functions are");
    case "training":
      return writeTraining(state, env, node, writeNodes);
  }
}

function single(node: Node): Value {
  return required(node.results[0], `result of a ${node.kind} node`);
}

/** The place of random keys of an instance. */
function placeOf(state: FunctionState, env: Env, path: string): Expression {
  state.needs.random = true;
  if (path === "") return env.place.random;
  const { random } = env.place;
  // Copies that are written out one by one have their indices in their paths: keys are made of both apart.
  const { place: name, indices: given } = splitIndices(path);
  const indices = given.map((it) => literal(it));
  // One place for nested paths: `within(random, "stage.dropout_0", i)`.
  if (random.kind === "within")
    return { ...random, path: joinPath(random.path, name), indices: [...random.indices, ...indices] };
  return { kind: "within", place: random, path: name, indices };
}

function writeConstant(state: FunctionState, env: Env, node: ConstantNode): void {
  const value = single(node);
  const { dtype, shape } = value.type;
  const { data, source } = node;
  const [first = 0] = typeof data === "number" ? [data] : data;
  const short = (number: number): number => (dtype === "f32" ? shortest(number) : number);
  if (shape.length === 0) return bind(env, value, { expression: literal(short(first), source), form: "number" });
  const sizes = shape.map((dim) => state.dim(dim));
  const filled = typeof data === "number" || data.every((it) => it === first);
  const expression: Expression = filled
    ? fill(state, short(first), sizes, dtype)
    : {
        kind: "tensor",
        elements: Array.from(data, (it) => literal(short(it))),
        shape: sizes,
        dtype: state.context.target.dtype(dtype),
      };
  define(state, env, value, expression, false);
}

/** The shortest decimal that is the same number in f32: 0.01 for 0.010000000000000009. */
function shortest(number: number): number {
  for (let digits = 1; digits <= 9; digits++) {
    const rounded = Number(number.toPrecision(digits));
    if (Math.fround(rounded) === Math.fround(number)) return rounded;
  }
  return number;
}

/** A tensor full of one number: zeros and ones are things of their own. */
function fill(
  { context: { target } }: FunctionState,
  number: number,
  shape: readonly Expression[],
  dtype: DType,
): Filled {
  const value = number === 0 ? "zeros" : number === 1 ? "ones" : literal(number);
  return { kind: "filled", shape, value, dtype: target.dtype(dtype) };
}

/** A state whose value is needed after it is assigned is read as a copy, which keeps the value that was. */
function writeStateRead(state: FunctionState, env: Env, value: Value, path: string): void {
  state.needs.states = true;
  const expression = at(env.place.states, path);
  if (!outlivesUpdate(state.callable.body, value, path)) return bind(env, value, { expression, form: "tensor" });
  const copy: Expression = { kind: "copy", value: expression };
  const named = { ...value, name: value.name ?? path.split(".").at(-1) ?? path };
  bind(env, value, { expression: identifier(declare(state, env, named, copy)), form: "tensor" });
}

function writeOperator(state: FunctionState, env: Env, given: OperatorNode): void {
  const node = state.context.unproved.has(given) ? guardPlaces(state, env, given) : given;
  const composite = state.context.compositeOf(node);
  if (composite !== undefined) {
    applyCallee(state, env, state.context.resolve(composite.key, state.callable), node.operands, node.results, "");
    return;
  }
  const read = node.operands.map((operand) => readBound(env, operand));
  // All that a loop collected is one array.
  const bounds = read[0]?.expression.kind === "elements" ? read.slice(0, 1) : read;
  const host = hostArithmetic(node, bounds);
  if (host !== undefined) return bind(env, single(node), { expression: host, form: "number" });

  const [only] = bounds;
  if (node.op === "broadcast_to" && only?.form === "number" && only.expression.kind === "number") {
    const { type } = single(node);
    const sizes = type.shape.map((dim) => state.dim(dim));
    return define(state, env, single(node), fill(state, only.expression.value, sizes, type.dtype), false);
  }

  const useHelper = (name: string): unknown => state.helpers.add(name);
  const { expression, isNumber } = state.context.target.apply(node, bounds, { dim: state.dim, useHelper });
  if (node.results.length === 1 && findOperator(node.op)?.variadicResults !== true) {
    // An operator that leaves a plain number alone leaves it a number.
    if (isNumber) return bind(env, single(node), { expression, form: "number" });
    return define(state, env, single(node), expression, false);
  }
  bindSeveral(state, env, node.results, expression);
}

/** Binds several results of one expression, by name. */
function bindSeveral(state: FunctionState, env: Env, results: readonly Value[], made: Expression): void {
  if (made.kind === "array") {
    made.elements.forEach((element, index) => define(state, env, required(results[index], "result"), element, false));
    return;
  }
  const used = results.map((value) => env.uses.count(value) > 0);
  if (!used.includes(true)) return;
  const names = results.slice(0, used.lastIndexOf(true) + 1).map((value, index) => {
    if (used[index] !== true) return undefined;
    const wanted = value.name ?? state.resultNames.get(value.id);
    const name = wanted === undefined ? freshName(state) : state.names.take(wanted);
    bind(env, value, { expression: identifier(name), form: "tensor" });
    return name;
  });
  env.out.push({ kind: "declare-several", names, count: results.length, value: made });
}

function writeCall(state: FunctionState, env: Env, node: CallNode): void {
  applyCallee(
    state,
    env,
    state.context.resolve(node.callee, state.callable),
    node.operands,
    node.results,
    node.instance,
  );
}

/** Calls a function of the model, or writes its nodes here. */
function applyCallee(
  state: FunctionState,
  env: Env,
  callee: Callee,
  operands: readonly Value[],
  results: readonly Value[],
  instance: string,
): void {
  if (callee.kind === "splice") return splice(state, env, callee.callable, operands, results, instance);
  const { needs } = callee;
  state.called.add(callee.name);
  const given = operands.map((operand) => readTensor(state, env, operand));
  state.needs.parameters ||= needs.parameters;
  state.needs.states ||= needs.states;
  state.needs.training ||= needs.training;
  state.needs.strays ||= needs.strays;
  const sizes = callee.dims.map((name) => state.dim(variable(name)));
  const made: Expression = {
    kind: "invoke",
    name: callee.name,
    operands: given,
    ...(needs.parameters && { parameters: at(env.place.parameters, instance) }),
    ...(needs.states && { states: at(env.place.states, instance) }),
    settings: callee.arguments,
    sizes,
    ...(needs.training && { training: identifier(ownNames.training) }),
    ...(needs.random && { random: placeOf(state, env, instance) }),
    ...(needs.strays && { strays: identifier(ownNames.strays) }),
  };
  const [only] = results;
  if (results.length === 1 && only !== undefined) define(state, env, only, made, needs.parameters);
  else bindSeveral(state, env, results, made);
}

/** Writes a callable's nodes where it is applied: for what is too small for a function, or only ever used here. */
function splice(
  state: FunctionState,
  env: Env,
  callable: Callable,
  operands: readonly Value[],
  results: readonly Value[],
  instance: string,
): void {
  const { body } = callable;
  const uses = usesOf(body.nodes, body.results);
  const inner: Env = {
    bound: new Map(),
    remaining: new Map(),
    uses,
    results: new Set(),
    outer: undefined,
    block: env.block,
    place: {
      parameters: at(env.place.parameters, instance),
      states: at(env.place.states, instance),
      random: env.place.random,
    },
    guarded: new Map(),
    out: env.out,
  };
  state.live.push(inner);
  body.inputs.forEach((input, index) => {
    const operand = required(operands[index], "operand");
    const bound = readBound(env, operand);
    const once = uses.count(input) <= 1 && !uses.nested(input);
    const expression =
      once || bound.form !== "tensor" || isTrivial(bound.expression)
        ? bound.expression
        : identifier(declare(state, env, operand, bound.expression));
    bind(inner, input, { expression, form: bound.form });
  });
  writeNodes(state, inner, body.nodes);
  body.results.forEach((value, index) => {
    const outer = required(results[index], "result");
    const bound = readBound(inner, value);
    if (bound.form === "tensor") define(state, env, outer, bound.expression, false);
    else bind(env, outer, bound);
  });
  state.live.pop();
}

/** Whether a callable is small enough to stand where it is used: a stage without parameters and at most two operators. */
export function isSpliced(callable: Callable): boolean {
  const nodes = [...nodesWithin(callable.body.nodes)];
  const calls = nodes.filter(({ kind }) => kind === "operator" || kind === "call").length;
  return (
    callable.flavor !== "model" &&
    calls <= 2 &&
    callable.body.results.length === 1 &&
    nodes.every(({ kind }) => kind === "operator" || kind === "constant" || kind === "dim" || kind === "call") &&
    nodes.every((node) => node.kind !== "call" || node.instance === "")
  );
}
