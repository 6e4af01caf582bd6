import { asNumber, constant, modulo, multiply, product, type Dim } from "../dims/dim.ts";
import type { Initializer, Value } from "../ir/graph.ts";
import type { Limits } from "../ir/limits.ts";
import type { TensorType } from "../ir/types.ts";
import { fault } from "../support/fault.ts";
import type { GraphBuilder } from "./define/builder.ts";
import { isFloat } from "./define/dtype-class.ts";
import { elementAt } from "../support/element-at.ts";

/** What an initialiser starts from: the key of its parameter's path and the parameter's type. */
interface InitializerInput {
  readonly b: GraphBuilder;
  readonly key: Value;
  readonly type: TensorType;
  /** An argument by name, its default where it is not given. */
  readonly argument: (name: string) => number;
}

/** One argument of an initialiser: its default and its limits. */
export interface InitializerArgument extends Limits {
  readonly default: number;
}

interface InitializerRule {
  readonly doc: string;
  /** Its arguments in order, with Keras 3's defaults. */
  readonly arguments: Readonly<Record<string, InitializerArgument>>;
  /** False where it draws nothing: it needs no key. */
  readonly random: boolean;
  /** What it asks of the type that it fills and of its arguments together, as a clause; undefined where they fit. */
  readonly misfit?: (input: Pick<InitializerInput, "type" | "argument">) => string | undefined;
  /** The number that it fills everything with; left out where it is not one. */
  readonly fill?: (argument: (name: string) => number) => number;
  readonly build: (input: InitializerInput) => Value;
}

/** A spread by fan: the variance is scale / fan. */
type Fan = "in" | "average";

/** What is drawn is multiplied by it, as by PyTorch's `gain`; Keras' `scale` of a variance is its square. */
const gain = { gain: { default: 1, above: 0 } } as const;

/** Every initialiser by name. What they mean, and their defaults, are Keras 3's. */
export const initializers = {
  zeros: filled("All zeros.", {}, () => 0),
  ones: filled("All ones.", {}, () => 1),
  constant: filled("One value everywhere.", { value: { default: 0 } }, (argument) => argument("value")),
  forget_bias: {
    doc: "Zeros, and ones for the forget gate, the second of the four quarters.",
    arguments: {},
    random: false,
    misfit: ({ type: { dtype, shape } }) => {
      // Also of a size that the one who builds the model gives.
      const rest = shape.length === 1 ? modulo(elementAt(shape, 0), constant(4)) : undefined;
      return isFloat(dtype) && rest !== undefined && asNumber(rest) === 0
        ? undefined
        : "is for the bias of an LSTM: real numbers along one axis, whose size is a multiple of 4";
    },
    build: ({ b, type }) => {
      const units = literalSize(type.shape, "forget_bias") / 4;
      return b.constant(
        type,
        Array.from({ length: units * 4 }, (_, i) => (Math.floor(i / units) === 1 ? 1 : 0)),
      );
    },
  },
  uniform: {
    ...drawn(
      "Uniform numbers between two bounds.",
      { min: { default: -0.05 }, max: { default: 0.05 } },
      ({ b, key, type, argument }) => uniformWithin(b, key, type.shape, argument("min"), argument("max")),
    ),
    misfit: ({ argument }) => {
      const [min, max] = [argument("min"), argument("max")];
      return min <= max ? undefined : `draws from its lower bound up, and ${String(min)} is above ${String(max)}`;
    },
  },
  normal: drawn("Normal numbers.", { stddev: { default: 0.05, min: 0 }, mean: { default: 0 } }, (input) => {
    const { b, key, type, argument } = input;
    return scaled(b, b.op("random_normal", [key], { shape: type.shape }), argument("stddev"), argument("mean"));
  }),
  truncated_normal: drawn(
    "Normal numbers within two standard deviations.",
    { stddev: { default: 0.05, min: 0 }, mean: { default: 0 } },
    ({ b, key, type, argument }) =>
      scaled(b, truncatedNormal(b, key, type.shape), argument("stddev"), argument("mean")),
  ),
  glorot_uniform: fanUniform("Uniform by the mean of fan-in and fan-out (Glorot and Bengio, 2010).", 1, "average"),
  glorot_normal: fanNormal(
    "Truncated normal by the mean of fan-in and fan-out (Glorot and Bengio, 2010).",
    1,
    "average",
  ),
  he_uniform: fanUniform("Uniform by fan-in, for relu (He et al., 2015).", 2, "in"),
  he_normal: fanNormal("Truncated normal by fan-in, for relu (He et al., 2015).", 2, "in"),
  lecun_uniform: fanUniform("Uniform by fan-in (LeCun et al., 1998).", 1, "in"),
  lecun_normal: fanNormal("Truncated normal by fan-in (LeCun et al., 1998).", 1, "in"),
  orthogonal: {
    ...drawn(
      "An orthogonal matrix over all but the last axis and the last (Saxe et al., 2013).",
      gain,
      ({ b, key, type, argument }) => {
        const { shape } = type;
        const columns = elementAt(shape, shape.length - 1);
        const rows = product(shape.slice(0, -1));
        const [tall, wide] = [literalSize([rows], "orthogonal"), literalSize([columns], "orthogonal")];
        const drawnShape = [constant(Math.min(tall, wide)), constant(Math.max(tall, wide))];
        const basis = b.op("orthogonalize", [b.op("random_normal", [key], { shape: drawnShape })]);
        const matrix = tall < wide ? basis : b.transpose(basis, [1, 0]);
        return scaled(b, b.reshape(matrix, shape), argument("gain"), 0);
      },
    ),
    misfit: ({ type: { shape } }) =>
      shape.length < 2
        ? `fills matrices, of two axes or more, and this has ${shape.length === 0 ? "none" : "one"}`
        : undefined,
  },
} as const satisfies Readonly<Record<string, InitializerRule>>;

/** The name of an initialiser. */
export type InitializerName = keyof typeof initializers;

/** True for the name of an initialiser. */
export function isInitializer(name: string): name is InitializerName {
  return Object.hasOwn(initializers, name);
}

/** The rule of an initialiser, or undefined where no one has that name. */
export function findInitializer(name: string): InitializerRule | undefined {
  return isInitializer(name) ? initializers[name] : undefined;
}

/**
 * The first value of a parameter or state of a type, from the random key of its path; `type` is the logical one. What
 * is drawn is drawn in f32.
 */
export function initialValue(b: GraphBuilder, key: Value, type: TensorType, init: Initializer): Value {
  const rule = findInitializer(init.name) ?? fault(`no initialiser is called ${init.name}`);
  return b.cast(rule.build({ b, key, type, argument: argumentsOf(rule, init) }), type.dtype);
}

/** Why an initialiser cannot fill a type, as a clause of which it is the subject; undefined where it can. */
export function misfitOf(init: Initializer, type: TensorType): string | undefined {
  const rule = findInitializer(init.name) ?? fault(`no initialiser is called ${init.name}`);
  if (rule.random && !isFloat(type.dtype)) return `draws real numbers, and ${type.dtype} would cut them to whole ones`;
  return rule.misfit?.({ type, argument: argumentsOf(rule, init) });
}

/** The number that an initialiser fills everything with; undefined where it is not one. */
export function fillOf(init: Initializer): number | undefined {
  const rule = findInitializer(init.name) ?? fault(`no initialiser is called ${init.name}`);
  return rule.fill?.(argumentsOf(rule, init));
}

function argumentsOf(rule: InitializerRule, init: Initializer): (name: string) => number {
  return (name) =>
    init.arguments[name] ?? rule.arguments[name]?.default ?? fault(`${init.name} has no argument ${name}`);
}

/** The number of inputs and outputs of a unit, as Keras counts them: the last two axes, times all others. */
export function fansOf(shape: readonly Dim[]): { readonly input: Dim; readonly output: Dim } {
  const [first] = shape;
  if (first === undefined) return { input: constant(1), output: constant(1) };
  if (shape.length === 1) return { input: first, output: first };
  const field = product(shape.slice(0, -2));
  return {
    input: multiply(field, elementAt(shape, shape.length - 2)),
    output: multiply(field, elementAt(shape, shape.length - 1)),
  };
}

function filled(
  doc: string,
  names: InitializerRule["arguments"],
  value: (argument: (name: string) => number) => number,
): InitializerRule {
  const build = ({ b, type, argument }: InitializerInput): Value =>
    b.broadcast(b.scalar(value(argument), type.dtype), type.shape);
  return { doc, arguments: names, random: false, fill: value, build };
}

function drawn(
  doc: string,
  names: InitializerRule["arguments"],
  build: (input: InitializerInput) => Value,
): InitializerRule {
  return { doc, arguments: names, random: true, build };
}

function fanSize(shape: readonly Dim[], fan: Fan): number {
  const { input, output } = fansOf(shape);
  const incoming = literalSize([input], "an initialiser by fan");
  return Math.max(1, fan === "in" ? incoming : (incoming + literalSize([output], "an initialiser by fan")) / 2);
}

function fanUniform(doc: string, scale: number, fan: Fan): InitializerRule {
  return drawn(doc, gain, ({ b, key, type, argument }) => {
    const limit = argument("gain") * Math.sqrt((3 * scale) / fanSize(type.shape, fan));
    return uniformWithin(b, key, type.shape, -limit, limit);
  });
}

/** Uniform numbers in min..max. Each step is rounded to f32, on every target in the same way. */
function uniformWithin(b: GraphBuilder, key: Value, shape: readonly Dim[], min: number, max: number): Value {
  const unit = b.op("random_uniform", [key], { shape });
  return b.add(b.mul(unit, b.scalar(Math.fround(max - min))), b.scalar(Math.fround(min)));
}

/** The standard deviation of a standard normal number that is cut at two. */
const truncatedDeviation = 0.87962566103423978;

function fanNormal(doc: string, scale: number, fan: Fan): InitializerRule {
  return drawn(doc, gain, ({ b, key, type, argument }) => {
    const deviation = (argument("gain") * Math.sqrt(scale / fanSize(type.shape, fan))) / truncatedDeviation;
    return scaled(b, truncatedNormal(b, key, type.shape), deviation, 0);
  });
}

/** Coefficients of the inverse error function's central polynomial in -ln(1 - x^2) - 2.5, highest power first. */
const inverseErf = [
  2.81022636e-8, 3.43273939e-7, -3.5233877e-6, -4.39150654e-6, 0.00021858087, -0.00125372503, -0.00417768164,
  0.246640727, 1.50140941,
] as const;

/**
 * Standard normal numbers within -2..2: the inverse of the distribution's function at uniform numbers. That range needs
 * only the central branch of the inverse error function.
 *
 * Source: M. Giles, "Approximating the erfinv function" (2012), single precision.
 */
function truncatedNormal(b: GraphBuilder, key: Value, shape: readonly Dim[]): Value {
  const unit = b.op("random_uniform", [key], { shape });
  const centred = b.sub(b.mul(unit, b.scalar(2)), b.scalar(1));
  // erf(sqrt(2)): the share of normal numbers within two standard deviations.
  const x = b.mul(centred, b.scalar(0.9544997361036416));
  const w = b.sub(b.neg(b.op("log", [b.sub(b.scalar(1), b.mul(x, x))])), b.scalar(2.5));
  const [first, ...rest] = inverseErf;
  const polynomial = rest.reduce<Value>((p, c) => b.add(b.mul(p, w), b.scalar(c)), b.scalar(first));
  return b.mul(b.mul(polynomial, x), b.scalar(Math.SQRT2));
}

function scaled(b: GraphBuilder, x: Value, by: number, offset: number): Value {
  return b.add(b.mul(x, b.scalar(by)), b.scalar(offset));
}

function literalSize(shape: readonly Dim[], what: string): number {
  return asNumber(product(shape)) ?? fault(`${what} needs a shape whose sizes are known`);
}
