import type { Expression, Statement } from "./tree.ts";

/** Makes constants of variables that are never assigned again, and returns what was named only to be returned. */
export function settle(statements: readonly Statement[]): readonly Statement[] {
  const assigned = new Set<string>();
  const collect = (it: Statement): void => {
    if (it.kind === "assign") it.names.forEach((name) => assigned.add(name));
    bodiesOf(it).flat().forEach(collect);
  };
  statements.forEach(collect);
  return returnBranches(foldReturn(statements.map((it) => fixConstants(it, assigned))));
}

function bodiesOf(it: Statement): readonly (readonly Statement[])[] {
  if (it.kind === "training") return [it.then, it.otherwise];
  return it.kind === "repeat" || it.kind === "scan" ? [it.body] : [];
}

function fixConstants(statement: Statement, assigned: ReadonlySet<string>): Statement {
  const fix = (body: readonly Statement[]): readonly Statement[] => body.map((it) => fixConstants(it, assigned));
  switch (statement.kind) {
    case "declare":
      return statement.value === undefined || assigned.has(statement.name)
        ? statement
        : { ...statement, mutable: false };
    case "training":
      return { ...statement, then: fix(statement.then), otherwise: fix(statement.otherwise) };
    case "repeat":
    case "scan":
      return { ...statement, body: fix(statement.body) };
    default:
      return statement;
  }
}

/** `const h = e; return h` as `return e`; the same for a last assignment. */
function foldReturn(statements: readonly Statement[]): readonly Statement[] {
  const last = statements.at(-1);
  const before = statements.at(-2);
  const name = last === undefined ? undefined : onlyName(last);
  const value = name === undefined || before === undefined ? undefined : valueGiven(before, name);
  if (value === undefined) return statements;
  return [...statements.slice(0, -2), { kind: "return", values: [value] }];
}

/** The name whose value is all that a statement returns. */
function onlyName(it: Statement): string | undefined {
  if (it.kind !== "return" || it.values.length !== 1) return undefined;
  const [value] = it.values;
  return value?.kind === "identifier" ? value.name : undefined;
}

/** What a statement gives a name, and that name alone. */
function valueGiven(it: Statement, name: string): Expression | undefined {
  if (it.kind === "declare" && it.name === name) return it.value;
  return it.kind === "assign" && it.names.length === 1 && it.names[0] === name ? it.values[0] : undefined;
}

/** `let y; if (training) { ...; y = a } else { ...; y = b } return y` with a return in each branch. */
function returnBranches(statements: readonly Statement[]): readonly Statement[] {
  const [declaration, branches, last] = statements.slice(-3);
  if (declaration?.kind !== "declare" || branches?.kind !== "training" || last === undefined) return statements;
  const { name } = declaration;
  if (declaration.value !== undefined || onlyName(last) !== name) return statements;
  const then = returning(branches.then, name);
  const otherwise = returning(branches.otherwise, name);
  if (then === undefined || otherwise === undefined) return statements;
  return [...statements.slice(0, -3), { kind: "training", then, otherwise: [] }, ...otherwise];
}

function returning(branch: readonly Statement[], name: string): readonly Statement[] | undefined {
  const last = branch.at(-1);
  const value = last?.kind === "assign" ? valueGiven(last, name) : undefined;
  return value === undefined ? undefined : foldReturn([...branch.slice(0, -1), { kind: "return", values: [value] }]);
}
