import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { constant, formatDim, variable } from "../../src/dims/dim.ts";
import { assume, atLeast, noFacts } from "../../src/dims/facts.ts";
import type { Graph, Value } from "../../src/ir/graph.ts";
import type { GraphBuilder, PlainAttributes } from "../../src/ops/define/builder.ts";
import { interpretGraph } from "../../src/graph/interpret.ts";
import { verifyGraph } from "../../src/graph/verify.ts";
import { cropUnread } from "../../src/passes/crop-unread.ts";
import { eliminateDeadNodes } from "../../src/passes/eliminate-dead-nodes.ts";
import { graphOf, inputsFor, type } from "../autodiff/gradient-testing.ts";

/** Operators with the heights of what they make, after the pass; the results are checked first. */
function cropped(graph: Graph): readonly string[] {
  return shapesAfter(graph).map(([op, shape]) => `${op} ${shape[1]}`);
}

/** Operators with the shapes of what they make behind the batch, after the pass; the results are checked first. */
function sizesAfter(graph: Graph): readonly string[] {
  return shapesAfter(graph).map(([op, shape]) => `${op} ${shape.slice(1).join("x")}`);
}

function shapesAfter(graph: Graph): readonly (readonly [string, readonly string[]])[] {
  const live = eliminateDeadNodes(graph);
  const after = cropUnread(live);
  expect(verifyGraph(after)).toEqual([]);
  const inputs = inputsFor(live, { B: 2, H: 9 });
  const [expected, actual] = [interpretGraph(live, inputs), interpretGraph(after, inputs)];
  for (const [name, array] of expected) {
    expect(actual.get(name)?.shape).toEqual(array.shape);
    array.data.forEach((it, index) => expect(actual.get(name)?.data[index]).toBeCloseTo(it, 12));
  }
  return after.nodes.flatMap((node) => {
    const shape = node.results[0]?.type.shape.map(formatDim) ?? [];
    return node.kind === "operator" && shape.length > 1 ? [[node.op, shape] as const] : [];
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

  /** A convolution of 32 filters and a pool on what it makes. */
  const pooled = (
    image: readonly (number | string)[],
    kernel: readonly number[],
    conv: PlainAttributes,
    pooling: PlainAttributes,
    op = "max_pool",
  ): readonly string[] =>
    sizesAfter(
      graphOf(
        { x: type("f32", ...image), k: type("f32", ...kernel) },
        (b, { x, k }) => ({ y: b.op(op, [b.op("conv", [x, k], conv)], pooling) }),
        assume(noFacts, atLeast(variable("H"), constant(8))),
      ),
    );

  it("reads as far as strides and dilations reach", () => {
    const image = ["B", 13, 12, 2];
    const kernel = [3, 3, 2, 32];
    // Down and across: 13 and 12 give 9 and 8 places, of which pools read 9 and 6, so 13 and 10.
    expect(pooled(image, kernel, { dilations: [2, 2] }, { window: [3, 3], strides: [3, 3] })).toEqual([
      "slice 13x10x2",
      "conv 9x6x32",
      "max_pool 3x2x32",
    ]);
    // 6 and 5 places, of which 6 and 4 are read: 13 and 9 of the image, and the row behind the last stride stays.
    expect(pooled(["B", 14, 12, 2], kernel, { strides: [2, 2] }, { window: [2, 2], strides: [2, 2] })).toEqual([
      "slice 14x9x2",
      "conv 6x4x32",
      "max_pool 3x2x32",
    ]);
    // Each axis by its own stride: across, the column behind the last place stays.
    expect(pooled(["B", 9, 8, 2], kernel, { strides: [1, 2] }, { window: [2, 3], strides: [2, 3] })).toEqual([
      "slice 8x8x2",
      "conv 6x3x32",
      "max_pool 3x1x32",
    ]);
    // 11 and 10 places, of which windows of 3 that begin 3 apart read 9.
    const apart = { window: [2, 2], strides: [3, 3], dilations: [2, 2] };
    expect(pooled(image, kernel, {}, apart)).toEqual([
      "slice 11x12x2",
      "slice 11x11x2",
      "conv 9x9x32",
      "max_pool 3x3x32",
    ]);
  });

  it("knows the axes of channels first, of sequences and of volumes", () => {
    const first = { layout: "NCHW" };
    expect(pooled(["B", 2, 9, 8], [32, 2, 3, 3], first, { window: [2, 2], strides: [2, 2], ...first })).toEqual([
      "slice 2x8x8",
      "conv 32x6x6",
      "max_pool 32x3x3",
    ]);
    expect(pooled(["B", 9, 2], [2, 2, 64], {}, { window: [3], strides: [3] }, "avg_pool")).toEqual([
      "slice 7x2",
      "conv 6x64",
      "avg_pool 2x64",
    ]);
    expect(pooled(["B", 4, 4, 6, 1], [2, 2, 2, 1, 8], {}, { window: [2, 2, 2], strides: [2, 2, 2] })).toEqual([
      "slice 3x4x6x1",
      "slice 3x3x6x1",
      "slice 3x3x5x1",
      "conv 2x2x4x8",
      "max_pool 1x1x2x8",
    ]);
  });

  it("cuts the axes whose sizes are known, and no others", () => {
    expect(pooled(["B", "H", 9, 2], [3, 3, 2, 32], {}, pool)).toEqual([
      "slice Hx8x2",
      "conv H - 2x6x32",
      "max_pool H // 2 - 1x3x32",
    ]);
  });

  it("leaves what is padded, and what a pool reads up to the end", () => {
    const [image, kernel] = [
      ["B", 9, 9, 2],
      [3, 3, 2, 32],
    ];
    expect(pooled(image, kernel, { padding: "same" }, pool)).toEqual(["conv 9x9x32", "max_pool 4x4x32"]);
    expect(pooled(image, kernel, { padding: [1, 1] }, pool)).toEqual(["conv 9x9x32", "max_pool 4x4x32"]);
    expect(pooled(image, kernel, {}, { ...pool, padding: "same" })).toEqual(["conv 7x7x32", "max_pool 4x4x32"]);
    expect(pooled(image, kernel, {}, { ...pool, ceil: true })).toEqual(["conv 7x7x32", "max_pool 4x4x32"]);
    const strides = { strides: [2, 2], padding: "same" };
    expect(pooled(["B", 12, 12, 2], kernel, strides, { window: [4, 4], strides: [4, 4] })).toEqual([
      "conv 6x6x32",
      "max_pool 1x1x32",
    ]);
    expect(pooled(["B", 8, 8, 2], kernel, {}, pool)).toEqual(["conv 6x6x32", "max_pool 3x3x32"]);
    const pools = graphOf({ x: type("f32", "B", 9, 9, 32) }, (b, { x }) => ({
      y: b.op("max_pool", [b.op("relu", [b.mul(x, b.scalar(2))])], pool),
    }));
    expect(sizesAfter(pools)).toEqual(["mul 9x9x32", "relu 9x9x32", "max_pool 4x4x32"]);
    expect(cropUnread(pools)).toBe(pools);
  });

  it("goes through a pool that rounds up, but for a window that reaches over the end", () => {
    const chain = graphOf({ x: type("f32", "B", 11, 10, 2), k: type("f32", 3, 3, 2, 32) }, (b, { x, k }) => ({
      y: b.op("max_pool", [b.op("avg_pool", [b.op("conv", [x, k])], { ...pool, ceil: true })], pool),
    }));
    // 9 and 8 places, of which pools make 5 and 4, and then read 4 and 4.
    expect(sizesAfter(chain)).toEqual(["slice 10x10x2", "conv 8x8x32", "avg_pool 4x4x32", "max_pool 2x2x32"]);
  });

  it("cuts where that saves as much as it costs, and where it saves less it does not", () => {
    const halved = (filters: number) => pooled(["B", 4, 5], [1, 5, filters], {}, { window: [2], strides: [3] });
    expect(halved(64)).toEqual(["slice 2x5", "conv 2x64", "max_pool 1x64"]);
    expect(halved(63)).toEqual(["conv 4x63", "max_pool 1x63"]);
    // A convolution whose input is cut already costs no cut, however little it saves.
    const second = graphOf(
      { x: type("f32", "B", 8, 1), k: type("f32", 3, 1, 64), l: type("f32", 1, 64, 1) },
      (b, { x, k, l }) => ({
        y: b.op("max_pool", [b.op("conv", [b.op("conv", [x, k]), l])], { window: [2], strides: [5] }),
      }),
    );
    expect(sizesAfter(second)).toEqual(["slice 4x1", "conv 2x64", "conv 2x1", "max_pool 1x1"]);
  });

  it("cuts a sum whose terms need no cut, and leaves one that has a term to cut", () => {
    const summed = (...shape: readonly number[]): readonly string[] =>
      sizesAfter(
        graphOf(
          { x: type("f32", "B", 9, 9, 2), k: type("f32", 3, 3, 2, 32), t: type("f32", ...shape) },
          (b, { x, k, t }) => ({ y: b.op("max_pool", [b.add(t, b.op("conv", [x, k]))], pool) }),
        ),
      );
    const cut = ["slice 8x9x2", "slice 8x8x2", "conv 6x6x32", "add 6x6x32", "max_pool 3x3x32"];
    const whole = ["conv 7x7x32", "add 7x7x32", "max_pool 3x3x32"];
    for (const shape of [[], [32], [1, 32], [1, 1, 1], [1, 1, 1, 32]])
      expect(summed(...shape), `${shape}`).toEqual(cut);
    for (const shape of [
      [7, 1],
      [7, 1, 1],
      [1, 7, 32],
      [1, 7, 1, 1],
    ])
      expect(summed(...shape), `${shape}`).toEqual(whole);
  });

  it("keeps what any network of convolutions, pools and elementwise operators computes", () => {
    const step = fc.record({
      op: fc.constantFrom("conv", "max_pool", "avg_pool", "ceil", "relu", "bias", "residual", "same"),
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
      if (op === "ceil")
        return b.op("max_pool", [last], { window: [size, size], strides: [stride, stride], ceil: true });
      if (op !== "residual") return b.op(op, [last], { window: [size, size], strides: [stride, stride] });
      const shapeOf = (it: Value): string => it.type.shape.map(formatDim).join();
      return shapeOf(before) === shapeOf(last) ? b.add(last, before) : last;
    })();
    [before, last] = [last, made];
    if (tap) outputs[`tap${index}`] = b.mean(made, [1, 2]);
  });
  return { ...outputs, last };
}
