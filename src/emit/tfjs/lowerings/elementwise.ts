import { isFloat } from "../../../ops/dtype-class.ts";
import { first } from "../../../ops/elementwise.ts";
import type { NoAttributes } from "../../../ops/operator.ts";
import { tfjsDType } from "../tfjs-dtype.ts";
import { binary, type DifferentiatedForm, type TfjsLowerings, unary } from "./lowering.ts";

/** Operators on single elements, as TensorFlow.js says them. */
export const elementwise = {
  neg: "neg",
  abs: unary((writer, x, { dtype }) => (isFloat(dtype) ? writer.helper("magnitude", x) : writer.tf("abs", x))),
  sign: unary((writer, x, { dtype }) => (isFloat(dtype) ? writer.helper("signOf", x) : writer.tf("sign", x))),
  exp: "exp",
  log: "log",
  // The wasm backend rounds 1 + x before it takes the logarithm.
  log1p: unary((writer, x) => writer.helper("log1p", x)),
  expm1: "expm1",
  sqrt: "sqrt",
  rsqrt: "rsqrt",
  square: "square",
  reciprocal: "reciprocal",
  sin: "sin",
  cos: "cos",
  tanh: "tanh",
  sigmoid: "sigmoid",
  gate: "sigmoid",
  relu: "relu",
  softplus: "softplus",
  erf: "erf",
  add: "add",
  sub: "sub",
  mul: "mul",
  div: "div",
  pow: binary((writer, a, b) => writer.helper("power", a, b)),
  maximum: extreme("maximum"),
  minimum: extreme("minimum"),
  floor_div: binary((writer, a, b, [{ dtype }]) =>
    isFloat(dtype) ? writer.tf("floor", writer.tf("div", a, b)) : writer.tf("floorDiv", a, b),
  ),
  mod: "mod",
  equal: comparison("equal"),
  not_equal: comparison("notEqual"),
  less: comparison("less"),
  less_equal: comparison("lessEqual"),
  greater: comparison("greater"),
  greater_equal: comparison("greaterEqual"),
  logical_and: "logicalAnd",
  logical_or: "logicalOr",
  logical_not: "logicalNot",
  floor: "floor",
  ceil: "ceil",
  round: "round",
  gelu: "decomposed",
  silu: "decomposed",
  elu: {
    when: ({ attributes }) => attributes.alpha === 1,
    lower: (writer, { args }) => writer.tf("elu", first(args)),
  },
  leaky_relu: {
    lower: (writer, { args }) => writer.tf("leakyRelu", first(args), writer.attribute("alpha")),
  },
  hard_sigmoid: "decomposed",
  cast: (writer, { args, operands, attributes }) => {
    const to = tfjsDType(attributes.dtype);
    const fromFloat = isFloat(first(operands).type.dtype);
    if (!fromFloat || to === "float32") return writer.tf("cast", first(args), writer.string(to));
    // Integers have no gradient, and what is computed from them cannot be differentiated past.
    const body =
      to === "bool"
        ? writer.tf("notEqual", first(args), writer.number(0))
        : writer.tf("cast", first(args), writer.string(to));
    return writer.helper("withoutGradient", { kind: "arrow", parameters: [], body });
  },
  clip: (writer, { args, operands, attributes }) => {
    const x = first(args);
    const { dtype } = first(operands).type;
    if (!isFloat(dtype)) {
      // clipByValue is wrong for integers on the wasm backend, and a plain number would make them floats.
      const bound = (value: number) => writer.tf("scalar", writer.number(value), writer.string(tfjsDType(dtype)));
      const above = attributes.min === -Infinity ? x : writer.tf("maximum", x, bound(attributes.min));
      return attributes.max === Infinity ? above : writer.tf("minimum", above, bound(attributes.max));
    }
    if (attributes.open) return writer.helper("clipOpen", x, writer.attribute("min"), writer.attribute("max"));
    if (attributes.max === Infinity) return writer.tf("maximum", x, writer.attribute("min"));
    if (attributes.min === -Infinity) return writer.tf("minimum", x, writer.attribute("max"));
    return writer.tf("clipByValue", x, writer.attribute("min"), writer.attribute("max"));
  },
  where: (writer, { args }) => writer.tf("where", ...args),
  zeros_like: { lower: (writer, { args }) => writer.tf("zerosLike", first(args)) },
  ones_like: { lower: (writer, { args }) => writer.tf("onesLike", first(args)) },
  identity: (_writer, { args }) => first(args),
  stop_gradient: (writer, { args }) => writer.helper("stopGradient", first(args)),
} satisfies Partial<TfjsLowerings>;

/** TensorFlow.js gives all of the gradient to the first of equals, and sums none over what was broadcast: a helper does. */
function extreme(name: "maximum" | "minimum"): DifferentiatedForm<NoAttributes> {
  return {
    plain: name,
    lower: binary((writer, a, b, [{ dtype }]) => (isFloat(dtype) ? writer.helper(name, a, b) : writer.tf(name, a, b))),
  };
}

/** TensorFlow.js cannot differentiate past a comparison, not even with a gradient of zero. */
function comparison(name: string): DifferentiatedForm<NoAttributes> {
  return {
    plain: name,
    lower: binary((writer, a, b, [{ dtype }]) => {
      const compared = writer.tf(name, a, b);
      return isFloat(dtype)
        ? writer.helper("withoutGradient", { kind: "arrow", parameters: [], body: compared })
        : compared;
    }),
  };
}
