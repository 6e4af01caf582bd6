import { asNumber } from "../../dims/dim.ts";
import type { HyperparameterValue } from "../../ir/graph.ts";
import { required } from "../../support/fault.ts";
import type { Literal } from "./tree.ts";
import { piecesWithin } from "./visit-tree.ts";
import type { Draft } from "./write-body.ts";

/** Bodies that differ in literals alone, the literals that differ being the arguments of one function. */
export interface Cluster {
  readonly template: Draft;
  readonly members: readonly Draft[];
  readonly arguments: readonly ClusterArgument[];
  /** What the template's literals are written as. */
  readonly renamed: ReadonlyMap<Literal, string>;
}

/** One argument: its name, and its value for each member. */
export interface ClusterArgument {
  readonly name: string;
  readonly values: readonly Literal[];
}

/** Groups drafts of one declaration into as few functions as possible, in order of appearance. */
export function unify(drafts: readonly Draft[]): readonly Cluster[] {
  const groups: Draft[][] = [];
  for (const draft of drafts) {
    const group = groups.find(([first]) => first !== undefined && isAlike(headOf(draft), headOf(first)));
    if (group === undefined) groups.push([draft]);
    else group.push(draft);
  }
  return groups.map(toCluster);
}

/** What makes a function of a draft. */
function headOf({ statements, needs, dims, inputs }: Draft): readonly unknown[] {
  return [inputs.map(({ name }) => name), needs, dims.map(({ name }) => name), statements];
}

/** Whether two pieces of the tree are the same but for the values of their literals. */
function isAlike(one: unknown, other: unknown): boolean {
  if (!isObject(one) || !isObject(other)) return one === other;
  if (isLiteral(one) || isLiteral(other)) return isLiteral(one) && isLiteral(other) && one.kind === other.kind;
  const [fields, others] = [fieldsOf(one), fieldsOf(other)];
  return fields.size === others.size && [...fields].every(([name, value]) => isAlike(value, others.get(name)));
}

function isObject(it: unknown): it is object {
  return typeof it === "object" && it !== null;
}

function fieldsOf(it: object): ReadonlyMap<string, unknown> {
  return new Map(Object.entries(it).filter(([, value]: readonly [string, unknown]) => value !== undefined));
}

/** Numbers, and other literals that come from a hyperparameter. */
function isLiteral(it: object): it is Literal {
  if (!("kind" in it)) return false;
  const isWord = it.kind === "string" || it.kind === "boolean";
  return it.kind === "number" || (isWord && "source" in it && it.source !== undefined);
}

function literalsOf({ statements }: Draft): readonly Literal[] {
  return [...piecesWithin(statements)].flatMap((it) => (isLiteral(it) ? [it] : []));
}

function toCluster(members: readonly Draft[]): Cluster {
  const template = required(members[0], "draft");
  const [own = [], ...others] = members.map(literalsOf);
  const found: { readonly values: readonly Literal[]; readonly at: Literal[] }[] = [];
  own.forEach((literal, index) => {
    const values = [literal, ...others.map((literals) => required(literals[index], "literal"))];
    if (values.every((it) => isSame(it, literal))) return;
    const known = found.find((it) => it.values.every((value, at) => isSame(value, required(values[at], "literal"))));
    if (known === undefined) found.push({ values, at: [literal] });
    else known.at.push(literal);
  });
  const renamed = new Map<Literal, string>();
  const args = found.map(({ values, at }): ClusterArgument => {
    const name = template.names.take(argumentName(members, values));
    at.forEach((literal) => renamed.set(literal, name));
    return { name, values };
  });
  return { template, members, arguments: args, renamed };
}

function isSame(one: Literal, other: Literal): boolean {
  return Object.is(one.value, other.value);
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
  switch (given.kind) {
    case "number":
    case "boolean":
    case "string":
      return given.value === value;
    case "dim":
      return value !== undefined && asNumber(given.value) === value;
    case "list":
      return given.elements.length > 0 && given.elements.every((it) => isThat(it, value));
    case "recipe":
      return false;
  }
}
