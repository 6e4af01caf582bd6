import { asNumber, constant, subtract, sum, type Dim } from "../dims/dim.ts";
import type { Value } from "../ir/graph.ts";
import { elementAt } from "../support/element-at.ts";
import type { GraphBuilder } from "./define/builder.ts";
import { first } from "./define/elementwise.ts";
import { defineComposite } from "./define/operator.ts";
import { one, withAxis } from "./define/shape-rules.ts";
import { dims } from "./define/sample-dims.ts";
import { numbersBetween, unionOf } from "./define/value-range.ts";
import { borderSides } from "./pad-constant.ts";

const modes = ["constant", "reflect", "symmetric", "edge", "wrap"] as const;

/** `pad`: a tensor inside a border of one value, or of its own elements. */
export const pad = defineComposite({
  name: "pad",
  doc: "The operand inside a border: of one value, or of its own elements.",
  exposed: true,
  structure: { kind: "each axis", attributes: ["before", "after"] },
  operands: [{ name: "x", dtype: "any", shape: "[...]" }],
  attributes: {
    ...borderSides,
    value: { kind: "float", doc: "The value of a border that is constant.", default: 0 },
    mode: {
      kind: "string",
      doc: "What the border is of: `constant` of one value; `reflect` mirrors at the outermost element, `symmetric` with it, `edge` repeats it, `wrap` begins again at the other end.",
      default: "constant",
      oneOf: modes,
    },
  },
  range: ({ ranges, attributes: { value, mode } }) =>
    unionOf(mode === "constant" ? [...ranges, numbersBetween(Math.floor(value), Math.ceil(value))] : ranges),
  infer: ({ operands, attributes: { before, after, value, mode }, check }) => {
    const { dtype, shape } = first(operands);
    if (before.length !== shape.length || after.length !== shape.length) {
      return check.fail(`pad needs a border for each of the ${shape.length} axes`);
    }
    if (mode !== "constant" && value !== 0) {
      return check.fail(
        `the value ${value} is that of a constant border, and with mode=${mode} it is of the operand's own elements`,
      );
    }
    const isConstant = mode === "constant";
    const takesMany = !isConstant && mode !== "edge";
    const needs = shape.flatMap((size, axis) =>
      [elementAt(before, axis), elementAt(after, axis)].flatMap((width) => {
        const least = constant(isConstant || isNone(width) ? 0 : 1);
        // What an axis cannot give: its elements, without the outermost where that is the mirror.
        const most = mode === "reflect" ? subtract(size, one) : size;
        return [
          { left: width, right: least, what: `a border of pad along axis ${axis}` },
          ...(takesMany && !isNone(width)
            ? [{ left: most, right: width, what: `what axis ${axis} gives to its border` }]
            : []),
        ];
      }),
    );
    if (!check.allAtLeast(needs)) return undefined;
    return [{ dtype, shape: shape.map((size, axis) => sum([elementAt(before, axis), size, elementAt(after, axis)])) }];
  },
  cost: () => ({ flops: constant(0) }),
  samples: [
    ...modes.map((mode) => ({
      operands: [{ dtype: "f32" as const, shape: [4] }],
      attributes: { before: dims(2), after: dims(3), mode },
    })),
    ...modes.map((mode) => ({
      operands: [{ dtype: "f32" as const, shape: [2, 3, 2] }],
      attributes: { before: dims(0, 2, 1), after: dims(0, 1, 0), mode },
    })),
    {
      operands: [{ dtype: "i32", shape: [2, 1] }],
      attributes: { before: dims(1, 2), after: dims(0, 1), mode: "edge" },
    },
    { operands: [{ dtype: "f32", shape: [2, 3] }], attributes: { before: dims(0, 2), after: dims(1, 0), value: 1.5 } },
    { operands: [{ dtype: "bool", shape: [3] }], attributes: { before: dims(1), after: dims(2), value: 1 } },
  ],
  decompose: (b, { operands, attributes: { before, after, value, mode } }) => {
    if (mode === "constant") return [b.op("pad_constant", [first(operands)], { before, after, value })];
    const padded = first(operands).type.shape.reduce((x, size, axis) => {
      const [front, back] = [elementAt(before, axis), elementAt(after, axis)];
      const pieces = [
        ...(isNone(front) ? [] : [pieceBefore(b, x, axis, size, front, mode)]),
        x,
        ...(isNone(back) ? [] : [pieceAfter(b, x, axis, size, back, mode)]),
      ];
      return pieces.length === 1 ? x : b.op("concat", pieces, { axis });
    }, first(operands));
    return [padded];
  },
});

const isNone = (width: Dim): boolean => asNumber(width) === 0;

function part(b: GraphBuilder, x: Value, axis: number, start: Dim, size: Dim): Value {
  return b.op("slice", [x], { axis, start, size });
}

function mirrored(b: GraphBuilder, x: Value, axis: number, start: Dim, size: Dim): Value {
  return b.op("flip", [part(b, x, axis, start, size)], { axis });
}

function pieceBefore(b: GraphBuilder, x: Value, axis: number, size: Dim, width: Dim, mode: string): Value {
  if (mode === "wrap") return part(b, x, axis, subtract(size, width), width);
  if (mode === "edge") return b.broadcast(part(b, x, axis, constant(0), one), withAxis(x.type.shape, axis, width));
  return mirrored(b, x, axis, mode === "reflect" ? one : constant(0), width);
}

function pieceAfter(b: GraphBuilder, x: Value, axis: number, size: Dim, width: Dim, mode: string): Value {
  if (mode === "wrap") return part(b, x, axis, constant(0), width);
  const last = subtract(size, one);
  if (mode === "edge") return b.broadcast(part(b, x, axis, last, one), withAxis(x.type.shape, axis, width));
  return mirrored(b, x, axis, subtract(mode === "reflect" ? last : size, width), width);
}
