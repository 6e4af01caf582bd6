import { describe, expect, it } from "vitest";
import { constant } from "../../src/dims/dim.ts";
import type { Graph, ScanNode, Value } from "../../src/ir/graph.ts";
import type { TensorType } from "../../src/ir/types.ts";
import type { GraphBuilder } from "../../src/ops/define/builder.ts";
import { eliminateDeadNodes } from "../../src/passes/eliminate-dead-nodes.ts";
import { expectGradients, graphOf, inputsFor, type } from "./gradient-testing.ts";

type Values = Readonly<Record<string, Value>>;

/** What a step of the scan is given and makes, by name. */
interface Step {
  readonly carries: readonly Value[];
  readonly emits: readonly Value[];
}

const at = (values: Values, name: string): Value => {
  const found = values[name];
  if (found === undefined) throw new Error(name);
  return found;
};

/** A graph with a scan of four steps: carries begin as the inputs of their names, elements come from theirs. */
function looped(
  inputs: Readonly<Record<string, TensorType>>,
  carried: readonly string[],
  sequences: readonly string[],
  step: (b: GraphBuilder, values: Values) => Step,
  loss: (b: GraphBuilder, results: readonly Value[]) => Value,
  emitAxes: readonly number[] = [0],
): Graph {
  return graphOf(inputs, (b, values: Values) => {
    const results = b.scan(
      {
        initial: carried.map((it) => at(values, it)),
        sequences: sequences.map((it) => at(values, it)),
        sequenceAxes: sequences.map(() => 0),
        emitAxes,
        length: constant(4),
        reverse: false,
      },
      (inner, states, elements) => {
        const within = { ...values };
        carried.forEach((name, index) => Object.assign(within, { [name]: states[index] }));
        sequences.forEach((name, index) => Object.assign(within, { [name]: elements[index] }));
        return step(inner, within);
      },
    );
    return { loss: loss(b, results) };
  });
}

/** How much the two scans of a gradient carry, take and emit, once what nothing reads is gone. */
function scansOf(graph: Graph, wrt: readonly string[]): readonly string[] {
  const full = eliminateDeadNodes(expectGradients(graph, wrt, inputsFor(graph)));
  return full.nodes
    .filter((it): it is ScanNode => it.kind === "scan")
    .map((it) => `${it.initial.length} carried, ${it.sequences.length} taken, ${it.emitAxes.length} emitted`);
}

const vector = type("f32", 2, 3);
const rows = type("f32", 4, 2, 3);
const total = (b: GraphBuilder, it: Value | undefined): Value => {
  if (it === undefined) throw new Error("unreachable");
  return b.sum(b.op("square", [it]), [...it.type.shape.keys()]);
};

describe("the gradient of a scan", () => {
  const inputs = { h: vector, s: rows, w: type("f32", 3, 3), k: type("i32", 4, 2), table: type("f32", 4, 3) };
  const tanh = (b: GraphBuilder, v: Values): Step => {
    const next = b.op("tanh", [b.add(b.matmul(at(v, "h"), at(v, "w")), at(v, "s"))]);
    return { carries: [next], emits: [next] };
  };

  it("takes back what was emitted already, and has emitted what it needs besides", () => {
    const graph = looped(inputs, ["h"], ["s"], tanh, (b, [, all]) => total(b, all));
    // Back: the gradient of what was emitted, and that itself; the state before each step for the matrix.
    expect(scansOf(graph, ["h", "s", "w"])).toEqual(["1 carried, 1 taken, 2 emitted", "1 carried, 2 taken, 1 emitted"]);
    // Without the matrix nothing but what was emitted is needed.
    expect(scansOf(graph, ["h", "s"])).toEqual(["1 carried, 1 taken, 1 emitted", "1 carried, 2 taken, 1 emitted"]);
    expect(scansOf(graph, ["h"])).toEqual(["1 carried, 1 taken, 1 emitted", "1 carried, 2 taken, 0 emitted"]);
    expect(scansOf(graph, ["w"])).toEqual(["1 carried, 1 taken, 2 emitted", "1 carried, 2 taken, 1 emitted"]);
  });

  it("begins from the last state alone, where nothing flows into what is emitted", () => {
    const graph = looped(inputs, ["h"], ["s"], tanh, (b, [last]) => total(b, last));
    expect(scansOf(graph, ["h", "s"])).toEqual(["1 carried, 1 taken, 1 emitted", "1 carried, 1 taken, 1 emitted"]);
  });

  it("carries no gradient of what does not lead to what is asked for", () => {
    const counting = (b: GraphBuilder, v: Values): Step => {
      const scaled = b.mul(at(v, "s"), at(v, "n"));
      return { carries: [b.add(at(v, "h"), scaled), b.add(at(v, "n"), b.scalar(1))], emits: [at(v, "n")] };
    };
    const graph = looped({ ...inputs, n: type("f32") }, ["h", "n"], ["s"], counting, (b, [last]) => total(b, last));
    expect(scansOf(graph, ["s"])).toEqual(["2 carried, 1 taken, 1 emitted", "1 carried, 1 taken, 1 emitted"]);
    expect(scansOf(graph, ["h"])).toEqual(["2 carried, 1 taken, 0 emitted", "1 carried, 0 taken, 0 emitted"]);
  });

  it("adds up what a step looks up in a table, by places that have no gradient", () => {
    const looking = (b: GraphBuilder, v: Values): Step => {
      const next = b.mul(at(v, "h"), b.op("gather", [at(v, "table"), at(v, "k")]));
      return { carries: [next], emits: [next] };
    };
    const graph = looped(inputs, ["h"], ["k"], looking, (b, [, all]) => total(b, all));
    // The state and the table's sum are carried; taken are the gradient of what was emitted, places, states and what was found.
    expect(scansOf(graph, ["h", "table"])).toEqual(["1 carried, 1 taken, 3 emitted", "2 carried, 4 taken, 0 emitted"]);
    expect(scansOf(graph, ["table"])).toEqual(["1 carried, 1 taken, 3 emitted", "2 carried, 4 taken, 0 emitted"]);
  });

  it("reaches a state that begins without a gradient through what each step reads", () => {
    const adding = (b: GraphBuilder, v: Values): Step => {
      const next = b.mul(b.add(at(v, "h"), b.scalar(0.5)), b.op("sigmoid", [b.matmul(at(v, "s"), at(v, "w"))]));
      return { carries: [next], emits: [] };
    };
    const graph = looped(inputs, ["h"], ["s"], adding, (b, [last]) => total(b, last), []);
    expect(scansOf(graph, ["w"])).toHaveLength(2);
    expect(scansOf(graph, ["s"])).toHaveLength(2);
    expect(scansOf(graph, ["w", "s", "h"])).toHaveLength(2);
  });

  it("goes through states that change places, and through elements that are passed on", () => {
    const swapping = (b: GraphBuilder, v: Values): Step => ({
      carries: [at(v, "g"), b.mul(at(v, "h"), at(v, "s"))],
      emits: [at(v, "s"), at(v, "g")],
    });
    const graph = looped(
      { ...inputs, g: vector },
      ["h", "g"],
      ["s"],
      swapping,
      (b, [h, g, s, gs]) => b.add(b.add(total(b, h), total(b, g)), b.add(total(b, s), total(b, gs))),
      [1, 2],
    );
    expect(scansOf(graph, ["h", "g", "s"])).toHaveLength(2);
    expect(scansOf(graph, ["g"])).toHaveLength(2);
  });

  it("gives nothing to a sequence that no step reads, and its share to one that is read twice", () => {
    const twice = (b: GraphBuilder, v: Values): Step => ({
      carries: [b.add(b.mul(at(v, "s"), at(v, "h")), at(v, "s"))],
      emits: [b.mul(at(v, "s"), at(v, "s"))],
    });
    const graph = looped({ ...inputs, t: rows }, ["h"], ["s", "t"], twice, (b, [last, all]) =>
      b.add(total(b, last), total(b, all)),
    );
    expect(scansOf(graph, ["s", "h"])).toHaveLength(2);
    expect(() => scansOf(graph, ["t"])).toThrow("no gradient flows to t");
  });

  it("copies numbers and sizes into the loop back, rather than have them emitted", () => {
    const scaled = (b: GraphBuilder, v: Values): Step => {
      const next = b.op("tanh", [b.mul(at(v, "h"), b.add(b.scalar(0.5), b.constant(type("f32", 3), [1, 2, 3])))]);
      return { carries: [next], emits: [] };
    };
    const graph = looped(inputs, ["h"], ["s"], scaled, (b, [last]) => total(b, last), []);
    const [forward] = scansOf(graph, ["h"]);
    expect(forward).toBe("1 carried, 1 taken, 2 emitted");
  });
});
