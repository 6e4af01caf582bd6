import { elementAt } from "../support/element-at.ts";
import { asNumber, constant, evaluate, variablesOf, type Dim } from "../dims/dim.ts";
import type { Attributes, Graph, KeyNode, Node, OperatorNode, Region, ScanNode, Value } from "../ir/graph.ts";
import type { DType, TensorType } from "../ir/types.ts";
import { fault, required } from "../support/fault.ts";
import { createBuilder } from "./create-builder.ts";
import { inClass, isDType } from "../ops/define/dtype-class.ts";
import { arrayOf, at, fillArray, held, pick, sizeOf, stridedIndices, stridesOf } from "../ops/define/nd-array.ts";
import type { ConcreteType } from "../ops/define/nd-array.ts";
import { attributesFor, type NdArray, type Operator, type Primitive } from "../ops/define/operator.ts";
import { placeKey } from "../ops/random/counter.ts";
import { findOperator } from "../ops/registry.ts";
import { concreteAttributes } from "../ops/define/concrete-attributes.ts";
import { withDefaults } from "../ops/define/tag-attributes.ts";
import { mapValues } from "../support/map-values.ts";
import { mapAttributes } from "./map-attributes.ts";

/** Values of dimension variables. */
export type DimValues = ReadonlyMap<string, number>;

/** How integers are computed: as their types hold them, wrapping, or exactly, as if no type had an end. */
export type Integers = "held" | "exact";

/** Arrays of the values that are in scope, by id. */
export type Environment = Map<number, NdArray>;

/**
 * Runs a flat graph in f64 by the operators' references: slow, and what every target is measured against. Takes inputs
 * and gives outputs by name; dimension variables are read off the inputs' shapes. A fault where inputs do not fit.
 */
export function interpretGraph(
  graph: Graph,
  inputs: ReadonlyMap<string, NdArray>,
  integers: Integers = "held",
): Map<string, NdArray> {
  const dims = bindDims(
    graph.inputs.map((input) => ({
      what: input.name,
      type: input.value.type,
      array: inputs.get(input.name) ?? fault(`no value for the input ${input.name}`),
    })),
  );
  const environment: Environment = new Map();
  for (const input of graph.inputs) environment.set(input.value.id, required(inputs.get(input.name), input.name));
  interpretNodes(graph.nodes, environment, dims, integers);
  return new Map(graph.outputs.map((output) => [output.name, read(environment, output.value)]));
}

/** Values of the dimension variables that stand alone in types, from arrays of these types; faults on contradictions. */
export function bindDims(
  given: readonly { readonly what: string; readonly type: TensorType; readonly array: NdArray }[],
): DimValues {
  const dims = new Map<string, number>();
  for (const { what, type, array } of given) {
    if (type.dtype !== array.dtype) fault(`${what} is ${array.dtype}, not ${type.dtype}`);
    if (type.shape.length !== array.shape.length) {
      fault(`${what} has ${array.shape.length} axes, not ${type.shape.length}`);
    }
    type.shape.forEach((dim, axis) => {
      const name = loneVariable(dim);
      if (name !== undefined && !dims.has(name)) dims.set(name, required(array.shape[axis], "size"));
    });
  }
  for (const { what, type, array } of given) {
    type.shape.forEach((dim, axis) => {
      const size = evaluate(dim, dims);
      if (size !== array.shape[axis]) fault(`axis ${axis} of ${what} is ${array.shape[axis]}, not ${size}`);
    });
  }
  return dims;
}

/** The name of the variable that a dimension is, if it is one. */
export function loneVariable(dim: Dim): string | undefined {
  const [term, ...others] = dim.terms;
  const [factor, ...more] = term?.factors ?? [];
  if (term === undefined || factor === undefined || others.length > 0 || more.length > 0) return undefined;
  if (term.coefficient !== 1n || factor.power !== 1 || factor.atom.kind !== "variable") return undefined;
  return factor.atom.name;
}

/** Runs nodes in order; their results are added to `environment`. */
export function interpretNodes(
  nodes: readonly Node[],
  environment: Environment,
  dims: DimValues,
  integers: Integers = "held",
): void {
  for (const node of nodes) {
    const arrays = interpretNode(node, environment, dims, integers);
    node.results.forEach((result, index) => {
      const array = required(arrays[index], `result ${index} of ${node.kind}`);
      const expected = concreteType(result.type, dims);
      if (array.dtype !== expected.dtype || array.shape.join() !== expected.shape.join()) {
        const what = node.kind === "operator" ? node.op : node.kind;
        fault(
          `${what} gave ${array.dtype}[${array.shape.join(", ")}], not ${expected.dtype}[${expected.shape.join(", ")}]`,
        );
      }
      environment.set(result.id, array);
    });
  }
}

/** Runs a region on arrays for its inputs; values of the enclosing scope are read from `outer`. */
export function interpretRegion(
  region: Region,
  inputs: readonly NdArray[],
  outer: Environment,
  dims: DimValues,
  integers: Integers,
): readonly NdArray[] {
  const environment: Environment = new Map(outer);
  region.inputs.forEach((value, index) => environment.set(value.id, required(inputs[index], "input of a region")));
  interpretNodes(region.nodes, environment, dims, integers);
  return region.results.map((value) => read(environment, value));
}

/** A type with its dimensions evaluated. */
export function concreteType(type: TensorType, dims: DimValues): ConcreteType {
  return { dtype: type.dtype, shape: type.shape.map((dim) => sizeOfDim(dim, dims)) };
}

function sizeOfDim(dim: Dim, dims: DimValues): number {
  const literal = asNumber(dim);
  if (literal !== undefined) return literal;
  for (const name of variablesOf(dim)) if (!dims.has(name)) fault(`the dimension ${name} has no value`);
  return evaluate(dim, dims);
}

function read(environment: Environment, value: Value): NdArray {
  return environment.get(value.id) ?? fault(`value ${value.id} is used before it is defined`);
}

function interpretNode(node: Node, environment: Environment, dims: DimValues, integers: Integers): readonly NdArray[] {
  switch (node.kind) {
    case "operator":
      return applyOperator(
        node,
        node.operands.map((it) => read(environment, it)),
        dims,
        integers,
      );
    case "constant": {
      const type = concreteType(required(node.results[0], "result of a constant").type, dims);
      const { data } = node;
      if (typeof data === "number") return [fillArray(type, () => held(type.dtype, data))];
      return [arrayOf(type.dtype, type.shape, data)];
    }
    case "dim":
      return [arrayOf("i64", [], [sizeOfDim(node.dim, dims)])];
    case "key":
      return [interpretKey(node, environment)];
    case "scan":
      return interpretScan(node, environment, dims, integers);
    case "parameter":
    case "state":
    case "update":
    case "call":
    case "repeat":
    case "training":
      return fault(`${node.kind} belongs to the structured form and cannot be run`);
    case "gradient":
      return fault("gradients are resolved before a graph is run");
  }
}

function interpretKey(node: KeyNode, environment: Environment): NdArray {
  const base = read(environment, node.base ?? fault("a key without a base cannot be run"));
  return arrayOf("u32", [2], placeKey([at(base, 0), at(base, 1)], node.path, node.indices));
}

/**
 * Applies an operator to arrays: a primitive by its reference, a composite by its decomposition, which is built for the
 * arrays' own sizes.
 */
export function applyOperator(
  node: Pick<OperatorNode, "op" | "attributes" | "results">,
  operands: readonly NdArray[],
  dims: DimValues,
  integers: Integers,
): readonly NdArray[] {
  const operator = findOperator(node.op) ?? fault(`no operator is called ${node.op}`);
  if (operator.kind === "primitive") {
    const results = node.results.map((it) => concreteType(it.type, dims));
    const concrete = (given: Attributes) =>
      required(
        concreteAttributes(operator, given, (dim) => sizeOfDim(dim, dims)),
        "attributes",
      );
    return integers === "held"
      ? operator.reference({ operands, attributes: concrete(node.attributes), results })
      : applyExactly(operator, { operands, attributes: concrete(unbounded(operator, node.attributes)), results });
  }
  const b = createBuilder({ firstId: 0 });
  const inputs = operands.map((it) => b.value(literalType(it)));
  const results = node.results.map((it) => b.value(literalType(concreteType(it.type, dims))));
  const literal = mapAttributes(node.attributes, (dim) => constant(sizeOfDim(dim, dims)));
  const made = operator.decompose(b, { operands: inputs, results, attributes: attributesFor(operator, literal) });
  const environment: Environment = new Map();
  inputs.forEach((value, index) => environment.set(value.id, required(operands[index], "operand")));
  interpretNodes(b.nodes, environment, new Map(), integers);
  return made.map((value) => read(environment, value));
}

/** Words of random bits wrap on purpose. */
const isBounded = (dtype: DType): boolean => inClass(dtype, "integer") && dtype !== "u32";

/** Attributes with f64 for the integer types among them, defaults included. */
function unbounded(operator: Operator, attributes: Attributes): Attributes {
  return mapValues(withDefaults(operator, attributes), (name, it) =>
    it.kind === "string" && operator.attributes[name]?.kind === "dtype" && isDType(it.value) && isBounded(it.value)
      ? { ...it, value: "f64" }
      : it,
  );
}

/** An operator on integers that no type bounds: its reference in f64, with what a cast to an integer cuts off. */
function applyExactly(
  operator: Primitive,
  { operands, attributes, results }: Parameters<Primitive["reference"]>[0],
): readonly NdArray[] {
  const real = <T extends { readonly dtype: DType }>(it: T): T => (isBounded(it.dtype) ? { ...it, dtype: "f64" } : it);
  const made = operator.reference({ operands: operands.map(real), attributes, results: results.map(real) });
  return made.map((array, index) => {
    const { dtype } = required(results[index], "result");
    return isBounded(dtype) ? { ...array, dtype, data: array.data.map(Math.trunc) } : array;
  });
}

function literalType(type: ConcreteType): TensorType {
  return { dtype: type.dtype, shape: type.shape.map((size) => constant(size)) };
}

function interpretScan(
  node: ScanNode,
  environment: Environment,
  dims: DimValues,
  integers: Integers,
): readonly NdArray[] {
  const length = sizeOfDim(node.length, dims);
  const sequences = node.sequences.map((it) => read(environment, it));
  let carries = node.initial.map((it) => read(environment, it));
  const emitted: NdArray[][] = node.emitAxes.map(() => []);
  for (let turn = 0; turn < length; turn += 1) {
    const place = node.reverse ? length - 1 - turn : turn;
    const elements = sequences.map((it, index) => elementOf(it, required(node.sequenceAxes[index], "axis"), place));
    const results = interpretRegion(node.body, [...carries, ...elements], environment, dims, integers);
    carries = results.slice(0, carries.length);
    results.slice(carries.length).forEach((it, index) => emitted[index]?.push(it));
  }
  const ordered = emitted.map((list) => (node.reverse ? list.reverse() : list));
  return [
    ...carries,
    ...ordered.map((list, index) => {
      const type = concreteType(required(node.results[carries.length + index], "emitted").type, dims);
      return stackArrays(list, required(node.emitAxes[index], "axis"), type);
    }),
  ];
}

/** The element of an array at a place of an axis, without the axis. */
function elementOf(array: NdArray, axis: number, place: number): NdArray {
  const strides = stridesOf(array.shape);
  const shape = array.shape.filter((_, other) => other !== axis);
  const steps = strides.filter((_, other) => other !== axis);
  const offset = place * elementAt(strides, axis);
  return pick(array, stridedIndices(shape, steps, offset), { dtype: array.dtype, shape });
}

function stackArrays(list: readonly NdArray[], axis: number, type: ConcreteType): NdArray {
  const data = new Float64Array(sizeOf(type.shape));
  const strides = stridesOf(type.shape);
  const steps = strides.filter((_, other) => other !== axis);
  const shape = type.shape.filter((_, other) => other !== axis);
  list.forEach((array, place) => {
    stridedIndices(shape, steps, place * elementAt(strides, axis)).forEach((to, from) => {
      data[to] = at(array, from);
    });
  });
  return { dtype: type.dtype, shape: type.shape, data };
}
