import type { DType } from "../../../ir/types.ts";
import { isFloat } from "../../../ops/define/dtype-class.ts";
import { first } from "../../../ops/define/elementwise.ts";
import { limitsOfCast } from "../../../ops/define/integer-limits.ts";
import type { NoAttributes } from "../../../ops/define/operator.ts";
import { elementAt } from "../../../support/element-at.ts";
import { tfjsDType } from "../tfjs-dtype.ts";
import { broadcasting } from "./broadcast.ts";
import { binary, type DifferentiatedForm, type TfjsLowerings, unary } from "./lowering.ts";

/** Operators on single elements, as TensorFlow.js says them. */
export const elementwise = {
  // The wasm backend negates integers as floats.
  neg: unary((writer, x, { dtype }) =>
    isFloat(dtype)
      ? writer.tf("neg", x)
      : writer.tf("sub", writer.tf("scalar", writer.number(0), writer.string("int32")), x),
  ),
  abs: unary((writer, x, { dtype }) =>
    isFloat(dtype) ? writer.helper("magnitude", x) : writer.helper("magnitudeOfIntegers", x),
  ),
  sign: unary((writer, x, { dtype }) => (isFloat(dtype) ? writer.helper("signOf", x) : writer.tf("sign", x))),
  exp: "exp",
  log: "log",
  // The wasm backend rounds 1 + x before it takes the logarithm.
  log1p: unary((writer, x) => writer.helper("log1p", x)),
  expm1: "expm1",
  sqrt: "sqrt",
  rsqrt: "rsqrt",
  square: unary((writer, x, { dtype }) =>
    isFloat(dtype) ? writer.tf("square", x) : writer.helper("multiplyIntegers", x, x),
  ),
  reciprocal: "reciprocal",
  sin: "sin",
  cos: "cos",
  tan: "tan",
  asin: "asin",
  acos: "acos",
  atan: "atan",
  sinh: "sinh",
  cosh: "cosh",
  asinh: unary((writer, x) => writer.helper("inverseSinh", x)),
  acosh: unary((writer, x) => writer.helper("inverseCosh", x)),
  atanh: "atanh",
  atan2: "atan2",
  tanh: "tanh",
  sigmoid: "sigmoid",
  gate: "sigmoid",
  relu: "relu",
  softplus: "softplus",
  erf: "erf",
  add: "add",
  sub: "sub",
  mul: binary((writer, a, b, [{ dtype }]) =>
    isFloat(dtype) ? writer.tf("mul", a, b) : writer.helper("multiplyIntegers", a, b),
  ),
  div: "div",
  pow: binary((writer, a, b) => writer.helper("power", a, b)),
  maximum: extreme("maximum"),
  minimum: extreme("minimum"),
  floor_div: binary((writer, a, b, [{ dtype }]) =>
    isFloat(dtype) ? writer.tf("floor", writer.tf("div", a, b)) : writer.helper("floorDivide", a, b),
  ),
  mod: binary((writer, a, b, [{ dtype }]) =>
    isFloat(dtype) ? writer.helper("floorRemainder", a, b) : writer.tf("mod", a, b),
  ),
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
    const { dtype } = first(operands).type;
    const to = tfjsDType(attributes.dtype);
    const fromFloat = isFloat(dtype);
    if (to === "float32") return writer.tf("cast", first(args), writer.string(to));
    const limits = attributes.fits ? undefined : limitsOfCast(held(dtype), held(attributes.dtype));
    const zero = fromFloat ? writer.number(0) : writer.tf("scalar", writer.number(0), writer.string("int32"));
    const body =
      to === "bool" && dtype !== "bool"
        ? writer.tf("notEqual", first(args), zero)
        : limits === undefined
          ? writer.tf("cast", first(args), writer.string(to))
          : writer.helper("toInteger", first(args), ...limits.map((it) => writer.number(it)));
    // Integers have no gradient, and what is computed from them cannot be differentiated past.
    return !fromFloat ? body : writer.helper("withoutGradient", { kind: "arrow", parameters: [], body });
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
    return writer.helper("clip", x, writer.attribute("min"), writer.attribute("max"));
  },
  where: (writer, { args, operands, results }) => {
    const { dtype, shape } = first(results).type;
    const branches = args.slice(1).map((it, at) => broadcasting(writer, it, elementAt(operands, at + 1).type, shape));
    const [condition] = args;
    const [a, b] = branches;
    if (dtype !== "bool" || condition === undefined || a === undefined || b === undefined)
      return writer.tf("where", first(args), ...branches);
    const otherwise = writer.tf("logicalAnd", writer.tf("logicalNot", condition), b);
    return writer.tf("logicalOr", writer.tf("logicalAnd", condition, a), otherwise);
  },
  zeros_like: { lower: (writer, { args }) => writer.tf("zerosLike", first(args)) },
  ones_like: { lower: (writer, { args }) => writer.tf("onesLike", first(args)) },
  identity: (_writer, { args }) => first(args),
  stop_gradient: (writer, { args }) => writer.helper("stopGradient", first(args)),
} satisfies Partial<TfjsLowerings>;

/** i64 is held in 32 bits. */
const held = (dtype: DType): DType => (dtype === "i64" ? "i32" : dtype);

/**
 * TensorFlow.js gives all of the gradient to the first of equals, and sums none over what was broadcast, and its wasm
 * backend loses NaN: a helper does it right.
 */
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
