import { tfjsDType } from "../../src/emit/tfjs/tfjs-dtype.ts";
import type { Graph } from "../../src/ir/graph.ts";
import type { NdArray } from "../../src/ops/define/operator.ts";
import type { Sizes } from "./program.ts";
import { agree, stabilityOf, type Stability } from "./values.ts";

/** What a graph should give, as the reference computes it. */
export interface Expected {
  readonly graph: Graph;
  readonly sizes: Sizes;
  readonly inputs: ReadonlyMap<string, NdArray>;
  readonly outputs: ReadonlyMap<string, NdArray>;
  /** Places were out of range: the numbers mean nothing. */
  readonly hasFaults: boolean;
}

/** How much rounding the outputs of a graph may have, computed where it is asked for. */
export function stabilityOnce({ graph, inputs, sizes }: Expected): () => Stability {
  let stability: Stability | undefined;
  return () => (stability ??= stabilityOf(graph, inputs, sizes));
}

/** What is wrong with what a target gives. */
export function compareOutputs(
  target: "ONNX" | "TensorFlow.js",
  found: ReadonlyMap<string, NdArray>,
  { graph, outputs, hasFaults }: Expected,
  stability: () => Stability,
): readonly string[] {
  return graph.outputs.flatMap(({ name, role }): readonly string[] => {
    if (role === "faults") return [];
    const right = outputs.get(name);
    const given = found.get(name);
    if (right === undefined || given === undefined) return [`${target} gives no ${name}`];
    const dtype = target === "TensorFlow.js" ? tfjsDType(right.dtype) : right.dtype === "bf16" ? "f32" : right.dtype;
    const [type, wanted] = [`${given.dtype}[${given.shape.join()}]`, `${dtype}[${right.shape.join()}]`];
    if (type !== wanted) return [`${target} gives ${name} ${type}, not ${wanted}`];
    if (hasFaults || agree(given, right)) return [];
    const { isBeyond, spreads } = stability();
    if (isBeyond || agree(given, right, spreads.get(name))) return [];
    return [`${target} differs in ${name}: ${shown(given)}, not ${shown(right)}`];
  });
}

/** The first numbers of an array. */
export function shown({ data }: NdArray): string {
  return `[${[...data.slice(0, 6)].map((it) => it.toPrecision(6)).join(", ")}${data.length > 6 ? ", ..." : ""}]`;
}
