import { describe, expect, it } from "vitest";
import { constant } from "../../src/dims/dim.ts";
import type { Graph, Value } from "../../src/ir/graph.ts";
import type { GraphBuilder } from "../../src/ops/define/builder.ts";
import { interpretGraph } from "../../src/graph/interpret.ts";
import { verifyGraph } from "../../src/graph/verify.ts";
import { eliminateDeadNodes } from "../../src/passes/eliminate-dead-nodes.ts";
import { hoistFromScans } from "../../src/passes/hoist-from-scans.ts";
import { graphOf, inputsFor, type } from "../autodiff/gradient-testing.ts";

/** A recurrence of five steps over two sequences; `step` makes the next state of the last and the two elements. */
function recurrence(step: (b: GraphBuilder, h: Value, s: Value, t: Value) => Value): Graph {
  const sequence = type("f32", 5, 2, 3);
  return graphOf({ start: type("f32", 2, 3), s: sequence, t: sequence }, (b, { start, s, t }) => {
    const [last, all] = b.scan(
      { initial: [start], sequences: [s, t], sequenceAxes: [0, 0], emitAxes: [0], length: constant(5), reverse: false },
      (inner, [h], [sElement, tElement]) => {
        if (h === undefined || sElement === undefined || tElement === undefined) throw new Error("unreachable");
        const next = step(inner, h, sElement, tElement);
        return { carries: [next], emits: [next] };
      },
    );
    if (last === undefined || all === undefined) throw new Error("unreachable");
    return { last, all };
  });
}

/** The operators of the scan's body after the pass, and those outside of it; the results are checked first. */
function hoisted(graph: Graph): { readonly inside: readonly string[]; readonly outside: readonly string[] } {
  const after = eliminateDeadNodes(hoistFromScans(graph));
  expect(verifyGraph(after)).toEqual([]);
  const inputs = inputsFor(graph, {});
  const [expected, actual] = [interpretGraph(graph, inputs), interpretGraph(after, inputs)];
  for (const [name, array] of expected) {
    array.data.forEach((it, index) => expect(actual.get(name)?.data[index]).toBeCloseTo(it, 12));
  }
  const names = (nodes: Graph["nodes"]): readonly string[] =>
    nodes.flatMap((it) => (it.kind === "operator" ? [it.op] : it.kind === "scan" ? names(it.body.nodes) : []));
  const scans = after.nodes.filter((it) => it.kind === "scan");
  return { inside: names(scans), outside: names(after.nodes.filter((it) => it.kind !== "scan")) };
}

describe("hoisting from scans", () => {
  it("computes outside what comes from sequences alone", () => {
    const graph = recurrence((b, h, s, t) => b.op("tanh", [b.add(h, b.mul(b.op("sigmoid", [s]), t))]));
    expect(hoisted(graph)).toEqual({ inside: ["add", "tanh"], outside: ["sigmoid", "mul"] });
  });

  it("multiplies by two factors, or by three, at once", () => {
    const two = recurrence((b, h, s, t) => b.mul(b.mul(b.op("tanh", [h]), s), t));
    expect(hoisted(two)).toEqual({ inside: ["tanh", "mul"], outside: ["mul"] });
    const three = recurrence((b, h, s, t) => b.mul(b.op("exp", [t]), b.mul(s, b.mul(t, b.op("tanh", [h])))));
    expect(hoisted(three)).toEqual({ inside: ["tanh", "mul"], outside: ["exp", "mul", "mul"] });
  });

  it("leaves a product that is used twice", () => {
    const graph = recurrence((b, h, s, t) => {
      const scaled = b.mul(h, s);
      return b.add(scaled, b.mul(scaled, t));
    });
    expect(hoisted(graph)).toEqual({ inside: ["mul", "mul", "add"], outside: [] });
  });

  it("leaves a product that leaves the loop besides, and one whose factors are broadcast", () => {
    const carried = graphOf(
      { start: type("f32", 2, 3), s: type("f32", 5, 2, 3), t: type("f32", 5, 2, 3) },
      (b, { start, s, t }) => {
        const [last, all] = b.scan(
          {
            initial: [start],
            sequences: [s, t],
            sequenceAxes: [0, 0],
            emitAxes: [0],
            length: constant(5),
            reverse: false,
          },
          (inner, [h], [x, y]) => {
            if (h === undefined || x === undefined || y === undefined) throw new Error("unreachable");
            const scaled = inner.mul(h, x);
            return { carries: [scaled], emits: [inner.mul(y, scaled)] };
          },
        );
        if (last === undefined || all === undefined) throw new Error("unreachable");
        return { last, all };
      },
    );
    expect(hoisted(carried)).toEqual({ inside: ["mul", "mul"], outside: [] });
    const column = (b: GraphBuilder, it: Value): Value => b.sum(it, [1], true);
    const wide = recurrence((b, h, s, t) => b.mul(b.mul(column(b, h), s), t));
    expect(hoisted(wide).inside).toEqual(["sum", "mul", "mul"]);
    const scalar = recurrence((b, h, s, t) => b.mul(b.mul(b.sum(h, [0, 1]), s), t));
    expect(hoisted(scalar).inside).toEqual(["sum", "mul", "mul"]);
    const sums = recurrence((b, h, s, t) => b.add(b.add(b.op("tanh", [h]), s), t));
    expect(hoisted(sums).inside).toEqual(["tanh", "add", "add"]);
    const reused = recurrence((b, h, s, t) => b.mul(b.mul(h, b.op("tanh", [h])), b.mul(s, t)));
    expect(hoisted(reused)).toEqual({ inside: ["tanh", "mul", "mul"], outside: ["mul"] });
  });

  /** A scan of two steps over the axis `axis` of `s`, with `w`, that carries and emits what `step` makes. */
  function over(
    axis: number,
    reverse: boolean,
    shapes: { readonly s: readonly number[]; readonly w: readonly number[]; readonly start: readonly number[] },
    step: (b: GraphBuilder, h: Value, s: Value, w: Value) => Value,
  ): Graph {
    const inputs = { s: type("f32", ...shapes.s), w: type("f32", ...shapes.w), start: type("f32", ...shapes.start) };
    return graphOf(inputs, (b, { s, w, start }) => {
      const [last, all] = b.scan(
        {
          initial: [start],
          sequences: [s],
          sequenceAxes: [axis],
          emitAxes: [0],
          length: constant(shapes.s[axis] ?? 0),
          reverse,
        },
        (inner, [h], [element]) => {
          if (h === undefined || element === undefined) throw new Error("unreachable");
          const next = step(inner, h, element, w);
          return { carries: [next], emits: [next] };
        },
      );
      if (last === undefined || all === undefined) throw new Error("unreachable");
      return { last, all };
    });
  }

  it("brings the axis of the steps to the front, once, in either direction", () => {
    for (const reverse of [false, true]) {
      const graph = over(1, reverse, { s: [2, 4, 3], w: [2, 3], start: [2, 3] }, (b, h, s, w) =>
        b.add(b.mul(h, b.op("tanh", [s])), b.add(b.op("exp", [s]), b.op("sigmoid", [w]))),
      );
      const { inside, outside } = hoisted(graph);
      expect(inside).toEqual(["mul", "add"]);
      expect(outside).toEqual(["transpose", "tanh", "exp", "sigmoid", "add"]);
    }
  });

  it("makes one product of all elements with a matrix that no step changes, and leaves other products", () => {
    const shapes = { s: [4, 2, 3], w: [3, 3], start: [2, 3] };
    const product = over(0, false, shapes, (b, h, s, w) => b.add(h, b.matmul(s, w)));
    expect(hoisted(product)).toEqual({ inside: ["add"], outside: ["matmul"] });
    const turned = over(0, false, shapes, (b, h, s, w) => b.add(h, b.op("matmul", [s, w], { transposeB: true })));
    expect(hoisted(turned)).toEqual({ inside: ["add"], outside: ["matmul"] });
    const left = over(0, false, { ...shapes, s: [4, 3, 2], start: [2, 3] }, (b, h, s, w) =>
      b.add(h, b.op("matmul", [s, w], { transposeA: true })),
    );
    expect(hoisted(left)).toEqual({ inside: ["matmul", "add"], outside: [] });
    const fixedLeft = over(0, false, { s: [4, 2, 3], w: [2, 2], start: [2, 3] }, (b, h, s, w) =>
      b.add(h, b.matmul(w, s)),
    );
    expect(hoisted(fixedLeft)).toEqual({ inside: ["matmul", "add"], outside: [] });
    const carried = over(0, false, { s: [4, 3, 3], w: [1], start: [3, 3] }, (b, h, s, w) =>
      b.mul(w, b.add(b.matmul(h, s), b.matmul(s, h))),
    );
    expect(hoisted(carried)).toEqual({ inside: ["matmul", "matmul", "add", "mul"], outside: [] });
    const many = over(0, false, { s: [4, 2, 3], w: [5, 3, 3], start: [5, 2, 3] }, (b, h, s, w) =>
      b.add(h, b.matmul(s, w)),
    );
    expect(hoisted(many)).toEqual({ inside: ["matmul", "add"], outside: [] });
  });

  it("leaves elements of a lower rank where they are broadcast, and takes what is outside", () => {
    const low = over(0, false, { s: [2, 3], w: [2, 3], start: [2, 3] }, (b, h, s, w) => b.add(h, b.mul(s, w)));
    expect(hoisted(low)).toEqual({ inside: ["mul", "add"], outside: [] });
    const high = over(0, false, { s: [2, 2, 3], w: [3], start: [2, 3] }, (b, h, s, w) => b.add(h, b.mul(s, w)));
    expect(hoisted(high)).toEqual({ inside: ["add"], outside: ["mul"] });
    const reduced = over(0, false, { s: [2, 2, 3], w: [3], start: [2, 1] }, (b, h, s, w) =>
      b.add(h, b.add(b.sum(s, [1], true), b.sum(w, [0], true))),
    );
    expect(hoisted(reduced)).toEqual({ inside: ["sum", "add", "add"], outside: ["sum"] });
  });

  it("takes out of both of two loops what neither changes, and out of the inner one what the outer one changes", () => {
    const graph = over(0, false, { s: [2, 3, 4], w: [4], start: [4] }, (b, h, s, w) => {
      const [last] = b.scan(
        { initial: [h], sequences: [s], sequenceAxes: [0], emitAxes: [], length: constant(3), reverse: false },
        (inner, [g], [element]) => {
          if (g === undefined || element === undefined) throw new Error("unreachable");
          const fixed = inner.op("exp", [w]);
          const ofOuter = inner.op("tanh", [h]);
          return {
            carries: [inner.add(inner.mul(g, fixed), inner.mul(inner.op("sigmoid", [element]), ofOuter))],
            emits: [],
          };
        },
      );
      if (last === undefined) throw new Error("unreachable");
      return last;
    });
    const after = eliminateDeadNodes(hoistFromScans(graph));
    const scan = after.nodes.find((it) => it.kind === "scan");
    if (scan?.kind !== "scan") throw new Error("no scan");
    const inner = scan.body.nodes.find((it) => it.kind === "scan");
    const names = (nodes: Graph["nodes"]): readonly string[] =>
      nodes.flatMap((it) => (it.kind === "operator" ? [it.op] : []));
    expect(hoisted(graph).outside).toEqual(["exp", "sigmoid"]);
    expect(names(scan.body.nodes)).toEqual(["tanh", "mul"]);
    expect(names(inner?.kind === "scan" ? inner.body.nodes : [])).toEqual(["mul", "add"]);
  });
});
