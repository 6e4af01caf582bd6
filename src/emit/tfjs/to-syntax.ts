import type {
  Arithmetic,
  Expression,
  Filled,
  Literal,
  PlainExpression,
  Repeat,
  Scan,
  Statement,
} from "../structured/tree.ts";
import { required } from "../../support/fault.ts";
import { callTensor, constant, dotted, identifier, member, text, type Pattern } from "./ast.ts";
import type { Statement as TypeScriptStatement } from "./ast.ts";
import { tensorType } from "./tensor-type.ts";

/** Literals that are written as names: they are arguments of the function. */
type Names = ReadonlyMap<Literal, string>;

const none: Names = new Map();

/** An expression of the neutral tree in TypeScript. */
export function toSyntax(expression: Expression, names: Names = none): PlainExpression {
  const to = (it: Expression): PlainExpression => toSyntax(it, names);
  switch (expression.kind) {
    case "identifier":
    case "undefined":
      return expression;
    case "number":
    case "string":
    case "boolean": {
      const name = names.get(expression);
      return name === undefined ? expression : identifier(name);
    }
    case "array": {
      const [only] = expression.elements;
      if (expression.elements.length === 1 && only?.kind === "elements") return identifier(only.list);
      return listOf(expression.elements.map(to));
    }
    case "elements":
      return identifier(expression.list);
    case "object":
      return { kind: "object", entries: expression.entries.map(({ key, value }) => ({ key, value: to(value) })) };
    case "member":
      return { ...expression, target: to(expression.target) };
    case "call":
      return { kind: "call", callee: to(expression.callee), arguments: expression.arguments.map(to) };
    case "binary":
      return { ...expression, left: to(expression.left), right: to(expression.right) };
    case "conditional":
      return {
        kind: "conditional",
        test: to(expression.test),
        then: to(expression.then),
        otherwise: to(expression.otherwise),
      };
    case "arrow":
      return { ...expression, body: to(expression.body) };
    case "arithmetic":
      return arithmeticSyntax(expression, expression.operands.map(to));
    case "scalar":
      return callTensor("tf.scalar", to(expression.value), ...dtypeArgument(expression.dtype));
    case "filled":
      return filledSyntax(expression, to);
    case "tensor":
      return callTensor(
        "tf.tensor",
        listOf(expression.elements.map(to)),
        listOf(expression.shape.map(to)),
        text(expression.dtype),
      );
    case "within":
      return callTensor("within", to(expression.place), text(expression.path), ...expression.indices.map(to));
    case "at-step":
      return callTensor("atStep", to(expression.place), to(expression.step));
    case "key":
      return callTensor("keyAt", to(expression.place));
    case "invoke": {
      const { operands, parameters, states, settings, sizes, training, random, strays } = expression;
      const given = [...operands, parameters, states, ...settings, ...sizes, training, random, strays];
      return { kind: "call", callee: dotted(expression.name), arguments: given.flatMap((it) => it ?? []).map(to) };
    }
    case "stack": {
      const list = identifier(expression.list);
      const { axis } = expression;
      return callTensor(
        "tf.stack",
        expression.reverse ? reversed(list) : list,
        ...(axis === undefined ? [] : [to(axis)]),
      );
    }
    case "in-range":
      return callTensor("inRange", to(expression.places), to(expression.size), to(expression.strays));
    case "copy":
      return { kind: "call", callee: member(to(expression.value), "clone"), arguments: [] };
  }
}

function listOf(elements: readonly PlainExpression[]): PlainExpression {
  return { kind: "array", elements };
}

function reversed(list: PlainExpression): PlainExpression {
  return { kind: "call", callee: member(list, "reverse"), arguments: [] };
}

/** TensorFlow.js takes numbers for float32 unless it is told otherwise. */
function dtypeArgument(dtype: string): readonly PlainExpression[] {
  return dtype === "float32" ? [] : [text(dtype)];
}

function filledSyntax({ value, shape, dtype }: Filled, to: (it: Expression) => PlainExpression): PlainExpression {
  const sizes = listOf(shape.map(to));
  const tail = dtypeArgument(dtype);
  return typeof value === "string"
    ? callTensor(`tf.${value}`, sizes, ...tail)
    : callTensor("tf.fill", sizes, to(value), ...tail);
}

function arithmeticSyntax({ name }: Arithmetic, operands: readonly PlainExpression[]): PlainExpression {
  const infix = (operator: string): PlainExpression => {
    const [left, right] = operands;
    return { kind: "binary", operator, left: required(left, "operand"), right: required(right, "operand") };
  };
  switch (name) {
    case "add":
      return infix("+");
    case "sub":
      return infix("-");
    case "mul":
      return infix("*");
    case "div":
      return infix("/");
    case "pow":
      return infix("**");
    case "remainder":
      return infix("%");
    case "mod": {
      // TypeScript's remainder has the dividend's sign, the language's the divisor's.
      const divisor = required(operands[1], "operand");
      const raised: PlainExpression = { kind: "binary", operator: "+", left: infix("%"), right: divisor };
      return { kind: "binary", operator: "%", left: raised, right: divisor };
    }
    case "floor_div":
      return callTensor("Math.floor", infix("/"));
    case "minimum":
      return callTensor("Math.min", ...operands);
    case "maximum":
      return callTensor("Math.max", ...operands);
    default:
      return callTensor(`Math.${name}`, ...operands);
  }
}

/** Statements of the neutral tree in TypeScript. */
export function toStatements(statements: readonly Statement[], names: Names = none): readonly TypeScriptStatement[] {
  return statements.map((it) => toStatement(it, names));
}

function toStatement(statement: Statement, names: Names): TypeScriptStatement {
  const to = (it: Expression): PlainExpression => toSyntax(it, names);
  const all = (body: readonly Statement[]): readonly TypeScriptStatement[] => toStatements(body, names);
  switch (statement.kind) {
    case "declare": {
      const { name, mutable, value } = statement;
      return {
        kind: "declare",
        mutable,
        pattern: name,
        ...(mutable && { type: "tf.Tensor" }),
        ...(value !== undefined && { value: to(value) }),
      };
    }
    case "declare-several": {
      const value = to(statement.value);
      const type = tupleType("tf.Tensor", statement.count);
      const pattern: Pattern = { kind: "array-pattern", elements: statement.names };
      return constant(pattern, isTensorFlowCall(value) ? { kind: "as", value, type } : value);
    }
    case "assign": {
      const [target, ...others] = statement.names;
      const values = statement.values.map(to);
      return others.length === 0
        ? { kind: "assign", target: required(target, "name"), value: required(values[0], "value") }
        : { kind: "assign", target: { kind: "array-pattern", elements: statement.names }, value: listOf(values) };
    }
    case "update": {
      const value = to(statement.value);
      return {
        kind: "expression",
        value: {
          kind: "call",
          callee: member(to(statement.state), "assign"),
          // `assign` wants the variable's rank, which TensorFlow.js's own functions alone infer from that.
          arguments: [isTensorFlowCall(value) ? value : { kind: "as", value, type: tensorType(statement.rank) }],
        },
      };
    }
    case "axes":
      return constant(
        { kind: "array-pattern", elements: statement.names },
        { kind: "as", value: member(to(statement.of), "shape"), type: tupleType("number", statement.rank) },
      );
    case "repeat":
      return repeatSyntax(statement, to, all(statement.body));
    case "scan":
      return scanSyntax(statement, to, all(statement.body));
    case "collect":
      return { kind: "declare", mutable: false, pattern: statement.name, type: "tf.Tensor[]", value: listOf([]) };
    case "append":
      return {
        kind: "expression",
        value: { kind: "call", callee: member(identifier(statement.list), "push"), arguments: [to(statement.value)] },
      };
    case "training": {
      const test = identifier("training");
      const otherwise = all(statement.otherwise);
      return statement.then.length === 0
        ? { kind: "if", test: { kind: "unary", operator: "!", value: test }, then: otherwise }
        : { kind: "if", test, then: all(statement.then), otherwise };
    }
    case "return": {
      const values = statement.values.map(to);
      const [only] = values;
      return { kind: "return", value: values.length === 1 && only !== undefined ? only : listOf(values) };
    }
  }
}

function tupleType(element: string, count: number): string {
  return `[${Array.from({ length: count }, () => element).join(", ")}]`;
}

function isTensorFlowCall(expression: PlainExpression): boolean {
  return (
    expression.kind === "call" &&
    expression.callee.kind === "member" &&
    expression.callee.target.kind === "identifier" &&
    expression.callee.target.name === "tf"
  );
}

/** A loop over one list, several in step, or a count; with the index where it is used. */
function repeatSyntax(
  { over, count, index }: Repeat,
  to: (it: Expression) => PlainExpression,
  body: readonly TypeScriptStatement[],
): TypeScriptStatement {
  const elements = over.map(({ name }) => name);
  const together = zipped(over.map(({ list }) => to(list)));
  if (together === undefined)
    return { kind: "for-count", name: required(index, "counter"), count: to(required(count, "count")), body };
  const pattern = patternOf(elements);
  if (index === undefined) return { kind: "for-of", pattern, iterable: together, body };
  return {
    kind: "for-of",
    pattern: { kind: "array-pattern", elements: [index, pattern] },
    iterable: { kind: "call", callee: member(together, "entries"), arguments: [] },
    body,
  };
}

function scanSyntax(
  { over, count, reverse, index, isLong }: Scan,
  to: (it: Expression) => PlainExpression,
  body: readonly TypeScriptStatement[],
): TypeScriptStatement {
  const sequences = over.map(({ sequence, axis }) =>
    callTensor(isLong ? "tf.unstack" : "unstack", to(sequence), ...(axis === undefined ? [] : [to(axis)])),
  );
  const together = zipped(sequences);
  if (together === undefined) {
    const { index: turn, length } = required(count, "count of a scan");
    return { kind: "for-count", name: turn, count: to(length), body };
  }
  const elements = patternOf(over.map(({ name }) => name));
  if (index === undefined) {
    // A copy is turned around: TensorFlow.js goes by its own list when it differentiates.
    const own = sequences.length > 1 ? together : callTensor("Array.from", together);
    return { kind: "for-of", pattern: elements, iterable: reverse ? reversed(own) : together, body };
  }
  const entries: PlainExpression = { kind: "call", callee: member(together, "entries"), arguments: [] };
  return {
    kind: "for-of",
    pattern: { kind: "array-pattern", elements: [index, elements] },
    iterable: reverse ? reversed(callTensor("Array.from", entries)) : entries,
    body,
  };
}

/** One list as it is, several in step. */
function zipped(lists: readonly PlainExpression[]): PlainExpression | undefined {
  return lists.length > 1 ? callTensor("zip", ...lists) : lists[0];
}

function patternOf(names: readonly string[]): Pattern {
  const [only] = names;
  return names.length === 1 && only !== undefined ? only : { kind: "array-pattern", elements: names };
}
