import { emitOnnx } from "../../src/emit/onnx/emit-graph.ts";
import { encodeModel } from "../../src/emit/onnx/proto.ts";
import type { Graph } from "../../src/ir/graph.ts";
import type { NdArray } from "../../src/ops/define/operator.ts";
import { fromNumbers, toNumbers } from "../../src/runtime/onnx/typed-array.ts";
import { required } from "../../src/support/fault.ts";
import { asInputs, sessionOf } from "../emit/onnx/graphs.ts";
import { mergedName, mergeGraphs } from "./merge-graphs.ts";

export type Arrays = ReadonlyMap<string, NdArray>;

/** Several graphs in one session of ONNX Runtime. */
export interface OnnxBatch {
  /** The outputs of each graph for the inputs of each. */
  run(inputs: readonly Arrays[]): Promise<readonly Arrays[]>;
  dispose(): Promise<void>;
}

/** Opens a session of flat graphs, expanded as the target wants them. */
export async function openBatch(graphs: readonly Graph[], opset: number): Promise<OnnxBatch> {
  const session = await sessionOf(encodeModel(emitOnnx(mergeGraphs(graphs), { ...asInputs, opset })));
  return {
    run: async (inputs) => {
      const feeds = graphs.flatMap((graph, place) =>
        graph.inputs.map(({ name }) => {
          const array = required(inputs[place]?.get(name), `input ${name}`);
          return [
            mergedName(place, name),
            { ...array, data: fromNumbers(array.dtype, array.data, array.data.length) },
          ] as const;
        }),
      );
      const results = await session.run(new Map(feeds));
      return graphs.map(
        ({ outputs }, place) =>
          new Map(
            outputs.map(({ name }) => {
              const found = required(results.get(mergedName(place, name)), `output ${name}`);
              return [name, { dtype: found.dtype, shape: found.shape, data: toNumbers(found) }];
            }),
          ),
      );
    },
    dispose: () => session.dispose(),
  };
}
