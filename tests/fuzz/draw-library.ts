import { textOf } from "../../src/support/source.ts";
import { isFunction } from "../../src/analyze/is-function.ts";
import { elementTypes } from "../../src/analyze/builtins.ts";
import { isDType } from "../../src/ops/define/dtype-class.ts";
import { inClass } from "../../src/ops/define/dtype-class.ts";
import type { DType } from "../../src/ir/types.ts";
import type {
  CallableDeclaration,
  DimExpression,
  Hyperparameter,
  HyperparameterAlternative,
  HyperparameterType,
  Input,
} from "../../src/syntax/ast.ts";
import { boundTo, type Addition, type Adding, type Operand } from "./growing.ts";
import { dimNames } from "./program.ts";

const everyType: readonly DType[] = [...elementTypes].filter(isDType);

/** Draws a use of a block or a function of the library: hyperparameters by their types, inputs that fit its header. */
export function drawLibrary(adding: Adding, declaration: CallableDeclaration): Addition {
  const { random } = adding;
  const name = declaration.name.text;
  const given = new Map<string, string>();
  for (const it of declaration.hyperparameters) {
    if (it.default !== undefined && random.next() < 0.7) continue;
    given.set(it.name.text, drawHyperparameter(adding, it));
  }
  const header = createHeader(adding, declaration, given);
  const operands = declaration.inputs.flatMap((input): readonly string[] => {
    const isOptional = input.optional || input.default !== undefined;
    if (isOptional && random.next() < 0.7) return [];
    const operand = header.operand(input);
    return [isOptional && input.name !== undefined ? `${input.name.text}=${operand}` : operand];
  });
  const values = [...given].map(([key, value]) => `${key}=${value}`);
  const [first = "", ...others] = operands;
  const isPiped = random.next() < 0.4;
  const written = isFunction(declaration)
    ? isPiped
      ? `${first} -> ${name}(${[...others, ...values].join(", ")})`
      : `${name}(${[...operands, ...values].join(", ")})`
    : isPiped
      ? `${first} -> ${name}(${values.join(", ")})${others.length > 0 ? `(${others.join(", ")})` : ""}`
      : `${name}(${values.join(", ")})(${operands.join(", ")})`;
  return boundTo(adding, name, written);
}

const numbers = ["0", "0.1", "0.25", "0.5", "0.9", "1", "1.5", "2", "-1"];
const functions = [
  "relu",
  "tanh",
  "sigmoid",
  "gelu",
  "linear",
  "silu",
  "leaky_relu(0.1)",
  "elu",
  "softplus",
  "mish",
  "square",
];
const initialisers = [
  "zeros",
  "ones",
  "glorot_uniform",
  "he_normal",
  "normal(0.1)",
  "orthogonal",
  "constant(0.5)",
  "uniform",
];
const recipes = [
  "Dense(2)",
  "LSTM(3)",
  "GRU(2, sequences=true)",
  "LayerNorm",
  "Flatten",
  "SimpleRNN(2)",
  "Dense(3, bias=false)",
];

/** A value of a hyperparameter's type. */
export function drawHyperparameter(adding: Adding, { name, type }: Hyperparameter): string {
  return valueOf(adding, type, name.text);
}

function valueOf(adding: Adding, { alternatives }: HyperparameterType, name: string): string {
  return alternativeOf(adding, adding.random.pick(alternatives), name);
}

function alternativeOf(adding: Adding, it: HyperparameterAlternative, name: string): string {
  const { random } = adding;
  if (it.kind === "list-of") {
    const length = 1 + random.integer(4);
    return `[${Array.from({ length }, () => valueOf(adding, it.element, name)).join(", ")}]`;
  }
  const small = (): string => String(random.pick([1, 1, 2, 2, 3, 3, 4, 5, 0]));
  switch (it.name.text) {
    case "int":
      return random.next() < 0.9 ? small() : adding.size();
    case "float":
      return random.pick(numbers);
    case "bool":
      return String(random.next() < 0.5);
    case "string":
      return '"a"';
    case "dtype":
      return random.pick(everyType.filter((type) => inClass(type, "float")));
    case "fn":
      return random.pick(/init/i.test(name) ? initialisers : functions);
    case "block":
      return random.pick(recipes);
    case "pair":
      return random.next() < 0.6 ? small() : `[${small()}, ${small()}]`;
    case "triple":
      return random.next() < 0.6 ? small() : `[${small()}, ${small()}, ${small()}]`;
    default:
      return it.name.text;
  }
}

function isDimName(text: string): boolean {
  return dimNames.some((it) => it === text);
}

/** What makes another size of an axis. */
interface Resizing {
  readonly size: (name: string) => string;
  readonly made: (tensor: string, place: number, name: string) => string;
}

function cutTo(size: Resizing["size"]): Resizing {
  return { size, made: (tensor, place, name) => `${tensor}[${":, ".repeat(place)}:${size(name)}]` };
}

const resizings: readonly Resizing[] = [
  cutTo((name) => `${name} // 2`),
  cutTo((name) => `(${name} + 1) // 2`),
  { size: (name) => `2 * ${name}`, made: (tensor, place) => `concat(${tensor}, ${tensor}, axis=${String(place)})` },
];

interface Header {
  operand(input: Input): string;
}

/** What dims and element types of a declaration stand for at one use. */
function createHeader(adding: Adding, declaration: CallableDeclaration, given: ReadonlyMap<string, string>): Header {
  const { random } = adding;
  const dims = new Map<string, string>();
  const spreads = new Map<string, readonly string[]>();
  const elements = new Map<string, string>();
  const values = new Map(
    declaration.hyperparameters.flatMap(({ name, default: standard }): [string, string][] => {
      const value = given.get(name.text) ?? (standard && textOf(standard.span));
      return value === undefined ? [] : [[name.text, value]];
    }),
  );
  const renamed = (text: string): string =>
    text.replace(/[A-Za-z_]\w*/g, (word) => {
      const dim = dims.get(word);
      if (dim !== undefined) return /^\w+$/.test(dim) ? dim : `(${dim})`;
      return values.get(word) ?? word;
    });
  const isNew = (word: string): boolean => !dims.has(word) && !values.has(word) && /^[A-Z]\w*$/.test(word);

  /** The dims of a declared type against those of a value: what they would bind; undefined where they do not fit. */
  const matched = (pattern: readonly DimExpression[], actual: readonly string[]): (() => void) | undefined => {
    const at = pattern.findIndex((it) => it.kind === "dim-spread");
    const fixed = at < 0 ? pattern.length : pattern.length - 1;
    if (at < 0 ? actual.length !== fixed : actual.length < fixed) return undefined;
    const length = actual.length - fixed;
    const binds: (() => void)[] = [];
    const seen = new Map<string, string>();
    for (const [place, it] of pattern.entries()) {
      if (it.kind === "dim-spread") {
        const part = actual.slice(at, at + length);
        const name = it.name?.text;
        if (name === undefined) continue;
        const known = spreads.get(name);
        if (known !== undefined && known.join() !== part.join()) return undefined;
        binds.push(() => spreads.set(name, part));
        continue;
      }
      const dim = actual[at >= 0 && place > at ? place + length - 1 : place] ?? "";
      const text = textOf(it.span);
      if (isNew(text)) {
        if ((seen.get(text) ?? dim) !== dim) return undefined;
        seen.set(text, dim);
        binds.push(() => dims.set(text, dim));
      } else if (dims.has(text) && dims.get(text) !== dim) return undefined;
    }
    return () => {
      for (const bind of binds) bind();
    };
  };

  const typed = ({ type }: Input): string => {
    const word = type.element.text;
    if (type.classes !== undefined) {
      const count = renamed(textOf(type.classes.span));
      return `class(${/^\d+$/.test(count) ? count : "3"})`;
    }
    const known = elements.get(word);
    if (known !== undefined) return known;
    switch (word) {
      case "float":
        return random.next() < 0.85 ? "f32" : random.pick(["f16", "f64", "bf16"]);
      case "int":
        return random.next() < 0.8 ? "i32" : random.pick(["i64", "u8", "i8"]);
      case "number":
        return random.next() < 0.8 ? "f32" : random.pick(["i32", "f16", "i64"]);
      case "weight":
        return random.next() < 0.5 ? "bool" : "f32";
      case "any":
        return random.next() < 0.7 ? "f32" : random.pick(everyType);
      default:
        return isDType(word) ? word : "f32";
    }
  };

  const fits = (dtype: string, { type }: Input): boolean => {
    const word = type.element.text;
    const known = elements.get(word);
    if (known !== undefined) return dtype === known;
    switch (word) {
      case "float":
      case "number":
      case "any":
        return inClass(dtype as DType, word);
      case "int":
        return inClass(dtype as DType, "integer");
      case "weight":
        return dtype === "bool" || inClass(dtype as DType, "float");
      case "class":
        return false;
      default:
        return dtype === word;
    }
  };

  const made = (input: Input): Operand => {
    const axes = input.type.dims.flatMap((it): readonly string[] => {
      if (it.kind === "dim-spread") {
        const name = it.name?.text ?? "";
        const known = spreads.get(name);
        const part = known ?? Array.from({ length: random.integer(3) }, () => adding.size());
        if (name !== "") spreads.set(name, part);
        return part;
      }
      const text = textOf(it.span);
      // A program often has for a size the name that the library has for it: they must not be taken for each other.
      if (isNew(text)) dims.set(text, isDimName(text) && random.next() < 0.4 ? text : adding.size());
      return [renamed(text)];
    });
    const operand = adding.input(typed(input), axes);
    return random.next() < 0.3 ? resized(operand) : operand;
  };

  /** An input of which an axis is made of another size where it is used: what is bound to its name is that size. */
  const resized = (operand: Operand): Operand => {
    const named = operand.dims.filter(isDimName);
    if (named.length === 0) return operand;
    const name = random.pick(named);
    const { size, made: make } = random.pick(resizings);
    const places = operand.dims.flatMap((it, at) => (it === name ? [at] : []));
    const computed = size(name);
    for (const [text, dim] of dims) if (dim === name) dims.set(text, computed);
    return {
      ...operand,
      name: places.reduce((tensor, at) => make(tensor, at, name), operand.name),
      dims: operand.dims.map((it) => (it === name ? computed : it)),
    };
  };

  return {
    operand(input) {
      const there = adding.operands().flatMap((it) => {
        const bind = fits(it.dtype, input) ? matched(input.type.dims, it.dims) : undefined;
        return bind === undefined ? [] : [{ it, bind }];
      });
      const usable = inClass("i32", input.type.element.text as DType) ? [] : there;
      let operand: Operand;
      if (usable.length > 0 && random.next() < 0.6) {
        const { it, bind } = random.pick(usable);
        bind();
        operand = it;
      } else operand = made(input);
      elements.set(input.type.element.text, operand.dtype);
      return operand.name;
    },
  };
}
