import type { Body, Expression, Parameter, Pattern, Statement } from "./ast.ts";

/** An expression, a statement, or the statements of a closure. */
export type Syntax = Expression | Statement | Body;

/** What a piece of syntax consists of, in the order in which it is written. */
export function partsOf(syntax: Syntax): readonly Syntax[] {
  switch (syntax.kind) {
    case "identifier":
    case "number":
    case "string":
    case "boolean":
    case "undefined":
    case "regexp":
    case "comment":
      return [];
    case "array":
      return syntax.elements;
    case "object":
      return syntax.entries.map(({ value }) => value);
    case "member":
      return [syntax.target];
    case "index":
      return [syntax.target, syntax.index];
    case "call":
      return [syntax.callee, ...syntax.arguments];
    case "binary":
      return [syntax.left, syntax.right];
    case "conditional":
      return [syntax.test, syntax.then, syntax.otherwise];
    case "unary":
    case "await":
    case "as":
    case "spread":
    case "expression":
      return [syntax.value];
    case "arrow":
      return [syntax.body];
    case "closure":
      return [...syntax.parameters.flatMap(({ default: value }: Parameter) => value ?? []), syntax.body];
    case "statements":
      return syntax.statements;
    case "declare":
    case "return":
      return syntax.value === undefined ? [] : [syntax.value];
    case "assign":
      return isExpression(syntax.target) ? [syntax.target, syntax.value] : [syntax.value];
    case "throw":
      return [syntax.message];
    case "if":
      return [syntax.test, ...syntax.then, ...(syntax.otherwise ?? [])];
    case "for-of":
      return [syntax.iterable, ...syntax.body];
    case "for-count":
      return [syntax.count, ...syntax.body];
  }
}

/** Visits pieces of syntax and all that they consist of, in the order in which they are written. */
export function visitSyntax(pieces: readonly Syntax[], visit: (syntax: Syntax) => void): void {
  for (const it of pieces) {
    visit(it);
    visitSyntax(partsOf(it), visit);
  }
}

/** Whether pieces of syntax read or assign a name. */
export function mentions(pieces: readonly Syntax[], name: string): boolean {
  return pieces.some(
    (it) =>
      (it.kind === "identifier" && it.name === name) || assigned(it).includes(name) || mentions(partsOf(it), name),
  );
}

/** The names that pieces of syntax read or assign. */
export function namesIn(pieces: readonly Syntax[]): ReadonlySet<string> {
  const names = new Set<string>();
  visitSyntax(pieces, (it) => {
    if (it.kind === "identifier") names.add(it.name);
    assigned(it).forEach((name) => names.add(name));
  });
  return names;
}

function assigned(it: Syntax): readonly string[] {
  return it.kind === "assign" && !isExpression(it.target) ? namesOf(it.target) : [];
}

function isExpression(target: Pattern | Expression): target is Expression {
  return typeof target !== "string" && target.kind !== "array-pattern" && target.kind !== "object-pattern";
}

function namesOf(pattern: Pattern | undefined): readonly string[] {
  if (pattern === undefined) return [];
  if (typeof pattern === "string") return [pattern];
  if (pattern.kind === "array-pattern") return pattern.elements.flatMap(namesOf);
  return pattern.entries.flatMap(({ binding }) => namesOf(binding));
}
