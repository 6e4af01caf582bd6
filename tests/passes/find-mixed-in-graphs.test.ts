import { describe, expect, it } from "vitest";
import { constant, multiply, variable } from "../../src/dims/dim.ts";
import type { Value } from "../../src/ir/graph.ts";
import type { TensorType } from "../../src/ir/types.ts";
import type { GraphBuilder } from "../../src/ops/define/builder.ts";
import { dims, type } from "../autodiff/gradient-testing.ts";

import { batch, mixedBy, type Build } from "./mixed-by.ts";

const rows = type("f32", "B", 4);
const plain = [rows, rows, rows] as const;
const square = type("f32", 4, 4);
const places = type("i32", "B", 4);

describe("examples in a graph", () => {
  it.each<readonly [string, readonly [TensorType, TensorType, TensorType], Build, string]>([
    ["elements of one shape", plain, (b, x, y) => b.add(x, y), "apart"],
    ["a shared row", [rows, rows, type("f32", 4)], (b, x, _, w) => b.mul(w, x), "apart"],
    ["nothing of an example", plain, (b, _, __, w) => b.sum(w, [0]), "apart"],
    [
      "numbers as a column and as a row",
      [type("f32", "B", 1), type("f32", "B"), rows],
      (b, x, y) => b.add(x, y),
      "add",
    ],
    ["a turned table", plain, (b, x, y) => b.matmul(x, b.transpose(y, [1, 0])), "matmul"],
    ["a sum over examples", plain, (b, x) => b.sum(x, [0]), "sum"],
    ["a sum within each", plain, (b, x) => b.sum(x, [1]), "apart"],
    ["a sum of others, that of examples", plain, (b, x) => b.sum(b.sum(b.transpose(x, [1, 0]), [0]), [0]), "sum"],
    ["a sum behind the examples, kept", plain, (b, x) => b.sum(b.sum(x, [1], true), [1]), "apart"],
    ["what was mixed, among others", plain, (b, x, y) => b.add(b.op("exp", [y]), b.mul(x, b.sum(x, [0]))), "sum"],
    ["softmax of each", plain, (b, x) => b.op("softmax", [x], { axis: -1 }), "apart"],
    ["softmax over the first axis", plain, (b, x) => b.op("softmax", [x], { axis: 0 }), "softmax"],
    [
      "softmax over examples that come last",
      plain,
      (b, x) => b.op("softmax", [b.transpose(x, [1, 0])], { axis: -1 }),
      "softmax",
    ],
    ["columns joined", plain, (b, x, y) => b.op("concat", [x, y], { axis: 1 }), "apart"],
    ["batches joined", plain, (b, x, y) => b.op("concat", [x, y], { axis: 0 }), "concat"],
    [
      "columns joined to turned ones",
      [rows, type("f32", "B", "B"), rows],
      (b, x, y) => b.op("concat", [x, b.transpose(y, [1, 0])], { axis: 1 }),
      "concat",
    ],
    [
      "a border of each",
      plain,
      (b, x) => b.op("pad_constant", [x], { before: dims(0, 2), after: dims(0, 1) }),
      "apart",
    ],
    [
      "a border of the batch",
      plain,
      (b, x) => b.op("pad_constant", [x], { before: dims(1, 0), after: dims(0, 0) }),
      "pad_constant",
    ],
    [
      "a border behind the batch",
      plain,
      (b, x) => b.op("pad_constant", [x], { before: dims(0, 0), after: dims(1, 0) }),
      "pad_constant",
    ],
    ["the largest place of each", plain, (b, x) => b.op("argmax", [x], { axis: 1 }), "apart"],
    ["the largest example", plain, (b, x) => b.op("argmin", [x], { axis: 0 }), "argmin"],
    ["a place turned over", plain, (b, x) => b.op("argmin", [b.transpose(x, [1, 0])], { axis: 0 }), "apart"],
    ["one hot of each", [places, rows, rows], (b, x) => b.op("one_hot", [x], { depth: constant(3) }), "apart"],
    ["a row for all", plain, (b, x) => b.op("broadcast_to", [x], { shape: dims(3, "B", 4) }), "apart"],
    [
      "an example for all",
      [type("f32", "B"), rows, rows],
      (b, x) => b.sum(b.op("broadcast_to", [x], { shape: dims("B", "B") }), [1]),
      "sum",
    ],
    ["chosen elements", [rows, places, rows], (b, x, y) => b.op("gather_along", [x, y]), "apart"],
    [
      "chosen examples",
      [rows, places, rows],
      (b, x, y) => b.op("gather_along", [b.transpose(x, [1, 0]), b.transpose(y, [1, 0])]),
      "gather_along",
    ],
    [
      "scattered elements",
      [places, rows, rows],
      (b, x, y) => b.op("scatter_along", [x, y], { depth: constant(3) }),
      "apart",
    ],
    [
      "scattered examples",
      [places, rows, rows],
      (b, x, y) => b.op("scatter_along", [b.transpose(x, [1, 0]), b.transpose(y, [1, 0])], { depth: constant(3) }),
      "scatter_along",
    ],
    ["a taken element", [rows, type("i32", "B"), rows], (b, x, y) => b.op("take_along", [x, y]), "apart"],
    [
      "a taken example",
      [rows, rows, type("i32", 4)],
      (b, x, _, w) => b.op("take_along", [b.transpose(x, [1, 0]), w]),
      "take_along",
    ],
    [
      "an element put",
      [type("i32", "B"), type("f32", "B"), rows],
      (b, x, y) => b.op("put_along", [x, y], { depth: constant(3) }),
      "apart",
    ],
    ["the first places", plain, (b, x) => b.op("top_places", [x], { k: constant(2) }), "apart"],
    [
      "the first examples",
      plain,
      (b, x) => b.op("top_places", [b.transpose(x, [1, 0])], { k: constant(1) }),
      "top_places",
    ],
    ["rows of a shared table", [places, rows, square], (b, x, _, w) => b.op("gather", [w, x]), "apart"],
    [
      "columns of a shared table",
      [places, rows, square],
      (b, x, _, w) => b.sum(b.op("gather", [w, x], { axis: 1 }), [0]),
      "apart",
    ],
    [
      "columns of examples",
      [rows, rows, type("i32", 2, 3)],
      (b, x, _, w) => b.op("gather", [x, w], { axis: 1 }),
      "apart",
    ],
    [
      "rows behind those of a table",
      [rows, rows, type("i32", 2, 3)],
      (b, x, _, w) => b.op("softmax", [b.op("gather", [b.transpose(x, [1, 0]), w])], { axis: 1 }),
      "apart",
    ],
    ["examples by place", [rows, rows, type("i32", 2)], (b, x, _, w) => b.op("gather", [x, w]), "gather"],
    [
      "elements of examples by those of others",
      [rows, places, rows],
      (b, x, y) => b.op("gather", [x, y], { axis: 1 }),
      "gather",
    ],
    [
      "sums at shared places",
      [rows, rows, type("i32", 4)],
      (b, x, _, w) => b.op("scatter_add", [w, b.transpose(x, [1, 0])], { shape: dims(3, "B") }),
      "apart",
    ],
    [
      "sums of examples",
      [type("i32", "B"), rows, rows],
      (b, x, y) => b.op("scatter_add", [x, y], { shape: dims(3, 4) }),
      "scatter_add",
    ],
    [
      "sums of examples at shared places",
      [rows, rows, type("i32", "B")],
      (b, x, _, w) => b.op("scatter_add", [w, x], { shape: dims(3, 4) }),
      "scatter_add",
    ],
    ["a product with a matrix", [rows, rows, square], (b, x, _, w) => b.matmul(x, w), "apart"],
    [
      "a product with a matrix before",
      [rows, rows, square],
      (b, x, _, w) => b.matmul(w, b.transpose(x, [1, 0])),
      "apart",
    ],
    [
      "a turned product",
      [rows, rows, square],
      (b, x, _, w) => b.op("matmul", [b.transpose(x, [1, 0]), w], { transposeA: true }),
      "apart",
    ],
    [
      "a product with turned examples",
      [rows, rows, square],
      (b, x, _, w) => b.op("matmul", [w, x], { transposeB: true }),
      "apart",
    ],
    [
      "a product that sums examples",
      [rows, rows, type("f32", "B", 3)],
      (b, x, _, w) => b.op("matmul", [x, w], { transposeA: true }),
      "matmul",
    ],
    [
      "a product with examples that it sums",
      [rows, rows, type("f32", 3, "B")],
      (b, x, _, w) => b.matmul(w, x),
      "matmul",
    ],
    ["products of each", [type("f32", "B", 2, 3), type("f32", "B", 3, 2), rows], (b, x, y) => b.matmul(x, y), "apart"],
    [
      "products with shared matrices of each",
      [type("f32", "B", 2, 3), rows, type("f32", 5, 1, 3, 2)],
      (b, x, _, w) => b.sum(b.matmul(x, w), [0]),
      "apart",
    ],
    [
      "images",
      [type("f32", "B", 4, 4, 2), rows, type("f32", 3, 3, 2, 1)],
      (b, x, _, w) => b.op("conv", [x, w]),
      "apart",
    ],
    [
      "a kernel of examples",
      [type("f32", "B", 4, 4, 2), rows, type("f32", 2, 2, 2, 4)],
      (b, x, y, w) => b.op("conv", [x, b.mul(w, b.reshape(b.sum(y, [0]), dims(1, 1, 1, 4)))]),
      "sum",
    ],
    [
      "images beside the examples",
      [type("f32", "B", 4, 4), rows, type("f32", 1, 4, 1)],
      (b, x, _, w) => b.op("conv", [b.transpose(x, [1, 0, 2]), w]),
      "conv",
    ],
    ["a range of a size", plain, (b, x) => b.add(x, b.cast(b.op("range", [], { size: constant(4) }), "f32")), "apart"],
    [
      "a range over the batch",
      [type("f32", "B"), rows, rows],
      (b, x) => b.add(x, b.cast(b.op("range", [], { size: batch }), "f32")),
      "range",
    ],
    ["the size of the batch", plain, (b, x) => b.div(x, b.dimAs(batch, "f32")), "dim"],
    ["another size", [type("f32", "B", "T"), rows, rows], (b, x) => b.div(x, b.dimAs(variable("T"), "f32")), "apart"],
  ])("%s", (_, types, build, expected) => {
    expect(mixedBy(types, build)).toBe(expected);
  });

  it("lie merged with others in an axis, until something works along it", () => {
    const merged = (b: GraphBuilder, x: Value): Value => b.reshape(x, [multiply(batch, constant(4))]);
    const of = (build: Build): string => mixedBy([rows, rows, type("f32", 4)], build);
    const back = (b: GraphBuilder, it: Value): Value => b.reshape(it, dims("B", 4));
    expect(of((b, x) => b.op("softmax", [back(b, b.op("exp", [merged(b, x)]))], { axis: 1 }))).toBe("apart");
    expect(of((b, x, y) => back(b, b.add(merged(b, x), merged(b, y))))).toBe("apart");
    expect(of((b, x) => back(b, b.mul(merged(b, x), b.scalar(2))))).toBe("apart");
    expect(of((b, x) => back(b, b.op("cumsum", [merged(b, x)], { axis: 0 })))).toBe("cumsum");
    expect(of((b, x, y) => back(b, b.op("cumsum", [b.add(merged(b, x), merged(b, y))], { axis: 0 })))).toBe("cumsum");
    expect(of((b, x, y) => b.op("max", [back(b, b.add(merged(b, x), merged(b, y)))], { axes: [0] }))).toBe("max");
    // Turned first, an example's elements are B apart.
    const turned = (b: GraphBuilder, x: Value): Value => merged(b, b.transpose(x, [1, 0]));
    expect(of((b, x) => b.op("exp", [turned(b, x)]))).toBe("apart");
    expect(of((b, x, y) => b.add(turned(b, x), turned(b, y)))).toBe("apart");
    expect(of((b, x, y) => b.add(turned(b, x), merged(b, y)))).toBe("add");
    expect(
      of((b, x) =>
        b.add(turned(b, x), b.reshape(b.op("exp", [turned(b, x)]), [constant(1), multiply(batch, constant(4))])),
      ),
    ).toBe("add");
  });

  it("of several places each, keep together as long as all count as many", () => {
    const halves = type("f32", "B", 4);
    const split = (b: GraphBuilder, x: Value, by: number): Value =>
      b.reshape(x, [multiply(batch, constant(by)), constant(4 / by)]);
    const of = (build: Build): string => mixedBy([halves, halves, type("f32", 2, 2)], build);
    expect(of((b, x, _, w) => b.matmul(split(b, x, 2), w))).toBe("apart");
    expect(of((b, x) => b.op("softmax", [split(b, x, 2)], { axis: 1 }))).toBe("apart");
    expect(of((b, x) => b.op("softmax", [split(b, x, 2)], { axis: 0 }))).toBe("softmax");
    expect(of((b, x, y) => b.op("concat", [split(b, x, 2), split(b, y, 2)], { axis: 1 }))).toBe("apart");
    expect(of((b, x) => b.sum(b.sum(split(b, x, 2), [1]), [0]))).toBe("sum");
  });

  it("have draws of their own, where what is drawn has an axis that counts them", () => {
    const drawn = (...shape: readonly (number | string)[]): string =>
      mixedBy([rows, rows, type("u32", 2)], (b, x, _, w) =>
        b.add(b.sum(x, [1]), b.op("random_uniform", [w], { shape: dims(...shape) })),
      );
    expect(drawn("B")).toBe("apart");
    expect(drawn(1)).toBe("apart");
    const table = (build: (b: GraphBuilder, it: Value) => Value): string =>
      mixedBy([rows, rows, type("u32", 2)], (b, _, __, w) =>
        build(b, b.op("random_uniform", [w], { shape: dims(3, "B") })),
      );
    expect(table((b, it) => b.sum(it, [0]))).toBe("apart");
    expect(table((b, it) => b.sum(it, [1]))).toBe("sum");
    const twice = mixedBy([rows, rows, type("u32", 2)], (b, _, __, w) =>
      b.op("random_uniform", [w], { shape: [multiply(batch, constant(2))] }),
    );
    expect(twice).toBe("random_uniform");
  });
});
