import { elementAt } from "../support/element-at.ts";
import { calleesOf } from "../ir/callees-of.ts";
import { asNumber, formatDim, product, variablesOf, type Dim } from "../dims/dim.ts";
import type { Facts } from "../dims/facts.ts";
import { removeAxis } from "../ir/axes.ts";
import type { Func, Graph, Module, Node, Region, ScanNode, Value } from "../ir/graph.ts";
import { printType } from "../ir/print-graph.ts";
import type { TensorType } from "../ir/types.ts";
import { operandsOf } from "../ir/visit.ts";
import { createShapeChecker } from "./check-shapes.ts";
import { inferOperator } from "./infer.ts";
import { loneVariable } from "./interpret.ts";
import { findOperator } from "../ops/registry.ts";
import { resolveVariable, type OwnedKind } from "./resolve-variable.ts";

/** Defects of a flat graph, in words; none where it is well formed. Every pass must leave it so. */
export function verifyGraph(graph: Graph): readonly string[] {
  const context = createContext(graph.facts, undefined);
  const { problems } = context;
  const scope = new Map<number, Value>();
  for (const input of graph.inputs) {
    define(context, scope, input.value, `input ${input.name}`);
    const { perm, logicalType } = input;
    if (perm !== undefined && logicalType !== undefined) {
      const shape = perm.flatMap((axis) => logicalType.shape[axis] ?? []);
      sameType(context, input.value.type, { dtype: logicalType.dtype, shape }, `the stored type of ${input.name}`);
    }
  }
  distinct(context, graph.inputs, "inputs");
  distinct(context, graph.outputs, "outputs");
  verifyNodes(context, graph.nodes, scope);
  for (const output of graph.outputs) {
    used(context, scope, output.value, `output ${output.name}`);
    if (output.carries === undefined) continue;
    const input = graph.inputs.find((it) => it.name === output.carries);
    if (input === undefined) problems.push(`output ${output.name} carries ${output.carries}, which is no input`);
    else sameType(context, output.value.type, input.value.type, `output ${output.name} and the input that it carries`);
  }
  for (const id of context.ids)
    if (id >= graph.nextId) problems.push(`value ${id} is not below nextId ${graph.nextId}`);
  verifyVariables(graph, context);
  return problems;
}

/** Defects of a module in structured form, in words; none where it is well formed. */
export function verifyModule(module: Module): readonly string[] {
  const problems: string[] = [];
  if (!module.functions.has(module.entry)) problems.push(`the entry ${module.entry} is no function`);
  for (const [key, func] of module.functions) {
    if (func.key !== key) problems.push(`the function ${func.key} is filed under ${key}`);
    problems.push(...verifyFunc(module, func).map((problem) => `${key}: ${problem}`));
  }
  problems.push(...recursions(module));
  return problems;
}

function verifyFunc(module: Module, func: Func): readonly string[] {
  const context = createContext(module.facts, { module, func });
  const scope = new Map<number, Value>();
  if (func.inputNames.length !== func.body.inputs.length)
    context.problems.push("inputs and their names differ in number");
  if (func.resultNames.length !== func.body.results.length) {
    context.problems.push("results and their names differ in number");
  }
  const paths = [...func.parameters, ...func.states].map((it) => ({ name: it.path }));
  distinct(context, paths, "owned variables");
  verifyRegion(context, func.body, scope, "the body");
  return context.problems;
}

interface Context {
  readonly facts: Facts;
  readonly problems: string[];
  readonly ids: Set<number>;
  /** The function that is verified; undefined in flat form. */
  readonly structured: { readonly module: Module; readonly func: Func } | undefined;
  /** Whether nodes stand in what training alone runs. */
  readonly training: boolean;
}

function createContext(facts: Facts, structured: Context["structured"]): Context {
  return { facts, problems: [], ids: new Set(), structured, training: false };
}

type Scope = Map<number, Value>;

function define(context: Context, scope: Scope, value: Value, where: string): void {
  if (context.ids.has(value.id)) context.problems.push(`value ${value.id} of ${where} is defined twice`);
  context.ids.add(value.id);
  scope.set(value.id, value);
}

function used(context: Context, scope: ReadonlyMap<number, Value>, value: Value, where: string): void {
  const known = scope.get(value.id);
  if (known === undefined) context.problems.push(`${where} uses value ${value.id}, which is not in scope`);
  else if (known !== value) sameType(context, value.type, known.type, `value ${value.id} as ${where} sees it`);
}

function sameType(context: Context, found: TensorType, wanted: TensorType, what: string): void {
  const complaint = `${what}: ${printType(found)} is not ${printType(wanted)}`;
  if (found.dtype !== wanted.dtype || found.shape.length !== wanted.shape.length) {
    context.problems.push(complaint);
    return;
  }
  const check = createShapeChecker(context.facts, () => context.problems.push(complaint));
  found.shape.every((dim, axis) => {
    const other = wanted.shape[axis];
    return other !== undefined && check.equal(dim, other, what);
  });
}

function distinct(context: Context, named: readonly { readonly name: string }[], what: string): void {
  const seen = new Set<string>();
  for (const { name } of named) {
    if (seen.has(name)) context.problems.push(`two ${what} are called ${name}`);
    seen.add(name);
  }
}

function verifyRegion(context: Context, region: Region, outer: ReadonlyMap<number, Value>, where: string): void {
  const scope: Scope = new Map(outer);
  for (const value of region.inputs) define(context, scope, value, `an input of ${where}`);
  verifyNodes(context, region.nodes, scope);
  for (const value of region.results) used(context, scope, value, `a result of ${where}`);
}

function verifyNodes(context: Context, nodes: readonly Node[], scope: Scope): void {
  for (const node of nodes) {
    const where = describe(node);
    for (const value of operandsOf(node)) used(context, scope, value, where);
    verifyNode(context, node, scope, where);
    for (const value of node.results) define(context, scope, value, where);
  }
}

function describe(node: Node): string {
  const id = node.results[0]?.id;
  const name = node.kind === "operator" ? node.op : node.kind;
  return id === undefined ? name : `${name} (value ${id})`;
}

function resultTypes(context: Context, node: Node, wanted: readonly TensorType[], where: string): void {
  if (node.results.length !== wanted.length) {
    context.problems.push(`${where} has ${node.results.length} results, not ${wanted.length}`);
    return;
  }
  node.results.forEach((value, index) => {
    const type = wanted[index];
    if (type !== undefined) sameType(context, value.type, type, `result ${index} of ${where}`);
  });
}

const keyType = (dims: readonly Dim[]): boolean =>
  dims.length === 1 && dims[0] !== undefined && asNumber(dims[0]) === 2;

function verifyNode(context: Context, node: Node, scope: Scope, where: string): void {
  const { problems, structured } = context;
  switch (node.kind) {
    case "operator": {
      const operator = findOperator(node.op);
      if (operator === undefined) {
        problems.push(`${where} is no operator`);
        return;
      }
      const check = createShapeChecker(context.facts, ({ message }) => problems.push(`${where}: ${message}`));
      const types = inferOperator(
        operator,
        node.operands.map((it) => it.type),
        node.attributes,
        check,
      );
      if (types !== undefined) resultTypes(context, node, types, where);
      return;
    }
    case "constant": {
      const [result, ...others] = node.results;
      if (result === undefined || others.length > 0) problems.push(`${where} must have one result`);
      else if (typeof node.data !== "number" && asNumber(product(result.type.shape)) !== node.data.length) {
        problems.push(`${where} has ${node.data.length} elements for ${printType(result.type)}`);
      }
      return;
    }
    case "dim":
      resultTypes(context, node, [{ dtype: "i64", shape: [] }], where);
      return;
    case "key": {
      const [result, ...others] = node.results;
      const isKey = (value: Value | undefined): boolean => value?.type.dtype === "u32" && keyType(value.type.shape);
      if (!isKey(result) || others.length > 0) problems.push(`${where} must have one result of type u32[2]`);
      if (structured === undefined && !isKey(node.base)) problems.push(`${where} needs a base key, u32[2]`);
      return;
    }
    case "scan":
      verifyScan(context, node, scope, where);
      return;
    case "gradient":
      resultTypes(context, node, [node.by.type], where);
      return;
    default:
      if (structured === undefined) problems.push(`${where} belongs to the structured form`);
      else verifyStructured(context, structured, node, scope, where);
  }
}

function verifyScan(context: Context, node: ScanNode, scope: Scope, where: string): void {
  const { problems } = context;
  const { body, initial, sequences } = node;
  const wanted = [...initial.map((it) => it.type)];
  sequences.forEach((sequence, index) => {
    const axis = node.sequenceAxes[index];
    const size = axis === undefined ? undefined : sequence.type.shape[axis];
    if (axis === undefined || size === undefined) {
      problems.push(`${where} runs along an axis that sequence ${index} lacks`);
      return;
    }
    const ran = { dtype: sequence.type.dtype, shape: [size] };
    sameType(
      context,
      ran,
      { dtype: ran.dtype, shape: [node.length] },
      `the length of ${where} along sequence ${index}`,
    );
    wanted.push(removeAxis(sequence.type, axis));
  });
  if (body.inputs.length !== wanted.length)
    problems.push(`the body of ${where} takes ${body.inputs.length} values, not ${wanted.length}`);
  body.inputs.forEach((value, index) => {
    const type = wanted[index];
    if (type !== undefined) sameType(context, value.type, type, `input ${index} of the body of ${where}`);
  });
  verifyRegion(context, body, scope, `the body of ${where}`);
  const carries = body.results.slice(0, initial.length);
  const emits = body.results.slice(initial.length);
  if (emits.length !== node.emitAxes.length)
    problems.push(`${where} emits ${emits.length} values along ${node.emitAxes.length} axes`);
  carries.forEach((value, index) => {
    const type = initial[index]?.type;
    if (type !== undefined) sameType(context, value.type, type, `carry ${index} of ${where}`);
  });
  const emitted = emits.map(({ type }, index): TensorType => {
    const axis = elementAt(node.emitAxes, index);
    return { dtype: type.dtype, shape: [...type.shape.slice(0, axis), node.length, ...type.shape.slice(axis)] };
  });
  resultTypes(context, node, [...initial.map((it) => it.type), ...emitted], where);
}

function verifyStructured(
  context: Context,
  { module, func }: { readonly module: Module; readonly func: Func },
  node: Exclude<Node, { readonly kind: "operator" | "constant" | "dim" | "key" | "scan" | "gradient" }>,
  scope: Scope,
  where: string,
): void {
  const { problems } = context;
  const owned = (kind: OwnedKind, path: string): TensorType | undefined => {
    const type = resolveVariable(module, func, kind, path);
    if (type === undefined) problems.push(`${where}: ${func.key} has no ${kind} ${path}`);
    return type;
  };
  switch (node.kind) {
    case "parameter":
    case "state": {
      const type = owned(node.kind, node.path);
      if (type !== undefined) resultTypes(context, node, [type], where);
      return;
    }
    case "update": {
      if (!context.training) problems.push(`${where} of ${node.path} stands outside of training`);
      const type = owned("state", node.path);
      if (type !== undefined) sameType(context, node.value.type, type, `the update of ${node.path}`);
      return;
    }
    case "call": {
      const callee = module.functions.get(node.callee);
      if (callee === undefined) {
        problems.push(`${where} of ${node.callee}, which is no function`);
        return;
      }
      if (callee.body.inputs.length !== node.operands.length) {
        problems.push(
          `${where} of ${node.callee} gives ${node.operands.length} values for ${callee.body.inputs.length}`,
        );
      }
      node.operands.forEach((value, index) => {
        const input = callee.body.inputs[index];
        if (input !== undefined)
          sameType(context, value.type, input.type, `operand ${index} of ${where} of ${node.callee}`);
      });
      const types = callee.body.results.map((it) => it.type);
      resultTypes(context, node, types, `${where} of ${node.callee}`);
      return;
    }
    case "repeat": {
      const types = node.operands.map((it) => it.type);
      if (!Number.isInteger(node.count) || node.count < 0) problems.push(`${where} has no count`);
      sameTypes(context, node.body.inputs, types, `inputs of the body of ${where}`);
      sameTypes(context, node.body.results, types, `results of the body of ${where}`);
      resultTypes(context, node, types, where);
      verifyRegion(context, node.body, scope, `the body of ${where}`);
      return;
    }
    case "training":
      for (const region of [node.then, node.otherwise]) {
        if (region.inputs.length > 0) problems.push(`a region of ${where} takes inputs`);
        resultTypes(
          context,
          node,
          region.results.map((it) => it.type),
          where,
        );
        verifyRegion({ ...context, training: region === node.then }, region, scope, `a region of ${where}`);
      }
  }
}

function sameTypes(context: Context, values: readonly Value[], types: readonly TensorType[], what: string): void {
  if (values.length !== types.length) context.problems.push(`${what}: ${values.length} values, not ${types.length}`);
  values.forEach((value, index) => {
    const type = types[index];
    if (type !== undefined) sameType(context, value.type, type, what);
  });
}

/** Every dimension variable must stand alone in the type of some input, whence its value is read. */
function verifyVariables(graph: Graph, context: Context): void {
  const bound = new Set(graph.inputs.flatMap((it) => it.value.type.shape.flatMap((dim) => loneVariable(dim) ?? [])));
  const told = new Set<string>();
  const visit = (dims: readonly Dim[], where: string): void => {
    for (const dim of dims) {
      for (const name of variablesOf(dim)) {
        if (bound.has(name) || told.has(name)) continue;
        told.add(name);
        context.problems.push(`${where} has the dimension ${formatDim(dim)}, and no input gives ${name}`);
      }
    }
  };
  const walk = (nodes: readonly Node[]): void => {
    for (const node of nodes) {
      for (const value of node.results) visit(value.type.shape, describe(node));
      if (node.kind === "dim") visit([node.dim], describe(node));
      if (node.kind === "scan") walk(node.body.nodes);
    }
  };
  for (const input of graph.inputs) visit(input.value.type.shape, `input ${input.name}`);
  walk(graph.nodes);
}

/** Functions that call themselves, directly or not. */
function recursions(module: Module): readonly string[] {
  const done = new Set<string>();
  const open = new Set<string>();
  const problems: string[] = [];
  const visit = (key: string): void => {
    if (done.has(key)) return;
    if (open.has(key)) {
      problems.push(`${key} calls itself`);
      return;
    }
    open.add(key);
    const func = module.functions.get(key);
    if (func !== undefined) calleesOf(func.body).forEach(visit);
    open.delete(key);
    done.add(key);
  };
  [...module.functions.keys()].forEach(visit);
  return problems;
}
