import { asNumber, constant, subtract, sum, type Dim } from "../dims/dim.ts";
import type { Value } from "../ir/graph.ts";
import { elementAt } from "../support/element-at.ts";
import type { GraphBuilder } from "./define/builder.ts";
import { first } from "./define/elementwise.ts";
import { defineComposite } from "./define/operator.ts";
import { one, withAxis } from "./define/shape-rules.ts";
import { dims } from "./define/sample-dims.ts";

const modes = ["reflect", "symmetric", "edge", "wrap"] as const;

/** `border`: a tensor inside a border made of its own elements. */
export const border = defineComposite({
  name: "border",
  doc: "The operand inside a border of its own elements, where `pad` has one of a number.",
  exposed: true,
  structure: { kind: "each axis", attributes: ["before", "after"] },
  operands: [{ name: "x", dtype: "any", shape: "[...]" }],
  attributes: {
    before: { kind: "dims", doc: "For each axis, how many elements stand before it." },
    after: { kind: "dims", doc: "For each axis, how many elements stand behind it." },
    mode: {
      kind: "string",
      doc: "`reflect` mirrors at the outermost element, `symmetric` with it, `edge` repeats it, `wrap` begins again at the other end.",
      default: "reflect",
      oneOf: modes,
    },
  },
  infer: ({ operands, attributes: { before, after, mode }, check }) => {
    const { dtype, shape } = first(operands);
    if (before.length !== shape.length || after.length !== shape.length) {
      return check.fail(`border needs a border for each of the ${shape.length} axes`);
    }
    let fine = true;
    shape.forEach((size, axis) => {
      for (const width of [elementAt(before, axis), elementAt(after, axis)]) {
        if (!check.atLeast(width, constant(isNone(width) ? 0 : 1), "a border")) fine = false;
        // What an axis cannot give: its elements, without the outermost where that is the mirror.
        const most = mode === "reflect" ? subtract(size, one) : size;
        if (mode !== "edge" && !isNone(width) && !check.atLeast(most, width, `what axis ${axis} gives to its border`)) {
          fine = false;
        }
      }
    });
    if (!fine) return undefined;
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
  ],
  valueFact: "view",
  decompose: (b, { operands, attributes: { before, after, mode } }) => [
    first(operands).type.shape.reduce((x, size, axis) => {
      const [front, back] = [elementAt(before, axis), elementAt(after, axis)];
      const pieces = [
        ...(isNone(front) ? [] : [pieceBefore(b, x, axis, size, front, mode)]),
        x,
        ...(isNone(back) ? [] : [pieceAfter(b, x, axis, size, back, mode)]),
      ];
      return pieces.length === 1 ? x : b.op("concat", pieces, { axis });
    }, first(operands)),
  ],
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
