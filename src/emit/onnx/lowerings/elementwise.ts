import type { DType } from "../../../ir/types.ts";
import { hasF32Attributes, isFloat } from "../../../ops/define/dtype-class.ts";
import { first } from "../../../ops/define/elementwise.ts";
import { integerLimits } from "../../../ops/define/integer-limits.ts";
import type { OnnxRef, OnnxWriter } from "../onnx-writer.ts";
import { saturatingCast } from "./cast.ts";
import { log1p } from "./log1p.ts";
import { binary, inInference, type OnnxLowerings, unary } from "./lowering.ts";

/** Operators on single elements, as ONNX says them. */
export const elementwise = {
  neg: "Neg",
  abs: "Abs",
  sign: unary((writer, x, dtype) => {
    if (dtype !== "i64") return writer.node("Sign", [x]);
    const zero = writer.constant(dtype, 0);
    const below = writer.node("Where", [writer.node("Less", [x, zero]), writer.constant(dtype, -1), zero]);
    return writer.node("Where", [writer.node("Greater", [x, zero]), writer.constant(dtype, 1), below]);
  }),
  exp: "Exp",
  log: "Log",
  log1p: unary(log1p),
  // e^x - 1 = tanh(x / 2) * (e^x + 1): no difference of near-equal numbers.
  expm1: unary((writer, x, dtype) => {
    const half = writer.node("Mul", [x, writer.constant(dtype, 0.5)]);
    const sum = writer.node("Add", [writer.node("Exp", [x]), writer.constant(dtype, 1)]);
    return writer.node("Mul", [writer.node("Tanh", [half]), sum]);
  }),
  sqrt: "Sqrt",
  rsqrt: unary((writer, x) => writer.node("Reciprocal", [writer.node("Sqrt", [x])])),
  square: unary((writer, x) => writer.node("Mul", [x, x])),
  reciprocal: "Reciprocal",
  sin: "Sin",
  cos: "Cos",
  tanh: "Tanh",
  // ONNX Runtime's own is 0 below -18. Where the quotient is 1, e^x must not become infinite.
  sigmoid: unary((writer, x, dtype) => {
    const enough = writer.constant(dtype, dtype === "f16" ? 11 : 40);
    const power = writer.node("Exp", [writer.node("Min", [x, enough])]);
    return writer.node("Div", [power, writer.node("Add", [power, writer.constant(dtype, 1)])]);
  }),
  gate: "Sigmoid",
  relu: unary((writer, x, dtype) =>
    dtype === "i64" ? extreme("Greater")(writer, x, writer.constant(dtype, 0)) : writer.node("Relu", [x]),
  ),
  // ONNX Runtime's own overflows where e^x does, but in f32.
  softplus: unary((writer, x, dtype) => {
    if (dtype === "f32") return writer.node("Softplus", [x]);
    const power = writer.node("Exp", [writer.node("Neg", [writer.node("Abs", [x])])]);
    return writer.node("Add", [writer.node("Max", [x, writer.constant(dtype, 0)]), log1p(writer, power, dtype)]);
  }),
  erf: "Erf",
  add: "Add",
  sub: "Sub",
  mul: "Mul",
  div: "Div",
  pow: "Pow",
  maximum: binary((writer, a, b, dtype) =>
    dtype === "i64" ? extreme("Greater")(writer, a, b) : writer.node("Max", [a, b]),
  ),
  minimum: binary((writer, a, b, dtype) =>
    dtype === "i64" ? extreme("Less")(writer, a, b) : writer.node("Min", [a, b]),
  ),
  floor_div: binary((writer, a, b, dtype) =>
    isFloat(dtype) ? writer.node("Floor", [writer.node("Div", [a, b])]) : floorQuotient(writer, a, b, dtype),
  ),
  mod: binary((writer, a, b, dtype) => (isFloat(dtype) ? remainder(writer, a, b, dtype) : writer.node("Mod", [a, b]))),
  equal: "Equal",
  not_equal: binary((writer, a, b) => writer.node("Not", [writer.node("Equal", [a, b])])),
  less: "Less",
  less_equal: "LessOrEqual",
  greater: "Greater",
  greater_equal: "GreaterOrEqual",
  logical_and: "And",
  logical_or: "Or",
  logical_not: "Not",
  floor: "Floor",
  ceil: "Ceil",
  round: "Round",
  gelu: inInference({
    // ONNX Runtime has Gelu in f32 alone.
    when: ({ operands: values }, opset) => opset >= 20 && first(values).type.dtype === "f32",
    lower: (writer, { refs, attributes: { approximate } }) => [
      writer.node("Gelu", refs, { approximate: { string: approximate ? "tanh" : "none" } }),
    ],
  }),
  silu: "decomposed",
  elu: inInference({
    when: ({ operands: values }) => hasF32Attributes(first(values).type.dtype),
    lower: (writer, { refs, attributes }) => [writer.node("Elu", refs, { alpha: { float: attributes.alpha } })],
  }),
  leaky_relu: inInference({
    when: ({ operands: values }) => hasF32Attributes(first(values).type.dtype),
    lower: (writer, { refs, attributes }) => [writer.node("LeakyRelu", refs, { alpha: { float: attributes.alpha } })],
  }),
  hard_sigmoid: inInference({
    when: ({ operands: values }) => hasF32Attributes(first(values).type.dtype),
    lower: (writer, { refs }) => [writer.node("HardSigmoid", refs, { alpha: { float: 1 / 6 }, beta: { float: 0.5 } })],
  }),
  cast: (writer, { refs, operands, attributes: { dtype, fits } }) => [
    fits ? writer.cast(first(refs), dtype) : saturatingCast(writer, first(refs), first(operands).type.dtype, dtype),
  ],
  clip: (writer, { refs, operands, attributes }) => {
    const { dtype } = first(operands).type;
    const limits = integerLimits[dtype];
    if (limits !== undefined) {
      const limit = (value: number) => writer.constant(dtype, Math.min(Math.max(value, limits[0]), limits[1]));
      const [low, high] = [limit(Math.ceil(attributes.min)), limit(Math.floor(attributes.max))];
      if (dtype !== "i64") return [writer.node("Clip", [first(refs), low, high])];
      return [extreme("Less")(writer, extreme("Greater")(writer, first(refs), low), high)];
    }
    const bound = (value: number) => (Number.isFinite(value) ? writer.constant(dtype, value) : writer.absent);
    return [writer.node("Clip", [first(refs), bound(attributes.min), bound(attributes.max)])];
  },
  where: (writer, { refs, results }) => {
    const [condition = writer.absent, a = writer.absent, b = writer.absent] = refs;
    if (first(results).type.dtype !== "bool") return [writer.node("Where", refs)];
    const [then, otherwise] = [
      writer.node("And", [condition, a]),
      writer.node("And", [writer.node("Not", [condition]), b]),
    ];
    return [writer.node("Or", [then, otherwise])];
  },
  zeros_like: "decomposed",
  ones_like: "decomposed",
  identity: (writer, { refs }) => [writer.node("Identity", refs)],
  stop_gradient: (writer, { refs }) => [writer.node("Identity", refs)],
} satisfies Partial<OnnxLowerings>;

/** Integer Div cuts off towards 0: where signs differ and something is left over, the floor is one below. */
function floorQuotient(writer: OnnxWriter, a: OnnxRef, b: OnnxRef, dtype: DType): OnnxRef {
  const quotient = writer.node("Div", [a, b]);
  if (dtype === "u8") return quotient;
  const zero = writer.constant(dtype, 0);
  const differs = writer.node("Xor", [writer.node("Less", [a, zero]), writer.node("Less", [b, zero])]);
  const isExact = writer.node("Equal", [writer.node("Mul", [quotient, b]), a]);
  const isLower = writer.node("And", [differs, writer.node("Not", [isExact])]);
  return writer.node("Sub", [quotient, writer.cast(isLower, dtype)]);
}

/** The remainder of floor division, exactly: C's, which has the dividend's sign, with the divisor added where signs differ. */
function remainder(writer: OnnxWriter, a: OnnxRef, b: OnnxRef, dtype: DType): OnnxRef {
  const zero = writer.constant(dtype, 0);
  const rest = writer.node("Mod", [a, b], { fmod: { int: 1 } });
  const differs = writer.node("Xor", [writer.node("Less", [rest, zero]), writer.node("Less", [b, zero])]);
  const isOff = writer.node("And", [differs, writer.node("Not", [writer.node("Equal", [rest, zero])])]);
  return writer.node("Where", [isOff, writer.node("Add", [rest, b]), rest]);
}

/** The greater, or the lesser, of 64-bit integers: ONNX Runtime's Max, Min, Relu and Clip look at 32 bits alone. */
function extreme(wins: "Greater" | "Less") {
  return (writer: OnnxWriter, a: OnnxRef, b: OnnxRef): OnnxRef =>
    writer.node("Where", [writer.node(wins, [a, b]), a, b]);
}
