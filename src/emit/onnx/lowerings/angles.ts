import type { DType } from "../../../ir/types.ts";
import type { NoAttributes } from "../../../ops/define/operator.ts";
import type { OnnxRef, OnnxWriter } from "../onnx-writer.ts";
import { log1p } from "./log1p.ts";
import { binary, type OnnxLowering, type OnnxLowerings, unary } from "./lowering.ts";

/**
 * Angles and hyperbolic functions, as ONNX says them. ONNX Runtime has them in single precision alone: those of f64 are
 * made of what it has in f64.
 */
export const angles = {
  tan: orInDouble("Tan", (writer, x) => writer.node("Div", [writer.node("Sin", [x]), writer.node("Cos", [x])])),
  atan: unary(arcTangent),
  asin: orInDouble("Asin", (writer, x) => {
    const [less, more] = aroundOne(writer, x);
    const beside = writer.node("Sqrt", [writer.node("Mul", [less, more])]);
    return arcTangent(writer, writer.node("Div", [x, beside]), "f64");
  }),
  acos: orInDouble("Acos", (writer, x) => {
    const half = arcTangent(writer, writer.node("Sqrt", [writer.node("Div", aroundOne(writer, x))]), "f64");
    return writer.node("Add", [half, half]);
  }),
  atan2: binary(angle),
  sinh: orInDouble("Sinh", (writer, x) => writer.node("Mul", [writer.node("Tanh", [x]), hyperbolicCosine(writer, x)])),
  cosh: orInDouble("Cosh", hyperbolicCosine),
  asinh: orInDouble("Asinh", (writer, x) => {
    const size = writer.node("Abs", [x]);
    const made = inverse(writer, size, (near) => {
      const squared = writer.node("Mul", [near, near]);
      const root = writer.node("Sqrt", [writer.node("Add", [squared, one(writer)])]);
      const rest = writer.node("Div", [squared, writer.node("Add", [root, one(writer)])]);
      return log1p(writer, writer.node("Add", [near, rest]), "f64");
    });
    return writer.node("Mul", [writer.node("Sign", [x]), made]);
  }),
  acosh: orInDouble("Acosh", (writer, x) =>
    inverse(writer, x, (near) => {
      const above = writer.node("Sub", [near, one(writer)]);
      // Of each factor by itself: below -1 the product would have a root.
      const roots = [above, writer.node("Add", [near, one(writer)])].map((it) => writer.node("Sqrt", [it]));
      const root = writer.node("Mul", roots);
      return log1p(writer, writer.node("Add", [above, root]), "f64");
    }),
  ),
  atanh: orInDouble("Atanh", (writer, x) => {
    const difference = [x, writer.node("Neg", [x])].map((it) => log1p(writer, it, "f64"));
    return writer.node("Mul", [writer.node("Sub", difference), writer.constant("f64", 0.5)]);
  }),
} satisfies Partial<OnnxLowerings>;

function orInDouble(type: string, inDouble: (writer: OnnxWriter, x: OnnxRef) => OnnxRef): OnnxLowering<NoAttributes> {
  return unary((writer, x, dtype) => (dtype === "f64" ? inDouble(writer, x) : writer.node(type, [x])));
}

const one = (writer: OnnxWriter): OnnxRef => writer.constant("f64", 1);

/** 1 - x and 1 + x. */
function aroundOne(writer: OnnxWriter, x: OnnxRef): readonly [OnnxRef, OnnxRef] {
  return [writer.node("Sub", [one(writer), x]), writer.node("Add", [one(writer), x])];
}

/** The angle of a tangent; in f64 the one of f32 is turned by what it is off, whose tangent is its size. */
function arcTangent(writer: OnnxWriter, x: OnnxRef, dtype: DType): OnnxRef {
  if (dtype !== "f64") return writer.node("Atan", [x]);
  // Beyond, the angle is a quarter turn to the last digit.
  const limits = [-1e17, 1e17].map((it) => writer.constant("f64", it));
  const tangent = writer.node("Clip", [x, ...limits]);
  const near = writer.cast(writer.node("Atan", [writer.cast(tangent, "f32")]), "f64");
  const [sine, cosine] = [writer.node("Sin", [near]), writer.node("Cos", [near])];
  const across = writer.node("Sub", [writer.node("Mul", [tangent, cosine]), sine]);
  const along = writer.node("Add", [writer.node("Mul", [tangent, sine]), cosine]);
  return writer.node("Add", [near, writer.node("Div", [across, along])]);
}

/** The angle of a point, signs of zeros and infinite distances included: that of the slope, turned by half of a turn. */
function angle(writer: OnnxWriter, y: OnnxRef, x: OnnxRef, dtype: DType): OnnxRef {
  const zero = writer.constant(dtype, 0);
  const both = (test: (it: OnnxRef) => OnnxRef): OnnxRef => writer.node("And", [test(y), test(x)]);
  const endless = both((it) => writer.node("Equal", [writer.node("Abs", [it]), writer.constant(dtype, Infinity)]));
  // Of two infinite distances only the signs count; at 0, 0 the slope is that of a point to the right.
  const signed = (it: OnnxRef): OnnxRef => writer.node("Where", [endless, writer.node("Sign", [it]), it]);
  const nowhere = both((it) => writer.node("Equal", [it, zero]));
  const slope = writer.node("Where", [nowhere, y, writer.node("Div", [signed(y), signed(x)])]);
  const isNegative = (it: OnnxRef): OnnxRef => {
    const below = writer.node("Less", [it, zero]);
    return writer.node("Or", [below, writer.node("Less", [writer.node("Reciprocal", [it]), zero])]);
  };
  const half = [-Math.PI, Math.PI].map((it) => writer.constant(dtype, it));
  const near = arcTangent(writer, slope, dtype);
  const turned = writer.node("Add", [near, writer.node("Where", [isNegative(y), ...half])]);
  return writer.node("Where", [isNegative(x), turned, near]);
}

function hyperbolicCosine(writer: OnnxWriter, x: OnnxRef): OnnxRef {
  const sum = writer.node("Add", [writer.node("Exp", [x]), writer.node("Exp", [writer.node("Neg", [x])])]);
  return writer.node("Mul", [sum, writer.constant("f64", 0.5)]);
}

/** An inverse hyperbolic function: far out, where squares overflow, it is ln(2 x). */
function inverse(writer: OnnxWriter, x: OnnxRef, near: (x: OnnxRef) => OnnxRef): OnnxRef {
  const limit = writer.constant("f64", 1e9);
  const far = writer.node("Add", [writer.node("Log", [x]), writer.constant("f64", Math.LN2)]);
  return writer.node("Where", [writer.node("Greater", [x, limit]), far, near(writer.node("Min", [x, limit]))]);
}
