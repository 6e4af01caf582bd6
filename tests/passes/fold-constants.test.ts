import { describe, expect, it } from "vitest";
import type { GraphBuilder } from "../../src/ops/define/builder.ts";
import type { Graph, Value } from "../../src/ir/graph.ts";
import { constant, minimum, variable, type Dim } from "../../src/dims/dim.ts";
import { eliminateDeadNodes } from "../../src/passes/eliminate-dead-nodes.ts";
import { foldConstants } from "../../src/passes/fold-constants.ts";
import { dims, graphOf, type } from "../autodiff/gradient-testing.ts";
import { left } from "./operators-left.ts";

function sizeNode(b: GraphBuilder, dim: Dim): Value {
  const result = b.value({ dtype: "i64", shape: [] });
  b.append({ kind: "dim", dim, results: [result] });
  return result;
}

describe("foldConstants", () => {
  it("computes what depends on constants alone, and leaves the rest, and what is not finite", () => {
    const graph = graphOf({ x: type("f32", 2) }, (b, { x }) => {
      const two = b.op("add", [b.scalar(1), b.scalar(1)]);
      const row = b.op("mul", [b.constant(type("f32", 2), [1, 2]), two]);
      const infinite = b.op("div", [b.scalar(1), b.scalar(0)]);
      return { y: b.op("mul", [x, row]), z: b.op("minimum", [x, infinite]) };
    });
    expect(left(graph, foldConstants)).toEqual(["constant", "constant", "constant", "div", "mul", "minimum"]);
  });

  it("makes a number of a size that has become known, and leaves those that are free", () => {
    const graph = graphOf({ x: type("f32", "B", 2) }, (b, { x }) => {
      const known = b.op("mul", [sizeNode(b, constant(5)), b.scalar(3, "i64")]);
      return { y: b.op("mul", [x, b.cast(known, "f32")]), free: sizeNode(b, variable("B")), known };
    });
    expect(left(graph, foldConstants, { B: 2 })).toEqual(["constant", "constant", "mul", "dim"]);
  });
});

describe("what foldConstants stores", () => {
  it("takes up to 1024 elements, in loops too, and no composites, ranges or free sizes", () => {
    const graph = graphOf({ x: type("f32", "B"), s: type("f32", 2, 3) }, (b, { x, s }) => {
      const filled = (...shape: readonly (number | string)[]): Value =>
        b.op("exp", [b.constant(type("f32", ...shape), 2)]);
      const [looped] = b.scan(
        {
          initial: [b.scalar(0)],
          sequences: [s],
          sequenceAxes: [0],
          emitAxes: [],
          length: constant(2),
          reverse: false,
        },
        (inner, [h], [row]) => {
          if (h === undefined || row === undefined) throw new Error("unreachable");
          return {
            carries: [inner.add(h, inner.mul(inner.sum(row, [0]), inner.op("square", [inner.scalar(3)])))],
            emits: [],
          };
        },
      );
      return {
        whole: filled(2, 512),
        larger: filled(1025),
        smaller: b.sum(b.constant(type("f32", 1025), 2), [0]),
        wider: b.op("broadcast_to", [b.scalar(2)], { shape: dims(1025) }),
        free: b.op("broadcast_to", [b.scalar(2)], { shape: x.type.shape }),
        range: b.op("range", [], { size: constant(3) }),
        composite: b.op("gelu", [b.scalar(1)]),
        place: b.op("slice", [b.constant(type("f32", 4), [1, 2, 3, 4])], {
          axis: 0,
          start: minimum(variable("B"), constant(3)),
          size: constant(1),
        }),
        looped: looped ?? x,
      };
    });
    const after = eliminateDeadNodes(foldConstants(graph));
    const kinds = (nodes: Graph["nodes"]): readonly string[] =>
      nodes.flatMap((it) => (it.kind === "operator" ? [it.op] : it.kind === "scan" ? kinds(it.body.nodes) : []));
    expect(left(graph, foldConstants, { B: 2 })).toContain("scan");
    expect(kinds(after.nodes)).toEqual([
      "sum",
      "mul",
      "add",
      "exp",
      "sum",
      "broadcast_to",
      "broadcast_to",
      "range",
      "gelu",
      "slice",
    ]);
  });

  it("stores a number for one element, and a list for several, which it knows by type", () => {
    const graph = graphOf({}, (b) => ({
      scalar: b.op("add", [b.scalar(1), b.scalar(2)]),
      one: b.op("add", [b.constant(type("f32", 1), [1]), b.scalar(2)]),
      row: b.op("mul", [b.constant(type("f32", 3), [1, 2, 3]), b.constant(type("f32", 3), 2)]),
      integer: b.op("cast", [b.op("add", [b.scalar(1), b.scalar(2)])], { dtype: "i32" }),
      size: sizeNode(b, constant(7)),
      extremes: b.op("maximum", [b.constant(type("f32", 2), [Infinity, 1]), b.scalar(2)]),
    }));
    const after = eliminateDeadNodes(foldConstants(graph));
    const constants = after.nodes.flatMap((it) =>
      it.kind === "constant" ? [[it.results[0]?.type.dtype, it.data]] : [],
    );
    expect(constants).toEqual([
      ["f32", 3],
      ["f32", 3],
      ["f32", [2, 4, 6]],
      ["i32", 3],
      ["i64", 7],
      ["f32", [Infinity, 1]],
      ["f32", 2],
    ]);
    expect(left(graph, foldConstants).filter((it) => it !== "constant")).toEqual(["maximum"]);
  });
});
