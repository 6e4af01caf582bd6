import type { HyperparameterValue } from "../../ir/graph.ts";
import type { TfjsExpression } from "./tfjs-writer.ts";
import { required } from "../../support/fault.ts";
import type { Draft } from "./emit-body.ts";
import { printStatement, printExpression } from "./print.ts";
import { visitSyntax, type Syntax } from "./visit-syntax.ts";

/** A literal of a function's body. */
export type Literal = Extract<TfjsExpression, { readonly kind: "number" | "string" | "boolean" }>;

/** Bodies that differ in literals alone, the literals that differ being the arguments of one function. */
export interface Cluster {
  readonly template: Draft;
  readonly members: readonly Draft[];
  readonly arguments: readonly ClusterArgument[];
  /** What the template's literals are written as. */
  readonly renamed: ReadonlyMap<Literal, string>;
}

/** One argument: its name, its type, and its value for each member. */
export interface ClusterArgument {
  readonly name: string;
  readonly type: string;
  readonly values: readonly Literal[];
}

interface Shape {
  readonly draft: Draft;
  readonly skeleton: string;
  readonly literals: readonly Literal[];
}

/** Groups drafts of one declaration into as few functions as possible, in order of appearance. */
export function unify(drafts: readonly Draft[]): readonly Cluster[] {
  const groups = new Map<string, Shape[]>();
  for (const shape of drafts.map(analyse)) {
    const group = groups.get(shape.skeleton);
    if (group === undefined) groups.set(shape.skeleton, [shape]);
    else group.push(shape);
  }
  return [...groups.values()].map(toCluster);
}

/** The text of a body with its literals left out, and these in order. */
function analyse(draft: Draft): Shape {
  const literals: Literal[] = [];
  const { statements, needs, dims, inputs } = draft;
  const names = inputs.map(({ name }) => name);
  visitSyntax(statements, (it) => {
    if (isLiteral(it)) literals.push(it);
  });
  const blanks = new Map(literals.map((it) => [it, `<${it.kind}>`]));
  const needed = Object.entries(needs).flatMap(([need, is]: [string, boolean]) => (is ? [need] : []));
  const body = statements.map((it) => printStatement(it, blanks));
  const skeleton = [names.join(), needed.join(), dims.join(), ...body].join("\n");
  return { draft, skeleton, literals };
}

/** Numbers, and other literals that come from a hyperparameter. */
function isLiteral(it: Syntax): it is Literal {
  return it.kind === "number" || ((it.kind === "string" || it.kind === "boolean") && it.source !== undefined);
}

function toCluster(shapes: readonly Shape[]): Cluster {
  const template = required(shapes[0], "draft");
  const members = shapes.map(({ draft }) => draft);
  const found = new Map<string, { readonly values: readonly Literal[]; readonly at: Literal[] }>();
  template.literals.forEach((literal, index) => {
    const values = shapes.map(({ literals }) => required(literals[index], "literal"));
    if (values.every(({ value }) => Object.is(value, literal.value))) return;
    const key = values.map(printLiteral).join();
    const known = found.get(key);
    if (known === undefined) found.set(key, { values, at: [literal] });
    else known.at.push(literal);
  });
  const renamed = new Map<Literal, string>();
  const args = [...found.values()].map(({ values, at }): ClusterArgument => {
    const name = template.draft.names.take(argumentName(members, values));
    at.forEach((literal) => renamed.set(literal, name));
    return { name, type: argumentType(values), values };
  });
  return { template: template.draft, members, arguments: args, renamed };
}

const printLiteral = (literal: Literal): string => printExpression(literal);

function argumentType(values: readonly Literal[]): string {
  const [first] = values;
  if (first?.kind === "number") return "number";
  if (first?.kind === "boolean") return "boolean";
  return [...new Set(values.map(printLiteral))].join(" | ");
}

/** The hyperparameter that has these values; else the expression that they came from, where it is one name. */
function argumentName(members: readonly Draft[], values: readonly Literal[]): string {
  const candidates = members[0]?.callable.hyperparameters ?? [];
  const fits = candidates.find(({ name }) =>
    members.every(({ callable }, index) => {
      const given = callable.hyperparameters.find((it) => it.name === name)?.value;
      return given !== undefined && isThat(given, values[index]?.value);
    }),
  );
  if (fits !== undefined) return fits.name;
  const source = values[0]?.source;
  return source !== undefined && /^[A-Za-z]\w*$/.test(source) ? source : "size";
}

function isThat(given: HyperparameterValue, value: Literal["value"] | undefined): boolean {
  if (typeof given !== "object") return given === value;
  if ("kind" in given) {
    return (
      given.kind === "dim" &&
      given.terms.length === 1 &&
      given.terms[0]?.factors.length === 0 &&
      Number(given.terms[0].coefficient) === value
    );
  }
  return given.length > 0 && given.every((it) => it === value);
}
