import { asNumber, type Dim } from "../../../dims/dim.ts";
import { elementAt } from "../../../support/element-at.ts";
import type { drawAttributes } from "../../../ops/random/draws.ts";
import type { OnnxRef, OnnxWriter } from "../onnx-writer.ts";
import type { OnnxLowering, OnnxLowerings } from "./lowering.ts";
import { bitsOnnx, foldOnnx, uniformOnnx, type DrawnOnnx } from "./random-words.ts";

/** Random numbers, as ONNX says them. */
export const random = {
  random_bits: draw((writer, input) => bitsOnnx(writer, input, { step: 1, first: 0 })),
  random_uniform: draw((writer, input) => uniformOnnx(writer, bitsOnnx(writer, input, { step: 1, first: 0 }))),
  random_normal: (writer, { refs, attributes: { shape, dtype } }) => {
    const at = (first: number): OnnxRef => {
      const drawn = { key: elementAt(refs, 0), numbers: refs[1], shape };
      const uniform = uniformOnnx(writer, bitsOnnx(writer, drawn, { step: 2, first }));
      return dtype === "f32" ? uniform : writer.cast(uniform, dtype);
    };
    const number = (value: number): OnnxRef => writer.constant(dtype, value);
    const logarithm = writer.node("Log", [writer.node("Sub", [number(1), at(0)])]);
    const radius = writer.node("Sqrt", [writer.node("Mul", [logarithm, number(-2)])]);
    // cos(2 pi u) = sin(2 pi (|u - 1/2| - 1/4)): an argument in -pi/2 .. pi/2 keeps the error of f32 below 1e-6.
    const folded = writer.node("Sub", [writer.node("Abs", [writer.node("Sub", [at(1), number(0.5)])]), number(0.25)]);
    const cosine = writer.node("Sin", [writer.node("Mul", [folded, number(2 * Math.PI)])]);
    return [laidOut(writer, writer.node("Mul", [radius, cosine]), shape)];
  },
  fold_key: (writer, { refs }) => [foldOnnx(writer, elementAt(refs, 0), elementAt(refs, 1))],
  normal_like: "decomposed",
  uniform_like: "decomposed",
  orthogonalize: (writer, { operands, refs }) => {
    const { dtype, shape } = elementAt(operands, 0).type;
    const [n, m] = [elementAt(shape, 0), elementAt(shape, 1)];
    const rows = elementAt(refs, 0);
    const zero = writer.constant(dtype, 0);
    const body = writer.subgraph(
      [
        { name: "finished", dtype, shape },
        { name: "row", dtype, shape: [m] },
        { name: "place", dtype, shape: [n] },
      ],
      (inner, [finished = inner.absent, row = inner.absent, place = inner.absent]) => {
        const columns = inner.node("Transpose", [finished], { perm: { ints: [1, 0] } });
        const freed = (it: typeof row): typeof row => {
          // Rows that are not finished are zero and free of nothing.
          const parts = inner.node("MatMul", [it, columns]);
          return inner.node("Sub", [it, inner.node("MatMul", [parts, finished])]);
        };
        const rest = freed(freed(inner.node("Unsqueeze", [row, inner.ints([0])])));
        const squares = inner.node("ReduceSum", [inner.node("Mul", [rest, rest]), inner.ints([1])]);
        const unit = inner.node("Div", [rest, inner.node("Sqrt", [squares])]);
        const placed = inner.node("Mul", [inner.node("Unsqueeze", [place, inner.ints([1])]), unit]);
        return [{ ref: inner.node("Add", [finished, placed]), dtype, shape }];
      },
    );
    const start = writer.node("Expand", [zero, writer.shape(shape)]);
    const square = writer.node("Expand", [zero, writer.shape([n, n])]);
    return writer.withSubgraph("Scan", [start, rows, writer.node("EyeLike", [square])], 1, body, {
      num_scan_inputs: { int: 2 },
    });
  },
} satisfies Partial<OnnxLowerings>;

/** Draws as many numbers as a shape has elements. */
function draw(write: (writer: OnnxWriter, input: DrawnOnnx) => OnnxRef): OnnxLowering<typeof drawAttributes> {
  return (writer, { refs, attributes: { shape } }) => [
    laidOut(writer, write(writer, { key: elementAt(refs, 0), numbers: refs[1], shape }), shape),
  ];
}

/** Numbers that lie in a row, in a shape. */
function laidOut(writer: OnnxWriter, flat: OnnxRef, shape: readonly Dim[]): OnnxRef {
  if (shape.length === 1 && asNumber(elementAt(shape, 0)) !== undefined) return flat;
  return writer.node("Reshape", [flat, writer.shape(shape, { inferable: true })]);
}
