import { asNumber } from "../../dims/dim.ts";
import type { Graph, KeyNode, Node, OperatorNode, Region, ScanNode, Value } from "../../ir/graph.ts";
import type { DType } from "../../ir/types.ts";
import { attributesFor } from "../../ops/define/operator.ts";
import { findOperator } from "../../ops/registry.ts";
import { fault, required } from "../../support/fault.ts";
import {
  arrayOf,
  binary,
  call,
  constant,
  identifier,
  literal,
  objectOf,
  returns,
  text,
  type Expression,
  type Statement,
} from "./ast.ts";
import { dimScope, type DimScope } from "../structured/dim-scope.ts";
import { doubleForm, type DoublesWriter } from "./double-forms.ts";
import type { NameScope } from "../structured/name-scope.ts";
import { printExpression } from "./print.ts";
import { toStatements, toSyntax } from "./to-syntax.ts";
import type { PlainExpression } from "../structured/tree.ts";
import { usesOf, type Uses } from "../structured/uses.ts";

/** The code of a flat graph on doubles. */
export interface DoublesCode {
  readonly statements: readonly Statement[];
  /** The graph's outputs, in order. */
  readonly results: readonly Expression[];
}

/** Whether scalars that a graph takes and gives are arrays as well, or numbers of TypeScript. */
export type ScalarForm = "arrays" | "numbers";

/** What one element of a value is, `element` being what one of an array is called. */
type ElementCode = (element: (array: Expression) => Expression) => Expression;

/** A value: an array, or what is to be done with the elements of some. */
type Held =
  | { readonly on: "arrays"; readonly array: Expression; readonly depth: number }
  | {
      readonly on: "elements";
      readonly code: ElementCode;
      /** Operators in it; 0 where it is one number. */
      readonly size: number;
      /** How many arrays it reads elements of, at most. */
      readonly reads: number;
    };

interface Emission {
  readonly dims: DimScope;
  readonly names: NameScope;
  readonly useHelper: (name: string) => void;
}

interface Block {
  readonly held: Map<number, Held>;
  readonly uses: Uses;
  readonly statements: Statement[];
}

/** What is nested deeper than this is read with a name in between. */
const deepest = 3;
/** What does more than this to an element is read with a name in between. */
const largest = 8;

/** Names that closures give to single elements: no other variable has them. */
const letters: readonly string[] = [..."abcdefgh"];

/**
 * Writes a flat graph, whose real numbers are f64, as code on `Doubles` of the prelude: what is done to single elements in
 * a row becomes one function of an element. `inputs` are the graph's inputs, by name.
 */
export function emitDoubles(
  graph: Graph,
  inputs: ReadonlyMap<string, PlainExpression>,
  names: NameScope,
  useHelper: (name: string) => void,
  scalars: ScalarForm = "arrays",
): DoublesCode {
  letters.forEach((letter) => names.take(letter));
  const arrays = graph.inputs.map(({ name, value }) => ({
    tensor: required(inputs.get(name), name),
    type: value.type,
    value,
  }));
  const emission: Emission = { dims: dimScope(arrays, names), names, useHelper };
  const results = graph.outputs.map(({ value }) => value);
  const block: Block = {
    held: new Map(
      arrays.map(({ tensor, value }) => [
        value.id,
        scalars === "numbers" && isScalar(value)
          ? { on: "elements", code: () => tensor, size: 0, reads: 0 }
          : { on: "arrays", array: tensor, depth: 0 },
      ]),
    ),
    uses: usesOf(graph.nodes, results),
    statements: [],
  };
  for (const node of graph.nodes) emitNode(emission, block, node);
  const written = results.map((it) =>
    scalars === "numbers" && isScalar(it)
      ? scalarCode(emission, heldOf(block, it), it)
      : arrayCode(emission, heldOf(block, it)).array,
  );
  return { statements: [...toStatements(emission.dims.bindings()), ...block.statements], results: written };
}

function heldOf({ held }: Block, value: Value): Held {
  return held.get(value.id) ?? fault(`value ${value.id} is used before it is defined`);
}

function isScalar({ type }: Value): boolean {
  return type.shape.length === 0;
}

function emitNode(emission: Emission, block: Block, node: Node): void {
  switch (node.kind) {
    case "operator":
      return hold(emission, block, single(node), operatorCode(emission, block, node));
    case "constant":
      return hold(emission, block, single(node), constantCode(emission, single(node), node.data));
    case "dim": {
      const size = toSyntax(emission.dims.dim(node.dim));
      return hold(emission, block, single(node), { on: "elements", code: () => size, size: 0, reads: 0 });
    }
    case "key":
      return hold(emission, block, single(node), keyCode(emission, block, node));
    case "scan":
      return emitScan(emission, block, node);
    default:
      return fault(`a feature has a node of the kind ${node.kind}`);
  }
}

function single(node: Node): Value {
  return required(node.results[0], `the result of ${node.kind}`);
}

/** Keeps a value until it is used, or names it where it is used more than once, or is too much to read at once. */
function hold({ names, ...rest }: Emission, block: Block, value: Value, it: Held): void {
  const often = block.uses.count(value) > 1 || block.uses.nested(value);
  const heavy = it.on === "arrays" ? it.depth >= deepest : it.size >= largest;
  const light = it.on === "elements" && it.size === 0;
  if (light || !(often || heavy)) {
    block.held.set(value.id, it);
    return;
  }
  block.held.set(value.id, named({ names, ...rest }, block, value, it));
}

/** A value under a name: a scalar as a number, or as a truth value. */
function named(emission: Emission, { statements }: Block, value: Value, it: Held): Held {
  const code = isScalar(value) ? scalarCode(emission, it, value) : arrayCode(emission, it).array;
  const name = emission.names.take(value.name ?? "value");
  statements.push(constant(name, code));
  const known = identifier(name);
  return isScalar(value)
    ? { on: "elements", code: () => known, size: 0, reads: 0 }
    : { on: "arrays", array: known, depth: 0 };
}

/** The number of a scalar, or its truth value. */
function scalarCode({ useHelper }: Emission, it: Held, { type }: Value): Expression {
  return elementCode(
    it,
    type.dtype,
  )((array) => {
    useHelper("scalarOf");
    return call("scalarOf", array);
  });
}

/** The code of one element; booleans are numbers in arrays, and booleans here. */
function elementCode(it: Held, dtype: DType): ElementCode {
  if (it.on === "elements") return it.code;
  return (element) => (dtype === "bool" ? binary("!==", element(it.array), literal(0)) : element(it.array));
}

/** The code of a whole array, and how deep its calls are nested. */
function arrayCode({ useHelper }: Emission, it: Held): { readonly array: Expression; readonly depth: number } {
  if (it.on === "arrays") return it;
  const arrays: { readonly array: Expression; readonly key: string }[] = [];
  const element = it.code((array) => {
    const key = printExpression(array);
    const known = arrays.findIndex((other) => other.key === key);
    if (known < 0) arrays.push({ array, key });
    return identifier(letters[known < 0 ? arrays.length - 1 : known] ?? fault("too many arrays for one function"));
  });
  const parameters = arrays.map((_, at) => ({ pattern: required(letters[at], "letter") }));
  const f: Expression = { kind: "closure", parameters, body: element };
  const helper = arrays.length === 0 ? "doublesOf" : arrays.length === 1 ? "mapDoubles" : "combineDoubles";
  useHelper(helper);
  const operands = arrays.map(({ array }) => array);
  const given = arrays.length === 1 ? operands : [arrayOf(...operands)];
  return { array: call(helper, ...given, f), depth: 1 };
}

function operatorCode(emission: Emission, block: Block, node: OperatorNode): Held {
  const form = doubleForm(node.op) ?? fault(`a feature is made by ${node.op}`);
  const writer: DoublesWriter = {
    helper: (name, ...args) => {
      emission.useHelper(name);
      return call(name, ...args);
    },
    dim: (dim) => toSyntax(emission.dims.dim(dim)),
  };
  const operator = required(findOperator(node.op), node.op);
  const input = {
    operands: node.operands.map(({ type }) => type),
    result: single(node).type,
    attributes: attributesFor(operator, node.attributes),
    writer,
  };
  const found = node.operands.map((it) => heldOf(block, it));
  const readsOf = (held: readonly Held[]): number =>
    held.reduce((sum, it) => sum + (it.on === "arrays" ? 1 : it.reads), 0);
  // An array has one letter: what would read too many is read by names.
  const given =
    readsOf(found) <= letters.length
      ? found
      : node.operands.map((value, at) => {
          const it = required(found[at], "operand");
          return it.on === "elements" && it.reads > 1 ? named(emission, block, value, it) : it;
        });
  if (form.on === "arrays") {
    const arrays = given.map((it) => arrayCode(emission, it));
    const depth = 1 + Math.max(0, ...arrays.map((it) => it.depth));
    return { on: "arrays", array: form.write({ ...input, args: arrays.map(({ array }) => array) }), depth };
  }
  const codes = node.operands.map((value, at) => {
    const it = required(given[at], "operand");
    const apart = form.repeats === true && it.on === "elements" && it.size > 0;
    if (apart && isScalar(value)) return elementCode(named(emission, block, value, it), value.type.dtype);
    return elementCode(apart ? { on: "arrays", ...arrayCode(emission, it) } : it, value.type.dtype);
  });
  const size = given.reduce((sum, it) => sum + (it.on === "elements" ? it.size : 0), 1);
  const code: ElementCode = (element) => form.write({ ...input, args: codes.map((it) => it(element)) });
  return { on: "elements", code, size, reads: readsOf(given) };
}

function constantCode({ useHelper, dims }: Emission, { type }: Value, data: number | readonly number[]): Held {
  const one = typeof data === "number" ? data : data.length === 1 ? data[0] : undefined;
  const number = (value: number): Expression =>
    type.dtype === "bool" ? { kind: "boolean", value: value !== 0 } : literal(value);
  if (type.shape.length === 0 && one !== undefined)
    return { on: "elements", code: () => number(one), size: 0, reads: 0 };
  if (typeof data === "number") {
    useHelper("doublesOf");
    const f: Expression = { kind: "closure", parameters: [], body: number(data) };
    return {
      on: "arrays",
      array: call("doublesOf", arrayOf(...type.shape.map((dim) => toSyntax(dims.dim(dim)))), f),
      depth: 1,
    };
  }
  const shape = type.shape.map((dim) => literal(asNumber(dim) ?? fault("a constant has a free dimension")));
  const elements = arrayOf(...data.map((value) => literal(value)));
  return { on: "arrays", array: objectOf({ shape: arrayOf(...shape), data: elements }), depth: 1 };
}

/** `placeKey(key, "batch/x.normal_like_0")`. A key is no array, but two words, and nothing is done to its elements. */
function keyCode({ useHelper }: Emission, block: Block, { path, indices, base }: KeyNode): Held {
  const from = heldOf(block, required(base, "base key"));
  if (from.on === "elements") return fault("a key has no elements");
  useHelper("placeKey");
  const rounds = indices.length === 0 ? [] : [arrayOf(...indices.map((it) => literal(it)))];
  return { on: "arrays", array: call("placeKey", from.array, text(path), ...rounds), depth: 1 };
}

/** `const [last, all] = scanDoubles([first], [x], { ... }, ([h], [e]) => { ... })`. */
function emitScan(emission: Emission, block: Block, node: ScanNode): void {
  const { names, useHelper } = emission;
  useHelper("scanDoubles");
  const arraysOf = (values: readonly Value[]): Expression =>
    arrayOf(...values.map((it) => arrayCode(emission, heldOf(block, it)).array));
  const numbers = (values: readonly number[]): Expression => arrayOf(...values.map((it) => literal(it)));
  const order = objectOf({
    axes: numbers(node.sequenceAxes),
    emitAxes: numbers(node.emitAxes),
    reverse: { kind: "boolean", value: node.reverse },
  });
  const code = call(
    "scanDoubles",
    arraysOf(node.initial),
    arraysOf(node.sequences),
    order,
    scanStep(emission, block, node.body, node.initial.length),
  );
  const results = node.results.map((it) => names.take(it.name ?? "value"));
  block.statements.push(constant({ kind: "array-pattern", elements: results }, code));
  node.results.forEach(({ id }, at) =>
    block.held.set(id, { on: "arrays", array: identifier(required(results[at], "result")), depth: 0 }),
  );
}

function scanStep(emission: Emission, outer: Block, body: Region, carries: number): Expression {
  const parameters = body.inputs.map((it) => emission.names.take(it.name ?? "value"));
  const block: Block = {
    held: new Map(outer.held),
    uses: usesOf(body.nodes, body.results),
    statements: [],
  };
  body.inputs.forEach(({ id }, at) =>
    block.held.set(id, { on: "arrays", array: identifier(required(parameters[at], "input")), depth: 0 }),
  );
  for (const node of body.nodes) emitNode(emission, block, node);
  const results = body.results.map((it) => arrayCode(emission, heldOf(block, it)).array);
  const halves = <T>(list: readonly T[]): readonly (readonly T[])[] => [list.slice(0, carries), list.slice(carries)];
  return {
    kind: "closure",
    parameters: halves(parameters).map((elements) => ({ pattern: { kind: "array-pattern", elements } })),
    body: {
      kind: "statements",
      statements: [...block.statements, returns(arrayOf(...halves(results).map((it) => arrayOf(...it))))],
    },
  };
}
