import type { Node, OperatorNode, Value } from "../../ir/graph.ts";
import { operandsOf } from "../../ir/visit.ts";
import type { PlainExpression } from "../structured/tree.ts";
import { fault, required } from "../../support/fault.ts";
import { call, callTensor, constant, identifier, literal, type Statement } from "./ast.ts";
import { isTrivial } from "../structured/bind-value.ts";
import type { Bound } from "../structured/body-context.ts";
import { hostArithmetic } from "../structured/host-arithmetic.ts";
import { toSyntax } from "./to-syntax.ts";
import { mentions } from "./visit-syntax.ts";
import { writeOperator } from "./write-operator.ts";
import { findOperator } from "../../ops/registry.ts";
import { plainFunction } from "./lowerings/tfjs-lowerings.ts";

/** A flat graph that is written as straight code, part of it once for each of several things alike. */
export interface Template {
  readonly nodes: readonly Node[];
  /** Values that get a variable of this name, by their ids. */
  readonly names: ReadonlyMap<number, string>;
  readonly inputs: readonly (readonly [Value, Bound])[];
  readonly results: readonly Value[];
  /** Ids of the inputs that differ from thing to thing: what depends on them is written apart. */
  readonly each: ReadonlySet<number>;
  /** Variables that are assigned: the value that each has before, and its next one. */
  readonly assigned: readonly { readonly variable: string; readonly before: Value; readonly next: Value }[];
  readonly helpers: Set<string>;
}

/** A value of a template, in TypeScript. */
interface Written extends Bound {
  readonly expression: PlainExpression;
}

/** A template as statements. */
export interface WrittenTemplate {
  /** What is computed once. */
  readonly shared: readonly Statement[];
  /** What is computed for each thing. */
  readonly each: readonly Statement[];
  /** A result as an expression, after these statements. */
  readonly read: (value: Value) => PlainExpression;
}

/**
 * Writes a template: scalars that are known on the host as plain arithmetic, tensors by the lowerings of their
 * operators. A reduction must take all axes: the tensors stand for tensors of any rank.
 */
export function writeScalarsAndTensors(template: Template): WrittenTemplate {
  const { names, helpers } = template;
  const remaining = countUses(template);
  const bound = new Map<number, Written>();
  const shared: Statement[] = [];
  const each: Statement[] = [];
  const late: Statement[] = [];
  const ofEach = dependents(template);
  const readInEach = new Set(
    template.nodes.filter((it) => isOf(it, ofEach)).flatMap((it) => operandsOf(it).map(({ id }) => id)),
  );
  const declared = new Set(template.assigned.map(({ variable }) => variable));
  const declare = (name: string, value: PlainExpression): Statement => {
    if (declared.has(name)) fault(`two values of an update are called ${name}`);
    declared.add(name);
    return constant(name, value);
  };

  const read = (value: Value): Written => {
    remaining.set(value.id, required(remaining.get(value.id), "number of uses") - 1);
    return required(bound.get(value.id), `value ${value.id}`);
  };
  const isLive = (name: string): boolean =>
    [...bound].some(([id, { expression }]) => (remaining.get(id) ?? 0) > 0 && mentions([expression], name));

  const place = (value: Value, { expression, form }: Written, out: Statement[]): void => {
    const uses = remaining.get(value.id) ?? 0;
    const target = template.assigned.find(({ next }) => next.id === value.id);
    if (target !== undefined) {
      const { variable, before } = target;
      const assign = (to: PlainExpression): Statement => ({
        kind: "expression",
        value: call(`${variable}.assign`, to),
      });
      if ((remaining.get(before.id) ?? 0) === 0 && !isLive(variable)) {
        out.push(assign(expression));
        bound.set(value.id, { expression: identifier(variable), form });
        return;
      }
      const name = `next${variable.charAt(0).toUpperCase()}${variable.slice(1)}`;
      out.push(declare(name, expression));
      late.push(assign(identifier(name)));
      bound.set(value.id, { expression: identifier(name), form });
      return;
    }
    const name = names.get(value.id);
    const isRepeated = uses > 1 || (form === "tensor" && out === shared && readInEach.has(value.id));
    if (uses === 0) return;
    if (isTrivial(expression) || (name === undefined && !isRepeated)) {
      bound.set(value.id, { expression, form });
      return;
    }
    const variable = name ?? `x${value.id}`;
    out.push(declare(variable, expression));
    bound.set(value.id, { expression: identifier(variable), form });
  };

  for (const [value, { expression, form }] of template.inputs) {
    const given: Written = { expression: toSyntax(expression), form };
    const name = names.get(value.id);
    const isSetting = name !== undefined && given.form === "number" && (remaining.get(value.id) ?? 0) > 1;
    if (isSetting) shared.push(declare(name, given.expression));
    bound.set(value.id, isSetting ? { expression: identifier(name), form: "number" } : given);
  }
  for (const node of template.nodes) {
    const value = required(node.results[0], "result");
    if (node.kind === "constant") {
      if (typeof node.data !== "number") fault("a template's constants are numbers");
      bound.set(value.id, {
        expression: node.data === Math.PI ? identifier("Math.PI") : literal(node.data),
        form: "number",
      });
      continue;
    }
    if (node.kind !== "operator") fault(`a template has no ${node.kind} nodes`);
    place(value, writeNode(node, node.operands.map(read), helpers), ofEach.has(value.id) ? each : shared);
  }
  return { shared, each: [...each, ...late], read: (value) => read(value).expression };
}

/** Ids of the values that differ from thing to thing. */
function dependents({ nodes, each }: Template): ReadonlySet<number> {
  const ids = new Set(each);
  for (const node of nodes) {
    if (operandsOf(node).some(({ id }) => ids.has(id))) node.results.forEach(({ id }) => ids.add(id));
  }
  return ids;
}

function isOf(node: Node, ids: ReadonlySet<number>): boolean {
  return node.results.some(({ id }) => ids.has(id));
}

/** How often each value is read. */
function countUses({ nodes, results }: Template): Map<number, number> {
  const counts = new Map<number, number>();
  for (const { id } of [...nodes.flatMap((it) => operandsOf(it)), ...results])
    counts.set(id, (counts.get(id) ?? 0) + 1);
  return counts;
}

function writeNode(node: OperatorNode, operands: readonly Written[], helpers: Set<string>): Written {
  const host = hostArithmetic(node, operands);
  if (host !== undefined) return { expression: foldWholeNumbers(node.op, operands) ?? toSyntax(host), form: "number" };
  const rank = node.operands[0]?.type.shape.length ?? 0;
  const axes = node.attributes["axes"];
  if (axes?.kind === "numbers") {
    if (axes.value.length !== rank || node.op !== "sum") fault(`a template cannot hold a ${node.op} over some axes`);
    return { expression: callTensor("tf.sum", required(operands[0], "operand").expression), form: "tensor" };
  }
  // Nothing differentiates a template.
  const operator = findOperator(node.op);
  const plain = operator?.kind === "primitive" ? plainFunction(operator) : undefined;
  if (plain !== undefined) {
    return { expression: callTensor(`tf.${plain}`, ...operands.map((it) => it.expression)), form: "tensor" };
  }
  const { expression } = writeOperator(node, operands, {
    dim: () => fault("a template has no dims"),
    useHelper: (name) => helpers.add(name),
  });
  return { expression: toSyntax(expression), form: "tensor" };
}

const wholeArithmetic: Readonly<Record<string, (a: number, b: number) => number>> = {
  add: (a, b) => a + b,
  sub: (a, b) => a - b,
  maximum: Math.max,
  minimum: Math.min,
};

/** Arithmetic on two whole numbers, done: 900 for 1000 - 100. */
function foldWholeNumbers(op: string, operands: readonly Written[]): PlainExpression | undefined {
  const [left, right] = operands.map(({ expression }) => (expression.kind === "number" ? expression.value : NaN));
  if (left === undefined || right === undefined || !Number.isSafeInteger(left) || !Number.isSafeInteger(right)) {
    return undefined;
  }
  const value = wholeArithmetic[op]?.(left, right);
  return value === undefined ? undefined : literal(value);
}
