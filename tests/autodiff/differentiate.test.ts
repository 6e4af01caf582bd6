import { describe, expect, it } from "vitest";
import type { Graph, ScanNode } from "../../src/ir/graph.ts";
import { constant, variable } from "../../src/dims/dim.ts";
import { commonSubexpressions } from "../../src/passes/common-subexpressions.ts";
import { eliminateDeadNodes } from "../../src/passes/eliminate-dead-nodes.ts";
import { expandComposites, keepOwnGradients } from "../../src/passes/expand-composites.ts";
import { hoistFromScans } from "../../src/passes/hoist-from-scans.ts";
import { simplify } from "../../src/passes/simplify.ts";
import { interpretGraph } from "../../src/graph/interpret.ts";
import { expectGradients, graphOf, inputsFor, type, withGradients } from "./gradient-testing.ts";

/** What must not change what a graph computes, applied before and after differentiation. */
function cleaned(graph: Graph): Graph {
  return eliminateDeadNodes(commonSubexpressions(simplify(hoistFromScans(graph), { differentiated: true })));
}

function scansOf(graph: Graph): readonly ScanNode[] {
  return graph.nodes.filter((it): it is ScanNode => it.kind === "scan");
}

const perceptron = graphOf(
  { x: type("f32", "B", 3), w1: type("f32", 3, 4), b1: type("f32", 4), w2: type("f32", 4, 2), y: type("f32", "B", 2) },
  (b, v) => {
    const hidden = b.op("tanh", [b.add(b.matmul(v.x, v.w1), v.b1)]);
    const error = b.sub(b.matmul(hidden, v.w2), v.y);
    return { loss: b.mean(b.mul(error, error), [0, 1]) };
  },
);

/** h <- tanh(x_t W + h R + bias), with every h emitted. */
const recurrent = graphOf(
  {
    x: type("f32", "B", "T", 3),
    w: type("f32", 3, 4),
    r: type("f32", 4, 4),
    bias: type("f32", 4),
    h0: type("f32", "B", 4),
  },
  (b, v) => {
    const [last, all] = b.scan(
      {
        initial: [v.h0],
        sequences: [v.x],
        sequenceAxes: [1],
        emitAxes: [1],
        length: variable("T"),
        reverse: false,
      },
      (inner, [h], [x]) => {
        if (h === undefined || x === undefined) throw new Error("unreachable");
        const next = inner.op("tanh", [inner.add(inner.add(inner.matmul(x, v.w), inner.matmul(h, v.r)), v.bias)]);
        return { carries: [next], emits: [next] };
      },
    );
    if (last === undefined || all === undefined) throw new Error("unreachable");
    return { loss: b.add(b.sum(b.mul(all, all), [0, 1, 2]), b.mean(last, [0, 1])) };
  },
);

describe("differentiate", () => {
  it("agrees with finite differences on a perceptron of a free batch size", () => {
    expectGradients(perceptron, ["x", "w1", "b1", "w2"], inputsFor(perceptron, { B: 5 }));
  });

  it("adds the gradients of all uses of a value", () => {
    const graph = graphOf({ w: type("f32", 3, 3), x: type("f32", 2, 3) }, (b, v) => {
      const y = b.matmul(b.matmul(v.x, v.w), v.w);
      return { loss: b.sum(b.mul(y, b.matmul(v.x, v.w)), [0, 1]) };
    });
    expectGradients(graph, ["w", "x"], inputsFor(graph));
  });

  it("gives nothing where nothing flows: through stop_gradient, to what is not used", () => {
    const graph = graphOf({ a: type("f32", 3), c: type("f32", 3), unused: type("f32", 3) }, (b, v) => ({
      loss: b.sum(b.mul(v.a, b.op("stop_gradient", [b.mul(v.a, v.c)])), [0]),
    }));
    expect(() => withGradients(graph, ["c"])).toThrow("no gradient flows to c");
    expect(() => withGradients(graph, ["unused"])).toThrow("no gradient flows to unused");
    const inputs = inputsFor(graph);
    const gradient = interpretGraph(withGradients(graph, ["a"]), inputs).get("grad/a");
    const [a, c] = [inputs.get("a"), inputs.get("c")];
    expect([...(gradient?.data ?? [])]).toEqual([...(a?.data ?? [])].map((it, index) => it * (c?.data[index] ?? NaN)));
  });

  it("differentiates a recurrent layer, with its sequences along the second axis", () => {
    expectGradients(recurrent, ["x", "w", "r", "bias", "h0"], inputsFor(recurrent, { B: 2, T: 3 }));
  });

  it("contracts the gradients of a scan's weights outside of it: only the state's gradient is carried", () => {
    const full = cleaned(withGradients(cleaned(recurrent), ["x", "w", "r", "bias", "h0"]));
    const [forward, backward, ...others] = scansOf(full);
    expect(others).toEqual([]);
    expect(forward?.reverse).toBe(false);
    expect(backward?.reverse).toBe(true);
    expect(backward?.initial.length).toBe(1);
    const sizes = { B: 2, T: 3 };
    const plain = interpretGraph(withGradients(recurrent, ["w", "r"]), inputsFor(recurrent, sizes));
    const quick = interpretGraph(full, inputsFor(full, sizes));
    for (const name of ["grad/w", "grad/r"]) {
      plain.get(name)?.data.forEach((value, index) => expect(quick.get(name)?.data[index]).toBeCloseTo(value, 10));
    }
  });

  it("knows the sign of a bias that is subtracted in a scan, and of one that it is subtracted from", () => {
    const graph = graphOf(
      { x: type("f32", "T", "B", 4), less: type("f32", 4), from: type("f32", 4), h0: type("f32", "B", 4) },
      (b, v) => {
        const [, all] = b.scan(
          {
            initial: [v.h0],
            sequences: [v.x],
            sequenceAxes: [0],
            emitAxes: [0],
            length: variable("T"),
            reverse: false,
          },
          (inner, [h], [x]) => {
            if (h === undefined || x === undefined) throw new Error("unreachable");
            const next = inner.op("tanh", [inner.sub(inner.sub(inner.add(x, h), v.less), inner.sub(v.from, x))]);
            return { carries: [next], emits: [next] };
          },
        );
        if (all === undefined) throw new Error("unreachable");
        return { loss: b.sum(all, [0, 1, 2]) };
      },
    );
    const full = expectGradients(graph, ["x", "less", "from", "h0"], inputsFor(graph, { B: 2, T: 3 }));
    // Both biases are summed after the backward scan, which carries the state's gradient alone.
    expect(scansOf(cleaned(full))[1]?.initial.length).toBe(1);
  });

  it("differentiates what hoisting has made of a scan", () => {
    const hoisted = hoistFromScans(recurrent);
    expect(hoisted.nodes.some((it) => it.kind === "operator" && it.op === "matmul")).toBe(true);
    expectGradients(hoisted, ["x", "w", "r", "bias", "h0"], inputsFor(recurrent, { B: 2, T: 3 }));
  });

  it("differentiates reverse scans with several carries, sequences, emits and captured values of every kind", () => {
    const graph = graphOf(
      {
        x: type("f32", 4, 2, 3),
        gate: type("f32", 2, 3, 4),
        a0: type("f32", 2, 3),
        c0: type("f32", 2, 3),
        w: type("f32", 3, 3),
        scale: type("f32", 3),
        offset: type("f32", 2, 3),
        mix: type("f32", 2, 2),
      },
      (b, v) => {
        const [a, c, first, second] = b.scan(
          {
            initial: [v.a0, v.c0],
            sequences: [v.x, v.gate],
            sequenceAxes: [0, 2],
            emitAxes: [2, 0],
            length: constant(4),
            reverse: true,
          },
          (inner, carries, elements) => {
            const [p, q] = carries;
            const [x, gate] = elements;
            if (p === undefined || q === undefined || x === undefined || gate === undefined)
              throw new Error("unreachable");
            const half = inner.scalar(0.5);
            const weighted = inner.op("matmul", [inner.add(p, x), v.w], { transposeB: true });
            const next = inner.op("sigmoid", [inner.sub(inner.mul(weighted, v.scale), v.offset)]);
            const mixed = inner.matmul(v.mix, inner.mul(q, gate));
            return { carries: [next, inner.add(inner.mul(mixed, half), next)], emits: [inner.mul(next, q), p] };
          },
        );
        if (a === undefined || c === undefined || first === undefined || second === undefined)
          throw new Error("unreachable");
        const emitted = b.add(b.sum(b.op("square", [first]), [0, 1, 2]), b.mean(b.op("tanh", [second]), [0, 1, 2]));
        return { loss: b.add(emitted, b.add(b.sum(b.mul(a, c), [0, 1]), b.mean(c, [0, 1]))) };
      },
    );
    const wrt = ["x", "gate", "a0", "c0", "w", "scale", "offset", "mix"];
    expectGradients(graph, wrt, inputsFor(graph));
    expectGradients(cleaned(graph), wrt, inputsFor(graph));
  });

  it("differentiates scans in scans", () => {
    const graph = graphOf(
      {
        x: type("f32", "S", "T", 2),
        h0: type("f32", 1, 2),
        w: type("f32", 2, 2),
        u: type("f32", 2, 2),
        bias: type("f32", 2),
      },
      (b, v) => {
        const [h, all] = b.scan(
          {
            initial: [v.h0],
            sequences: [v.x],
            sequenceAxes: [0],
            emitAxes: [0],
            length: variable("S"),
            reverse: false,
          },
          (outer, [state], [rows]) => {
            if (state === undefined || rows === undefined) throw new Error("unreachable");
            const start = outer.op("tanh", [outer.matmul(state, v.u)]);
            const [end, emitted] = outer.scan(
              {
                initial: [start],
                sequences: [rows],
                sequenceAxes: [0],
                emitAxes: [0],
                length: variable("T"),
                reverse: true,
              },
              (inner, [g], [row]) => {
                if (g === undefined || row === undefined) throw new Error("unreachable");
                const product = inner.mul(inner.matmul(g, v.w), state);
                const next = inner.op("tanh", [inner.add(inner.add(product, row), v.bias)]);
                return { carries: [next], emits: [inner.mul(next, row)] };
              },
            );
            if (end === undefined || emitted === undefined) throw new Error("unreachable");
            return { carries: [outer.add(end, state)], emits: [outer.mean(emitted, [0])] };
          },
        );
        if (h === undefined || all === undefined) throw new Error("unreachable");
        return { loss: b.add(b.sum(b.op("square", [h]), [0, 1]), b.sum(all, [0, 1, 2])) };
      },
    );
    const inputs = inputsFor(graph, { S: 3, T: 2 });
    expectGradients(graph, ["x", "h0", "w", "u", "bias"], inputs);
    expectGradients(cleaned(graph), ["x", "h0", "w", "u", "bias"], inputs);
  });

  it("differentiates through composites expanded first: dropout with a fixed key, in a scan too", () => {
    const graph = graphOf({ x: type("f32", "T", 2, 3), w: type("f32", 3, 3) }, (b, v) => {
      const key = b.constant(type("u32", 2), [123456, 654321]);
      const h0 = b.zeros(type("f32", 2, 3));
      const [last] = b.scan(
        { initial: [h0], sequences: [v.x], sequenceAxes: [0], emitAxes: [], length: variable("T"), reverse: false },
        (inner, [h], [x]) => {
          if (h === undefined || x === undefined) throw new Error("unreachable");
          const dropped = inner.op("dropout", [inner.add(inner.matmul(h, v.w), x), key], { rate: 0.4 });
          return { carries: [inner.op("tanh", [dropped])], emits: [] };
        },
      );
      if (last === undefined) throw new Error("unreachable");
      return { loss: b.sum(b.op("square", [b.op("dropout", [last, key], { rate: 0.25 })]), [0, 1]) };
    });
    expect(() => withGradients(graph, ["x"])).toThrow("the composite dropout must be expanded");
    const inputs = inputsFor(graph, { T: 3 });
    const expanded = expandComposites(graph, keepOwnGradients);
    const full = expectGradients(expanded, ["x", "w"], inputs);
    const gradient = interpretGraph(full, inputs).get("grad/x");
    expect(gradient?.data.includes(0)).toBe(true);
    expectGradients(cleaned(expanded), ["x", "w"], inputs);
  });

  it("leaves a scan alone whose results need no gradient", () => {
    const graph = graphOf({ x: type("f32", 3, 2), w: type("f32", 2) }, (b, v) => {
      const [count] = b.scan(
        {
          initial: [b.scalar(0)],
          sequences: [v.x],
          sequenceAxes: [0],
          emitAxes: [],
          length: constant(3),
          reverse: false,
        },
        (inner, [n]) => {
          if (n === undefined) throw new Error("unreachable");
          return { carries: [inner.add(n, inner.scalar(1))], emits: [] };
        },
      );
      if (count === undefined) throw new Error("unreachable");
      return { loss: b.div(b.sum(b.mul(v.w, v.w), [0]), count) };
    });
    const full = expectGradients(graph, ["w"], inputsFor(graph));
    expect(scansOf(full).length).toBe(1);
  });
});
