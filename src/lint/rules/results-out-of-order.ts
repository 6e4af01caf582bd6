import type { Value } from "../../ir/graph.ts";
import { required } from "../../support/fault.ts";
import type { ModelRule } from "../model-rule.ts";

/** MC3206: results that are bound to one another's names. */
export const resultsOutOfOrder: ModelRule = (node, { module }, report) => {
  if (node.kind !== "call" || node.origin === undefined || node.results.length < 2) return;
  const { name: callee, inputNames, resultNames } = required(module.functions.get(node.callee), "callee");
  // What is given in another order comes out in another order.
  if (!isSwapped(node.results, resultNames) || isSwapped(node.operands, inputNames)) return;
  const bound = node.results.map(({ name }) => name ?? "_");
  const declared = resultNames.map((it) => it ?? "_");
  report(
    "MC3206",
    node.origin,
    { callee, bound: `(${bound.join(", ")})`, declared: `(${declared.join(", ")})` },
    { help: `Results go by their places: write \`(${declared.join(", ")}) = ...\`, or other names.` },
  );
};

/**
 * Whether values that are called as others are declared stand at one another's places: other names, and a name that happens
 * to be one of those that are declared, are free.
 */
function isSwapped(values: readonly Value[], declared: readonly (string | undefined)[]): boolean {
  const places = values.map(({ name }) => (name === undefined ? -1 : declared.indexOf(name)));
  return places.some((place, at) => place !== at && returnsTo(places, at));
}

/** Whether the places lead from one of them back to it. */
function returnsTo(places: readonly number[], start: number): boolean {
  let at = places[start];
  for (let steps = 0; at !== undefined && at !== -1 && steps < places.length; steps += 1) {
    if (at === start) return true;
    at = places[at];
  }
  return false;
}
