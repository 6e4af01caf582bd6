import type { PassTarget } from "../../passes/pipeline.ts";
import { opsets } from "./emit-graph.ts";
import { onnxFused } from "./lowerings/onnx-lowerings.ts";

/** Flat graphs for ONNX: channels first, and what its operators of an opset do whole is not taken apart. */
export function onnxTarget(opset: number = opsets.default): PassTarget {
  return {
    channelsFirst: true,
    keeps: (mode) => (composite, input) => onnxFused(composite, input, mode, opset) !== undefined,
  };
}
