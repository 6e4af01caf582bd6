import * as tf from "@tensorflow/tfjs";
import { buildInferenceGraph } from "../../src/autodiff/build-evaluation-graph.ts";
import { resolveGradients } from "../../src/autodiff/resolve-gradients.ts";
import { evaluate, type Dim } from "../../src/dims/dim.ts";
import type { DType } from "../../src/ir/types.ts";
import { interpretGraph } from "../../src/graph/interpret.ts";
import { sizeOf } from "../../src/ops/define/nd-array.ts";
import type { NdArray } from "../../src/ops/define/operator.ts";
import { tfjsDType } from "../../src/emit/tfjs/tfjs-dtype.ts";
import { expandComposites } from "../../src/passes/expand-composites.ts";
import { flatten } from "../../src/passes/flatten.ts";
import { openOnnx } from "../emit/onnx/open-onnx.ts";
import { keepFusedByTfjs, runNodes } from "../ops/tfjs-evaluator.ts";
import { lower } from "./checking.ts";
import { onnxTarget } from "../../src/emit/onnx/onnx-target.ts";
import { referenceTarget } from "../../src/passes/pipeline.ts";

/** What a model or block gives: what its types say, what it is in f64, and what each runtime makes of it. */
export interface Run {
  readonly predicted: readonly { readonly dtype: DType; readonly shape: readonly number[] }[];
  readonly reference: readonly NdArray[];
  readonly runtimes: Readonly<Record<"ONNX Runtime" | "TensorFlow.js", readonly NdArray[]>>;
}

/**
 * Runs `M` of a text on both targets and by the reference, at `sizes` of its dims; undefined where a place that it looks up
 * is out of range.
 */
export async function runText(
  text: string,
  fill: (name: string, type: NdArray) => NdArray,
  sizes: ReadonlyMap<string, number> = new Map(),
): Promise<Run | undefined> {
  const shapeAt = (shape: readonly Dim[]): readonly number[] => shape.map((dim) => evaluate(dim, sizes));
  const module = lower(text, "M");
  const wanted = buildInferenceGraph(module, referenceTarget);
  const inputs = new Map(
    wanted.inputs.map(({ name, value: { type } }): [string, NdArray] => {
      const shape = shapeAt(type.shape);
      return [name, fill(name, { dtype: type.dtype, shape, data: new Float64Array(sizeOf(shape)) })];
    }),
  );
  const outputs = wanted.outputs.filter((it) => it.role !== "faults");
  const names = outputs.map((it) => it.name);
  const expected = interpretGraph(wanted, inputs);
  const counted = wanted.outputs.find((it) => it.role === "faults")?.name ?? "";
  if ((expected.get(counted)?.data[0] ?? 0) > 0) return undefined;

  const opened = await openOnnx(buildInferenceGraph(module, onnxTarget(18)));
  const results = await opened.run(inputs);
  await opened.close();
  const onnx = names.flatMap((name) => {
    const it = results.get(name);
    if (it === undefined) return [];
    const dtype = expected.get(name)?.dtype === "bf16" && it.dtype === "f32" ? "bf16" : it.dtype;
    return [{ ...it, dtype }];
  });

  const flat = expandComposites(resolveGradients(flatten(module, { mode: "inference" })), keepFusedByTfjs);
  const values = new Map<number, tf.Tensor>();
  tf.engine().startScope();
  for (const { name, value } of flat.inputs) {
    const it = inputs.get(name);
    if (it !== undefined) values.set(value.id, tf.tensor([...it.data], [...it.shape], tfjsDType(it.dtype)));
  }
  runNodes(flat.nodes, values, sizes);
  const tfjs = flat.outputs.slice(0, names.length).map(({ value }): NdArray => {
    const made = values.get(value.id) ?? tf.scalar(NaN);
    const dtype = made.dtype === tfjsDType(value.type.dtype) ? value.type.dtype : "u32";
    return { dtype, shape: made.shape, data: Float64Array.from(made.dataSync()) };
  });
  tf.engine().endScope();
  return {
    predicted: outputs.map(({ value: { type } }) => ({ dtype: type.dtype, shape: shapeAt(type.shape) })),
    reference: names.flatMap((name) => expected.get(name) ?? []),
    runtimes: { "ONNX Runtime": onnx, "TensorFlow.js": tfjs },
  };
}
