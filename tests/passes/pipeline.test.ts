import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { constant } from "../../src/dims/dim.ts";
import type { Graph, Value } from "../../src/ir/graph.ts";
import type { GraphBuilder } from "../../src/ops/define/builder.ts";
import { interpretGraph } from "../../src/graph/interpret.ts";
import type { NdArray } from "../../src/ops/define/operator.ts";
import { verifyGraph } from "../../src/graph/verify.ts";
import { transposeArray } from "../../src/ops/define/nd-array.ts";
import { finalPasses, passesBeforeGradients, referenceTarget, runPasses } from "../../src/passes/pipeline.ts";
import { graphOf, inputsFor, type, withGradients } from "../autodiff/gradient-testing.ts";
import { onnxTarget } from "../../src/emit/onnx/onnx-target.ts";

/** One move of a random program: which operator, and on which of the values made so far. */
type Move = readonly [kind: number, first: number, second: number];

const image = type("f32", "B", 4, 4, 2);

/** Operators that take an image to an image of the same shape. */
const moves: readonly ((b: GraphBuilder, x: Value, y: Value, p: Parameters) => Value)[] = [
  (b, x, y) => b.add(x, y),
  (b, x, y) => b.mul(x, y),
  (b, x) => b.sub(x, b.mean(x, [1, 2], true)),
  (b, x) => b.op("relu", [x]),
  (b, x) => b.op("tanh", [b.mul(x, b.scalar(0.5))]),
  (b, x, _, p) => b.op("conv", [x, p.kernel], { padding: "same" }),
  (b, x, y, p) => b.add(b.op("conv", [b.op("maximum", [x, y]), p.kernel], { padding: "same" }), p.bias),
  (b, x) => b.op("max_pool", [b.op("relu", [x])], { window: [3, 3], strides: [1, 1], padding: "same" }),
  (b, x) => b.op("avg_pool", [x], { window: [3, 3], strides: [1, 1], padding: "same" }),
  (b, x) => b.transpose(b.transpose(x, [0, 2, 1, 3]), [0, 2, 1, 3]),
  (b, x) => b.op("transpose", [x], { perm: [0, 2, 1, 3] }),
  (b, x) => b.reshape(b.reshape(x, [...x.type.shape.slice(0, 1), constant(32)]), x.type.shape),
  (b, x, _, p) => b.op("matmul", [x, b.transpose(p.matrix, [1, 0])]),
  (b, x, _, p) => b.op("matmul", [b.op("transpose", [x], { perm: [0, 1, 3, 2] }), p.square], { transposeA: true }),
  (b, x, y) => b.add(x, b.broadcast(b.mean(y, [0, 1, 2], true), x.type.shape)),
  (b, x) => b.op("gelu", [x]),
  (b, x) => b.op("softmax", [x], { axis: 3 }),
  (b, x, y) => b.op("slice", [b.op("concat", [x, y], { axis: 3 })], { axis: 3, start: constant(1), size: constant(2) }),
  (b, x, y) => b.where(b.op("greater", [x, y]), x, b.neg(b.neg(y))),
  (b, x) => b.add(b.mul(x, b.add(b.scalar(0.25), b.scalar(0.75))), b.scalar(0)),
  (b, x, _, p) => scanRows(b, x, p),
];

/** What gradients cannot be built without. */
const expansion = passesBeforeGradients(referenceTarget).filter(({ name }) => name === "expand-composites");

interface Parameters {
  readonly kernel: Value;
  readonly bias: Value;
  readonly matrix: Value;
  readonly square: Value;
}

/** A recurrence over the rows of an image, with work in it that no step changes. */
function scanRows(b: GraphBuilder, x: Value, p: Parameters): Value {
  const [first] = x.type.shape;
  if (first === undefined) throw new Error("unreachable");
  const start = b.zeros({ dtype: "f32", shape: [first, constant(4), constant(2)] });
  const [, rows] = b.scan(
    { initial: [start], sequences: [x], sequenceAxes: [1], emitAxes: [1], length: constant(4), reverse: true },
    (inner, [h], [row]) => {
      if (h === undefined || row === undefined) throw new Error("unreachable");
      const weight = inner.op("tanh", [p.matrix]);
      const next = inner.op("tanh", [
        inner.add(inner.matmul(row, weight), inner.add(inner.matmul(h, p.matrix), p.bias)),
      ]);
      return { carries: [next], emits: [next] };
    },
  );
  if (rows === undefined) throw new Error("unreachable");
  return rows;
}

function programGraph(program: readonly Move[]): Graph {
  return graphOf(
    {
      x: image,
      kernel: type("f32", 3, 3, 2, 2),
      bias: type("f32", 2),
      matrix: type("f32", 2, 2),
      square: type("f32", 2, 2),
    },
    (b, { x, ...parameters }) => {
      const made: Value[] = [x];
      for (const [kind, first, second] of program) {
        const [move, left, right] = [moves[kind % moves.length], made[first % made.length], made[second % made.length]];
        if (move === undefined || left === undefined || right === undefined) throw new Error("unreachable");
        made.push(move(b, left, right, parameters));
      }
      const last = made[made.length - 1] ?? x;
      return { loss: b.mean(b.mul(last, last), [0, 1, 2, 3]), last };
    },
  );
}

function closeTo(actual: NdArray | undefined, expected: NdArray, what: string): void {
  expect(actual?.shape, what).toEqual(expected.shape);
  const scale = Math.max(1, ...expected.data.map(Math.abs));
  expected.data.forEach((it, index) => {
    expect(Math.abs((actual?.data[index] ?? NaN) - it) / scale, what).toBeLessThan(1e-10);
  });
}

function expectSame(before: Graph, after: Graph): void {
  const inputs = inputsFor(before, { B: 2 });
  const moved = new Map(
    after.inputs.map(({ name, perm }) => {
      const array = inputs.get(name);
      if (array === undefined) throw new Error(name);
      return [name, perm === undefined ? array : transposeArray(array, perm)];
    }),
  );
  const [expected, actual] = [interpretGraph(before, inputs), interpretGraph(after, moved)];
  for (const [name, array] of expected) {
    const perm = after.inputs.find((it) => `grad/${it.name}` === name)?.perm;
    closeTo(actual.get(name), perm === undefined ? array : transposeArray(array, perm), name);
  }
}

const programs = fc.array(fc.tuple(fc.nat(1000), fc.nat(1000), fc.nat(1000)), { minLength: 1, maxLength: 7 });

describe("the pipeline", () => {
  it("keeps what a graph computes after every pass, for both targets", () => {
    fc.assert(
      fc.property(programs, (program) => {
        const graph = programGraph(program);
        for (const target of [referenceTarget, onnxTarget()]) {
          for (const passes of [passesBeforeGradients(target), finalPasses(target, "inference")]) {
            runPasses(graph, passes, (name, after) => {
              expect(verifyGraph(after), name).toEqual([]);
              expectSame(graph, after);
            });
          }
        }
      }),
      { numRuns: 15 },
    );
  });

  it("keeps gradients: those of the graph as passes leave it are those of the graph as it was", () => {
    fc.assert(
      fc.property(programs, (program) => {
        const graph = programGraph([...program, [0, 0, program.length]]);
        const wrt = ["x"];
        const plain = withGradients(runPasses(graph, expansion), wrt);
        for (const target of [referenceTarget, onnxTarget()]) {
          const after = withGradients(runPasses(graph, passesBeforeGradients(target)), wrt);
          expect(verifyGraph(after)).toEqual([]);
          const checked = (name: string, it: Graph): void => {
            expect(verifyGraph(it), name).toEqual([]);
          };
          expectSame(plain, runPasses(after, finalPasses(target, "training"), checked));
        }
      }),
      { numRuns: 15 },
    );
  });

  it("covers every move", () => {
    moves.forEach((_, kind) => {
      const graph = programGraph([
        [5, 0, 0],
        [kind, 1, 0],
        [6, 2, 1],
      ]);
      const plain = withGradients(runPasses(graph, expansion), ["x", "kernel", "bias"]);
      const after = withGradients(runPasses(graph, passesBeforeGradients(onnxTarget())), ["x", "kernel", "bias"]);
      expectSame(plain, runPasses(after, finalPasses(onnxTarget(), "training")));
    });
  });
});
