import { describe, expect, it } from "vitest";
import { emitOnnx } from "../../src/emit/onnx/emit-graph.ts";
import { onnxTarget } from "../../src/emit/onnx/onnx-target.ts";
import { encodeModel } from "../../src/emit/onnx/proto.ts";
import { interpretGraph } from "../../src/graph/interpret.ts";
import type { Graph } from "../../src/ir/graph.ts";
import type { DType } from "../../src/ir/types.ts";
import { inClass, isFloat } from "../../src/ops/define/dtype-class.ts";
import type { DTypeClass, Operator, Sample, SampleOperand } from "../../src/ops/define/operator.ts";
import { allOperators } from "../../src/ops/registry.ts";
import { expandComposites } from "../../src/passes/expand-composites.ts";
import { fromNumbers, toNumbers } from "../../src/runtime/onnx/typed-array.ts";
import { asInputs, sessionOf } from "../emit/onnx/graphs.ts";
import { widePorts } from "../emit/onnx/wide-ports.ts";
import { relativeError } from "./relative-error.ts";
import { describeSample, graphOfSample, inputsOfSample } from "./sample-graphs.ts";

/** The element types that a file may name. */
const types: readonly DType[] = ["f16", "bf16", "f32", "f64", "i8", "i32", "i64", "u8", "bool"];
/** Those of the samples, which other tests run. */
const common: ReadonlySet<DType> = new Set(["f32", "i32", "bool"]);
const words: ReadonlySet<DTypeClass> = new Set(["float", "integer", "number", "any"]);

/** How far from the unrounded figure each floating point type may be. */
const tolerances: Readonly<Partial<Record<DType, number>>> = { f16: 5e-3, bf16: 4e-2, f32: 1e-5, f64: 1e-5 };

/** The class of an operand that an operator declares; the last of a variadic one is that of all that follow. */
function classOf({ operands }: Operator, place: number): DTypeClass {
  return operands[Math.min(place, operands.length - 1)]?.dtype ?? "any";
}

/** The operand in another element type; whole numbers are 1 to 3, which every type has and by which may be divided. */
function inType(operand: SampleOperand, dtype: DType): SampleOperand {
  if (isFloat(dtype) || dtype === operand.dtype) return { ...operand, dtype };
  return { dtype, shape: operand.shape, range: dtype === "bool" ? [0, 1] : [1, 3] };
}

/** The sample with every operand in a type whose class has it; undefined where that is none, or where nothing changes. */
function sampleIn(operator: Operator, sample: Sample, dtype: DType): Sample | undefined {
  const operands = sample.operands.map((it, place) => {
    const wanted = classOf(operator, place);
    if (!words.has(wanted) || !inClass(dtype, wanted)) return it;
    return wanted === "integer" ? { ...it, dtype } : inType(it, dtype);
  });
  return operands.every((it, place) => it === sample.operands[place]) ? undefined : { ...sample, operands };
}

/** A scalar, a vector and so on, in place of the operands of a sample that have any shape. */
function atRank(operator: Operator, sample: Sample, rank: number): Sample | undefined {
  if (operator.operands.length === 0 || operator.operands.some((it) => it.shape !== "[...]")) return undefined;
  const free = Object.keys(operator.attributes).every((it) =>
    ["axes", "keep", "min", "max", "alpha", "delta"].includes(it),
  );
  if (!free || sample.operands.some((it) => it.data !== undefined)) return undefined;
  const shape = [2, 3, 1, 2].slice(0, rank);
  const axes = operator.attributes["axes"] === undefined ? {} : { axes: rank === 0 ? [] : [rank - 1] };
  return {
    operands: sample.operands.map((it) => ({ ...it, shape })),
    attributes: { ...sample.attributes, ...axes },
  };
}

function onnxOf(graph: Graph): { readonly graph: Graph; readonly model: Uint8Array } {
  const expanded = widePorts(expandComposites(graph, onnxTarget(18).keeps("inference")));
  return { graph: expanded, model: encodeModel(emitOnnx(expanded, asInputs)) };
}

/** Runs a sample on ONNX Runtime, and says what differs from the reference. */
async function problemsOf(operator: Operator, sample: Sample): Promise<readonly string[]> {
  const plain = graphOfSample(operator, sample);
  const inputs = inputsOfSample(plain, sample);
  const expected = interpretGraph(plain, inputs);
  const { graph, model } = onnxOf(plain);
  const session = await sessionOf(model);
  const feeds = graph.inputs.flatMap(({ name, value: { type } }) => {
    const it = inputs.get(name);
    if (it === undefined) return [];
    return [
      [name, { dtype: type.dtype, shape: it.shape, data: fromNumbers(type.dtype, it.data, it.data.length) }] as const,
    ];
  });
  const results = await session.run(new Map(feeds));
  await session.dispose();
  const least = Math.max(0, ...sample.operands.map((it) => tolerances[it.dtype] ?? 0));
  return [...expected].flatMap(([name, right]) => {
    const found = results.get(name);
    if (found === undefined) return [`${describeSample(sample)} has no ${name}`];
    const given = { dtype: right.dtype, shape: found.shape, data: toNumbers(found) };
    const error = relativeError(given, right);
    const tolerance = Math.max(tolerances[right.dtype] ?? 0, isFloat(right.dtype) ? least : 0);
    return error <= tolerance ? [] : [`${describeSample(sample)} differs by ${String(error)}`];
  });
}

describe("the signature of an operator is true", () => {
  it.each(allOperators.map((it) => [it.name, it] as const))("%s", async (_, operator) => {
    const problems: string[] = [];
    for (const dtype of types) {
      const samples = operator.samples.flatMap((it) => sampleIn(operator, it, dtype) ?? []);
      // Each is inferred and written; one of a type, and one of each rank, is run.
      for (const it of samples) expect(onnxOf(graphOfSample(operator, it)).model.length).toBeGreaterThan(0);
      const [first] = samples;
      if (first === undefined) continue;
      if (!common.has(dtype)) problems.push(...(await problemsOf(operator, first)));
      if (dtype !== "f32" && dtype !== "bool") continue;
      for (const rank of [0, 1, 4]) {
        const it = atRank(operator, first, rank);
        if (it !== undefined) problems.push(...(await problemsOf(operator, it)));
      }
    }
    expect(problems).toEqual([]);
  });
});
