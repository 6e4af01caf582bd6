import { describe, expect, it } from "vitest";
import type { Graph } from "../../src/ir/graph.ts";
import { isFloat } from "../../src/ops/define/dtype-class.ts";
import { interpretGraph } from "../../src/graph/interpret.ts";
import { at } from "../../src/ops/define/nd-array.ts";
import type { NdArray, Operator, Sample } from "../../src/ops/define/operator.ts";
import { allOperators } from "../../src/ops/registry.ts";
import {
  describeSample,
  gradientGraphOfSample,
  graphOfSample,
  inputsOfSample,
  isDifferentiable,
} from "./sample-graphs.ts";
import { relativeError } from "./relative-error.ts";

function outputOf(outputs: ReadonlyMap<string, NdArray>, name: string): NdArray {
  const found = outputs.get(name);
  if (found === undefined) throw new Error(`no output ${name}`);
  return found;
}

/** The sum of all results, each weighed by the gradient that is given for it. */
function weighed(forward: Graph, inputs: ReadonlyMap<string, NdArray>): number {
  let total = 0;
  interpretGraph(forward, inputs).forEach((result, name) => {
    const weights = inputs.get(name.replace("y", "g"));
    weights?.data.forEach((weight, index) => (total += weight * at(result, index)));
  });
  return total;
}

/** Central differences of the weighed sum with respect to some elements of an operand, and the elements' indices. */
function finiteDifferences(
  forward: Graph,
  inputs: ReadonlyMap<string, NdArray>,
  name: string,
): ReadonlyMap<number, number> {
  const x = outputOf(inputs, name);
  const every = Math.max(1, Math.ceil(x.data.length / 24));
  const slopes = new Map<number, number>();
  for (let index = 0; index < x.data.length; index += every) {
    const step = 1e-5 * Math.max(1, Math.abs(at(x, index)));
    const moved = (by: number): number => {
      const data = x.data.map((value, place) => (place === index ? value + by : value));
      return weighed(forward, new Map(inputs).set(name, { ...x, data }));
    };
    slopes.set(index, (moved(step) - moved(-step)) / (2 * step));
  }
  return slopes;
}

function checkGradient(operator: Operator, sample: Sample): void {
  const forward = graphOfSample(operator, sample);
  const backward = gradientGraphOfSample(operator, sample, "own");
  const inputs = inputsOfSample(backward, sample);
  const outputs = interpretGraph(backward, inputs);
  sample.operands.forEach(({ dtype }, index) => {
    if (!isFloat(dtype)) return;
    const gradient = outputs.get(`d${index}`);
    let size = 1e-2;
    gradient?.data.forEach((value) => (size = Math.max(size, Math.abs(value))));
    for (const [place, slope] of finiteDifferences(forward, inputs, `x${index}`)) {
      const found = gradient === undefined ? 0 : at(gradient, place);
      expect(
        Math.abs(found - slope) / size,
        `element ${place} of operand ${index}: ${found}, not ${slope}`,
      ).toBeLessThan(1e-6);
    }
  });
}

for (const operator of allOperators) {
  describe(operator.name, () => {
    it("has samples", () => {
      expect(operator.samples.length).toBeGreaterThan(0);
    });
    for (const sample of operator.samples) {
      const title = describeSample(sample);
      it(`gives what its shape rule says: ${title}`, () => {
        const graph = graphOfSample(operator, sample);
        const outputs = interpretGraph(graph, inputsOfSample(graph, sample));
        expect(outputs.size).toBe(graph.outputs.length);
        outputs.forEach((array) => {
          expect(array.data.length).toBe(array.shape.reduce((a, b) => a * b, 1));
        });
      });
      if (!isDifferentiable(operator, sample)) continue;
      it(`has the gradient of finite differences: ${title}`, () => {
        checkGradient(operator, sample);
      });
      if (operator.kind === "primitive" || operator.gradient === undefined) continue;
      it(`has the gradient of its decomposition: ${title}`, () => {
        const own = gradientGraphOfSample(operator, sample, "own");
        const other = gradientGraphOfSample(operator, sample, "decomposition");
        const inputs = inputsOfSample(own, sample);
        const expected = interpretGraph(other, inputs);
        const actual = interpretGraph(own, inputs);
        expect([...actual.keys()]).toEqual([...expected.keys()]);
        actual.forEach((array, name) => {
          expect(relativeError(array, outputOf(expected, name)), name).toBeLessThan(1e-9);
        });
      });
    }
  });
}
