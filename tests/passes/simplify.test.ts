import { describe, expect, it } from "vitest";
import type { Graph } from "../../src/ir/graph.ts";
import { constant } from "../../src/dims/dim.ts";
import { eliminateDeadNodes } from "../../src/passes/eliminate-dead-nodes.ts";
import { foldConstants } from "../../src/passes/fold-constants.ts";
import { simplify } from "../../src/passes/simplify.ts";
import { dims, graphOf, type } from "../autodiff/gradient-testing.ts";
import { left } from "./operators-left.ts";

const simplified = (graph: Graph): Graph => simplify(graph, { differentiated: true });

describe("simplify", () => {
  it("joins and cancels reshapes and transposes", () => {
    const graph = graphOf({ x: type("f32", "B", 4, 6) }, (b, { x }) => ({
      joined: b.transpose(b.transpose(x, [0, 2, 1]), [1, 0, 2]),
      cancelled: b.op("exp", [b.transpose(b.transpose(x, [2, 0, 1]), [1, 2, 0])]),
      reshaped: b.reshape(b.reshape(x, dims("B", 24)), dims("B", 2, 12)),
      same: b.op("log1p", [b.op("square", [b.reshape(b.reshape(x, dims("B", 24)), dims("B", 4, 6))])]),
    }));
    expect(left(graph, simplified, { B: 3 })).toEqual(["transpose", "exp", "reshape", "square", "log1p"]);
  });

  it("makes reshapes of transposes that move axes of size 1", () => {
    const graph = graphOf({ x: type("f32", "B", 5, 1, 3) }, (b, { x }) => ({
      moved: b.transpose(x, [2, 0, 1, 3]),
      kept: b.transpose(x, [0, 3, 2, 1]),
    }));
    expect(left(graph, simplified, { B: 2 })).toEqual(["reshape", "transpose"]);
  });

  it("takes transposes into the flags of products", () => {
    const graph = graphOf(
      { x: type("f32", 2, 3, 4), w: type("f32", 5, 4), v: type("f32", 2, 3, 5) },
      (b, { x, w, v }) => ({
        right: b.matmul(x, b.transpose(w, [1, 0])),
        both: b.op("matmul", [b.transpose(v, [0, 2, 1]), b.transpose(x, [0, 2, 1])], { transposeB: true }),
        // Not the last two axes: it stays.
        other: b.matmul(b.transpose(x, [1, 0, 2]), b.transpose(w, [1, 0])),
      }),
    );
    expect(left(graph, simplified)).toEqual(["matmul", "matmul", "transpose", "matmul"]);
  });

  it("drops neutral elements, identities, and broadcasts that happen anyway", () => {
    const graph = graphOf({ x: type("f32", "B", 3), v: type("f32", 3) }, (b, { x, v }) => {
      const wide = b.broadcast(v, x.type.shape);
      const zero = b.broadcast(b.scalar(0), dims(3));
      return {
        sum: b.op("add", [x, wide]),
        twice: b.op("mul", [wide, wide]),
        neutral: b.op("exp", [
          b.op("mul", [b.op("identity", [b.op("sub", [x, b.op("mul", [b.scalar(0), b.scalar(1)])])]), b.scalar(1)]),
        ]),
        stopped: b.op("tanh", [b.op("stop_gradient", [b.neg(b.neg(x))])]),
        broadcastZero: b.op("add", [v, zero]),
      };
    });
    const folded = (it: Graph): Graph => simplified(foldConstants(simplified(it)));
    expect(left(graph, folded, { B: 2 })).toEqual(["broadcast_to", "add", "mul", "exp", "tanh"]);
  });

  it("leaves alone what it has no simpler form for", () => {
    const inputs = { x: type("f32", "B", 4), w: type("f32", 4, 4), v: type("f32", 4), image: type("f32", 1, 4, 4, 1) };
    const graph = graphOf(inputs, (b, { x, w, v, image }) => ({
      product: b.op("matmul", [x, w], { transposeB: true }),
      turned: b.op("matmul", [b.transpose(b.reshape(x, dims("B", 2, 2)), [1, 0, 2]), b.reshape(v, dims(2, 2))]),
      sums: b.op("add", [b.op("add", [x, v]), b.scalar(2)]),
      // A neutral element on the side where it is none, and numbers that are neutral elsewhere.
      sides: b.op("sub", [b.scalar(0), b.op("div", [b.scalar(1), x])]),
      others: b.op("add", [b.op("mul", [b.scalar(0), x]), b.scalar(1)]),
      wider: b.op("mul", [b.broadcast(v, dims(3, 4)), b.broadcast(b.reshape(v, dims(1, 4)), dims(3, 4))]),
      scalar: b.op("add", [b.zeros(type("f32", 4)), b.sum(v, [0])]),
      negated: b.neg(b.op("exp", [b.neg(x)])),
      cast: b.cast(b.cast(x, "i32"), "f32"),
      both: b.matmul(b.transpose(b.reshape(w, dims(2, 2, 2, 2)), [1, 0, 3, 2]), b.reshape(v, dims(2, 2))),
      blurred: b.op(
        "conv",
        [b.reshape(w, dims(1, 4, 4, 1)), b.broadcast(b.reshape(b.sum(v, [0]), dims(1, 1, 1, 1)), dims(3, 3, 1, 1))],
        { padding: "same" },
      ),
      raw: b.op("max_pool", [image], { window: [2, 2], strides: [2, 2] }),
      pooled: b.op("max_pool", [b.op("exp", [b.reshape(w, dims(1, 4, 4, 1))])], { window: [2, 2], strides: [2, 2] }),
    }));
    expect(simplify(graph, { differentiated: false })).toEqual(graph);
  });

  it("puts a max pool before relu, unless relu is read besides", () => {
    const pools = (isReadBesides: boolean): readonly string[] =>
      left(
        graphOf({ x: type("f32", "B", 4, 4, 1) }, (b, { x }) => {
          const positive = b.op("relu", [x]);
          const pooled = b.op("max_pool", [positive], { window: [2, 2], strides: [2, 2] });
          return { pooled, ...(isReadBesides && { sum: b.sum(positive, [1, 2, 3]) }) };
        }),
        simplified,
        { B: 2 },
      );
    expect(pools(false)).toEqual(["max_pool", "relu"]);
    expect(pools(true)).toEqual(["relu", "max_pool", "sum"]);
  });

  it("drops what keeps the type, the shape or the order of axes", () => {
    const graph = graphOf({ x: type("f32", "B", 1, 3), k: type("i32", "B") }, (b, { x, k }) => ({
      cast: b.op("exp", [b.op("cast", [x], { dtype: "f32" })]),
      broadcast: b.op("tanh", [b.op("broadcast_to", [x], { shape: x.type.shape })]),
      reshaped: b.op("square", [b.op("reshape", [x], { shape: x.type.shape })]),
      turned: b.op("relu", [b.op("transpose", [x], { perm: [0, 1, 2] })]),
      thrice: b.op("abs", [b.op("neg", [b.op("neg", [b.op("neg", [x])])])]),
      other: b.op("cast", [k], { dtype: "f32" }),
      wider: b.op("broadcast_to", [x], { shape: dims("B", 2, 3) }),
    }));
    expect(left(graph, simplified, { B: 2 })).toEqual([
      "exp",
      "tanh",
      "square",
      "relu",
      "neg",
      "abs",
      "cast",
      "broadcast_to",
    ]);
  });

  it("takes a neutral element on either side where the operator commutes, of one element too", () => {
    const graph = graphOf({ x: type("f32", "B", 3) }, (b, { x }) => {
      const [zero, one] = [b.constant(type("f32", 1), [0]), b.constant(type("f32", 3), 1)];
      return {
        sum: b.op("exp", [b.op("add", [zero, x])]),
        sumRight: b.op("tanh", [b.op("add", [x, zero])]),
        difference: b.op("square", [b.op("sub", [x, zero])]),
        product: b.op("relu", [b.op("mul", [one, x])]),
        quotient: b.op("abs", [b.op("div", [x, one])]),
        negative: b.op("sub", [zero, x]),
        inverse: b.op("div", [one, x]),
        wider: b.op("add", [b.sum(x, [0]), b.zeros(type("f32", 1, 3))]),
        many: b.op("mul", [x, b.constant(type("f32", 3), [1, 1, 1])]),
      };
    });
    expect(left(graph, simplified, { B: 2 }).filter((it) => it !== "constant")).toEqual([
      "exp",
      "tanh",
      "square",
      "relu",
      "abs",
      "sub",
      "div",
      "sum",
      "add",
      "mul",
    ]);
  });

  it("turns the flags of products over where a transpose stands before one that has them", () => {
    const graph = graphOf({ x: type("f32", 3, 4), w: type("f32", 3, 5), v: type("f32", 4) }, (b, { x, w, v }) => ({
      turned: b.op("matmul", [b.transpose(x, [1, 0]), b.transpose(w, [1, 0])], { transposeB: true }),
      vector: b.op("exp", [b.op("transpose", [v], { perm: [0] })]),
    }));
    const after = eliminateDeadNodes(simplified(graph));
    const [product] = after.nodes.filter((it) => it.kind === "operator" && it.op === "matmul");
    expect(product).toMatchObject({ attributes: { transposeA: { value: true }, transposeB: { value: false } } });
    expect(left(graph, simplified)).toEqual(["matmul", "exp"]);
  });

  it("drops broadcasts before any operator on elements, as long as one operand has the shape", () => {
    const graph = graphOf({ x: type("f32", "B", 3), v: type("f32", 3), c: type("bool", "B", 1) }, (b, { x, v, c }) => {
      const wide = b.broadcast(v, x.type.shape);
      return {
        chosen: b.op("where", [b.broadcast(c, x.type.shape), x, wide]),
        less: b.op("less", [wide, x]),
        divided: b.op("div", [wide, x]),
        joined: b.op("concat", [wide, x], { axis: 1 }),
        narrow: b.op("maximum", [wide, v]),
      };
    });
    expect(left(graph, simplified, { B: 2 })).toEqual(["broadcast_to", "where", "less", "div", "concat", "maximum"]);
  });

  it("puts max pools before relu one after another, in scans too, and none where relu leaves the graph", () => {
    const pool = { window: [2, 2], strides: [1, 1] };
    const twice = graphOf({ x: type("f32", "B", 4, 4, 1) }, (b, { x }) => ({
      y: b.op("max_pool", [b.op("max_pool", [b.op("relu", [x])], pool)], pool),
    }));
    expect(left(twice, simplified, { B: 2 })).toEqual(["max_pool", "max_pool", "relu"]);
    const kept = graphOf({ x: type("f32", "B", 4, 4, 1) }, (b, { x }) => {
      const positive = b.op("relu", [x]);
      return { y: b.op("max_pool", [positive], pool), positive };
    });
    expect(left(kept, simplified, { B: 2 })).toEqual(["relu", "max_pool"]);
    const scanned = graphOf({ x: type("f32", 2, "B", 4, 4, 1), s: type("f32", "B", 3, 3, 1) }, (b, { x, s }) => {
      const [y] = b.scan(
        { initial: [s], sequences: [x], sequenceAxes: [0], emitAxes: [], length: constant(2), reverse: false },
        (inner, [h], [image]) => {
          if (h === undefined || image === undefined) throw new Error("unreachable");
          const next = inner.op("max_pool", [inner.op("relu", [image])], pool);
          return { carries: [inner.add(h, inner.op("neg", [inner.op("neg", [next])]))], emits: [] };
        },
      );
      return { y: y ?? s };
    });
    const [scan] = eliminateDeadNodes(simplified(scanned)).nodes;
    expect(left(scanned, simplified, { B: 2 })).toEqual(["scan"]);
    expect(scan?.kind === "scan" && scan.body.nodes.map((it) => (it.kind === "operator" ? it.op : it.kind))).toEqual([
      "max_pool",
      "relu",
      "add",
    ]);
  });

  it("keeps stop_gradient until gradients are built", () => {
    const graph = graphOf({ x: type("f32", 3) }, (b, { x }) => ({ y: b.op("stop_gradient", [b.op("exp", [x])]) }));
    expect(left(graph, (it) => simplify(it, { differentiated: false }))).toEqual(["exp", "stop_gradient"]);
    expect(left(graph, simplified)).toEqual(["exp"]);
  });
});
