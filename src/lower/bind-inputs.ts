import { dimNamesOf, introducersOf } from "../analyze/dim-names.ts";
import { referencesIn } from "../analyze/walk.ts";
import type { Value } from "../ir/graph.ts";
import type { TensorType } from "../ir/types.ts";
import { elementAt } from "../support/element-at.ts";
import type { CallableDeclaration, Expression, Fact, Input, TypeExpression } from "../syntax/ast.ts";
import { findLocal, innerScope, type Context, type Scope } from "./context.ts";
import { matchInputs, resolveType, type ResolvedType } from "./declared-types.ts";
import { lowerInitial } from "./lower-initial.ts";
import { nameValue } from "./name-value.ts";
import { poison, tensor, type TensorVal } from "./values.ts";

/** An input that a use gives, in the body. */
export interface BoundInput extends ResolvedType {
  readonly name: string;
  readonly declared: TypeExpression;
  readonly value: Value;
}

/** What the inputs of a use are in the body: the scope that has their names, and those that are given. */
export interface BoundInputs {
  readonly scope: Scope;
  readonly inputs: readonly BoundInput[];
}

/**
 * Marks in the scope of a header what a use leaves out, before its inputs are matched: optional inputs, and dims that no
 * input introduces that is given. A default gives such dims values yet.
 */
function bindAbsent(header: Context, declaration: CallableDeclaration, isGiven: (place: number) => boolean): void {
  const { names } = header.scope;
  if (declaration.inputs.every((_, place) => isGiven(place))) return;
  const dims = dimNamesOf(
    declaration,
    (name) => findLocal(header.scope, name) !== undefined || header.file.scope.get(name)?.kind === "const",
  );
  for (const [name, places] of dims.introducedBy) {
    if (places.some(isGiven)) continue;
    names.set(name, { kind: "absent", what: "dim", name, inputs: introducersOf(declaration, dims, name) });
  }
  for (const [place, { name, optional }] of declaration.inputs.entries()) {
    if (!optional || isGiven(place) || name === undefined) continue;
    names.set(name.text, { kind: "absent", what: "input", name: name.text, inputs: [name.text] });
  }
}

/** Whether a fact speaks of a dim that nothing introduces which is given: then there is nothing to prove. */
export function isOfAbsent({ scope }: Context, { condition }: Fact): boolean {
  return [...referencesIn(condition)].some((name) => {
    const val = findLocal(scope, name);
    return val?.kind === "absent" && val.what === "dim";
  });
}

/**
 * The scope of a body: what is given, by place, under its names, and the defaults of the rest, each of which may rest on
 * the inputs before it and gives its dims to those after it. `typesOf` gives the types of inputs that are given, which
 * stand one after the other, `valueOf` the value of one. Undefined after a report.
 */
export function bindInputs(
  header: Context,
  declaration: CallableDeclaration,
  isGiven: (place: number) => boolean,
  typesOf: (places: readonly number[]) => readonly (ResolvedType | undefined)[] | undefined,
  valueOf: (type: TensorType, place: number) => Value,
): BoundInputs | undefined {
  const scope = innerScope(header.scope);
  const inputs: BoundInput[] = [];
  const bindGiven = (places: readonly number[]): boolean => {
    const types = places.length === 0 ? [] : typesOf(places);
    if (types === undefined) return false;
    for (const [at, place] of places.entries()) {
      const typed = types[at];
      if (typed === undefined) return false;
      const { name: declaredName, type: declared } = elementAt(declaration.inputs, place);
      const name = declaredName?.text;
      const value = valueOf(typed.type, place);
      inputs.push({ ...typed, name: name ?? "_", declared, value });
      if (name !== undefined) scope.names.set(name, tensor(value, typed.facts));
    }
    return true;
  };
  bindAbsent(header, declaration, isGiven);
  let open: number[] = [];
  let fine = true;
  for (const [place, input] of declaration.inputs.entries()) {
    if (isGiven(place)) open.push(place);
    else if (input.default !== undefined) {
      if (!bindGiven(open)) return undefined;
      open = [];
      const val = lowerDefault({ ...header, scope }, header, declaration, place, input, input.default);
      if (val === undefined) fine = false;
      if (input.name !== undefined) scope.names.set(input.name.text, val ?? poison);
    }
  }
  return bindGiven(open) && fine ? { scope, inputs } : undefined;
}

/** The value of an input that a use leaves out, with the dims and axis names that the header declares. */
function lowerDefault(
  ctx: Context,
  header: Context,
  declaration: CallableDeclaration,
  place: number,
  input: Input,
  value: Expression,
): TensorVal | undefined {
  const val = lowerInitial(ctx, value, () => resolveType(header, input.type)?.type, "A default");
  if (val === undefined) return undefined;
  const given = declaration.inputs.map((_, at) => (at === place ? { val, span: value.span } : undefined));
  const typed = matchInputs(header, header, declaration, given)?.[place];
  if (typed === undefined) return undefined;
  const made = tensor({ ...val.value, type: typed.type }, typed.facts);
  // `memory = query` makes no value that could have a name of its own.
  return input.name === undefined || value.kind === "reference" ? made : nameValue(ctx, input.name.text, made);
}
