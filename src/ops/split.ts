import { asNumber, constant, floorDivide, sum, type Dim } from "../dims/dim.ts";
import type { TensorType } from "../ir/types.ts";
import type { Value } from "../ir/graph.ts";
import { required } from "../support/fault.ts";
import { removeAxis } from "../ir/axes.ts";
import type { GraphBuilder } from "./define/builder.ts";
import { first } from "./define/elementwise.ts";
import { defineComposite, type ShapeChecker } from "./define/operator.ts";
import { dims } from "./define/sample-dims.ts";
import { checkAxis, one, withAxis } from "./define/shape-rules.ts";

/** The most results of one operator. */
const mostPieces = 10_000;

function tooMany(count: number, what: string, check: ShapeChecker): undefined {
  return check.fail(
    `${what} makes ${count.toLocaleString("en")} tensors here, and at most ${mostPieces.toLocaleString("en")} are made`,
  );
}

/** Sizes of `count` equal pieces of an axis: the count must divide its size. Undefined after a report. */
function pieces(size: Dim, count: number, check: ShapeChecker): readonly Dim[] | undefined {
  if (count > mostPieces) return tooMany(count, "split", check);
  const literal = asNumber(size);
  if (literal !== undefined && literal % count !== 0) {
    const each = Math.ceil(literal / count);
    const last = literal - each * (count - 1);
    const sections = [...Array.from({ length: count - 1 }, () => each), last];
    const help = "choose a count that divides the axis, or give the sizes of the pieces: ";
    return check.fail(
      `split cannot cut ${literal} elements into ${count} equal pieces`,
      last < 1 ? `${help}sections=[...]` : `${help}sections=[${sections.join(", ")}]`,
    );
  }
  if (!check.divides(constant(count), size, "the number of pieces of split and the size of its axis")) return undefined;
  return Array.from({ length: count }, () => floorDivide(size, constant(count)));
}

/** `split`: an axis cut into pieces. */
export const split = defineComposite({
  name: "split",
  doc: "The operand cut into pieces along an axis, of given sizes or into a number of equal ones.",
  exposed: true,
  structure: "other",
  variadicResults: true,
  operands: [{ name: "x", dtype: "any", shape: "[..., N, ...]" }],
  attributes: {
    count: {
      kind: "int",
      doc: "The number of equal pieces, where sections are left out: it divides the axis.",
      default: 0,
      min: 0,
    },
    sections: { kind: "dims", min: 1, doc: "The sizes of the pieces.", default: [] },
    axis: { kind: "int", doc: "The axis that is cut.", min: 0 },
  },
  infer: ({ operands, attributes: { axis, count, sections }, check }) => {
    const x = first(operands);
    const size = x.shape[axis];
    if (!checkAxis(axis, x.shape.length, "split", check) || size === undefined) return undefined;
    if ((count === 0) === (sections.length === 0)) return check.fail("split needs either a count or sections");
    if (sections.length > 0 && !check.equal(sum(sections), size, "the sum of the sections and the axis of split")) {
      return undefined;
    }
    const sizes = sections.length > 0 ? sections : pieces(size, count, check);
    return sizes?.map((it): TensorType => ({ dtype: x.dtype, shape: withAxis(x.shape, axis, it) }));
  },
  cost: () => ({ flops: constant(0) }),
  samples: [
    { operands: [{ dtype: "f32", shape: [6] }], attributes: { axis: 0, count: 3 } },
    { operands: [{ dtype: "f32", shape: [2, 7] }], attributes: { axis: 1, sections: dims(4, 3) } },
    { operands: [{ dtype: "f32", shape: [2, 6, 3] }], attributes: { axis: 1, sections: dims(1, 3, 2) } },
    { operands: [{ dtype: "i32", shape: [4, 3] }], attributes: { axis: 0, count: 2 } },
    { operands: [{ dtype: "f32", shape: [3, 2] }], attributes: { axis: 0, count: 1 } },
  ],
  valueFact: "view",
  decompose: (b, { operands, results, attributes: { axis } }) => {
    let start: Dim = constant(0);
    return results.map((result) => {
      const size = required(result.type.shape[axis], "piece");
      const piece = b.op("slice", [first(operands)], { axis, start, size });
      start = sum([start, size]);
      return piece;
    });
  },
  gradient: ({ b, results, gradients, attributes: { axis } }) =>
    gradients.every((g) => g === undefined) ? [] : [b.op("concat", whole(b, results, gradients), { axis })],
});

/** `unstack`: the slices of an axis of literal size, without the axis. */
export const unstack = defineComposite({
  name: "unstack",
  doc: "The elements of an axis of literal size, each without that axis.",
  exposed: true,
  structure: "other",
  variadicResults: true,
  operands: [{ name: "x", dtype: "any", shape: "[..., N, ...]" }],
  attributes: { axis: { kind: "int", doc: "The axis that is taken apart.", default: 0, min: 0 } },
  infer: ({ operands, attributes: { axis }, check }) => {
    const x = first(operands);
    const size = x.shape[axis];
    if (!checkAxis(axis, x.shape.length, "unstack", check) || size === undefined) return undefined;
    const literal = asNumber(size);
    if (literal === undefined) return check.fail("unstack needs an axis whose size is known when it is compiled");
    if (literal > mostPieces) return tooMany(literal, "unstack", check);
    return Array.from({ length: literal }, () => removeAxis(x, axis));
  },
  cost: () => ({ flops: constant(0) }),
  samples: [
    { operands: [{ dtype: "f32", shape: [3] }] },
    { operands: [{ dtype: "f32", shape: [2, 3, 4] }], attributes: { axis: 1 } },
    { operands: [{ dtype: "f32", shape: [2, 1] }], attributes: { axis: 1 } },
    { operands: [{ dtype: "i32", shape: [2, 1] }], attributes: { axis: 1 } },
  ],
  valueFact: "view",
  decompose: (b, { operands, results, attributes: { axis } }) =>
    results.map((result, index) =>
      b.reshape(b.op("slice", [first(operands)], { axis, start: constant(index), size: one }), result.type.shape),
    ),
  gradient: ({ b, results, gradients, attributes: { axis } }) =>
    gradients.every((g) => g === undefined) ? [] : [b.op("stack", whole(b, results, gradients), { axis })],
});

/** The gradients, with zeros where none flows. */
function whole(
  b: GraphBuilder,
  results: readonly Value[],
  gradients: readonly (Value | undefined)[],
): readonly Value[] {
  return results.map((result, index) => gradients[index] ?? b.zeros(result.type));
}
