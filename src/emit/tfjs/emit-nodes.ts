import { joinPath, splitIndices } from "../../graph/paths.ts";
import type { CallNode, ConstantNode, Node, OperatorNode, Value } from "../../ir/graph.ts";
import { findOperator } from "../../ops/registry.ts";
import { tfjsDType } from "./tfjs-dtype.ts";
import type { TfjsExpression } from "./tfjs-writer.ts";
import { required } from "../../support/fault.ts";
import { callTensor, dotted, identifier, literal, member, text, type Pattern } from "./ast.ts";
import { bind, declare, define, freshName, isTrivial, readBound, readTensor } from "./bind-value.ts";
import type { Env, FunctionState, Target } from "./body-context.ts";
import type { Callable } from "./callables.ts";
import { guardPlaces } from "./guard-places.ts";
import { emitRepeat, emitScan, emitTraining } from "./emit-regions.ts";
import { outlivesUpdate } from "./outlives-update.ts";
import { usesOf } from "./uses.ts";
import { hostArithmetic, writeOperator } from "./write-operator.ts";
import { nodesWithin } from "../../ir/visit.ts";

/** Writes the nodes of a region, in order, into its environment. */
export function emitNodes(state: FunctionState, env: Env, nodes: readonly Node[]): void {
  for (const node of nodes) emitNode(state, env, node);
}

function emitNode(state: FunctionState, env: Env, node: Node): void {
  switch (node.kind) {
    case "operator":
      return emitOperator(state, env, node);
    case "constant":
      return emitConstant(state, env, node);
    case "dim":
      return bind(env, single(node), { expression: state.dim(node.dim), form: "number" });
    case "parameter":
      state.needs.parameters = true;
      return bind(env, single(node), {
        expression: member(env.place.parameters, ...node.path.split(".")),
        form: "tensor",
      });
    case "state":
      return emitStateRead(state, env, single(node), node.path);
    case "update": {
      state.needs.states = true;
      const value = readTensor(env, node.value);
      const rank = node.value.type.shape.length;
      env.out.push({
        kind: "expression",
        value: {
          kind: "call",
          callee: member(env.place.states, ...node.path.split("."), "assign"),
          // `assign` wants the variable's rank, which TensorFlow.js's own functions alone infer from that.
          arguments: [isTensorFlowCall(value) ? value : { kind: "as", value, type: tensorType(rank) }],
        },
      });
      return;
    }
    case "key": {
      state.needs.random = true;
      state.helpers.add("keyAt");
      return bind(env, single(node), { expression: callTensor("keyAt", placeOf(state, env, node.path)), form: "key" });
    }
    case "call":
      return emitCall(state, env, node);
    case "repeat":
      return emitRepeat(state, env, node, emitNodes);
    case "scan":
      return emitScan(state, env, node, emitNodes);
    case "training":
      return emitTraining(state, env, node, emitNodes);
  }
}

/** `tf.Tensor4D`, or the unranked type above rank 6. */
export function tensorType(rank: number): string {
  if (rank === 0) return "tf.Scalar";
  // TensorFlow.js has no type of its own for more axes.
  return rank <= 5 ? `tf.Tensor${rank}D` : "tf.Tensor";
}

function isTensorFlowCall(expression: TfjsExpression): boolean {
  return (
    expression.kind === "call" &&
    expression.callee.kind === "member" &&
    expression.callee.target.kind === "identifier" &&
    expression.callee.target.name === "tf"
  );
}

function single(node: Node): Value {
  return required(node.results[0], `result of a ${node.kind} node`);
}

/** The place of random keys of an instance. */
export function placeOf(state: FunctionState, env: Env, path: string): TfjsExpression {
  state.needs.random = true;
  if (path === "") return env.place.random;
  state.helpers.add("within");
  const { random } = env.place;
  // Copies that are written out one by one have their indices in their paths: keys are made of both apart.
  const { place: name, indices } = splitIndices(path);
  // One call for nested paths: `within(random, "stage.dropout_0", i)`.
  if (random.kind === "call" && random.callee.kind === "identifier" && random.callee.name === "within") {
    const [place, prefix, ...index] = random.arguments;
    if (place !== undefined && prefix?.kind === "string") {
      return callTensor(
        "within",
        place,
        text(joinPath(prefix.value, name)),
        ...index,
        ...indices.map((it) => literal(it)),
      );
    }
  }
  return callTensor("within", random, text(name), ...indices.map((it) => literal(it)));
}

function emitConstant(state: FunctionState, env: Env, node: ConstantNode): void {
  const value = single(node);
  const { dtype, shape } = value.type;
  const { data, source } = node;
  const [first = 0] = typeof data === "number" ? [data] : data;
  const short = (number: number): number => (dtype === "f32" ? shortest(number) : number);
  if (shape.length === 0) return bind(env, value, { expression: literal(short(first), source), form: "number" });
  const sizes: TfjsExpression = { kind: "array", elements: shape.map((dim) => state.dim(dim)) };
  const filled = typeof data === "number" || data.every((it) => it === first);
  const expression = filled
    ? fill(short(first), sizes, tfjsDType(dtype))
    : callTensor(
        "tf.tensor",
        { kind: "array", elements: Array.from(data, (it) => literal(short(it))) },
        sizes,
        text(tfjsDType(dtype)),
      );
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

/** A tensor full of one number. */
export function fill(number: number, shape: TfjsExpression, dtype: string): TfjsExpression {
  const tail = dtype === "float32" ? [] : [text(dtype)];
  if (number === 0) return callTensor("tf.zeros", shape, ...tail);
  if (number === 1) return callTensor("tf.ones", shape, ...tail);
  return callTensor("tf.fill", shape, literal(number), ...tail);
}

/** A state whose value is needed after it is assigned is read as a copy, which keeps the value that was. */
function emitStateRead(state: FunctionState, env: Env, value: Value, path: string): void {
  state.needs.states = true;
  const expression = member(env.place.states, ...path.split("."));
  if (!outlivesUpdate(state.callable.body, value, path)) return bind(env, value, { expression, form: "tensor" });
  const copy: TfjsExpression = { kind: "call", callee: member(expression, "clone"), arguments: [] };
  const named = { ...value, name: value.name ?? path.split(".").at(-1) ?? path };
  bind(env, value, { expression: identifier(declare(state, env, named, copy)), form: "tensor" });
}

function emitOperator(state: FunctionState, env: Env, given: OperatorNode): void {
  const node = state.context.unproved.has(given) ? guardPlaces(state, env, given) : given;
  const composite = state.context.compositeOf(node);
  if (composite !== undefined) {
    applyTarget(state, env, state.context.resolve(composite.key, state.callable), node.operands, node.results, "");
    return;
  }
  const bounds = node.operands.map((operand) => readBound(env, operand));
  const host = hostArithmetic(node, bounds);
  if (host !== undefined) return bind(env, single(node), { expression: host, form: "number" });

  const [only] = bounds;
  const shape = node.attributes["shape"]?.value;
  if (
    node.op === "broadcast_to" &&
    only?.form === "number" &&
    only.expression.kind === "number" &&
    Array.isArray(shape)
  ) {
    const elements = single(node).type.shape.map((dim) => state.dim(dim));
    const filled = fill(only.expression.value, { kind: "array", elements }, tfjsDType(single(node).type.dtype));
    return define(state, env, single(node), filled, false);
  }

  const useHelper = (name: string): unknown => state.helpers.add(name);
  const { expression, isNumber } = writeOperator(node, bounds, { dim: state.dim, useHelper });
  if (node.results.length === 1 && findOperator(node.op)?.variadicResults !== true) {
    // An operator that leaves a plain number alone leaves it a number.
    if (isNumber) return bind(env, single(node), { expression, form: "number" });
    return define(state, env, single(node), expression, false);
  }
  bindSeveral(state, env, node.results, expression, isTensorFlowCall(expression));
}

/** Binds several results of one expression, by name. */
function bindSeveral(
  state: FunctionState,
  env: Env,
  results: readonly Value[],
  made: TfjsExpression,
  untyped: boolean,
): void {
  if (made.kind === "array") {
    made.elements.forEach((element, index) => define(state, env, required(results[index], "result"), element, false));
    return;
  }
  const used = results.map((value) => env.uses.count(value) > 0);
  if (!used.includes(true)) return;
  const elements = results.slice(0, used.lastIndexOf(true) + 1).map((value, index): Pattern | undefined => {
    if (used[index] !== true) return undefined;
    const wanted = value.name ?? state.resultNames.get(value.id);
    const name = wanted === undefined ? freshName(state) : state.names.take(wanted);
    bind(env, value, { expression: identifier(name), form: "tensor" });
    return name;
  });
  const type = `[${results.map(() => "tf.Tensor").join(", ")}]`;
  const value: TfjsExpression = untyped ? { kind: "as", value: made, type } : made;
  env.out.push({ kind: "declare", mutable: false, pattern: { kind: "array-pattern", elements }, value });
}

function emitCall(state: FunctionState, env: Env, node: CallNode): void {
  applyTarget(
    state,
    env,
    state.context.resolve(node.callee, state.callable),
    node.operands,
    node.results,
    node.instance,
  );
}

/** Calls a function of the file, or writes its nodes here. */
function applyTarget(
  state: FunctionState,
  env: Env,
  target: Target,
  operands: readonly Value[],
  results: readonly Value[],
  instance: string,
): void {
  if (target.kind === "splice") return splice(state, env, target.callable, operands, results, instance);
  const { needs } = target;
  state.called.add(target.name);
  const segments = instance === "" ? [] : instance.split(".");
  const args: TfjsExpression[] = operands.map((operand) => readTensor(env, operand));
  if (needs.parameters) {
    state.needs.parameters = true;
    args.push(member(env.place.parameters, ...segments));
  }
  if (needs.states) {
    state.needs.states = true;
    args.push(member(env.place.states, ...segments));
  }
  args.push(...target.arguments);
  for (const name of target.dims) {
    args.push(
      state.dim({
        kind: "dim",
        terms: [{ coefficient: 1n, factors: [{ atom: { kind: "variable", name }, power: 1 }] }],
      }),
    );
  }
  if (needs.training) {
    state.needs.training = true;
    args.push(identifier("training"));
  }
  if (needs.random) args.push(placeOf(state, env, instance));
  if (needs.strays) {
    state.needs.strays = true;
    args.push(identifier("strays"));
  }
  const made: TfjsExpression = { kind: "call", callee: dotted(target.name), arguments: args };
  const [only] = results;
  if (results.length === 1 && only !== undefined) define(state, env, only, made, needs.parameters);
  else bindSeveral(state, env, results, made, false);
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
  const segments = instance === "" ? [] : instance.split(".");
  const inner: Env = {
    bound: new Map(),
    remaining: new Map(),
    uses,
    results: new Set(),
    outer: undefined,
    block: env.block,
    place: {
      parameters: member(env.place.parameters, ...segments),
      states: member(env.place.states, ...segments),
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
  emitNodes(state, inner, body.nodes);
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
