import type { Func, Node, Region, Value } from "../ir/graph.ts";
import type { TrainStep } from "../ir/program.ts";
import { nodesWithin, regionsOf } from "../ir/visit.ts";
import { capturesOf, cloneNode, renameBy } from "../graph/rewrite.ts";
import { elementAt } from "../support/element-at.ts";
import { dependents } from "./nodes-between.ts";

/** What a model calls the values that an objective takes from it, by their ids in the objective. */
type ValuesInModel = ReadonlyMap<number, Value>;

/**
 * The model and an objective as one function of the model's inputs, then of the features that the objective alone takes,
 * with the objective's results: where a gradient in the objective may go through the model. Undefined where none does.
 */
export function joinModel(
  entry: Func,
  { objective, objectiveInputs }: Pick<TrainStep, "objective" | "objectiveInputs">,
): Func | undefined {
  const { inputs, nodes, results } = objective.body;
  const values = new Map<number, Value>();
  objectiveInputs.forEach(({ from, name }, index) => {
    const [own, names] =
      from === "output" ? [entry.body.results, entry.resultNames] : [entry.body.inputs, entry.inputNames];
    const value = own[names.indexOf(name)];
    if (value !== undefined) values.set(elementAt(inputs, index).id, value);
  });
  const mayCross = [...nodesWithin(nodes)].some(
    (it) => it.kind === "gradient" && takesDependents(entry, it.by, values),
  );
  if (!mayCross) return undefined;
  const joined = joinNodes(entry, { inputs, nodes, results }, values);
  const others = inputs.filter(({ id }) => !values.has(id));
  return {
    ...objective,
    inputNames: [...entry.inputNames, ...others.map((it) => elementAt(objective.inputNames, inputs.indexOf(it)))],
    parameters: entry.parameters,
    states: entry.states,
    body: {
      inputs: [...entry.body.inputs, ...others.map(joined.of)],
      nodes: joined.nodes,
      results: results.map(joined.of),
    },
  };
}

/** Whether an objective takes something from the model that is made there of another value that it takes. */
export function takesDependents(entry: Func, by: Value, values: ValuesInModel): boolean {
  const inModel = values.get(by.id);
  if (inModel === undefined) return false;
  const made = dependents(entry.body.nodes, [inModel]);
  return [...values].some(([id, value]) => id !== by.id && made.has(value.id));
}

/** A model's nodes, then those of an objective; `of` gives what stands for a value of the objective. */
export function joinNodes(
  entry: Func,
  objective: Region,
  values: ValuesInModel,
): { readonly nodes: readonly Node[]; readonly of: (value: Value) => Value } {
  const offset = 1 + greatestId(entry.body);
  const fresh = (like: Value): Value => ({ ...like, id: like.id + offset });
  const scope = new Map<number, Value>(values);
  for (const it of [...objective.inputs, ...capturesOf(objective)]) if (!scope.has(it.id)) scope.set(it.id, fresh(it));
  const nodes = objective.nodes.map((node) => cloneNode(node, scope, fresh));
  return { nodes: [...entry.body.nodes, ...nodes], of: renameBy(scope) };
}

/** The greatest id of a value in a region. */
export function greatestId({ inputs, nodes, results }: Region): number {
  const own = [...inputs, ...results, ...nodes.flatMap((it) => it.results)].map((it) => it.id);
  return [...own, ...nodes.flatMap(regionsOf).map(greatestId)].reduce((a, b) => Math.max(a, b), -1);
}
