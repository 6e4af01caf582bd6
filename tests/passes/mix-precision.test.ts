import { describe, expect, it } from "vitest";
import { constant } from "../../src/dims/dim.ts";
import { onnxTarget } from "../../src/emit/onnx/onnx-target.ts";
import { interpretGraph } from "../../src/graph/interpret.ts";
import { verifyGraph } from "../../src/graph/verify.ts";
import type { Graph, Node } from "../../src/ir/graph.ts";
import { mixPrecision } from "../../src/passes/mix-precision.ts";
import { finalPasses, runPasses } from "../../src/passes/pipeline.ts";
import { graphOf, inputsFor, type, withGradients } from "../autodiff/gradient-testing.ts";

/** `matmul(bf16, bf16) bf16`, `cast(f32) bf16`: the nodes of a graph with their types, those of scans indented. */
function lines(nodes: readonly Node[], indent = ""): readonly string[] {
  return nodes.flatMap((node) => {
    const types = (values: readonly { readonly type: { readonly dtype: string } }[]): string =>
      values.map((it) => it.type.dtype).join(", ");
    if (node.kind === "scan") return [`${indent}scan`, ...lines(node.body.nodes, `${indent}  `)];
    if (node.kind !== "operator") return [];
    return [`${indent}${node.op}(${types(node.operands)}) ${types(node.results)}`];
  });
}

/** What a pass makes of a graph, which the verifier likes and whose values it keeps: the interpreter does not round. */
function mixed(graph: Graph, options: Parameters<typeof mixPrecision>[1]): readonly string[] {
  const after = mixPrecision(graph, options);
  expect(verifyGraph(after)).toEqual([]);
  expect(interpretGraph(after, inputsFor(after))).toEqual(interpretGraph(graph, inputsFor(graph)));
  expect(after.inputs).toEqual(graph.inputs);
  expect(after.outputs.map((it) => it.value.type)).toEqual(graph.outputs.map((it) => it.value.type));
  return lines(after.nodes);
}

const chain = graphOf({ x: type("f32", 2, 3), w: type("f32", 3, 3), v: type("f32", 3) }, (b, { x, w, v }) => {
  const h = b.matmul(b.matmul(x, w), w);
  return { y: b.op("softmax", [b.add(h, v)], { axis: 1 }) };
});

describe("mixPrecision", () => {
  it("makes products ones of 16 bits, of operands that are narrowed once, and leaves the rest", () => {
    expect(mixed(chain, { half: "f16", native: true })).toEqual([
      "cast(f32) f16",
      "cast(f32) f16",
      "matmul(f16, f16) f16",
      "cast(f16) f32",
      "cast(f32) f16",
      // Its first operand is the result of the first, which was never another.
      "matmul(f16, f16) f16",
      "cast(f16) f32",
      "add(f32, f32) f32",
      "softmax(f32) f32",
    ]);
  });

  it("rounds what products take and give, where a target has none of 16 bits", () => {
    const round = ["cast(f32) bf16", "cast(bf16) f32"];
    const product = ["matmul(f32, f32) f32", ...round];
    const rest = ["add(f32, f32) f32", "softmax(f32) f32"];
    const found = mixed(chain, { half: "bf16", native: false });
    expect(found).toEqual([...round, ...round, ...product, ...round, ...product, ...rest]);
  });

  it("leaves products of other types, and reaches into scans", () => {
    const graph = graphOf(
      { x: type("f64", 2, 2), rows: type("f32", 4, 1, 2), w: type("f32", 2, 2) },
      (b, { x, rows, w }) => {
        const start = b.zeros(type("f32", 1, 2));
        const [last] = b.scan(
          { initial: [start], sequences: [rows], sequenceAxes: [0], emitAxes: [], length: constant(4), reverse: false },
          (inner, [h], [row]) => {
            if (h === undefined || row === undefined) throw new Error("unreachable");
            return { carries: [inner.add(inner.matmul(h, w), row)], emits: [] };
          },
        );
        if (last === undefined) throw new Error("unreachable");
        return { wide: b.matmul(x, x), last };
      },
    );
    const found = mixed(graph, { half: "f16", native: true });
    expect(found.filter((it) => it.includes("matmul"))).toEqual(["  matmul(f16, f16) f16", "matmul(f64, f64) f64"]);
  });

  it("has the gradients of products as well", () => {
    const graph = graphOf({ x: type("f32", 1, 4, 4, 2), k: type("f32", 3, 3, 2, 2) }, (b, { x, k }) => ({
      loss: b.mean(b.op("square", [b.op("conv", [b.op("conv", [x, k]), k], { padding: "same" })]), [0, 1, 2, 3]),
    }));
    const found = mixed(withGradients(graph, ["k"]), { half: "f16", native: true });
    const halves = found.filter((it) => it.startsWith("conv"));
    expect(halves.map((it) => it.replace(/\(.*/, "")).sort()).toEqual([
      "conv",
      "conv",
      "conv_input_gradient",
      "conv_kernel_gradient",
      "conv_kernel_gradient",
    ]);
    expect(halves.every((it) => it.endsWith("(f16, f16) f16"))).toBe(true);
    expect(found.filter((it) => it.includes("f16") && !/^(cast|conv)/.test(it))).toEqual([]);
  });
});

describe("products within composites", () => {
  const lstm = graphOf(
    {
      x: type("f32", 2, 3, 4),
      kernel: type("f32", 4, 8),
      recurrent: type("f32", 2, 8),
      bias: type("f32", 8),
      h: type("f32", 2, 2),
      c: type("f32", 2, 2),
    },
    (b, { x, kernel, recurrent, bias, h, c }) => {
      const [y] = b.ops("lstm", [x, kernel, recurrent, bias, h, c]);
      if (y === undefined) throw new Error("unreachable");
      return { y };
    },
  );
  const operators = (half?: "f16"): readonly string[] =>
    lines(runPasses({ ...lstm, mode: "inference" }, finalPasses(onnxTarget(), "inference", half)).nodes);

  it("are reached, though a target has the composite whole", () => {
    expect(operators()).toEqual(["lstm(f32, f32, f32, f32, f32, f32) f32, f32, f32"]);
    const found = operators("f16");
    expect(found.filter((it) => it.includes("lstm"))).toEqual([]);
    expect(found.filter((it) => it.includes("matmul")).map((it) => it.trim())).toEqual([
      "matmul(f16, f16) f16",
      "matmul(f16, f16) f16",
    ]);
    // What no step changes is narrowed before the loop.
    const loop = found.slice(found.indexOf("scan") + 1).filter((it) => it.startsWith("  cast"));
    expect(loop).toEqual(["  cast(f32) f16", "  cast(f16) f32"]);
  });
});
