import type { HalfType } from "../../ir/types.ts";
import type { PassTarget } from "../../passes/pipeline.ts";
import { opsets } from "./emit-graph.ts";
import { onnxFused } from "./lowerings/onnx-lowerings.ts";

/** Who runs a graph: anybody who has its file, or ONNX Runtime's CPU provider. */
export type OnnxUse = "anywhere" | "cpu";

/**
 * Products of 16 bits that are written as such. ONNX Runtime's CPU provider has none of bf16 and loads no graph with them,
 * and ONNX has no convolution of bf16 before opset 22. Those of f16 it runs, but in f32, and it drops the casts before and
 * behind: nothing would be rounded, and nothing overflow.
 */
const halves: Readonly<Record<OnnxUse, ReadonlySet<HalfType>>> = { anywhere: new Set(["f16"]), cpu: new Set() };

/** Flat graphs for ONNX: channels first, and what its operators of an opset do whole is not taken apart. */
export function onnxTarget(opset: number = opsets.default, use: OnnxUse = "anywhere"): PassTarget {
  return {
    channelsFirst: true,
    keeps: (mode) => (composite, input) => onnxFused(composite, input, mode, opset) !== undefined,
    multipliesIn: halves[use],
  };
}
