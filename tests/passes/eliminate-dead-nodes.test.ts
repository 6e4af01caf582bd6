import { describe, expect, it } from "vitest";
import { constant, variable } from "../../src/dims/dim.ts";
import { interpretGraph } from "../../src/graph/interpret.ts";
import { verifyGraph } from "../../src/graph/verify.ts";
import type { Graph, ScanNode, Value } from "../../src/ir/graph.ts";
import { eliminateDeadNodes } from "../../src/passes/eliminate-dead-nodes.ts";
import { graphOf, inputsFor, type } from "../autodiff/gradient-testing.ts";
import { left } from "./operators-left.ts";

/**
 * A scan over `s` and `t`: `count` adds 1 a step, `sum` adds the element of `s`, `product` multiplies by that of `t`
 * and by `count`; all three are emitted. The outputs are those of its results that `kept` picks.
 */
function scanOf(kept: (results: Readonly<Record<string, Value>>) => Readonly<Record<string, Value>>): Graph {
  const start = type("f32", 2);
  const sequence = type("f32", 4, 2);
  return graphOf({ count: start, sum: start, product: start, s: sequence, t: sequence }, (b, values) => {
    const results = b.scan(
      {
        initial: [values.count, values.sum, values.product],
        sequences: [values.s, values.t],
        sequenceAxes: [0, 0],
        emitAxes: [0, 0, 0],
        length: constant(4),
        reverse: false,
      },
      (inner, [count, sum, product], [s, t]) => {
        if (!count || !sum || !product || !s || !t) throw new Error("unreachable");
        const next = [inner.add(count, inner.scalar(1)), inner.add(sum, s), inner.mul(inner.mul(product, t), count)];
        return { carries: next, emits: next };
      },
    );
    const names = ["count", "sum", "product", "counts", "sums", "products"];
    const named = names.map((name, index): [string, Value] => {
      const result = results[index];
      if (result === undefined) throw new Error(name);
      return [name, result];
    });
    return kept(Object.fromEntries(named));
  });
}

/** What is left of the scan; the results are checked first. */
function leftOf(...kept: readonly string[]): Readonly<Record<string, number>> {
  const graph = scanOf((results) =>
    Object.fromEntries(Object.entries(results).filter(([name]) => kept.includes(name))),
  );
  const after = eliminateDeadNodes(graph);
  expect(verifyGraph(after)).toEqual([]);
  const inputs = inputsFor(graph);
  expect(interpretGraph(after, inputs)).toEqual(interpretGraph(graph, inputs));
  const scan = after.nodes.find((it): it is ScanNode => it.kind === "scan");
  if (scan === undefined) throw new Error("no scan");
  return { carries: scan.initial.length, sequences: scan.sequences.length, emits: scan.emitAxes.length };
}

describe("of a scan", () => {
  it("what is read alone stays", () => {
    expect(leftOf("sum", "products")).toEqual({ carries: 3, sequences: 2, emits: 1 });
    expect(leftOf("sum")).toEqual({ carries: 1, sequences: 1, emits: 0 });
    expect(leftOf("sums")).toEqual({ carries: 1, sequences: 1, emits: 1 });
  });

  it("a carry stays that another one reads", () => {
    expect(leftOf("product")).toEqual({ carries: 2, sequences: 1, emits: 0 });
  });

  it("a sequence stays even where no element is read: it says how many steps there are", () => {
    expect(leftOf("count", "counts")).toEqual({ carries: 1, sequences: 1, emits: 1 });
  });
});

describe("eliminateDeadNodes", () => {
  it("removes carries, sequences and emits of scans that nothing needs, and keeps those that others need", () => {
    const graph = graphOf({ x: type("f32", "T", 2), y: type("f32", "T", 2) }, (b, { x, y }) => {
      const zero = b.zeros(type("f32", 2));
      const [a, , , first, second] = b.scan(
        {
          initial: [zero, zero, zero],
          sequences: [x, y],
          sequenceAxes: [0, 0],
          emitAxes: [0, 0],
          length: variable("T"),
          reverse: false,
        },
        (inner, [p, q, r], [u, v]) => {
          if (p === undefined || q === undefined || r === undefined || u === undefined || v === undefined)
            throw new Error("unreachable");
          // p needs q; r needs only itself.
          return {
            carries: [inner.add(p, q), inner.mul(q, u), inner.add(r, v)],
            emits: [inner.op("exp", [r]), inner.op("tanh", [p])],
          };
        },
      );
      if (a === undefined || first === undefined || second === undefined) throw new Error("unreachable");
      return { a, second };
    });
    const after = eliminateDeadNodes(graph);
    const scan = after.nodes.find((it) => it.kind === "scan");
    if (scan?.kind !== "scan") throw new Error("the scan is gone");
    expect([scan.initial.length, scan.sequences.length, scan.emitAxes.length, scan.results.length]).toEqual([
      2, 1, 1, 3,
    ]);
    expect(scan.body.nodes.map((it) => (it.kind === "operator" ? it.op : it.kind))).toEqual(["add", "mul", "tanh"]);
    expect(left(graph, (it) => it, { T: 3 })).toEqual(["constant", "scan"]);
  });
});
