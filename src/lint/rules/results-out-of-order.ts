import { required } from "../../support/fault.ts";
import type { ModelRule } from "../model-rule.ts";

/** MC3206: results that are bound to one another's names. */
export const resultsOutOfOrder: ModelRule = (node, { module }, report) => {
  if (node.kind !== "call" || node.origin === undefined || node.results.length < 2) return;
  const { name: callee, resultNames } = required(module.functions.get(node.callee), "callee");
  const places = node.results.map(({ name }) => (name === undefined ? -1 : resultNames.indexOf(name)));
  // Those that stand at one another's places: other names, and a name that happens to be that of a result, are free.
  const isSwapped = places.some((place, at) => place !== at && returnsTo(places, at));
  if (!isSwapped) return;
  const bound = node.results.map(({ name }) => name ?? "_");
  const declared = resultNames.map((it) => it ?? "_");
  report(
    "MC3206",
    node.origin,
    { callee, bound: `(${bound.join(", ")})`, declared: `(${declared.join(", ")})` },
    { help: `Results go by their places: write \`(${declared.join(", ")}) = ...\`, or other names.` },
  );
};

/** Whether the places lead from one of them back to it. */
function returnsTo(places: readonly number[], start: number): boolean {
  let at = places[start];
  for (let steps = 0; at !== undefined && at !== -1 && steps < places.length; steps += 1) {
    if (at === start) return true;
    at = places[at];
  }
  return false;
}
