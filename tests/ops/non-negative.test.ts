import { describe, expect, it } from "vitest";
import { interpretGraph } from "../../src/graph/interpret.ts";
import { allOperators } from "../../src/ops/registry.ts";
import { describeSample, graphOfSample, inputsOfSample } from "./sample-graphs.ts";

const declared = allOperators.filter((it) => it.nonNegative !== undefined);

describe("operators whose results are not negative", () => {
  it.each(declared.map((it) => [it.name, it] as const))("hold to it: %s", (_, operator) => {
    for (const sample of operator.samples) {
      const graph = graphOfSample(operator, sample);
      const drawn = inputsOfSample(graph, sample);
      const all = [...drawn.keys()];
      // Each operand as it was drawn, and with its magnitudes.
      const choices = all.reduce<readonly (readonly boolean[])[]>(
        (before, _name) =>
          before.flatMap((it) => [
            [...it, false],
            [...it, true],
          ]),
        [[]],
      );
      for (const positive of choices) {
        const inputs = new Map(
          [...drawn].map(([name, array], at) => [
            name,
            positive[at] === true ? { ...array, data: array.data.map(Math.abs) } : array,
          ]),
        );
        const flags = all.map((name) => inputs.get(name)?.data.every((it) => it >= 0) ?? false);
        if (operator.nonNegative?.(flags) !== true) continue;
        for (const { data } of interpretGraph(graph, inputs).values())
          expect(
            [...data].filter((it) => it < 0),
            `${describeSample(sample)} ${flags.join()}`,
          ).toEqual([]);
      }
    }
  });
});
