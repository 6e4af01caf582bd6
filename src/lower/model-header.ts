import type { Facts } from "../dims/facts.ts";
import type { Func } from "../ir/graph.ts";
import type { TensorType } from "../ir/types.ts";
import { elementAt } from "../support/element-at.ts";
import type { CallableDeclaration } from "../syntax/ast.ts";
import type { BoundInputs } from "./bind-inputs.ts";
import type { Context } from "./context.ts";
import { resolveType } from "./declared-types.ts";
import { tellingApart } from "./telling-apart.ts";
import { noValueFacts, type ValueFacts } from "./values.ts";

/** What sections go by of a model: what its header says, also where its body is wrong. */
export interface ModelHeader {
  readonly inputs: readonly { readonly name: string; readonly type: TensorType }[];
  readonly results: readonly HeaderResult[];
  readonly facts: Facts;
  readonly assumptions: string;
}

interface HeaderResult {
  readonly name: string | undefined;
  /** Undefined where it is not known, for an error that was reported. */
  readonly type: TensorType | undefined;
  readonly facts: ValueFacts;
}

/** The header of a model that was lowered: its results are what its body gives. */
export function headerOf(
  { inputNames, resultNames, body }: Func,
  resultFacts: readonly ValueFacts[],
  { facts, assumptions }: Pick<ModelHeader, "facts" | "assumptions">,
): ModelHeader {
  return {
    inputs: body.inputs.map(({ type }, at) => ({ name: elementAt(inputNames, at), type })),
    results: body.results.map(({ type }, at) => ({
      name: resultNames[at],
      type,
      facts: resultFacts[at] ?? noValueFacts,
    })),
    facts,
    assumptions,
  };
}

/**
 * The header of a model whose body is wrong: its results are what they are declared as, unless the body gives something
 * else, for either of the two may be meant. `ctx` has the inputs in scope. What is wrong with the results is told where the
 * body is right.
 */
export function declaredHeader(
  ctx: Context,
  { results = [], ...declaration }: CallableDeclaration,
  inputs: BoundInputs["inputs"],
): ModelHeader {
  const { elaborator } = ctx;
  const doubted = elaborator.doubted.has(declaration.name);
  const silent = tellingApart(elaborator);
  return {
    inputs: inputs.map(({ name, type }) => ({ name, type })),
    results: results.map(({ name, type }): HeaderResult => {
      const resolved = doubted ? undefined : resolveType({ ...ctx, elaborator: silent }, type, "trusted");
      return { name: name?.text, type: resolved?.type, facts: resolved?.facts ?? noValueFacts };
    }),
    facts: ctx.facts,
    assumptions: ctx.assumptions,
  };
}
