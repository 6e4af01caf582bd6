import { expect, it } from "vitest";
import { buildInferenceGraph } from "../../../src/autodiff/build-evaluation-graph.ts";
import { emitOnnx } from "../../../src/emit/onnx/emit-graph.ts";
import { onnxTarget } from "../../../src/emit/onnx/onnx-target.ts";
import { encodeModel } from "../../../src/emit/onnx/proto.ts";
import { lower } from "../../lower/checking.ts";
import { asInputs, sessionOf, tensor } from "./graphs.ts";

/** ONNX Runtime 1.30 ends the process where it moves a transpose in f16 past the casts that it adds itself. */
it.each(["a > 0", "where(a > 1, a, 0) == 1"])("a graph with transposes of f16 loads and runs: %s", async (result) => {
  const text = `model M: (x: f16[B, T, D], i: f16[D, S], c: f16[B, S]) -> y: bool[T, B, S] {
  p = matmul(transpose(x, perm=[1, 0, 2]), i)
  a = scan e in p over 0 with h: f16[B, S] = c {
    h <- h + e
    emit h
  }
  ${result}
}
`;
  const graph = buildInferenceGraph(lower(text, "M"), onnxTarget());
  const session = await sessionOf(encodeModel(emitOnnx(graph, asInputs)));
  const feeds = new Map([
    ["x", tensor("f16", [2, 3, 4], 1)],
    ["i", tensor("f16", [4, 2], 1)],
    ["c", tensor("f16", [2, 2], 1)],
  ]);
  expect((await session.run(feeds)).get("y")).toMatchObject({ dtype: "bool", shape: [3, 2, 2] });
  await session.dispose();
});
