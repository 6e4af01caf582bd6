import * as tf from "@tensorflow/tfjs";
import { describe, expect, it } from "vitest";
import { emitOnnx } from "../../src/emit/onnx/emit-graph.ts";
import { onnxTarget } from "../../src/emit/onnx/onnx-target.ts";
import { encodeModel } from "../../src/emit/onnx/proto.ts";
import { tfjsDType } from "../../src/emit/tfjs/tfjs-dtype.ts";
import type { DType } from "../../src/ir/types.ts";
import { inClass, isFloat } from "../../src/ops/define/dtype-class.ts";
import { interpretGraph } from "../../src/graph/interpret.ts";
import { sizeOf } from "../../src/ops/define/nd-array.ts";
import type { NdArray, Operator, Sample, SampleOperand } from "../../src/ops/define/operator.ts";
import { allOperators, findOperator } from "../../src/ops/registry.ts";
import { expandComposites } from "../../src/passes/expand-composites.ts";
import { fromNumbers, toNumbers } from "../../src/runtime/onnx/typed-array.ts";
import { fromHalf, toHalf } from "../../src/support/element-bytes.ts";
import { required } from "../../src/support/fault.ts";
import { asInputs, sessionOf } from "../emit/onnx/graphs.ts";
import { backends, useBackend } from "../emit/tfjs/backends.ts";
import { runText } from "../lower/run-text.ts";
import { graphOfSample } from "./sample-graphs.ts";
import { keepFusedByTfjs, runNodes } from "./tfjs-evaluator.ts";

/** What is hard to hold: no numbers, infinities, both zeros, halves, and both ends of every element type. */
const edges = {
  f16: [NaN, Infinity, -Infinity, 0, -0, 0.5, -0.5, 1.5, -1.5, 2.5, 3, -3, 60, -60],
  f32: [NaN, Infinity, -Infinity, 0, -0, 0.5, -0.5, 1.5, -1.5, 2.5, -2.5, 3, -3, 255.5, 256, -129, 2 ** 31, -(2 ** 31)],
  f64: [NaN, Infinity, -Infinity, 0, -0, 0.5, -1.5, 2.5, 255.5, -129, 2 ** 31 - 0.5, 2 ** 40, -(2 ** 40), 1e300],
  i8: [0, 1, -1, 2, -2, 7, -7, 100, 127, -128],
  u8: [0, 1, 2, 7, 127, 128, 200, 255],
  i32: [0, 1, -1, 2, -2, 7, -7, 255, 256, -129, 46341, 65536, 16777217, 2 ** 31 - 1, -(2 ** 31)],
  i64: [0, 1, -1, 2, -7, 256, -129, 2 ** 31 - 1, 2 ** 31, -(2 ** 31) - 1, 2 ** 52],
  bool: [0, 1],
} as const satisfies Partial<Record<DType, readonly number[]>>;

type Edged = keyof typeof edges;
const dtypes = Object.keys(edges) as readonly Edged[];

/** Those that TensorFlow.js holds exactly. */
const isExactOnTfjs = (dtype: DType): boolean => ["f32", "i8", "u8", "i32", "bool"].includes(dtype);

const tolerances: Readonly<Partial<Record<DType, number>>> = { f16: 2e-3, f32: 1e-5, f64: 1e-12 };

/** What ONNX Runtime computes in single precision, of f64 too, for want of anything else. */
const singles: ReadonlySet<string> = new Set(["erf", "gelu", "lp_pool"]);

/** A number as a runtime holds it. */
function heldAs(dtype: DType, value: number): number {
  if (dtype === "f16") return fromHalf(toHalf(value));
  return dtype === "f32" ? Math.fround(value) : value;
}

function arraysOf({ operands }: Sample): ReadonlyMap<string, NdArray> {
  return new Map(
    operands.map(({ dtype, shape, data = [] }, at) => [`x${at}`, { dtype, shape, data: Float64Array.from(data) }]),
  );
}

async function onOnnx(graph: ReturnType<typeof graphOfSample>, inputs: ReadonlyMap<string, NdArray>) {
  const lowered = expandComposites(graph, onnxTarget(18).keeps("inference"));
  const session = await sessionOf(encodeModel(emitOnnx(lowered, { ...asInputs, opset: 18 })));
  const feeds = [...inputs].map(([name, it]) => {
    return [name, { ...it, data: fromNumbers(it.dtype, it.data, it.data.length) }] as const;
  });
  const results = await session.run(new Map(feeds));
  await session.dispose();
  return toNumbers(required(results.get(graph.outputs[0]?.name ?? ""), "result"));
}

function onTfjs(graph: ReturnType<typeof graphOfSample>, inputs: ReadonlyMap<string, NdArray>): ArrayLike<number> {
  return tf.tidy(() => {
    const lowered = expandComposites(graph, keepFusedByTfjs);
    const values = new Map(
      lowered.inputs.map(({ name, value }): [number, tf.Tensor] => {
        const { dtype, shape, data } = required(inputs.get(name), name);
        return [value.id, tf.tensor([...data], [...shape], tfjsDType(dtype))];
      }),
    );
    runNodes(lowered.nodes, values);
    return required(values.get(lowered.outputs[0]?.value.id ?? -1), "result").dataSync();
  });
}

/** Compares an operator on every target with the reference. `size` is what an error is measured against, else each number. */
async function compare(operator: Operator, sample: Sample, size = 0): Promise<void> {
  const graph = graphOfSample(operator, sample);
  const inputs = arraysOf(sample);
  const expected = required(interpretGraph(graph, inputs).get(graph.outputs[0]?.name ?? ""), "result");
  const runs = new Map<string, ArrayLike<number>>([["ONNX Runtime", await onOnnx(graph, inputs)]]);
  const types = [expected.dtype, ...sample.operands.map((it) => it.dtype)];
  if (types.every(isExactOnTfjs) && sample.attributes?.["layout"] !== "NCHW") {
    for (const backend of backends) {
      await useBackend(backend);
      runs.set(backend, onTfjs(graph, inputs));
    }
  }
  const isSingle = singles.has(operator.name) && expected.dtype === "f64";
  const narrowest = isSingle
    ? "f32"
    : (types.find((it) => it === "f16") ?? types.find((it) => it === "f32") ?? expected.dtype);
  const tolerance = isFloat(expected.dtype) ? (tolerances[narrowest] ?? 0) : 0;
  for (const [runtime, found] of runs) {
    const wrong = [...expected.data].flatMap((value, at) => {
      const right = heldAs(expected.dtype, value);
      const got = found[at] ?? NaN;
      const isNear = Math.abs(got - right) <= tolerance * Math.max(size, Math.abs(right));
      if (got === right || isNear || (Number.isNaN(got) && Number.isNaN(right))) return [];
      return [`${sample.operands.map(({ data }) => data?.[at]).join(", ")}: ${got}, not ${right}`];
    });
    expect(wrong, runtime).toEqual([]);
  }
}

describe("casts keep to the ends of the type, cut fractions off, and make 0 of NaN", () => {
  const cast = required(findOperator("cast"), "cast");
  it.each(dtypes.flatMap((from) => dtypes.map((to) => [from, to] as const)))("%s to %s", async (from, to) => {
    const data = edges[from];
    await compare(cast, { operands: [{ dtype: from, shape: [data.length], data }], attributes: { dtype: to } });
  });

  it("as the language says", async () => {
    const { reference, runtimes } = required(
      await runText(
        "model M: (x: f32[7]) -> (a: i32[7], b: u8[7], c: bool[7], d: i8[7]) {\n  (cast(x, i32), cast(x, u8), cast(x, bool), cast(cast(x, i32), i8))\n}",
        (_, type) => ({ ...type, data: Float64Array.from([NaN, -Infinity, 1e20, -1.9, 255.9, 300, -0]) }),
      ),
      "results",
    );
    const expected = [
      [0, -(2 ** 31), 2 ** 31 - 1, -1, 255, 300, 0],
      [0, 0, 255, 0, 255, 255, 0],
      [1, 1, 1, 1, 1, 1, 0],
      [0, -128, 127, -1, 127, 127, 0],
    ];
    for (const made of [reference, ...Object.values(runtimes)]) {
      expect(made.map((it) => [...it.data].map((value) => value + 0))).toEqual(expected);
    }
  });
});

/** Angles beyond what floats tell apart, and powers beyond what half precision holds, are left out. */
const tame: Readonly<Record<string, (x: number) => boolean>> = {
  cos: (x) => Math.abs(x) < 1e6 || !Number.isFinite(x),
  sin: (x) => Math.abs(x) < 1e6 || !Number.isFinite(x),
  // 1 + erf loses its digits far below 0, on TensorFlow.js's cpu by the polynomial that it uses.
  gelu: (x) => x > -1 || x < -100 || Number.isNaN(x),
};

function operandsOf(operator: Operator, dtype: Edged): readonly SampleOperand[] {
  const values: readonly number[] = edges[dtype].filter((it) => tame[operator.name]?.(it) ?? true);
  const [size, pairs] = [values.length, values.length ** 2];
  const columns = { dtype, shape: [pairs], data: values.flatMap((a) => values.map(() => a)) };
  // Integers are never divided by 0, nor by -1: what the language writes guards them.
  const isGuarded = ["floor_div", "mod"].includes(operator.name) && !isFloat(dtype);
  const others = values.map((it) => (isGuarded && (it === 0 || it === -1) ? 3 : it));
  const rows = { dtype, shape: [pairs], data: values.flatMap(() => others) };
  if (operator.operands.length === 1) return [{ dtype, shape: [size], data: values }];
  if (operator.operands.length === 2) return [columns, rows];
  return [{ dtype: "bool", shape: [pairs], data: columns.data.map((_, at) => at % 2) }, columns, rows];
}

const elementwise = allOperators.filter((it) => it.structure === "elementwise" && it.exposed && it.name !== "cast");

describe("operators on single elements agree at the edges", () => {
  const takes = (operator: Operator, dtype: DType): boolean =>
    inClass(dtype, required(operator.operands.at(-1), "operand").dtype);
  it.each(
    elementwise.flatMap((operator) =>
      dtypes.filter((it) => takes(operator, it)).map((dtype) => [operator.name, dtype, operator] as const),
    ),
  )("%s of %s", async (name, dtype, operator) => {
    const attributes = name === "clip" ? { min: -1, max: 5 } : {};
    await compare(operator, { operands: operandsOf(operator, dtype), attributes });
  });
});

/** A sample with its main operands in another element type, filled with small numbers; places stay places. */
function sampleIn(operator: Operator, sample: Sample, dtype: Edged): Sample | undefined {
  const specs = sample.operands.map((_, at) => required(operator.operands[at] ?? operator.operands.at(-1), "operand"));
  const wanted = specs.find((it) => ["number", "any", "float", "integer"].includes(it.dtype))?.dtype;
  if (wanted === undefined || !inClass(dtype, wanted) || sample.operands.some((it) => it.dtype === "u32"))
    return undefined;
  const operands = sample.operands.map((it, at): SampleOperand => {
    const isPlace = operator.index?.operand === at;
    const chosen = specs[at]?.dtype === wanted ? dtype : it.dtype;
    const most = Math.min(it.range?.[1] ?? 3, chosen === "bool" ? 1 : 3);
    const drawn = Array.from({ length: sizeOf(it.shape) }, (_, place) => place % (Math.max(0, most) + 1));
    return { dtype: chosen, shape: it.shape, data: isPlace ? (it.data ?? drawn) : drawn };
  });
  const fill = sample.attributes?.["value"];
  const attributes = { ...sample.attributes, ...(typeof fill === "number" && { value: Math.round(fill) }) };
  return { operands, attributes };
}

describe("every element type that an operator admits is carried", () => {
  const others = allOperators.filter((it) => it.structure !== "elementwise" && it.exposed);
  it.each(
    others.flatMap((operator) =>
      dtypes.flatMap((dtype) => {
        const samples = operator.samples.slice(0, 3).flatMap((it) => sampleIn(operator, it, dtype) ?? []);
        return samples.length === 0 ? [] : [[operator.name, dtype, operator, samples] as const];
      }),
    ),
  )("%s of %s", async (_name, _dtype, operator, samples) => {
    for (const sample of samples) await compare(operator, sample, 1);
  });
});

/** The elements; of integers 0 has no sign. */
const numbersOf = ({ data }: NdArray): readonly number[] => Array.from(data, (it) => it + 0);

describe("integers that are divided by 0 are 0, and leave 0", () => {
  it.each(["i8", "u8", "i32", "i64"] as const)("%s", async (dtype) => {
    const values: readonly number[] = edges[dtype];
    const [a, b] = [values.flatMap((it) => values.map(() => it)), values.flatMap(() => values)];
    const size = values.length ** 2;
    const text = `model M: (a: ${dtype}[${size}], b: ${dtype}[${size}]) -> (q: ${dtype}[${size}], r: ${dtype}[${size}]) {\n  (a // b, a % b)\n}`;
    for (const backend of backends) {
      // TensorFlow.js holds 32 bits of 64.
      await useBackend(backend);
      const fill = (name: string, type: NdArray): NdArray => ({
        ...type,
        data: Float64Array.from(name === "a" ? a : b),
      });
      const { reference, runtimes } = required(await runText(text, fill), "results");
      const [quotients, rests] = reference.map(numbersOf);
      a.forEach((x, at) => {
        const y = b[at] ?? NaN;
        if (y === 0) expect([quotients?.[at], rests?.[at]]).toEqual([0, 0]);
        else if (y !== -1)
          expect([quotients?.[at], rests?.[at]]).toEqual([Math.floor(x / y) + 0, x - y * Math.floor(x / y) + 0]);
      });
      const compared = dtype === "i64" ? [runtimes["ONNX Runtime"]] : Object.values(runtimes);
      for (const made of compared) expect(made.map(numbersOf)).toEqual(reference.map(numbersOf));
    }
  });
});
