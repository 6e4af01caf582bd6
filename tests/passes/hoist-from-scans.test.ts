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
});
