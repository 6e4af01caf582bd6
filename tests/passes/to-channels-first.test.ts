import { describe, expect, it } from "vitest";
import type { Graph, GraphInput, Node } from "../../src/ir/graph.ts";
import { asNumber, constant, product } from "../../src/dims/dim.ts";
import { interpretGraph } from "../../src/graph/interpret.ts";
import { verifyGraph } from "../../src/graph/verify.ts";
import type { NdArray } from "../../src/ops/define/operator.ts";
import { transposeArray } from "../../src/ops/define/nd-array.ts";
import { eliminateDeadNodes } from "../../src/passes/eliminate-dead-nodes.ts";
import { commonSubexpressions } from "../../src/passes/common-subexpressions.ts";
import { expandComposites, keepNone, keepOwnGradients } from "../../src/passes/expand-composites.ts";
import { simplify } from "../../src/passes/simplify.ts";
import { toChannelsFirst } from "../../src/passes/to-channels-first.ts";
import { dims, graphOf, inputsFor, type, withGradients } from "../autodiff/gradient-testing.ts";

function laidOut(graph: Graph): Graph {
  return eliminateDeadNodes(commonSubexpressions(simplify(toChannelsFirst(graph), { differentiated: false })));
}

function operators(nodes: readonly Node[]): readonly string[] {
  return nodes.flatMap((it) => (it.kind === "operator" ? [it.op] : []));
}

/** The inputs of a graph with the stored order of those that have a `perm`. */
function stored(graph: Graph, inputs: ReadonlyMap<string, NdArray>): Map<string, NdArray> {
  return new Map(
    graph.inputs.map((it) => {
      const array = inputs.get(it.name);
      if (array === undefined) throw new Error(it.name);
      return [it.name, it.perm === undefined ? array : transposeArray(array, it.perm)];
    }),
  );
}

function expectSame(before: Graph, after: Graph, sizes: Readonly<Record<string, number>>): void {
  const inputs = inputsFor(before, sizes);
  const [expected, actual] = [interpretGraph(before, inputs), interpretGraph(after, stored(after, inputs))];
  expect([...actual.keys()]).toEqual([...expected.keys()]);
  for (const [name, array] of expected) {
    const perm = name.startsWith("grad/") ? after.inputs.find((it) => `grad/${it.name}` === name)?.perm : undefined;
    const wanted = perm === undefined ? array : transposeArray(array, perm);
    expect(actual.get(name)?.shape, name).toEqual(wanted.shape);
    wanted.data.forEach((value, index) => expect(actual.get(name)?.data[index], name).toBeCloseTo(value, 10));
  }
}

const featureOf = ({ name, value }: GraphInput): GraphInput => ({ name, role: "feature", value });

/** The classic small CNN, at a smaller size. */
const classic = (channels: number) =>
  graphOf(
    {
      x: type("f32", "B", 10, 10, channels),
      k1: type("f32", 3, 3, channels, 4),
      b1: type("f32", 4),
      k2: type("f32", 3, 3, 4, 5),
      b2: type("f32", 5),
      w: type("f32", 5, 3),
    },
    (b, v) => {
      const conv = (x: typeof v.x, kernel: typeof v.x, bias: typeof v.x) =>
        b.op("relu", [b.add(b.op("conv", [x, kernel], {}), bias)]);
      const first = b.op("max_pool", [conv(v.x, v.k1, v.b1)], { window: [2, 2], strides: [2, 2] });
      const second = b.op("max_pool", [conv(first, v.k2, v.b2)], { window: [2, 2], strides: [2, 2] });
      const { shape } = second.type;
      const flat = b.reshape(second, [shape[0] ?? constant(1), product(shape.slice(1))]);
      return { loss: b.mean(b.op("square", [b.matmul(flat, v.w)]), [0, 1]) };
    },
  );

describe("toChannelsFirst", () => {
  it("leaves the classic CNN one transpose, before it is flattened, and none where there is one input channel", () => {
    const grey = laidOut(classic(1));
    // At the end the image is 1 x 1: even the transpose before Flatten is a reshape then.
    expect(operators(grey.nodes)).toEqual([
      "reshape",
      "conv",
      "reshape",
      "add",
      "max_pool",
      "relu",
      "conv",
      "reshape",
      "add",
      "max_pool",
      "relu",
      "reshape",
      "matmul",
      "square",
      "mean",
    ]);
    expect(grey.inputs.map((it) => [it.name, it.perm])).toEqual([
      ["x", undefined],
      ["k1", [3, 2, 0, 1]],
      ["b1", undefined],
      ["k2", [3, 2, 0, 1]],
      ["b2", undefined],
      ["w", undefined],
    ]);
    expect(operators(laidOut(classic(3)).nodes).filter((it) => it === "transpose")).toEqual(["transpose"]);
  });

  it("keeps what the network computes, gradients included, with kernels and their gradients as OIHW", () => {
    for (const channels of [1, 2]) {
      const graph = classic(channels);
      expectSame(graph, laidOut(graph), { B: 2 });
      const wrt = ["x", "k1", "b1", "k2", "b2", "w"];
      expectSame(withGradients(graph, wrt), withGradients(laidOut(graph), wrt), { B: 2 });
    }
  });

  it("carries the layout through residual sums, broadcasts, reductions, concatenations and padding", () => {
    const graph = graphOf(
      {
        x: type("f32", "B", 6, 5, 2),
        k: type("f32", 3, 3, 2, 2),
        scale: type("f32", 2),
        map: type("f32", 5, 2),
        plane: type("f32", 6, 5, 1),
        last: type("f32", 1, 1, 4, 2),
      },
      (b, v) => {
        const conv = b.op("conv", [v.x, v.k], { padding: "same" });
        const residual = b.op("where", [b.op("greater", [conv, v.x]), conv, b.mul(b.scalar(0.5), v.x)]);
        const scaled = b.mul(b.add(b.mul(residual, v.scale), v.map), v.plane);
        const centred = b.sub(scaled, b.mean(scaled, [1, 2], true));
        const joined = b.op("concat", [centred, conv], { axis: 3 });
        const padded = b.op("pad_constant", [joined], {
          before: dims(0, 1, 0, 0),
          after: dims(0, 0, 2, 0),
          value: 0.25,
        });
        const mixed = b.op("conv", [padded, v.last], { strides: [2, 2] });
        const small = b.op("avg_pool", [b.op("tanh", [mixed])], { window: [2, 2], strides: [1, 1] });
        const odd = b.sum(mixed, [0]);
        return { loss: b.add(b.mean(small, [0, 1, 2, 3]), b.sum(b.mean(mixed, [1, 2]), [0, 1])), image: mixed, odd };
      },
    );
    const moves = ["transpose", "reshape"];
    const computed = (nodes: readonly Node[]): readonly string[] =>
      operators(nodes).filter((it) => !moves.includes(it));
    // Nothing is computed in both layouts: what is not moved is there once, before anything is swept up.
    expect(computed(toChannelsFirst(graph).nodes)).toEqual(computed(graph.nodes));
    const after = laidOut(graph);
    expectSame(graph, after, { B: 2 });
    expectSame(withGradients(graph, ["x", "k", "scale"]), withGradients(after, ["x", "k", "scale"]), { B: 2 });
    // In: x, and the maps that broadcast. Out: the image, and the reduction that changes the order of axes.
    expect(operators(after.nodes).filter((it) => it === "transpose").length).toBeLessThanOrEqual(4);
  });

  it("moves the axis that an operator goes along, counted from either end", () => {
    for (const axis of [-1, 0, 1, 2, 3]) {
      const graph = graphOf(
        { x: type("f32", "B", 6, 5, 2), k: type("f32", 3, 3, 2, 3), last: type("f32", 1, 1, 3, 1) },
        (b, { x, k, last }) => ({ y: b.op("conv", [b.op("softmax", [b.op("conv", [x, k])], { axis }), last]) }),
      );
      const after = toChannelsFirst(graph);
      expectSame(graph, after, { B: 2 });
      const [along] = after.nodes.filter((it) => it.kind === "operator" && it.op === "softmax");
      const moved = [0, 2, 3, 1].at(axis);
      expect(along).toMatchObject({ attributes: { axis: { value: moved } } });
    }
  });

  it("lays out what is broadcast over an image by its rank", () => {
    const graph = graphOf(
      {
        x: type("f32", "B", 6, 5, 2),
        k: type("f32", 3, 3, 2, 3),
        number: type("f32"),
        channels: type("f32", 3),
        row: type("f32", 3, 3),
        plane: type("f32", 4, 3, 1),
        whole: type("f32", 1, 4, 1, 3),
      },
      (b, v) => {
        const terms = [v.number, v.channels, v.row, v.plane, v.whole];
        return { y: terms.reduce((sum, it) => b.add(it, sum), b.op("conv", [v.x, v.k])) };
      },
    );
    const after = laidOut(graph);
    expectSame(graph, after, { B: 2 });
    const added = after.nodes.flatMap((it) => (it.kind === "operator" && it.op === "add" ? [it.operands[0]] : []));
    const shapes = added.map((it) => it?.type.shape.map((dim) => asNumber(dim)));
    expect(shapes).toEqual([[], [3, 1, 1], [1, 3, 1, 3], [1, 1, 4, 3], [1, 3, 4, 1]]);
  });

  it("goes through batch normalisation", () => {
    const graph = graphOf(
      {
        x: type("f32", "B", 5, 5, 1),
        k: type("f32", 3, 3, 1, 2),
        scale: type("f32", 2),
        bias: type("f32", 2),
        last: type("f32", 3, 3, 2, 1),
      },
      (b, v) => {
        const [y, mean, variance] = b.ops("batch_norm_training", [b.op("conv", [v.x, v.k]), v.scale, v.bias]);
        if (y === undefined || mean === undefined || variance === undefined) throw new Error("unreachable");
        const z = b.op("batch_norm_inference", [b.op("relu", [y]), v.scale, v.bias, mean, b.op("square", [variance])]);
        return { loss: b.mean(b.op("square", [b.op("conv", [z, v.last])]), [0, 1, 2, 3]) };
      },
    );
    const expanded = expandComposites(graph, keepOwnGradients);
    const after = laidOut(expanded);
    expect(operators(after.nodes)).not.toContain("transpose");
    expect(operators(after.nodes)).toContain("batch_norm_training");
    expectSame(graph, after, { B: 2 });
    const wrt = ["x", "k", "scale", "bias", "last"];
    expectSame(withGradients(expanded, wrt), withGradients(after, wrt), { B: 2 });
  });

  it("stores parameters as OIHW that are kernels, and no features, and only once", () => {
    const graph = graphOf(
      {
        x: type("f32", "B", 5, 5, 2),
        k: type("f32", 3, 3, 2, 2),
        given: type("f32", 2, 2, 2, 2),
        w: type("f32", 2, 2, 2, 2),
      },
      (b, { x, k, given, w }) => {
        const first = b.op("conv", [x, k]);
        return { y: b.op("conv", [first, given]), sum: b.add(b.sum(w, [0, 1, 2, 3]), b.scalar(1)) };
      },
    );
    const inputs = graph.inputs.map((it) => (it.name === "x" || it.name === "given" ? featureOf(it) : it));
    const after = toChannelsFirst({ ...graph, inputs });
    expect(after.inputs.map((it) => [it.name, it.perm])).toEqual([
      ["x", undefined],
      ["k", [3, 2, 0, 1]],
      ["given", undefined],
      ["w", undefined],
    ]);
    expectSame({ ...graph, inputs }, after, { B: 2 });
    expect(toChannelsFirst(after).inputs).toEqual(after.inputs);
  });

  /** The operators that the pass alone makes of a graph, with their attributes that tell of axes, once what they give is checked. */
  function made(graph: Graph, sizes: Readonly<Record<string, number>> = { B: 2 }): readonly string[] {
    const after = toChannelsFirst(graph);
    expect(verifyGraph(after)).toEqual([]);
    expectSame(graph, after, sizes);
    return after.nodes.flatMap((node) => {
      if (node.kind !== "operator") return [];
      const told = ["perm", "axes", "axis", "layout"].flatMap((name) => node.attributes[name]?.value ?? []);
      return [[node.op, ...told.map(String)].join(" ")];
    });
  }

  it("moves sequences and volumes likewise", () => {
    const sequence = graphOf({ x: type("f32", "B", 7, 2), k: type("f32", 3, 2, 4) }, (b, { x, k }) => ({
      y: b.op("avg_pool", [b.op("conv", [x, k])], { window: [2], strides: [2] }),
    }));
    expect(made(sequence)).toEqual(["transpose 0 2 1", "conv NCHW", "avg_pool NCHW", "transpose 0 2 1"]);
    expect(toChannelsFirst(sequence).inputs.map((it) => it.perm)).toEqual([undefined, [2, 1, 0]]);
    const volume = graphOf({ x: type("f32", 1, 4, 3, 3, 2), k: type("f32", 2, 2, 2, 2, 3) }, (b, { x, k }) => ({
      y: b.op("conv", [x, k]),
    }));
    expect(made(volume)).toEqual(["transpose 0 4 1 2 3", "conv NCHW", "transpose 0 2 3 4 1"]);
    expect(toChannelsFirst(volume).inputs.map((it) => it.perm)).toEqual([undefined, [4, 3, 0, 1, 2]]);
  });

  it("moves an image and a kernel once, there or back, however often they are read", () => {
    const image = { x: type("f32", "B", 4, 4, 2), k: type("f32", 1, 1, 2, 2) };
    const twice = graphOf(image, (b, { x, k }) => ({
      first: b.op("conv", [x, k]),
      second: b.op("max_pool", [x], { window: [2, 2], strides: [2, 2] }),
      decay: b.add(b.sum(b.op("square", [k]), [0, 1, 2, 3]), b.sum(k, [0, 1, 2, 3])),
      plain: b.op("exp", [x]),
    }));
    expect(made(twice)).toEqual([
      "transpose 0 3 1 2",
      "conv NCHW",
      "max_pool NCHW",
      "transpose 2 3 1 0",
      "square",
      "sum 0 1 2 3",
      "sum 0 1 2 3",
      "add",
      "exp",
      "transpose 0 2 3 1",
      "transpose 0 2 3 1",
      "transpose 0 2 3 1",
    ]);
    const computed = graphOf(image, (b, { x, k }) => {
      const kernel = b.op("tanh", [k]);
      return { y: b.op("conv", [b.op("conv", [x, kernel]), kernel]), kernel };
    });
    expect(made(computed)).toEqual([
      "tanh",
      "transpose 0 3 1 2",
      "transpose 3 2 0 1",
      "conv NCHW",
      "conv NCHW",
      "transpose 0 2 3 1",
    ]);
  });

  it("leaves what has no layout, has another, or has fewer axes", () => {
    const graph = graphOf(
      {
        x: type("f32", "B", 4, 4, 2),
        k: type("f32", 1, 1, 2, 2),
        rows: type("f32", 5, 2),
        turned: type("f32", "B", 2, 4, 4),
        scale: type("f32", 2),
        sequence: type("f32", 4, 2, 4),
        l: type("f32", 1, 4, 4),
        square: type("f32", 2, 2),
      },
      (b, v) => {
        const norm = (it: typeof v.x) => b.op("batch_norm_inference", [it, v.scale, v.scale, v.scale, v.scale]);
        const short = b.op("conv", [v.sequence, v.l]);
        return {
          rows: norm(v.rows),
          image: norm(v.x),
          turned: b.op("max_pool", [v.turned], { window: [2, 2], strides: [2, 2], layout: "NCHW" }),
          // An image of three axes is a map to one of four.
          mapped: b.add(b.reshape(v.x, dims("B", 4, 2, 4)), short),
          product: b.matmul(b.op("conv", [v.x, v.k]), v.square),
          images: b.add(b.sum(short, [1, 2], true), b.op("conv", [v.x, v.k])),
        };
      },
    );
    expect(made(graph)).toEqual([
      "transpose 0 2 1",
      "conv NCHW",
      "batch_norm_inference",
      "batch_norm_inference",
      "max_pool NCHW",
      "reshape",
      "transpose 0 2 1",
      "add",
      "transpose 0 3 1 2",
      "conv NCHW",
      "transpose 0 2 3 1",
      "matmul",
      "sum 1 2",
      "conv NCHW",
      "transpose 0 2 1",
      "transpose 0 2 3 1",
      "add",
    ]);
  });

  it("reduces in the layout where what is left keeps its order, and moves back first where it does not", () => {
    const reduced = (axes: readonly number[], keep = false): readonly string[] =>
      made(
        graphOf({ x: type("f32", "B", 4, 5, 2), k: type("f32", 1, 1, 2, 3) }, (b, { x, k }) => ({
          y: b.op("max", [b.op("conv", [x, k])], { axes, keep }),
        })),
      ).slice(2);
    expect(reduced([1, 2])).toEqual(["max 2 3"]);
    expect(reduced([1, 3])).toEqual(["max 1 2"]);
    expect(reduced([3])).toEqual(["max 1"]);
    expect(reduced([0])).toEqual(["transpose 0 2 3 1", "max 0"]);
    expect(reduced([2])).toEqual(["transpose 0 2 3 1", "max 2"]);
    expect(reduced([2], true)).toEqual(["max 3", "transpose 0 2 3 1"]);
    expect(reduced([1, 3], true)).toEqual(["max 1 2", "transpose 0 2 3 1"]);
  });

  it("goes into scans, and knows there what is known outside", () => {
    const graph = graphOf(
      { x: type("f32", "B", 4, 4, 2), k: type("f32", 3, 3, 2, 2), rows: type("f32", 3, "B", 4, 4, 2) },
      (b, { x, k, rows }) => {
        const conv = b.op("conv", [x, k], { padding: "same" });
        const [last, all] = b.scan(
          {
            initial: [conv],
            sequences: [rows],
            sequenceAxes: [0],
            emitAxes: [0],
            length: constant(3),
            reverse: false,
          },
          (inner, [h], [row]) => {
            if (h === undefined || row === undefined) throw new Error("unreachable");
            const next = inner.add(inner.op("conv", [inner.add(h, row), k], { padding: "same" }), conv);
            return { carries: [next], emits: [inner.op("relu", [next])] };
          },
        );
        if (last === undefined || all === undefined) throw new Error("unreachable");
        return { last, all, conv };
      },
    );
    const after = toChannelsFirst(graph);
    expect(verifyGraph(after)).toEqual([]);
    expectSame(graph, after, { B: 2 });
    expect(after.inputs.map((it) => it.perm)).toEqual([undefined, [3, 2, 0, 1], undefined]);
    const [scan] = after.nodes.filter((it) => it.kind === "scan");
    expect(operators(scan?.body.nodes ?? [])).toEqual([
      "add",
      "transpose",
      "conv",
      "add",
      "relu",
      "transpose",
      "transpose",
    ]);
    // Of the convolution before the scan, and what the outputs need was moved for the scan.
    expect(operators(after.nodes)).toEqual(["transpose", "conv", "transpose"]);
  });

  it("gives the sizes of images that an operator is told in their new order", () => {
    const graph = graphOf({ x: type("f32", "B", 3, 4, 2), k: type("f32", 2, 2, 5, 2) }, (b, { x, k }) => ({
      y: b.op("conv_transpose", [x, k], { strides: [2, 2] }),
      padded: b.op("pad", [b.op("conv", [x, b.transpose(k, [0, 1, 3, 2])])], {
        before: dims(0, 1, 0, 0),
        after: dims(0, 0, 2, 0),
        mode: "reflect",
      }),
    }));
    const expanded = expandComposites(graph, keepNone);
    const after = toChannelsFirst(expanded);
    expect(verifyGraph(after)).toEqual([]);
    expectSame(graph, after, { B: 2 });
    expect(operators(after.nodes)).toContain("conv_input_gradient");
    expect(made(graph)).toContain("pad");
  });

  it("keeps the names of stored kernels, and their types as the language has them", () => {
    const graph = graphOf({ x: type("f32", "B", 5, 5, 1), k: type("f32", 3, 2, 1, 4) }, (b, { x, k }) => ({
      y: b.op("conv", [x, k]),
    }));
    const [, kernel] = toChannelsFirst(graph).inputs;
    expect(kernel).toMatchObject({
      name: "k",
      value: { name: "k", type: type("f32", 4, 1, 3, 2) },
      logicalType: type("f32", 3, 2, 1, 4),
    });
  });
});
