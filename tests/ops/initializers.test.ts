import { describe, expect, it } from "vitest";
import { constant } from "../../src/dims/dim.ts";
import { noFacts } from "../../src/dims/facts.ts";
import * as tfjs from "../../src/emit/tfjs/prelude/initializers.ts";
import * as tfjsNormal from "../../src/emit/tfjs/prelude/normal-initializers.ts";
import { createBuilder } from "../../src/graph/create-builder.ts";
import { initializers, initialValue, type InitializerName } from "../../src/ops/initializers.ts";
import { interpretGraph } from "../../src/graph/interpret.ts";
import { keyFor, normal, uniform } from "../../src/ops/random/counter.ts";

const key = keyFor(42, 0, "dense_0.kernel");

function initial(
  name: InitializerName,
  shape: readonly number[],
  given: Readonly<Record<string, number>> = {},
): number[] {
  const b = createBuilder({ firstId: 0 });
  const keyValue = b.value({ dtype: "u32", shape: [constant(2)] });
  const type = { dtype: "f32", shape: shape.map((size) => constant(size)) } as const;
  const value = initialValue(b, keyValue, type, { name, arguments: given });
  const graph = {
    name: "init",
    mode: "training",
    inputs: [{ name: "key", role: "seed", value: keyValue }],
    nodes: b.nodes,
    outputs: [{ name: "value", role: "parameter", value }],
    facts: noFacts,
    nextId: b.nextId,
  } as const;
  const inputs = new Map([["key", { dtype: "u32", shape: [2], data: Float64Array.from(key) } as const]]);
  const result = interpretGraph(graph, inputs).get("value");
  expect(result?.shape).toEqual(shape);
  return [...(result?.data ?? [])];
}

function deviation(values: readonly number[]): number {
  const mean = values.reduce((a, b) => a + b, 0) / values.length;
  return Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length);
}

describe("initialisers", () => {
  const onHost: Readonly<Record<InitializerName, tfjs.Initializer>> = {
    zeros: tfjs.zeros,
    ones: tfjs.ones,
    constant: tfjs.filledWith(0),
    forget_bias: tfjsNormal.forgetBias,
    uniform: tfjs.uniformWithin(),
    normal: tfjs.normalWith(),
    truncated_normal: tfjsNormal.truncatedNormalWith(),
    glorot_uniform: tfjs.glorotUniform,
    glorot_normal: tfjsNormal.glorotNormal,
    he_uniform: tfjs.heUniform,
    he_normal: tfjsNormal.heNormal,
    lecun_uniform: tfjs.lecunUniform,
    lecun_normal: tfjsNormal.lecunNormal,
    orthogonal: tfjsNormal.orthogonal,
  };

  it("fill", () => {
    expect(initial("zeros", [3])).toEqual([0, 0, 0]);
    expect(initial("ones", [2])).toEqual([1, 1]);
    expect(initial("constant", [2], { value: 0.25 })).toEqual([0.25, 0.25]);
    expect(initial("forget_bias", [8])).toEqual([0, 0, 1, 1, 0, 0, 0, 0]);
  });

  it("draw by the row-major index", () => {
    expect(initial("uniform", [2, 3], { min: 0, max: 1 })).toEqual([0, 1, 2, 3, 4, 5].map((i) => uniform(key, i)));
    const normals = initial("normal", [2, 2], { stddev: 0.5, mean: 2 });
    normals.forEach((value, i) => expect(value).toBeCloseTo(normal(key, i) * 0.5 + 2, 12));
  });

  it("spread by fan as Keras does", () => {
    // Fans of [3, 3, 16, 32]: 144 and 288.
    const shape = [3, 3, 16, 32];
    const limits = { glorot_uniform: 6 / (144 + 288), he_uniform: 6 / 144, lecun_uniform: 3 / 144 } as const;
    for (const [name, square] of Object.entries(limits) as [keyof typeof limits, number][]) {
      const values = initial(name, shape);
      expect(Math.max(...values)).toBeLessThanOrEqual(Math.sqrt(square) * 1.000001);
      expect(Math.max(...values)).toBeGreaterThan(Math.sqrt(square) * 0.99);
      expect(Math.min(...values)).toBeLessThan(-Math.sqrt(square) * 0.99);
    }
    const variances = { glorot_normal: 2 / (144 + 288), he_normal: 2 / 144, lecun_normal: 1 / 144 } as const;
    for (const [name, variance] of Object.entries(variances) as [keyof typeof variances, number][]) {
      const values = initial(name, shape);
      expect(deviation(values) / Math.sqrt(variance)).toBeGreaterThan(0.97);
      expect(deviation(values) / Math.sqrt(variance)).toBeLessThan(1.03);
      expect(Math.max(...values.map(Math.abs))).toBeLessThanOrEqual(
        (2.00001 * Math.sqrt(variance)) / 0.87962566103423978,
      );
    }
    expect(deviation(initial("truncated_normal", [5000])) / (0.05 * 0.87962566)).toBeCloseTo(1, 1);
  });

  it.each([
    // The largest number and the deviation that torch.nn.init drew for 240,000 elements, fans 600 and 400:
    // xavier_uniform_ with calculate_gain("relu"), xavier_normal_ with 5 / 3, kaiming_uniform_ with a=0.2.
    ["glorot_uniform", Math.SQRT2, 0.10954298, 0.06326753],
    ["glorot_normal", 5 / 3, undefined, 0.07459684],
    ["he_uniform", 1 / Math.sqrt(1.04), 0.09805632, undefined],
    // Keras' VarianceScaling(scale=3): the variance is scale / fan.
    ["lecun_uniform", Math.sqrt(3), Math.sqrt(9 / 600), Math.sqrt(3 / 600)],
    ["lecun_normal", Math.sqrt(3), undefined, Math.sqrt(3 / 600)],
    ["he_normal", 0.5, undefined, 0.5 * Math.sqrt(2 / 600)],
  ] as const)("multiply what %s draws by a gain", (name, gain, largest, spread) => {
    const values = initial(name, [600, 400], { gain });
    if (largest !== undefined) expect(Math.max(...values.slice(0, 100_000)) / largest).toBeCloseTo(1, 3);
    if (spread !== undefined) expect(deviation(values) / spread).toBeCloseTo(1, 2);
    const plain = initial(name, [8, 4]);
    const host = tfjs.timesGain(onHost[name], gain)([8, 4], key);
    initial(name, [8, 4], { gain }).forEach((value, i) => {
      expect(Math.abs(value - (plain[i] ?? NaN) * gain)).toBeLessThan(2e-7);
      expect(Math.abs((host[i] ?? NaN) - value)).toBeLessThan(2e-7);
    });
  });

  it("inverts the truncated normal distribution", () => {
    // P(z < 1 | -2 < z < 2) = (Phi(1) - Phi(-2)) / (Phi(2) - Phi(-2)) = 0.85758...
    const values = initial("truncated_normal", [20000], { stddev: 1 });
    const below = values.filter((value) => value < 1).length / values.length;
    expect(Math.abs(below - (0.841344746 - 0.022750132) / 0.954499736)).toBeLessThan(0.01);
    // Exactly: z at u is the quantile, so that Phi of the median and of both ends are known.
    const sorted = values.toSorted((a, b) => a - b);
    expect(Math.abs(sorted[10000] ?? 9)).toBeLessThan(0.03);
    expect(sorted[0]).toBeGreaterThanOrEqual(-2);
    expect(sorted[0]).toBeLessThan(-1.98);
  });

  it.each([[[6, 4]], [[4, 6]], [[5, 5]], [[2, 3, 4]]])("makes %j orthogonal", (shape) => {
    const values = initial("orthogonal", shape, { gain: 3 });
    const columns = shape[shape.length - 1] ?? 1;
    const rows = values.length / columns;
    const at = (i: number, j: number): number => (values[i * columns + j] ?? NaN) / 3;
    const [vectors, size, element] =
      rows < columns ? [rows, columns, at] : [columns, rows, (i: number, j: number): number => at(j, i)];
    for (let i = 0; i < vectors; i++) {
      for (let j = 0; j < vectors; j++) {
        let product = 0;
        for (let k = 0; k < size; k++) product += element(i, k) * element(j, k);
        expect(product).toBeCloseTo(i === j ? 1 : 0, 10);
      }
    }
  });

  it.each(Object.keys(initializers) as InitializerName[])("%s is the same in TypeScript", (name) => {
    const shape = name === "forget_bias" ? [24] : [4, 6];
    const graph = initial(name, shape);
    const host = onHost[name](shape, key);
    expect(host.length).toBe(graph.length);
    graph.forEach((value, i) => expect(Math.abs((host[i] ?? NaN) - value)).toBeLessThan(2e-7));
  });
});
