import { hasF32Attributes, isFloat } from "../../../ops/dtype-class.ts";
import { first } from "../../../ops/elementwise.ts";
import { binary, inInference, type OnnxLowerings, unary } from "./lowering.ts";

/** Operators on single elements, as ONNX says them. */
export const elementwise = {
  neg: "Neg",
  abs: "Abs",
  sign: "Sign",
  exp: "Exp",
  log: "Log",
  // Kahan's correction: ln(u) * x / (u - 1) for u = fl(1 + x) cancels the rounding of the sum.
  log1p: unary((writer, x, dtype) => {
    const one = writer.constant(dtype, 1);
    const u = writer.node("Add", [x, one]);
    const same = writer.node("Equal", [u, one]);
    const corrected = writer.node("Div", [
      writer.node("Mul", [writer.node("Log", [u]), x]),
      writer.node("Where", [same, one, writer.node("Sub", [u, one])]),
    ]);
    return writer.node("Where", [same, x, corrected]);
  }),
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
  relu: "Relu",
  softplus: "Softplus",
  erf: "Erf",
  add: "Add",
  sub: "Sub",
  mul: "Mul",
  div: "Div",
  pow: "Pow",
  maximum: "Max",
  minimum: "Min",
  floor_div: binary((writer, a, b, dtype) =>
    isFloat(dtype)
      ? writer.node("Floor", [writer.node("Div", [a, b])])
      : // Integer Div truncates; what Mod leaves out, with the divisor's sign, divides exactly.
        writer.node("Div", [writer.node("Sub", [a, writer.node("Mod", [a, b])]), b]),
  ),
  mod: binary((writer, a, b, dtype) =>
    isFloat(dtype)
      ? writer.node("Sub", [a, writer.node("Mul", [b, writer.node("Floor", [writer.node("Div", [a, b])])])])
      : writer.node("Mod", [a, b]),
  ),
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
    when: (_input, opset) => opset >= 20,
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
  cast: (writer, { refs, attributes }) => [writer.cast(first(refs), attributes.dtype)],
  clip: (writer, { refs, operands, attributes }) => {
    const { dtype } = first(operands).type;
    const bound = (value: number) => (Number.isFinite(value) ? writer.constant(dtype, value) : writer.absent);
    return [writer.node("Clip", [first(refs), bound(attributes.min), bound(attributes.max)])];
  },
  where: (writer, { refs }) => [writer.node("Where", refs)],
  zeros_like: "decomposed",
  ones_like: "decomposed",
  identity: (writer, { refs }) => [writer.node("Identity", refs)],
  stop_gradient: (writer, { refs }) => [writer.node("Identity", refs)],
} satisfies Partial<OnnxLowerings>;
