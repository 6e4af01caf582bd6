import { asNumber } from "../../../src/dims/dim.ts";
import type { TensorType } from "../../../src/ir/types.ts";
import type { Expression, Repeat, Scan, Statement } from "../../../src/emit/structured/tree.ts";
import { typeText } from "../../../src/emit/structured/type-text.ts";
import type { VariableNode, VariableTree } from "../../../src/emit/structured/variable-tree.ts";
import type { StructuredFunction } from "../../../src/emit/structured/write-functions.ts";

type Names = ReadonlyMap<Expression, string>;
const none: Names = new Map();

const arithmeticSigns: ReadonlyMap<string, string> = new Map([
  ["add", "+"],
  ["sub", "-"],
  ["mul", "*"],
  ["div", "/"],
  ["pow", "^"],
  ["floor_div", "//"],
  ["mod", "%"],
  ["remainder", "%"],
]);

/** A function, its documentation below its head. */
export function printFunction(it: StructuredFunction): string {
  const { needs, inputs, settings, sizes, results, instances } = it;
  const of = (type: TensorType): string => (instances === 1 ? typeText(type) : type.dtype);
  const taken = [
    ...inputs.map(({ name, type }) => `${name}: ${of(type)}`),
    ...(needs.parameters ? ["p"] : []),
    ...(needs.states ? ["s"] : []),
    ...settings.map(
      ({ name, values }) => `${name}: ${[...new Set(values.map((value) => String(value.value)))].join(" | ")}`,
    ),
    ...sizes,
    ...(needs.training ? ["training"] : []),
    ...(needs.random ? ["random"] : []),
    ...(needs.strays ? ["strays"] : []),
  ];
  const head = `${it.name}(${taken.join(", ")}) -> ${results.map(of).join(", ")}`;
  return [
    head,
    `  # ${it.doc.split("\n")[0] ?? ""}`,
    ...it.body.flatMap((line) => printStatement(line, it.renamed, "  ")),
  ].join("\n");
}

/** What a function owns, one variable a line. */
export function printVariables(title: string, tree: VariableNode): string {
  return [title, ...entriesOf(tree, "  ")].join("\n");
}

function entriesOf(tree: VariableNode, indent: string): readonly string[] {
  return [...tree.entries].flatMap(([name, entry]) => printVariable(name, entry, indent));
}

function printVariable(name: string, tree: VariableTree, indent: string): readonly string[] {
  switch (tree.kind) {
    case "leaf": {
      const shape = tree.type.shape.map((dim) => asNumber(dim)).join(", ");
      return [`${indent}${name}: ${tree.type.dtype}[${shape}] ${tree.init.name}`];
    }
    case "list":
      return [`${indent}${name}, ${tree.count} times`, ...entriesOf(tree.element, `${indent}  `)];
    case "node":
      return [`${indent}${name}`, ...entriesOf(tree, `${indent}  `)];
  }
}

function printStatement(it: Statement, names: Names, indent: string): readonly string[] {
  const print = (value: Expression): string => printExpression(value, names);
  const inner = (body: readonly Statement[]): readonly string[] =>
    body.flatMap((line) => printStatement(line, names, `${indent}  `));
  switch (it.kind) {
    case "declare":
      return it.value === undefined ? [] : [`${indent}${it.name} = ${print(it.value)}`];
    case "declare-several":
      return [`${indent}${holes(it.names, it.count)} = ${print(it.value)}`];
    case "assign":
      return [`${indent}${it.names.join(", ")} = ${it.values.map(print).join(", ")}`];
    case "update":
      return [`${indent}${print(it.state)} <- ${print(it.value)}`];
    case "axes":
      return [`${indent}[${holes(it.names, it.rank)}] = shape of ${print(it.of)}`];
    case "repeat":
      return [`${indent}${repeatHead(it, print)}:`, ...inner(it.body)];
    case "scan":
      return [`${indent}${scanHead(it, print)}:`, ...inner(it.body)];
    case "collect":
      return [`${indent}${it.name} = []`];
    case "append":
      return [`${indent}append ${print(it.value)} to ${it.list}`];
    case "training":
      return [
        ...(it.then.length === 0 ? [] : [`${indent}when training:`, ...inner(it.then)]),
        ...(it.otherwise.length === 0 ? [] : [`${indent}otherwise:`, ...inner(it.otherwise)]),
      ];
    case "return":
      return [`${indent}return ${it.values.map(print).join(", ")}`];
  }
}

function holes(names: readonly (string | undefined)[], count: number): string {
  return Array.from({ length: count }, (_, at) => names[at] ?? "_").join(", ");
}

function repeatHead({ over, count, index }: Repeat, print: (it: Expression) => string): string {
  const counted = index === undefined ? "" : ` (${index})`;
  if (count !== undefined) return `${print(count)} times${counted}`;
  return `for ${over.map(({ name }) => name).join(", ")} in ${over.map(({ list }) => print(list)).join(", ")}${counted}`;
}

function scanHead({ over, reverse, index, count }: Scan, print: (it: Expression) => string): string {
  if (count !== undefined) return `${print(count.length)} times (${count.index})`;
  const sequences = over.map(
    ({ sequence, axis }) => `${print(sequence)} along ${axis === undefined ? "0" : print(axis)}`,
  );
  return `for ${over.map(({ name }) => name).join(", ")} in ${sequences.join(", ")}${index === undefined ? "" : ` (${index})`}${reverse ? " backwards" : ""}`;
}

/** The text of an expression; what is written by signs stands in parentheses within another such. */
export function printExpression(it: Expression, names: Names = none): string {
  const print = (value: Expression): string => printExpression(value, names);
  const list = (values: readonly Expression[]): string => values.map(print).join(", ");
  const operand = (value: Expression): string => (isSigned(value) ? `(${print(value)})` : print(value));
  switch (it.kind) {
    case "identifier":
      return it.name;
    case "number":
    case "boolean":
      return names.get(it) ?? String(it.value);
    case "string":
      return names.get(it) ?? `"${it.value}"`;
    case "undefined":
      return "none";
    case "elements":
      return `...${it.list}`;
    case "array":
      return `[${list(it.elements)}]`;
    case "object":
      return it.entries.map(({ key, value }) => `${key} = ${print(value)}`).join(", ");
    case "member":
      return `${print(it.target)}.${it.name}`;
    case "call":
      return `${print(it.callee)}(${list(it.arguments)})`;
    case "binary":
      return `${operand(it.left)} ${it.operator} ${operand(it.right)}`;
    case "conditional":
      return `(${print(it.then)} when ${print(it.test)} otherwise ${print(it.otherwise)})`;
    case "arrow":
      return `(${it.parameters.join(", ")}) => ${print(it.body)}`;
    case "arithmetic": {
      const sign = arithmeticSigns.get(it.name);
      return sign === undefined ? `${it.name}(${list(it.operands)})` : it.operands.map(operand).join(` ${sign} `);
    }
    case "scalar":
      return print(it.value);
    case "filled":
      return typeof it.value === "string"
        ? `${it.value}([${list(it.shape)}])`
        : `full([${list(it.shape)}], ${print(it.value)})`;
    case "tensor":
      return `tensor([${list(it.elements)}], shape = [${list(it.shape)}])`;
    case "within":
      return `${print(it.place)}.${it.path}${it.indices.map((index) => `[${print(index)}]`).join("")}`;
    case "at-step":
      return `${print(it.place)} at ${operand(it.step)}`;
    case "key":
      return `key(${print(it.place)})`;
    case "invoke": {
      const { operands, parameters, states, settings, sizes, training, random, strays } = it;
      const given = [...operands, parameters, states, ...settings, ...sizes, training, random, strays];
      return `${it.name}(${list(given.flatMap((value) => value ?? []))})`;
    }
    case "stack":
      return `stack(${it.list}${it.axis === undefined ? "" : `, axis = ${print(it.axis)}`}${it.reverse ? ", backwards" : ""})`;
    case "in-range":
      return `in_range(${print(it.places)}, below = ${print(it.size)}, ${print(it.strays)})`;
    case "copy":
      return `copy(${print(it.value)})`;
  }
}

function isSigned(it: Expression): boolean {
  return it.kind === "binary" || (it.kind === "arithmetic" && arithmeticSigns.has(it.name));
}
