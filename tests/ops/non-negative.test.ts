import { describe, expect, it } from "vitest";
import { interpretGraph } from "../../src/graph/interpret.ts";
import { allOperators, findOperator } from "../../src/ops/registry.ts";
import { required } from "../../src/support/fault.ts";
import { describeSample, graphOfSample, inputsOfSample } from "./sample-graphs.ts";

const declared = allOperators.filter((it) => it.nonNegative !== undefined);

describe("operators whose results are not negative", () => {
  it.each(declared.map((it) => [it.name, it] as const))("hold to it: %s", (_, operator) => {
    let tried = 0;
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
        const [result] = graph.outputs;
        if (result === undefined || operator.nonNegative?.(flags, result.value.type.dtype) !== true) continue;
        tried += 1;
        for (const { data } of interpretGraph(graph, inputs).values())
          expect(
            [...data].filter((it) => it < 0),
            `${describeSample(sample)} ${flags.join()}`,
          ).toEqual([]);
      }
    }
    expect(tried).toBeGreaterThan(0);
  });

  it.each<[string, readonly number[]]>([
    ["add", [2 ** 31 - 1, 1]],
    ["mul", [2 ** 30, 2]],
    ["abs", [-(2 ** 31)]],
    ["square", [46341]],
    ["sum", [2 ** 30]],
    ["prod", [46341]],
    ["cumsum", [2 ** 30]],
  ])("are none of integers that wrap around: %s", (name, numbers) => {
    const operator = required(findOperator(name), name);
    const along = "axis" in operator.attributes ? { axis: 0 } : "axes" in operator.attributes ? { axes: [0] } : {};
    const operands = numbers.map((it) => ({ dtype: "i32" as const, shape: [2], data: [it, it] }));
    const graph = graphOfSample(operator, { operands, attributes: along });
    const inputs = inputsOfSample(graph, { operands });
    const results = [...interpretGraph(graph, inputs).values()].flatMap(({ data }) => [...data]);
    expect(results.some((it) => it < 0)).toBe(true);
    const all = operands.map(() => true);
    expect(operator.nonNegative?.(all, "i32")).toBe(false);
    expect(["f32", "u8"].map((it) => operator.nonNegative?.(all, it as "f32" | "u8"))).toEqual([true, true]);
  });
});
