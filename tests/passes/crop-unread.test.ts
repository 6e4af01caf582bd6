import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { formatDim } from "../../src/dims/dim.ts";
import type { Graph, Value } from "../../src/ir/graph.ts";
import type { GraphBuilder } from "../../src/ops/define/builder.ts";
import { interpretGraph } from "../../src/graph/interpret.ts";
import { verifyGraph } from "../../src/graph/verify.ts";
import { cropUnread } from "../../src/passes/crop-unread.ts";
import { eliminateDeadNodes } from "../../src/passes/eliminate-dead-nodes.ts";
import { graphOf, inputsFor, type } from "../autodiff/gradient-testing.ts";

/** Operators with the heights of what they make, after the pass; the results are checked first. */
function cropped(graph: Graph): readonly string[] {
  const live = eliminateDeadNodes(graph);
  const after = cropUnread(live);
  expect(verifyGraph(after)).toEqual([]);
  const inputs = inputsFor(live, { B: 2 });
  const [expected, actual] = [interpretGraph(live, inputs), interpretGraph(after, inputs)];
  for (const [name, array] of expected) {
    expect(actual.get(name)?.shape).toEqual(array.shape);
    array.data.forEach((it, index) => expect(actual.get(name)?.data[index]).toBeCloseTo(it, 12));
  }
  return after.nodes.flatMap((node) => {
    const height = node.results[0]?.type.shape[1];
    return node.kind === "operator" && height !== undefined ? [`${node.op} ${formatDim(height)}`] : [];
  });
}

const pool = { window: [2, 2], strides: [2, 2] };

describe("cropping what is not read", () => {
  it("cuts an image once, above everything that leads to a pool with a remainder", () => {
    const inputs = {
      x: type("f32", "B", 16, 16, 1),
      k: type("f32", 3, 3, 1, 16),
      l: type("f32", 3, 3, 16, 16),
      c: type("f32", 16),
    };
    const graph = graphOf(inputs, (b, { x, k, l, c }) => {
      const first = b.op("relu", [b.op("max_pool", [b.add(b.op("conv", [x, k]), c)], pool)]);
      return { y: b.op("avg_pool", [b.op("conv", [first, l])], pool) };
    });
    // Places of a side: 16, 14, 7, 5 and 2, of which the 2 need 4, 6, 12 and 14.
    const sizes = ["slice 14", "slice 14", "conv 12", "add 12", "max_pool 6", "relu 6", "conv 4", "avg_pool 2"];
    expect(cropped(graph)).toEqual(sizes);
    // What is not cropped stays the value that it was.
    const ids = new Set(graph.nodes.flatMap(({ results }) => results.map(({ id }) => id)));
    const stayed = cropUnread(eliminateDeadNodes(graph)).nodes.filter(({ results }) =>
      results.every(({ id }) => ids.has(id)),
    );
    expect(stayed.map((it) => it.kind === "operator" && it.op)).toEqual(["avg_pool"]);
  });

  it("leaves what is read elsewhere, made elsewhere, or saves too little", () => {
    const image = { x: type("f32", "B", 9, 9, 2), k: type("f32", 3, 3, 2, 16), r: type("f32", "B", 7, 7, 16) };
    const readTwice = graphOf(image, (b, { x, k }) => {
      const y = b.op("conv", [x, k]);
      return { pooled: b.op("max_pool", [y], pool), mean: b.mean(y, [1, 2]) };
    });
    expect(cropped(readTwice)).toEqual(["conv 7", "max_pool 3", "mean 16"]);
    const residual = graphOf(image, (b, { x, k, r }) => ({
      pooled: b.op("max_pool", [b.add(b.op("conv", [x, k]), r)], pool),
    }));
    expect(cropped(residual)).toEqual(["conv 7", "add 7", "max_pool 3"]);
    const few = graphOf({ x: type("f32", "B", 9, 9, 2), k: type("f32", 3, 3, 2, 4) }, (b, { x, k }) => ({
      pooled: b.op("max_pool", [b.op("conv", [x, k])], pool),
    }));
    expect(cropped(few)).toEqual(["conv 7", "max_pool 3"]);
  });

  it("keeps what any network of convolutions, pools and elementwise operators computes", () => {
    const step = fc.record({
      op: fc.constantFrom("conv", "max_pool", "avg_pool", "relu", "bias", "residual", "same"),
      size: fc.integer({ min: 1, max: 3 }),
      stride: fc.integer({ min: 1, max: 3 }),
      tap: fc.boolean(),
    });
    fc.assert(
      fc.property(fc.integer({ min: 7, max: 15 }), fc.array(step, { minLength: 2, maxLength: 7 }), (height, steps) => {
        const kernels = Object.fromEntries([1, 2, 3].map((size) => [`k${size}`, type("f32", size, size, 8, 8)]));
        const inputs = { x: type("f32", 1, height, 11, 8), bias: type("f32", 8), ...kernels };
        const graph = graphOf(inputs, (b, values) => network(b, values, steps));
        cropped(graph);
      }),
      { numRuns: 60 },
    );
  });
});

interface Step {
  readonly op: string;
  readonly size: number;
  readonly stride: number;
  /** Whether the result is an output of its own. */
  readonly tap: boolean;
}

function network(
  b: GraphBuilder,
  values: Readonly<Record<string, Value>>,
  steps: readonly Step[],
): Readonly<Record<string, Value>> {
  const { x, bias } = values;
  if (x === undefined || bias === undefined) throw new Error("unreachable");
  const outputs: Record<string, Value> = {};
  let [last, before] = [x, x];
  steps.forEach(({ op, size, stride, tap }, index) => {
    const kernel = values[`k${size}`];
    const [, rows, columns] = last.type.shape.map((dim) => Number(formatDim(dim)));
    if (kernel === undefined || Math.min(rows ?? 0, columns ?? 0) < size) return;
    const made = ((): Value => {
      if (op === "conv") return b.op("conv", [last, kernel], { strides: [stride, stride] });
      if (op === "same") return b.op("conv", [last, kernel], { padding: "same" });
      if (op === "relu") return b.op("relu", [last]);
      if (op === "bias") return b.add(last, bias);
      if (op !== "residual") return b.op(op, [last], { window: [size, size], strides: [stride, stride] });
      const shapeOf = (it: Value): string => it.type.shape.map(formatDim).join();
      return shapeOf(before) === shapeOf(last) ? b.add(last, before) : last;
    })();
    [before, last] = [last, made];
    if (tap) outputs[`tap${index}`] = b.mean(made, [1, 2]);
  });
  return { ...outputs, last };
}
