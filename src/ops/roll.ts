import { asNumber, constant, modulo, multiply, subtract, type Dim } from "../dims/dim.ts";
import type { Value } from "../ir/graph.ts";
import { elementAt } from "../support/element-at.ts";
import { first } from "./define/elementwise.ts";
import { defineComposite } from "./define/operator.ts";
import { checkAxis, one, withAxis } from "./define/shape-rules.ts";

/** `roll`: an axis moved around. */
export const roll = defineComposite({
  name: "roll",
  doc: "The elements of one axis moved on by some places; what goes beyond the end comes in at the beginning.",
  exposed: true,
  structure: "along axis",
  operands: [{ name: "x", dtype: "any", shape: "[..., N, ...]" }],
  attributes: {
    shift: { kind: "int", doc: "By how many places; negative ones move towards the beginning." },
    axis: { kind: "int", doc: "The axis that is moved.", min: 0 },
  },
  infer: ({ operands, attributes: { axis }, check }) =>
    checkAxis(axis, first(operands).shape.length, "roll", check) ? operands : undefined,
  cost: () => ({ flops: constant(0) }),
  samples: [
    { operands: [{ dtype: "f32", shape: [5] }], attributes: { shift: 2, axis: 0 } },
    { operands: [{ dtype: "f32", shape: [2, 3, 4] }], attributes: { shift: -1, axis: 1 } },
    { operands: [{ dtype: "i32", shape: [2, 4] }], attributes: { shift: 3, axis: 1 } },
    { operands: [{ dtype: "f32", shape: [2, 1] }], attributes: { shift: 1, axis: 1 } },
    { operands: [{ dtype: "f32", shape: [4] }], attributes: { shift: 0, axis: 0 } },
    { operands: [{ dtype: "f32", shape: [3] }], attributes: { shift: -7, axis: 0 } },
  ],
  valueFact: "view",
  decompose: (b, { operands, attributes: { shift, axis } }) => {
    const x = first(operands);
    const size = elementAt(x.type.shape, axis);
    if (shift === 0) return [x];
    const piece = (of: Value, start: Dim, length: Dim) => b.op("slice", [of], { axis, start, size: length });
    const known = asNumber(size);
    if (known === undefined) {
      // The shift counts around, by a size that is known when it runs: of two copies, one that begins in the first.
      const by = modulo(constant(Math.abs(shift)), size);
      const twice = b.op("concat", [x, x], { axis });
      return [piece(twice, shift > 0 ? subtract(size, by) : by, size)];
    }
    const by = ((shift % known) + known) % known;
    if (by === 0) return [x];
    const cut = constant(known - by);
    return [b.op("concat", [piece(x, cut, constant(by)), piece(x, constant(0), cut)], { axis })];
  },
});

/** `tile`: a tensor several times, side by side. */
export const tile = defineComposite({
  name: "tile",
  doc: "The operand several times along each axis, one copy after the other.",
  exposed: true,
  structure: "other",
  operands: [{ name: "x", dtype: "any", shape: "[...]" }],
  attributes: { counts: { kind: "ints", doc: "For each axis, how many times.", min: 1 } },
  infer: ({ operands, attributes: { counts }, check }) => {
    const { dtype, shape } = first(operands);
    if (counts.length !== shape.length) {
      return check.fail(`tile needs a count for each of the ${shape.length} axes, not ${counts.length}`);
    }
    return [{ dtype, shape: shape.map((size, axis) => multiply(size, constant(elementAt(counts, axis)))) }];
  },
  cost: () => ({ flops: constant(0) }),
  samples: [
    { operands: [{ dtype: "f32", shape: [3] }], attributes: { counts: [2] } },
    { operands: [{ dtype: "f32", shape: [2, 3] }], attributes: { counts: [3, 2] } },
    { operands: [{ dtype: "i32", shape: [2, 1, 2] }], attributes: { counts: [1, 4, 1] } },
    { operands: [{ dtype: "f32", shape: [2, 3] }], attributes: { counts: [1, 1] } },
  ],
  valueFact: "view",
  decompose: (b, { operands, attributes: { counts } }) => [
    counts.reduce((x, count, axis) => {
      if (count === 1) return x;
      const { shape } = x.type;
      const [front, back] = [shape.slice(0, axis), shape.slice(axis)];
      const apart = b.broadcast(b.reshape(x, [...front, one, ...back]), [...front, constant(count), ...back]);
      return b.reshape(apart, [...front, multiply(elementAt(back, 0), constant(count)), ...back.slice(1)]);
    }, first(operands)),
  ],
});

/** `repeat_each`: every element of an axis several times. */
export const repeatEach = defineComposite({
  name: "repeat_each",
  doc: "Every element of one axis several times in a row.",
  exposed: true,
  structure: "other",
  operands: [{ name: "x", dtype: "any", shape: "[..., N, ...]" }],
  attributes: {
    count: { kind: "int", doc: "How many times.", min: 1 },
    axis: { kind: "int", doc: "The axis whose elements are repeated.", min: 0 },
  },
  infer: ({ operands, attributes: { count, axis }, check }) => {
    const { dtype, shape } = first(operands);
    if (!checkAxis(axis, shape.length, "repeat_each", check)) return undefined;
    return [{ dtype, shape: withAxis(shape, axis, multiply(elementAt(shape, axis), constant(count))) }];
  },
  cost: () => ({ flops: constant(0) }),
  samples: [
    { operands: [{ dtype: "f32", shape: [3] }], attributes: { count: 2, axis: 0 } },
    { operands: [{ dtype: "f32", shape: [2, 3, 2] }], attributes: { count: 3, axis: 1 } },
    { operands: [{ dtype: "i32", shape: [2, 1] }], attributes: { count: 4, axis: 1 } },
  ],
  valueFact: "view",
  decompose: (b, { operands, results, attributes: { count, axis } }) => {
    const x = first(operands);
    const { shape } = x.type;
    const [front, back] = [shape.slice(0, axis + 1), shape.slice(axis + 1)];
    const apart = b.broadcast(b.reshape(x, [...front, one, ...back]), [...front, constant(count), ...back]);
    return [b.reshape(apart, first(results).type.shape)];
  },
});
