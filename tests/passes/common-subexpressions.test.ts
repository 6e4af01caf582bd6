import { describe, expect, it } from "vitest";
import type { Value } from "../../src/ir/graph.ts";
import { constant, variable, type Dim } from "../../src/dims/dim.ts";
import { commonSubexpressions } from "../../src/passes/common-subexpressions.ts";
import { eliminateDeadNodes } from "../../src/passes/eliminate-dead-nodes.ts";
import { dims, graphOf, type } from "../autodiff/gradient-testing.ts";
import { left } from "./operators-left.ts";

describe("commonSubexpressions", () => {
  it("tells constants apart by their types and numbers, and operators by attributes and order", () => {
    const graph = graphOf({ x: type("f32", 2, 2), y: type("f32", 2, 2) }, (b, { x, y }) => {
      const size = (dim: Dim): Value => {
        const result = b.value({ dtype: "i64", shape: [] });
        b.append({ kind: "dim", dim, results: [result] });
        return result;
      };
      return {
        number: b.constant(type("f32"), 1),
        integer: b.constant(type("i32"), 1),
        row: b.constant(type("f32", 1), 1),
        same: b.constant(type("f32"), 1),
        zero: b.constant(type("f32"), 0),
        negative: b.op("reciprocal", [b.constant(type("f32"), -0)]),
        first: b.constant(type("f32", 2), [1, 2]),
        second: b.constant(type("f32", 2), [2, 1]),
        third: b.constant(type("f32", 2), [1, 2]),
        sum: b.sum(x, [0]),
        other: b.sum(x, [1]),
        again: b.sum(x, [0]),
        less: b.op("less", [x, y]),
        more: b.op("less", [y, x]),
        two: size(constant(2)),
        three: size(constant(3)),
        also: size(constant(2)),
      };
    });
    const after = eliminateDeadNodes(commonSubexpressions(graph));
    expect(left(graph, commonSubexpressions)).toEqual([
      ...Array.from({ length: 5 }, () => "constant"),
      "reciprocal",
      ...["constant", "constant"],
      ...["sum", "sum", "less", "less", "dim", "dim"],
    ]);
    const made = (name: string): number | undefined => after.outputs.find((it) => it.name === name)?.value.id;
    expect([made("same"), made("third"), made("again"), made("also")]).toEqual([
      made("number"),
      made("first"),
      made("sum"),
      made("two"),
    ]);
  });

  it("draws once from one key: of one path, with the same indices, under one base", () => {
    const graph = graphOf({ seed: type("u32", 2), step: type("u32", 2) }, (b, { seed, step }) => {
      const key = (path: string, indices: readonly number[], base: Value): Value => {
        const result = b.value(type("u32", 2));
        b.append({ kind: "key", path, indices, base, results: [result] });
        return result;
      };
      const keys = [
        key("drop", [0], seed),
        key("drop", [0], seed),
        key("drop", [1], seed),
        key("drop", [0, 1], seed),
        key("noise", [0], seed),
        key("drop", [0], step),
      ];
      return Object.fromEntries(keys.map((it, at) => [`k${at}`, it]));
    });
    expect(left(graph, commonSubexpressions)).toEqual(Array.from({ length: 5 }, () => "key"));
  });

  it("does not take what one loop computes for another one", () => {
    const graph = graphOf({ x: type("f32", 3, 2), start: type("f32", 2) }, (b, { x, start }) => {
      const loop = (): Value => {
        const doubled = b.add(start, start);
        const [last] = b.scan(
          {
            initial: [doubled],
            sequences: [b.add(x, x)],
            sequenceAxes: [0],
            emitAxes: [],
            length: constant(3),
            reverse: false,
          },
          (inner, [h], [row]) => {
            if (h === undefined || row === undefined) throw new Error("unreachable");
            const fixed = inner.op("exp", [start]);
            return { carries: [inner.add(inner.add(h, row), inner.mul(fixed, inner.op("exp", [start])))], emits: [] };
          },
        );
        return last ?? x;
      };
      return { first: loop(), second: loop(), after: b.op("exp", [start]) };
    });
    expect(left(graph, commonSubexpressions)).toEqual(["add", "add", "scan", "scan", "exp"]);
    const scans = commonSubexpressions(graph).nodes.filter((it) => it.kind === "scan");
    for (const { body } of scans) {
      expect(body.nodes.map((it) => (it.kind === "operator" ? it.op : it.kind))).toEqual(["exp", "add", "mul", "add"]);
    }
  });

  it("keeps apart what is filled with other numbers", () => {
    const graph = graphOf({ x: type("f32", 2) }, (b, { x }) =>
      Object.fromEntries(
        [Infinity, -Infinity, 0, -0, 0].map((value, at) => {
          const padded = b.op("pad_constant", [x], { before: dims(1), after: dims(0), value });
          return [`y${at}`, b.op("reciprocal", [padded])];
        }),
      ),
    );
    expect(left(graph, commonSubexpressions)).toEqual(
      Array.from({ length: 4 }, () => ["pad_constant", "reciprocal"]).flat(),
    );
  });

  it("shares equal work, in scans with what is outside of them too, and nothing else", () => {
    const graph = graphOf({ x: type("f32", "T", 3) }, (b, { x }) => {
      const outside = b.op("exp", [b.mul(x, b.scalar(2))]);
      const again = b.op("exp", [b.mul(x, b.scalar(2))]);
      const other = b.op("exp", [b.mul(x, b.scalar(-2))]);
      const [, rows] = b.scan(
        {
          initial: [b.scalar(0)],
          sequences: [x],
          sequenceAxes: [0],
          emitAxes: [0],
          length: variable("T"),
          reverse: false,
        },
        (inner, [n], [row]) => {
          if (n === undefined || row === undefined) throw new Error("unreachable");
          const whole = inner.sum(inner.op("exp", [inner.mul(x, inner.scalar(2))]), [0]);
          return { carries: [inner.add(n, inner.scalar(2))], emits: [inner.mul(inner.add(whole, row), n)] };
        },
      );
      if (rows === undefined) throw new Error("unreachable");
      return { sum: b.add(b.add(outside, again), other), rows };
    });
    const after = eliminateDeadNodes(commonSubexpressions(graph));
    expect(left(graph, commonSubexpressions, { T: 3 })).toEqual([
      "constant",
      "mul",
      "exp",
      "constant",
      "mul",
      "exp",
      "constant",
      "scan",
      "add",
      "add",
    ]);
    const scan = after.nodes.find((it) => it.kind === "scan");
    expect(scan?.kind === "scan" && scan.body.nodes.map((it) => (it.kind === "operator" ? it.op : it.kind))).toEqual([
      "sum",
      "add",
      "add",
      "mul",
    ]);
  });
});
