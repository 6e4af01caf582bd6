import { identifier, literal, type PlainExpression } from "../structured/tree.ts";

export { identifier, literal };

/**
 * The part of TypeScript's syntax that generated files are made of. Expressions widen {@link PlainExpression}, so that
 * what an operator's lowering builds stands anywhere in a file.
 */
export type Expression =
  | PlainExpression
  | { readonly kind: "array"; readonly elements: readonly Expression[] }
  | { readonly kind: "object"; readonly entries: readonly Entry[] }
  | { readonly kind: "member"; readonly target: Expression; readonly name: string }
  | { readonly kind: "index"; readonly target: Expression; readonly index: Expression }
  | { readonly kind: "call"; readonly callee: Expression; readonly arguments: readonly Expression[] }
  | { readonly kind: "binary"; readonly operator: string; readonly left: Expression; readonly right: Expression }
  | {
      readonly kind: "conditional";
      readonly test: Expression;
      readonly then: Expression;
      readonly otherwise: Expression;
    }
  | { readonly kind: "as"; readonly value: Expression; readonly type: string }
  | { readonly kind: "spread"; readonly value: Expression }
  | { readonly kind: "unary"; readonly operator: "!" | "-"; readonly value: Expression }
  | { readonly kind: "await"; readonly value: Expression }
  | { readonly kind: "regexp"; readonly source: string }
  | {
      readonly kind: "closure";
      readonly async?: boolean;
      readonly parameters: readonly Parameter[];
      readonly body: Body;
    };

/** The body of a closure: statements, or the expression that it returns. */
export type Body = Expression | { readonly kind: "statements"; readonly statements: readonly Statement[] };

/** One property of an object literal. */
export interface Entry {
  readonly key: string;
  readonly value: Expression;
}

/** What a binding or a parameter binds: a name, or a pattern over an array or an object. */
export type Pattern =
  | string
  | { readonly kind: "array-pattern"; readonly elements: readonly (Pattern | undefined)[] }
  | {
      readonly kind: "object-pattern";
      readonly entries: readonly { readonly key: string; readonly binding: Pattern }[];
    };

/** A parameter of a function or closure, with its type and default where they are written. */
export interface Parameter {
  readonly pattern: Pattern;
  readonly type?: string;
  readonly optional?: boolean;
  readonly default?: Expression;
}

export type Statement =
  | {
      readonly kind: "declare";
      readonly mutable: boolean;
      readonly pattern: Pattern;
      readonly type?: string;
      readonly value?: Expression;
    }
  | {
      readonly kind: "assign";
      readonly target: Pattern | Expression;
      readonly operator?: "+=";
      readonly value: Expression;
    }
  | { readonly kind: "expression"; readonly value: Expression }
  | { readonly kind: "return"; readonly value?: Expression }
  | { readonly kind: "throw"; readonly message: Expression }
  | {
      readonly kind: "if";
      readonly test: Expression;
      readonly then: readonly Statement[];
      readonly otherwise?: readonly Statement[];
    }
  | {
      readonly kind: "for-of";
      readonly pattern: Pattern;
      readonly iterable: Expression;
      readonly body: readonly Statement[];
    }
  | {
      readonly kind: "for-count";
      readonly name: string;
      readonly count: Expression;
      readonly body: readonly Statement[];
    }
  | { readonly kind: "comment"; readonly text: string };

/** A field of an interface or of an object type. */
export interface Field {
  readonly name: string;
  readonly type: TypeNode;
  readonly doc?: string;
  readonly optional?: boolean;
}

/** A type: as text where it has no structure of its own, or an object, an array or a tuple of others. */
export type TypeNode =
  | string
  | { readonly kind: "object-type"; readonly fields: readonly Field[] }
  | { readonly kind: "array-type"; readonly element: TypeNode }
  | { readonly kind: "tuple-type"; readonly elements: readonly TypeNode[] };

/** What a file consists of. */
export type Item =
  | { readonly kind: "comment"; readonly text: string }
  | { readonly kind: "doc"; readonly text: string }
  | { readonly kind: "import"; readonly text: string; readonly from: string }
  | {
      readonly kind: "interface";
      readonly exported: boolean;
      readonly name: string;
      readonly extends?: readonly string[];
      readonly fields: readonly Field[];
      readonly doc?: string;
    }
  | {
      readonly kind: "type";
      readonly exported: boolean;
      readonly name: string;
      readonly type: TypeNode;
      readonly doc?: string;
    }
  | {
      readonly kind: "const";
      readonly exported: boolean;
      readonly name: string;
      readonly type?: string;
      readonly value: Expression;
      readonly doc?: string;
    }
  | FunctionItem;

/** A top-level function. */
export interface FunctionItem {
  readonly kind: "function";
  readonly exported: boolean;
  readonly async?: boolean;
  readonly name: string;
  readonly parameters: readonly Parameter[];
  readonly result: string;
  readonly body: readonly Statement[];
  readonly doc?: string;
}

/** `a.b.c` from its parts. */
export function member(target: PlainExpression, ...names: readonly string[]): PlainExpression {
  return names.reduce<PlainExpression>((value, name) => ({ kind: "member", target: value, name }), target);
}

/** `callee(...args)`, the callee by its dotted name. */
export function call(callee: string, ...args: readonly Expression[]): Expression {
  return { kind: "call", callee: dotted(callee), arguments: args };
}

/** {@link call} over operands that lowerings may take further. */
export function callTensor(callee: string, ...args: readonly PlainExpression[]): PlainExpression {
  return { kind: "call", callee: dotted(callee), arguments: args };
}

/** A name with dots as nested members. */
export function dotted(name: string): PlainExpression {
  const [first = name, ...rest] = name.split(".");
  return member(identifier(first), ...rest);
}

/** A string literal. */
export function text(value: string): PlainExpression {
  return { kind: "string", value };
}

/** `const pattern = value`. */
export function constant(pattern: Pattern, value: Expression): Statement {
  return { kind: "declare", mutable: false, pattern, value };
}

/** `return value`. */
export function returns(value: Expression): Statement {
  return { kind: "return", value };
}

/** An array literal. */
export function arrayOf(...elements: readonly Expression[]): Expression {
  return { kind: "array", elements };
}

/** An object literal; entries in order. */
export function objectOf(entries: Readonly<Record<string, Expression>>): Expression {
  return { kind: "object", entries: Object.entries(entries).map(([key, value]) => ({ key, value })) };
}

/** `(...parameters) => { statements }`. */
export function closure(parameters: readonly Parameter[], statements: readonly Statement[]): Expression {
  return { kind: "closure", parameters, body: { kind: "statements", statements } };
}

/** `{ a, b }` as a pattern. */
export function fieldsPattern(...names: readonly string[]): Pattern {
  return { kind: "object-pattern", entries: names.map((key) => ({ key, binding: key })) };
}

/** An expression of two operands. */
export function binary(operator: string, left: Expression, right: Expression): Expression {
  return { kind: "binary", operator, left, right };
}
