import { describe, expect, it } from "vitest";
import { asNumber, constant, type Dim } from "../../../src/dims/dim.ts";
import { emitOnnx } from "../../../src/emit/onnx/emit-graph.ts";
import { printOnnx } from "../../../src/emit/onnx/print-onnx.ts";
import { encodeModel } from "../../../src/emit/onnx/proto.ts";
import type { AttributeValue, Graph } from "../../../src/ir/graph.ts";
import { attributesFor, type NdArray, type Operator, type Sample } from "../../../src/ops/operator.ts";
import { allOperators } from "../../../src/ops/registry.ts";
import { expandComposites, keepFused, keepNone } from "../../../src/passes/expand-composites.ts";
import { fromNumbers, toNumbers } from "../../../src/runtime/onnx/typed-array.ts";
import type { Tensor } from "../../../src/runtime/tensor.ts";
import { findOnnxChecker } from "../../oracles/onnx-checker.ts";
import { asInputs, makeGraph, sessionOf } from "./graphs.ts";

/** The operands of a sample, drawn by a small generator of their own so that they never change. */
function operandsOf(sample: Sample): readonly NdArray[] {
  let seed = 12345;
  const random = (): number => {
    seed = (Math.imul(seed, 1103515245) + 12345) & 0x7fffffff;
    return seed / 0x80000000;
  };
  return sample.operands.map(({ dtype, shape, range, data, distinct }) => {
    const count = shape.reduce((a, b) => a * b, 1);
    const whole = !(dtype.startsWith("f") || dtype === "bf16");
    const [low, high] = range ?? (dtype === "bool" ? [0, 1] : whole ? [0, 3] : [-1, 1]);
    const draw = (): number => (whole ? low + Math.floor(random() * (high - low + 1)) : low + random() * (high - low));
    const order = Array.from({ length: count }, (_, i) => i).sort(() => random() - 0.5);
    const drawn = Array.from({ length: count }, (_, i) =>
      distinct === true ? low + ((order[i] ?? 0) + 0.5) * ((high - low) / count) : draw(),
    );
    // What is fed is f32: the reference must see the same numbers.
    const fed = toNumbers({ dtype, shape, data: fromNumbers(dtype, data ?? drawn, count) });
    return { dtype, shape, data: fed };
  });
}

function graphOf(operator: Operator, sample: Sample): Graph {
  const inputs = Object.fromEntries(
    sample.operands.map(({ dtype, shape }, index) => [`x${index}`, { dtype, shape: shape.map((it) => constant(it)) }]),
  );
  return makeGraph(inputs, (b, values) => {
    const operands = sample.operands.map((_, index) => values[`x${index}`]).filter((it) => it !== undefined);
    const results = b.ops(operator.name, operands, sample.attributes ?? {});
    return Object.fromEntries(results.map((it, index) => [`y${index}`, it]));
  });
}

const isDim = (value: unknown): value is Dim => typeof value === "object" && value !== null && "terms" in value;

/** Attributes with their dimensions as numbers. */
function concrete(values: Readonly<Record<string, unknown>>): Readonly<Record<string, never>> {
  const numberOf = (it: unknown): unknown => (isDim(it) ? asNumber(it) : it);
  return Object.fromEntries(
    Object.entries(values).map(([name, it]) => [name, (Array.isArray(it) ? it.map(numberOf) : numberOf(it)) as never]),
  );
}

async function runGraph(graph: Graph, operands: readonly NdArray[]): Promise<readonly Tensor[]> {
  const session = await sessionOf(encodeModel(emitOnnx(graph, asInputs)));
  const feeds = operands.map(({ dtype, shape, data }, index): [string, Tensor] => [
    `x${index}`,
    { dtype, shape, data: fromNumbers(dtype, data, data.length) },
  ]);
  const results = await session.run(new Map(feeds.slice(0, graph.inputs.length)));
  await session.dispose();
  return graph.outputs.map(({ name }) => results.get(name)).filter((it) => it !== undefined);
}

/** Compares by the largest error over the largest magnitude. */
function expectClose(
  actual: Tensor,
  expected: { readonly shape: readonly number[]; readonly data: ArrayLike<number> },
): void {
  expect(actual.shape).toEqual(expected.shape);
  const numbers = toNumbers(actual);
  let error = 0;
  let size = 1e-3;
  for (let i = 0; i < numbers.length; i++) {
    const wanted = expected.data[i] ?? NaN;
    if (Object.is(numbers[i], wanted)) continue;
    error = Math.max(error, Math.abs((numbers[i] ?? NaN) - wanted));
    size = Math.max(size, Math.abs(wanted));
  }
  const tolerance = actual.dtype === "f16" ? 2e-3 : actual.dtype.startsWith("f") ? 2e-5 : 0;
  expect(
    error / size,
    `got ${numbers.slice(0, 8).join()} for ${Array.from(expected.data).slice(0, 8).join()}`,
  ).toBeLessThanOrEqual(tolerance);
}

const models = new Map<string, Uint8Array | string>();

function describeSample(sample: Sample): string {
  const attributes = Object.entries(sample.attributes ?? {}).map(([name, it]) => `${name}=${show(it)}`);
  return [...sample.operands.map((it) => `${it.dtype}[${it.shape.join()}]`), ...attributes].join(" ");
}

function show(value: AttributeValue): string {
  return JSON.stringify(concrete({ value })["value"]);
}

describe.each(allOperators.map((it) => [it.name, it] as const))("%s on ONNX Runtime", (name, operator) => {
  it.each(operator.samples.map((it, index) => [describeSample(it), it, index] as const))(
    "%s",
    async (_, sample, index) => {
      const operands = operandsOf(sample);
      const graph = graphOf(operator, sample);
      const plain = expandComposites(graph, keepNone);
      models.set(`${name}-${index}.onnx`, encodeModel(emitOnnx(plain, asInputs)));
      models.set(`${name}-${index}.onnx.txt`, printOnnx(emitOnnx(plain, asInputs), { maxElements: Infinity }));
      const results = await runGraph(plain, operands);
      if (operator.kind === "primitive") {
        const attributes = Object.fromEntries(
          Object.entries(sample.attributes ?? {}).map(([key, value]) => [key, { value }]),
        );
        const types = graph.outputs.map(({ value: { type } }) => ({
          dtype: type.dtype,
          shape: type.shape.map((it) => asNumber(it) ?? NaN),
        }));
        const expected = operator.reference({
          operands,
          attributes: concrete(attributesFor(operator, attributes)),
          results: types,
        });
        expect(results.length).toBe(expected.length);
        results.forEach((it, at) => {
          expectClose(it, expected[at] ?? { shape: [], data: [] });
        });
      } else {
        const fused = expandComposites(graph, keepFused("onnx", "inference"));
        models.set(`${name}-${index}-fused.onnx`, encodeModel(emitOnnx(fused, asInputs)));
        const others = await runGraph(fused, operands);
        expect(others.length).toBe(results.length);
        others.forEach((it, at) => {
          const reference = results[at];
          if (reference !== undefined) expectClose(it, { shape: reference.shape, data: toNumbers(reference) });
        });
      }
    },
  );
});

describe("the official checker", () => {
  const checker = findOnnxChecker();
  it.skipIf(checker === undefined)("accepts every operator's model and text, strictly", { timeout: 120_000 }, () => {
    expect(models.size).toBeGreaterThan(0);
    expect(Object.fromEntries(checker?.check(models) ?? [])).toEqual({});
    console.info(`${models.size} models and texts of operators checked by ${checker?.description ?? ""}`);
  });
});
