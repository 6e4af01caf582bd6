import { emitOnnx } from "../../../src/emit/onnx/emit-graph.ts";
import { encodeModel } from "../../../src/emit/onnx/proto.ts";
import type { Graph } from "../../../src/ir/graph.ts";
import { transposeArray } from "../../../src/ops/define/nd-array.ts";
import type { NdArray } from "../../../src/ops/define/operator.ts";
import { fromNumbers, toNumbers } from "../../../src/runtime/onnx/typed-array.ts";
import { asInputs, sessionOf } from "./graphs.ts";
import { widePorts } from "./wide-ports.ts";

/** A network that runs: from arrays by name to arrays by name, in logical order of axes. */
export interface Opened {
  run(inputs: ReadonlyMap<string, NdArray>): Promise<ReadonlyMap<string, NdArray>>;
  close(): Promise<void> | void;
}

/** A flat graph in ONNX Runtime. What is bf16 is handed over in f32. */
export async function openOnnx(flat: Graph): Promise<Opened> {
  const graph = widePorts(flat);
  const session = await sessionOf(encodeModel(emitOnnx(graph, { ...asInputs, opset: 18 })));
  const perms = new Map(graph.inputs.map((it) => [it.name, it.perm]));
  return {
    async run(inputs) {
      const feeds = graph.inputs.flatMap(({ name, perm, value: { type } }) => {
        const given = inputs.get(name);
        if (given === undefined) return [];
        const { shape, data } = perm === undefined ? given : transposeArray(given, perm);
        return [[name, { dtype: type.dtype, shape, data: fromNumbers(type.dtype, data, data.length) }] as const];
      });
      const results = await session.run(new Map(feeds));
      return new Map(
        graph.outputs.flatMap(({ name, carries }): [string, NdArray][] => {
          const it = results.get(name);
          if (it === undefined) return [];
          const stored: NdArray = { dtype: it.dtype, shape: it.shape, data: toNumbers(it) };
          const perm = carries === undefined ? undefined : perms.get(carries);
          return [
            [
              name,
              perm === undefined
                ? stored
                : transposeArray(
                    stored,
                    perm.map((_, axis) => perm.indexOf(axis)),
                  ),
            ],
          ];
        }),
      );
    },
    close: () => session.dispose(),
  };
}
