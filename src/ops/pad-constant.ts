import { elementAt } from "../support/element-at.ts";
import { constant, sum } from "../dims/dim.ts";
import { required } from "../support/fault.ts";
import { first } from "./define/elementwise.ts";
import { at, stridedIndices, stridesOf, sizeOf } from "./define/nd-array.ts";
import { definePrimitive } from "./define/operator.ts";
import { numbersBetween, unionOf } from "./define/value-range.ts";
import { dims } from "./define/sample-dims.ts";

const zero = constant(0);

/** How wide a border is. */
export const borderSides = {
  before: { kind: "dims", doc: "For each axis, how many elements stand before it." },
  after: { kind: "dims", doc: "For each axis, how many elements stand behind it." },
} as const;

/** `pad_constant`: a border of one value. */
export const padConstant = definePrimitive({
  name: "pad_constant",
  doc: "The operand inside a border of one value.",
  exposed: false,
  structure: { kind: "each axis", attributes: ["before", "after"] },
  operands: [{ name: "x", dtype: "any", shape: "[...]" }],
  attributes: {
    ...borderSides,
    value: { kind: "float", doc: "The value of the border.", default: 0 },
  },
  range: ({ ranges, attributes: { value } }) =>
    unionOf([...ranges, numbersBetween(Math.floor(value), Math.ceil(value))]),
  infer: ({ operands, attributes: { before, after }, check }) => {
    const x = first(operands);
    if (before.length !== x.shape.length || after.length !== x.shape.length) {
      return check.fail(`pad_constant needs a border for each of the ${x.shape.length} axes`);
    }
    const fine = [...before, ...after].map((size) => check.atLeast(size, zero, "a border of pad_constant"));
    if (fine.includes(false)) return undefined;
    const shape = x.shape.map((dim, axis) =>
      sum([required(before[axis], "border"), dim, required(after[axis], "border")]),
    );
    return [{ dtype: x.dtype, shape }];
  },
  cost: () => ({ flops: zero }),
  samples: [
    { operands: [{ dtype: "f32", shape: [3] }], attributes: { before: dims(1), after: dims(2) } },
    { operands: [{ dtype: "f32", shape: [2, 3] }], attributes: { before: dims(0, 2), after: dims(1, 0), value: 1.5 } },
    {
      operands: [{ dtype: "f32", shape: [2, 3, 2, 1] }],
      attributes: { before: dims(0, 1, 2, 0), after: dims(0, 1, 0, 3) },
    },
    { operands: [{ dtype: "i32", shape: [2, 2] }], attributes: { before: dims(1, 0), after: dims(0, 1), value: 7 } },
    { operands: [{ dtype: "bool", shape: [2, 2] }], attributes: { before: dims(1, 0), after: dims(0, 1), value: 1 } },
  ],
  reference: ({ operands, attributes: { before, value }, results }) => {
    const x = first(operands);
    const type = first(results);
    const strides = stridesOf(type.shape);
    const offset = strides.reduce((total, stride, axis) => total + stride * elementAt(before, axis), 0);
    const data = new Float64Array(sizeOf(type.shape)).fill(value);
    stridedIndices(x.shape, strides, offset).forEach((to, from) => {
      data[to] = at(x, from);
    });
    return [{ dtype: x.dtype, shape: type.shape, data }];
  },
  gradient: ({ b, operands, g, attributes: { before, after } }) => {
    return [
      first(operands).type.shape.reduce((inner, size, axis) => {
        const start = required(before[axis], "border");
        const untouched = start.terms.length === 0 && required(after[axis], "border").terms.length === 0;
        return untouched ? inner : b.op("slice", [inner], { axis, start, size });
      }, g),
    ];
  },
});
