import { constant, subtract, type Dim } from "../../dims/dim.ts";
import type { DType, TensorType } from "../../ir/types.ts";
import {
  kernelSizes,
  windowsOver,
  type AxisWindow,
  type ConvolutionAttributes,
  type WindowAttributes,
} from "../../ops/define/window-geometry.ts";
import { isFloat } from "../../ops/define/dtype-class.ts";
import { first, second } from "../../ops/define/elementwise.ts";
import { limitsOfCast } from "../../ops/define/integer-limits.ts";
import type { AttributeSchema, AttributesOf, NoAttributes } from "../../ops/define/operator.ts";
import { poolWindows } from "../../ops/define/pool.ts";
import type { reductionAttributes } from "../../ops/reductions.ts";
import type { AttributesOfOperator, PrimitiveName } from "../../ops/registry.ts";
import { softmaxAxis, type softmaxAttributes } from "../../ops/softmax.ts";
import { required } from "../../support/fault.ts";
import { arrayOf, binary, call, identifier, literal, objectOf, type Expression } from "./ast.ts";

/** What a form on doubles writes with. */
export interface DoublesWriter {
  /** Calls a helper of the prelude. */
  helper(name: string, ...args: readonly Expression[]): Expression;
  dim(dim: Dim): Expression;
}

/** An application of a primitive, its operands written. */
interface DoubleInput<S extends AttributeSchema> {
  readonly args: readonly Expression[];
  readonly operands: readonly TensorType[];
  readonly result: TensorType;
  readonly attributes: AttributesOf<S>;
  readonly writer: DoublesWriter;
}

/**
 * How a primitive is written on doubles: on single elements, which are numbers and booleans of TypeScript, or on whole
 * arrays. `repeats` says that it mentions an operand more than once.
 */
export interface DoubleForm<S extends AttributeSchema = AttributeSchema> {
  readonly on: "elements" | "arrays";
  readonly repeats?: boolean;
  readonly write: (input: DoubleInput<S>) => Expression;
}

/** For a primitive that is for gradients or first weights, or that makes keys, which are no arrays. */
const inNoFeature = undefined;

type DoubleForms = { readonly [N in PrimitiveName]: DoubleForm<AttributesOfOperator<N>> | typeof inNoFeature };

const zero = constant(0);

const forms: DoubleForms = {
  neg: element((x, dtype) => whole(dtype, { kind: "unary", operator: "-", value: x })),
  abs: element((x, dtype) => whole(dtype, call("Math.abs", x))),
  sign: element((x) => call("Math.sign", x)),
  exp: element((x) => call("Math.exp", x)),
  log: element((x) => call("Math.log", x)),
  log1p: element((x) => call("Math.log1p", x)),
  expm1: element((x) => call("Math.expm1", x)),
  sqrt: element((x) => call("Math.sqrt", x)),
  rsqrt: element((x) => binary("/", literal(1), call("Math.sqrt", x))),
  square: { ...element((x, dtype) => product(x, x, dtype)), repeats: true },
  reciprocal: element((x) => binary("/", literal(1), x)),
  sin: element((x) => call("Math.sin", x)),
  cos: element((x) => call("Math.cos", x)),
  tan: element((x) => call("Math.tan", x)),
  asin: element((x) => call("Math.asin", x)),
  acos: element((x) => call("Math.acos", x)),
  atan: element((x) => call("Math.atan", x)),
  sinh: element((x) => call("Math.sinh", x)),
  cosh: element((x) => call("Math.cosh", x)),
  asinh: element((x) => call("Math.asinh", x)),
  acosh: element((x) => call("Math.acosh", x)),
  atanh: element((x) => call("Math.atanh", x)),
  atan2: elements((a, b) => call("Math.atan2", a, b)),
  tanh: element((x) => call("Math.tanh", x)),
  sigmoid: element((x, _, { helper }) => helper("logistic", x)),
  gate: element((x, _, { helper }) => helper("logistic", x)),
  relu: element((x) => call("Math.max", x, literal(0))),
  softplus: element((x, _, { helper }) => helper("softRectifier", x)),
  erf: element((x, _, { helper }) => helper("errorFunction", x)),
  floor: element((x) => call("Math.floor", x)),
  ceil: element((x) => call("Math.ceil", x)),
  round: element((x, _, { helper }) => helper("roundToEven", x)),
  add: elements((a, b, dtype) => whole(dtype, binary("+", a, b))),
  sub: elements((a, b, dtype) => whole(dtype, binary("-", a, b))),
  mul: elements(product),
  div: elements((a, b) => binary("/", a, b)),
  pow: elements((a, b) => binary("**", a, b)),
  maximum: elements((a, b) => call("Math.max", a, b)),
  minimum: elements((a, b) => call("Math.min", a, b)),
  floor_div: elements((a, b, dtype) => whole(dtype, call("Math.floor", binary("/", a, b)))),
  mod: elements((a, b, dtype, { helper }) => helper(isFloat(dtype) ? "remainder" : "wholeRemainder", a, b)),
  equal: elements((a, b) => binary("===", a, b)),
  not_equal: elements((a, b) => binary("!==", a, b)),
  less: elements((a, b) => binary("<", a, b)),
  less_equal: elements((a, b) => binary("<=", a, b)),
  greater: elements((a, b) => binary(">", a, b)),
  greater_equal: elements((a, b) => binary(">=", a, b)),
  logical_and: elements((a, b) => binary("&&", a, b)),
  logical_or: elements((a, b) => binary("||", a, b)),
  logical_not: element((x) => ({ kind: "unary", operator: "!", value: x })),
  identity: element((x) => x),
  stop_gradient: element((x) => x),
  cast: {
    on: "elements",
    write: ({ args, operands, result, writer }) => converted(first(args), first(operands).dtype, result.dtype, writer),
  },
  clip: {
    on: "elements",
    write: ({ args, attributes: { min, max } }) => {
      const above = min === -Infinity ? first(args) : call("Math.max", first(args), literal(min));
      return max === Infinity ? above : call("Math.min", above, literal(max));
    },
  },
  where: {
    on: "elements",
    write: ({ args }) => ({
      kind: "conditional",
      test: first(args),
      then: second(args),
      otherwise: required(args[2], "the last operand of where"),
    }),
  },

  sum: fold(0, (a, b, dtype) => whole(dtype, binary("+", a, b))),
  prod: fold(1, product),
  max: fold(-Infinity, (a, b) => call("Math.max", a, b)),
  min: fold(Infinity, (a, b) => call("Math.min", a, b)),
  mean: arrays("meanDoubles", ({ attributes: { axes, keep } }) => [numbers(axes), boolean(keep)]),
  softmax: normalised("softmaxDoubles"),
  log_softmax: normalised("logSoftmaxDoubles"),
  argmax: arrays("bestPlaces", ({ attributes: { axis } }) => [literal(axis), comparison(">")]),
  argmin: arrays("bestPlaces", ({ attributes: { axis } }) => [literal(axis), comparison("<")]),
  cumsum: arrays("sumsAlong", ({ attributes: { axis, exclusive, reverse }, result: { dtype } }) => [
    literal(axis),
    boolean(exclusive),
    boolean(reverse),
    ...(isFloat(dtype) ? [] : [ofTwo((a, b) => whole(dtype, binary("+", a, b)))]),
  ]),

  reshape: arrays("reshapeDoubles", ({ result, writer }) => [shapeOf(result, writer)]),
  broadcast_to: arrays("broadcastDoubles", ({ result, writer }) => [shapeOf(result, writer)]),
  transpose: arrays("transposeDoubles", ({ attributes: { perm } }) => [numbers(perm)]),
  slice: arrays("sliceDoubles", ({ attributes: { axis, start, size, step }, writer }) => [
    literal(axis),
    writer.dim(start),
    writer.dim(size),
    ...(step === 1 ? [] : [literal(step)]),
  ]),
  flip: arrays("flipDoubles", ({ attributes: { axis } }) => [literal(axis)]),
  concat: {
    on: "arrays",
    write: ({ args, attributes: { axis }, writer }) => writer.helper("concatDoubles", arrayOf(...args), literal(axis)),
  },
  pad_constant: arrays("padDoubles", ({ attributes: { before, after, value }, writer }) => [
    arrayOf(...before.map(writer.dim)),
    arrayOf(...after.map(writer.dim)),
    literal(value),
  ]),
  range: arrays("countDoubles", ({ attributes: { size }, writer }) => [writer.dim(size)]),
  gather: arrays("gatherDoubles", ({ attributes: { axis } }) => [literal(axis)]),
  scatter_add: arrays("addAtPlaces", ({ result, writer }) => [shapeOf(result, writer)]),
  take_along: arrays("takeDoubles", () => []),
  put_along: arrays("putDoubles", ({ attributes: { depth }, writer }) => [writer.dim(depth)]),
  gather_along: arrays("gatherAlongDoubles", () => []),
  scatter_along: arrays("scatterAlongDoubles", ({ attributes: { depth }, writer }) => [writer.dim(depth)]),
  top_places: arrays("topDoubles", ({ attributes: { k, largest }, writer }) => [writer.dim(k), boolean(largest)]),
  one_hot: arrays("oneHotDoubles", ({ attributes: { depth }, writer }) => [writer.dim(depth)]),

  matmul: arrays("matMulDoubles", ({ attributes: { transposeA, transposeB } }) => [
    boolean(transposeA),
    boolean(transposeB),
  ]),
  conv: arrays("convolveDoubles", ({ operands, result, attributes, writer }) =>
    convolution(first(operands), second(operands), attributes, result, writer),
  ),
  conv_input_gradient: arrays("spreadDoubles", ({ operands, result, attributes, writer }) =>
    convolution(result, second(operands), attributes, result, writer),
  ),
  max_pool: {
    on: "arrays",
    write: ({ args, operands, attributes, result, writer }) => {
      const largest = call("Math.max", { kind: "spread", value: identifier("elements") });
      return pooled(first(args), poolWindows(first(operands).shape, attributes), result, largest, writer);
    },
  },
  avg_pool: {
    on: "arrays",
    write: (input) => {
      const { args, operands, attributes, result, writer } = input;
      const over = poolWindows(first(operands).shape, attributes);
      const mean = writer.helper("meanOf", identifier("elements"));
      if (!attributes.count_padding) return pooled(first(args), over, result, mean, writer);
      const along = (sizes: readonly Dim[]): Expression => arrayOf(...[zero, ...sizes, zero].map(writer.dim));
      const behind = over.map((it) => subtract(it.after, it.over));
      const padded = writer.helper(
        "padDoubles",
        first(args),
        along(over.map((it) => it.before)),
        along(behind),
        literal(0),
      );
      return pooled(
        padded,
        over.map((it) => ({ ...it, before: zero })),
        result,
        mean,
        writer,
      );
    },
  },

  random_bits: draw("bitsDoubles"),
  random_uniform: draw("uniformDoubles"),
  random_normal: draw("normalDoubles"),
  fold_key: {
    on: "arrays",
    write: ({ args, writer }) => writer.helper("foldKey", first(args), writer.helper("scalarOf", second(args))),
  },

  avg_pool_gradient: inNoFeature,
  conv_kernel_gradient: inNoFeature,
  cross_entropy_gradient: inNoFeature,
  max_pool_gradient: inNoFeature,
  orthogonalize: inNoFeature,
};

/** How a primitive is written on doubles; undefined where no feature can be made of it. */
export function doubleForm(name: string): DoubleForm | undefined {
  // Each form takes the attributes of its own operator's schema, which is what those of a node are checked against.
  return (forms as unknown as Readonly<Record<string, DoubleForm | undefined>>)[name];
}

/** A form on one element; `dtype` is the result's. */
function element(write: (x: Expression, dtype: DType, writer: DoublesWriter) => Expression): DoubleForm<NoAttributes> {
  return { on: "elements", write: ({ args, result, writer }) => write(first(args), result.dtype, writer) };
}

/** A form on two elements; `dtype` is the result's. */
function elements(
  write: (a: Expression, b: Expression, dtype: DType, writer: DoublesWriter) => Expression,
): DoubleForm<NoAttributes> {
  return {
    on: "elements",
    write: ({ args, result, writer }) => write(first(args), second(args), result.dtype, writer),
  };
}

/** A call of a helper on the operands, and on what else it wants. */
function arrays<S extends AttributeSchema>(
  helper: string,
  settings: (input: DoubleInput<S>) => readonly Expression[],
): DoubleForm<S> {
  return { on: "arrays", write: (input) => input.writer.helper(helper, ...input.args, ...settings(input)) };
}

function fold(
  start: number,
  write: (a: Expression, b: Expression, dtype: DType) => Expression,
): DoubleForm<typeof reductionAttributes> {
  return arrays("foldDoubles", ({ result, attributes: { axes, keep } }) => [
    numbers(axes),
    boolean(keep),
    literal(start),
    ofTwo((a, b) => write(a, b, result.dtype)),
  ]);
}

function normalised(helper: string): DoubleForm<typeof softmaxAttributes> {
  return arrays(helper, ({ operands, attributes: { axis } }) => [
    literal(softmaxAxis(axis, first(operands).shape.length)),
  ]);
}

/** What each window of images holds of a channel, by an expression of its `elements`. */
function pooled(
  images: Expression,
  over: readonly AxisWindow[],
  result: TensorType,
  body: Expression,
  writer: DoublesWriter,
): Expression {
  const f: Expression = { kind: "closure", parameters: [{ pattern: "elements" }], body };
  return writer.helper("poolDoubles", images, shapeOf(result, writer), windows(over, writer), f);
}

function convolution(
  image: TensorType,
  kernel: TensorType,
  attributes: ConvolutionAttributes,
  result: TensorType,
  writer: DoublesWriter,
): readonly Expression[] {
  const shared: WindowAttributes = attributes;
  const over = windowsOver(image.shape, kernelSizes(kernel.shape, attributes.layout), attributes.dilations, shared);
  return [shapeOf(result, writer), windows(over, writer), writer.dim(attributes.groups)];
}

function windows(over: readonly AxisWindow[], writer: DoublesWriter): Expression {
  return objectOf({
    size: numbers(over.map((it) => it.size)),
    strides: numbers(over.map((it) => it.stride)),
    dilations: numbers(over.map((it) => it.dilation)),
    before: arrayOf(...over.map((it) => writer.dim(it.before))),
  });
}

/** `(a, b) => ...`. */
function ofTwo(write: (a: Expression, b: Expression) => Expression): Expression {
  return {
    kind: "closure",
    parameters: [{ pattern: "a" }, { pattern: "b" }],
    body: write(identifier("a"), identifier("b")),
  };
}

function comparison(operator: string): Expression {
  return ofTwo((a, b) => binary(operator, a, b));
}

/** A result of whole numbers as its type holds it: it wraps, as those of ONNX do. */
function whole(dtype: DType, value: Expression): Expression {
  switch (dtype) {
    case "i32":
      return binary("|", value, literal(0));
    case "u32":
      return binary(">>>", value, literal(0));
    case "u8":
      return binary("&", value, literal(255));
    case "i8":
      return binary(">>", binary("<<", value, literal(24)), literal(24));
    default:
      return value;
  }
}

/** Doubles lose the low bits of products beyond 2^53, and those are what wrapping keeps. */
function product(a: Expression, b: Expression, dtype: DType): Expression {
  if (dtype === "i32") return call("Math.imul", a, b);
  if (dtype === "u32") return whole(dtype, call("Math.imul", a, b));
  return whole(dtype, binary("*", a, b));
}

/** Real numbers stay as they are: they are rounded once, when they become a tensor. */
function converted(x: Expression, from: DType, to: DType, { helper }: DoublesWriter): Expression {
  if (from === to || (isFloat(from) && isFloat(to))) return x;
  if (to === "bool") return binary("!==", x, literal(0));
  if (from === "bool") return call("Number", x);
  if (isFloat(to)) return x;
  const limits = limitsOfCast(from, to);
  if (limits !== undefined) return helper("wholeBetween", x, ...limits.map((it) => literal(it)));
  return to === "u32" ? whole(to, x) : x;
}

/** Numbers by a random key. */
function draw<S extends AttributeSchema>(helper: string): DoubleForm<S> {
  return {
    on: "arrays",
    write: ({ args: [key, numbers], result, writer }) =>
      writer.helper(helper, required(key, "key"), shapeOf(result, writer), ...(numbers === undefined ? [] : [numbers])),
  };
}

function shapeOf({ shape }: TensorType, { dim }: DoublesWriter): Expression {
  return arrayOf(...shape.map(dim));
}

function numbers(values: readonly number[]): Expression {
  return arrayOf(...values.map((value) => literal(value)));
}

function boolean(value: boolean): Expression {
  return { kind: "boolean", value };
}
