import { readdirSync } from "node:fs";
import * as tf from "@tensorflow/tfjs";
import { evaluate as evaluateDim, type Dim } from "../../src/dims/dim.ts";
import type { Attributes, Node, OperatorNode, Value } from "../../src/ir/graph.ts";
import { withDefaults } from "../../src/ops/define/tag-attributes.ts";
import { attributesFor } from "../../src/ops/define/operator.ts";
import { findOperator } from "../../src/ops/registry.ts";
import { tfjsDType } from "../../src/emit/tfjs/tfjs-dtype.ts";
import { toSyntax } from "../../src/emit/tfjs/to-syntax.ts";
import { unstack } from "../../src/emit/tfjs/prelude/unstack.ts";
import type { Expression, PlainExpression } from "../../src/emit/structured/tree.ts";
import { writeAttribute } from "../../src/emit/structured/write-attribute.ts";
import type { TfjsWriter } from "../../src/emit/tfjs/tfjs-writer.ts";
import { fault, required } from "../../src/support/fault.ts";
import { tfjsFused, tfjsLowering } from "../../src/emit/tfjs/lowerings/tfjs-lowerings.ts";
import type { Sizes } from "./symbolic-samples.ts";
import type { Keep } from "../../src/passes/expand-composites.ts";

/** What the prelude's modules export: the functions that lowerings call. */
const helpers: Record<string, unknown> = {};
const prelude = new URL("../../src/emit/tfjs/prelude/", import.meta.url);
for (const file of readdirSync(prelude)) {
  const module: unknown = await import(new URL(file, prelude).pathname);
  Object.assign(helpers, module);
}

type Names = ReadonlyMap<string, unknown>;

/**
 * Runs nodes on TensorFlow.js by the operators' lowerings, without going through printed text. Lowerings see dimensions as
 * they are; `sizes` are the values that their variables have when what is written runs.
 */
export function runNodes(nodes: readonly Node[], values: Map<number, tf.Tensor>, sizes: Sizes = new Map()): void {
  for (const node of nodes) {
    const results = runNode(node, values, sizes);
    node.results.forEach((value, index) => values.set(value.id, required(results[index], "result")));
  }
}

function runNode(node: Node, values: Map<number, tf.Tensor>, sizes: Sizes): readonly tf.Tensor[] {
  const sizeOf = (dim: Dim): number => evaluateDim(dim, sizes);
  const read = (value: Value): tf.Tensor => values.get(value.id) ?? fault(`value ${value.id} is not defined`);
  switch (node.kind) {
    case "operator":
      return runOperator(node, node.operands.map(read), sizeOf);
    case "constant": {
      const { type } = required(node.results[0], "result");
      const shape = type.shape.map(sizeOf);
      if (typeof node.data !== "number") return [tf.tensor([...node.data], shape, tfjsDType(type.dtype))];
      return [tf.cast(tf.fill(shape, node.data), tfjsDType(type.dtype))];
    }
    case "dim":
      return [tf.scalar(sizeOf(node.dim), "int32")];
    case "scan": {
      let carries = node.initial.map(read);
      const length = sizeOf(node.length);
      const emitted: tf.Tensor[][] = node.emitAxes.map(() => []);
      const sequences = node.sequences.map((it, index) => unstack(read(it), node.sequenceAxes[index]));
      for (let turn = 0; turn < length; turn += 1) {
        const place = node.reverse ? length - 1 - turn : turn;
        const inner = new Map(values);
        const elements = sequences.map((it) => required(it[place], "element"));
        node.body.inputs.forEach((it, index) => inner.set(it.id, required([...carries, ...elements][index], "input")));
        runNodes(node.body.nodes, inner, sizes);
        const results = node.body.results.map((it) => required(inner.get(it.id), "result of a body"));
        carries = results.slice(0, carries.length);
        results.slice(carries.length).forEach((it, index) => emitted[index]?.push(it));
      }
      const ordered = emitted.map((list) => (node.reverse ? list.reverse() : list));
      return [...carries, ...ordered.map((list, index) => tf.stack(list, node.emitAxes[index]))];
    }
    default:
      return fault(`${node.kind} cannot be run here`);
  }
}

/** Keeps what TensorFlow.js does whole. */
export const keepFusedByTfjs: Keep = (composite, input) => tfjsFused(composite, input) !== undefined;

function runOperator(
  node: OperatorNode,
  operands: readonly tf.Tensor[],
  sizeOf: (dim: Dim) => number,
): readonly tf.Tensor[] {
  const operator = findOperator(node.op) ?? fault(`no operator is called ${node.op}`);
  const attributes = attributesFor(operator, node.attributes);
  const names = new Map<string, unknown>(operands.map((it, index) => [`$${index}`, it]));
  const args = operands.map((_, index): Expression => ({ kind: "identifier", name: `$${index}` }));
  const writer = writerFor(withDefaults(operator, node.attributes), sizeOf);
  const input = { operands: node.operands, results: node.results, attributes };
  const lower = operator.kind === "primitive" ? tfjsLowering(operator) : tfjsFused(operator, input);
  if (lower === undefined) fault(`${node.op} has no lowering to TensorFlow.js`);
  const made = evaluate(toSyntax(lower(writer, { ...input, args })), names);
  const results: readonly unknown[] =
    node.results.length === 1 && !Array.isArray(made) ? [made] : Array.isArray(made) ? made : [];
  return results.map((it) => (it instanceof tf.Tensor ? it : fault(`${node.op} gave no tensor`)));
}

const numberOf = (value: number): Expression => ({ kind: "number", value });
const arrayOf = (elements: readonly Expression[]): Expression => ({ kind: "array", elements });

/** A writer for one node: sizes become the numbers that they are when it runs. */
function writerFor(attributes: Attributes, valueOf: (dim: Dim) => number): TfjsWriter {
  const sizeOf = (dim: Dim): Expression => numberOf(valueOf(dim));
  const call = (callee: Expression, args: readonly Expression[]): Expression => ({
    kind: "call",
    callee,
    arguments: args,
  });
  const identifier = (name: string): Expression => ({ kind: "identifier", name });
  return {
    tf: (name, ...args) => {
      const path = name
        .split(".")
        .reduce<Expression>((target, part) => ({ kind: "member", target, name: part }), identifier("tf"));
      return call(path, args);
    },
    method: (target, name, ...args) => call({ kind: "member", target, name }, args),
    number: numberOf,
    string: (value) => ({ kind: "string", value }),
    boolean: (value) => ({ kind: "boolean", value }),
    array: arrayOf,
    numbers: (values) => arrayOf(values.map(numberOf)),
    object: (entries) => ({ kind: "object", entries: Object.entries(entries).map(([key, value]) => ({ key, value })) }),
    undefined: { kind: "undefined" },
    dim: sizeOf,
    shape: (dims) => arrayOf(dims.map(sizeOf)),
    attribute: (name) => writeAttribute(required(attributes[name], name), sizeOf),
    helper: (name, ...args) => call(identifier(name), args),
  };
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return (typeof value === "object" && value !== null) || typeof value === "function";
}

function memberOf(target: unknown, name: string): unknown {
  return isRecord(target) ? target[name] : fault(`no ${name} of ${String(target)}`);
}

function apply(callee: unknown, self: unknown, args: readonly unknown[]): unknown {
  return typeof callee === "function" ? Reflect.apply(callee, self, args) : fault("a call of what is no function");
}

/** The value of an expression. */
function evaluate(expression: PlainExpression, names: Names): unknown {
  switch (expression.kind) {
    case "identifier":
      if (expression.name === "tf") return tf;
      if (names.has(expression.name)) return names.get(expression.name);
      return Object.hasOwn(helpers, expression.name)
        ? helpers[expression.name]
        : fault(`the prelude has no ${expression.name}`);
    case "number":
    case "string":
    case "boolean":
      return expression.value;
    case "undefined":
      return undefined;
    case "array":
      return expression.elements.map((it) => evaluate(it, names));
    case "object":
      return Object.fromEntries(expression.entries.map(({ key, value }) => [key, evaluate(value, names)]));
    case "member":
      return memberOf(evaluate(expression.target, names), expression.name);
    case "call": {
      const args = expression.arguments.map((it) => evaluate(it, names));
      const { callee } = expression;
      if (callee.kind !== "member") return apply(evaluate(callee, names), undefined, args);
      const self = evaluate(callee.target, names);
      return apply(memberOf(self, callee.name), self, args);
    }
    case "binary":
      return binary(
        expression.operator,
        Number(evaluate(expression.left, names)),
        Number(evaluate(expression.right, names)),
      );
    case "conditional":
      return evaluate(evaluate(expression.test, names) === true ? expression.then : expression.otherwise, names);
    case "arrow":
      return (...args: readonly unknown[]) =>
        evaluate(
          expression.body,
          new Map([...names, ...expression.parameters.map((name, index) => [name, args[index]] as const)]),
        );
  }
}

function binary(operator: string, left: number, right: number): number {
  switch (operator) {
    case "+":
      return left + right;
    case "-":
      return left - right;
    case "*":
      return left * right;
    case "/":
      return left / right;
    case "%":
      return left % right;
    default:
      return fault(`the operator ${operator}`);
  }
}
