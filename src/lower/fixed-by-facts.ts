import { decide } from "../dims/decide.ts";
import { asNumber, constant, variable, variablesOf } from "../dims/dim.ts";
import { equal, type Facts } from "../dims/facts.ts";
import type { Module } from "../ir/graph.ts";
import type { TensorType } from "../ir/types.ts";
import { nodesWithin } from "../ir/visit.ts";
import { readAttribute } from "../ops/define/read-attribute.ts";

/** The sizes of free dims that facts leave no choice of, as `where S == 1` does. */
export function fixedByFacts(inputs: readonly TensorType[], facts: Facts): ReadonlyMap<string, number> {
  if (facts.relations.length === 0) return new Map();
  const free = new Set(inputs.flatMap(({ shape }) => shape.flatMap((dim) => [...variablesOf(dim)])));
  return new Map(
    [...free].flatMap((name): readonly (readonly [string, number])[] => {
      // No dim is 0, so what shows that is a size that the facts permit.
      const some = decide(equal(variable(name), constant(0)), facts);
      const size = some.verdict === "refuted" ? some.counterexample.get(name) : undefined;
      if (size === undefined) return [];
      const isOnly = decide(equal(variable(name), constant(size)), facts).verdict === "proved";
      return isOnly ? [[name, size]] : [];
    }),
  );
}

/** Whether a model leaves open what it must know to be built: sizes of what it owns, or numbers of groups. */
export function hasOpenSizes(module: Module): boolean {
  const functions = [...module.functions.values()];
  const owned = functions.flatMap((it) => [...it.parameters, ...it.states]);
  return (
    owned.some(({ type }) => type.shape.some((dim) => asNumber(dim) === undefined)) ||
    [...nodesWithin(functions.flatMap(({ body }) => body.nodes))].some(
      (node) =>
        node.kind === "operator" &&
        node.attributes["groups"] !== undefined &&
        asNumber(readAttribute(node, "groups", "dim")) === undefined,
    )
  );
}
