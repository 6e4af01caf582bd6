import { isFunction } from "../analyze/is-function.ts";
import { formatDim, type Dim } from "../dims/dim.ts";
import type { Value } from "../ir/graph.ts";
import type { TensorType } from "../ir/types.ts";
import type { Operator } from "../ops/define/operator.ts";
import type { ValueRange } from "../ops/define/value-range.ts";
import type { Callable } from "../std/program-file.ts";
import type { Span } from "../support/source.ts";
import type { Instance } from "./instance.ts";

/** What is known of a tensor's elements besides their type. */
export interface ValueFacts {
  /** Where it became a probability, if it is one. */
  readonly probability?: Span;
  /** Which numbers its elements may be, where more is known than the element type says: `class(n)` is 0..n-1. */
  readonly range?: ValueRange;
  /** The arithmetic that made other numbers of what had a range. */
  readonly computed?: Span;
}

/** Nothing is known. */
export const noValueFacts: ValueFacts = {};

/** What a person gave to a hyperparameter of the library. */
export interface GivenArgument {
  /** As the person may call it: `kernel`, or `kernel[0]` of a list. */
  readonly name: string;
  readonly value: string;
  readonly span: Span;
}

/** Where a compile-time number came from: its text over hyperparameters, where it has one that holds in the function. */
export interface Provenance {
  readonly source?: string;
  /** The argument that it was made of, if it is one alone. */
  readonly argument?: GivenArgument;
  /** True where a dim takes part: such a number has no text over hyperparameters alone. */
  readonly opaque?: true;
}

/** What an expression of a body stands for while it is lowered. */
export type Val =
  | TensorVal
  | NumberVal
  | DimVal
  | RatioVal
  | BooleanVal
  | TrainingVal
  | StringVal
  | WordVal
  | ListVal
  | TupleVal
  | RecipeVal
  | InstanceVal
  | AbsentVal
  | PoisonVal;

export interface TensorVal {
  readonly kind: "tensor";
  readonly value: Value;
  readonly facts: ValueFacts;
}

export interface NumberVal extends Provenance {
  readonly kind: "number";
  readonly value: number;
  /** False for what was written or computed as a real number. */
  readonly integer: boolean;
  /** True where it is written as `-1`: in a new shape that stands for what is left, and what is computed does not. */
  readonly rest?: true;
}

/** A dimension: symbolic, or known but named by an axis. */
export interface DimVal extends Provenance {
  readonly kind: "dim";
  readonly dim: Dim;
}

/** The real quotient of dimensions that are not both known: exact where a dim is expected, a tensor elsewhere. */
export interface RatioVal {
  readonly kind: "ratio";
  readonly dividend: Dim;
  readonly divisor: Dim;
}

export interface BooleanVal extends Provenance {
  readonly kind: "boolean";
  readonly value: boolean;
}

/** The condition `training`, or its opposite. */
export interface TrainingVal {
  readonly kind: "training";
  readonly negated: boolean;
}

export interface StringVal {
  readonly kind: "string";
  readonly value: string;
}

/** An enum's word or an element type. */
export interface WordVal {
  readonly kind: "word";
  readonly value: string;
}

export interface ListVal {
  readonly kind: "list";
  readonly elements: readonly Val[];
}

export interface TupleVal {
  readonly kind: "tuple";
  readonly elements: readonly Val[];
}

/** What a recipe makes. */
export type RecipeTarget =
  | { readonly kind: "callable"; readonly callable: Callable }
  | { readonly kind: "operator"; readonly operator: Operator }
  | { readonly kind: "initializer"; readonly name: string };

/** A block, function or initialiser as a value, with the hyperparameters that are bound so far. */
export interface RecipeVal {
  readonly kind: "recipe";
  readonly target: RecipeTarget;
  readonly bound: ReadonlyMap<string, Val>;
  /** As the person wrote it: `leaky_relu(0.2)`. */
  readonly text: string;
}

export interface InstanceVal {
  readonly kind: "instance";
  readonly instance: Instance;
}

/** An input that this use of a declaration leaves out, or a dim that nothing but such inputs introduces. */
export interface AbsentVal {
  readonly kind: "absent";
  readonly what: "input" | "dim";
  readonly name: string;
  /** The inputs of which one would have to be given. */
  readonly inputs: readonly string[];
}

/** What an expression is after a report: everything that rests on it stays silent. */
export interface PoisonVal {
  readonly kind: "poison";
}

/** The value after a report. */
export const poison: PoisonVal = { kind: "poison" };

/** A tensor of which nothing else is known. */
export function tensor(value: Value, facts: ValueFacts = noValueFacts): TensorVal {
  return { kind: "tensor", value, facts };
}

/** The name of a recipe's target. */
export function targetName(target: RecipeTarget): string {
  switch (target.kind) {
    case "callable":
      return target.callable.declaration.name.text;
    case "operator":
      return target.operator.name;
    case "initializer":
      return target.name;
  }
}

/** A tensor type as a person writes it: `f32[B, 28, 28, 1]`. */
export function formatType(type: TensorType): string {
  return `${type.dtype}[${type.shape.map(formatDim).join(", ")}]`;
}

/** A value in a few words, for messages. */
export function describe(val: Val): string {
  switch (val.kind) {
    case "tensor":
      return `a tensor ${formatType(val.value.type)}`;
    case "number":
      // The last digits may not be those that were written.
      return Math.abs(val.value) > Number.MAX_SAFE_INTEGER
        ? `a number of about ${String(val.value)}, too large to be exact`
        : `the number ${String(val.value)}`;
    case "dim":
      return `the dimension ${formatDim(val.dim)}`;
    case "ratio":
      return `the quotient of ${formatDim(val.dividend)} and ${formatDim(val.divisor)}`;
    case "boolean":
      return String(val.value);
    case "training":
      return "the condition `training`";
    case "string":
      return `the string "${val.value}"`;
    case "word":
      return `the word ${val.value}`;
    case "list":
      return `a list of ${String(val.elements.length)}`;
    case "tuple":
      return `a tuple of ${String(val.elements.length)}`;
    case "recipe":
      if (val.target.kind === "callable" && val.target.callable.declaration.flavor === "metric")
        return `the metric ${targetName(val.target)}`;
      return val.target.kind === "callable" && !isFunction(val.target.callable.declaration)
        ? `the block ${targetName(val.target)}, to which nothing is applied`
        : `the function ${targetName(val.target)}`;
    case "instance":
      return `an instance of ${val.instance.callable.declaration.name.text}, to which nothing is applied`;
    case "absent":
      return `the ${val.what} \`${val.name}\`, which is not given`;
    case "poison":
      return "an erroneous value";
  }
}

/** A text that two compile-time values share exactly when they are equal. */
export function keyOfVal(val: Val, ofNumber: (it: NumberVal) => string = (it) => String(it.value)): string {
  const keyOf = (it: Val): string => keyOfVal(it, ofNumber);
  switch (val.kind) {
    case "number":
      return ofNumber(val);
    case "dim":
      return formatDim(val.dim);
    case "boolean":
      return String(val.value);
    case "string":
      return JSON.stringify(val.value);
    case "word":
      return `'${val.value}`;
    case "list":
    case "tuple":
      return `[${val.elements.map(keyOf).join(",")}]`;
    case "recipe": {
      const file = val.target.kind === "callable" ? `${val.target.callable.file.source.path}:` : "";
      const bound = [...val.bound].map(([name, it]) => `${name}=${keyOf(it)}`).join(",");
      return `${file}${targetName(val.target)}(${bound})`;
    }
    case "tensor":
      return `#${String(val.value.id)}`;
    case "ratio":
      return `${formatDim(val.dividend)}/${formatDim(val.divisor)}`;
    case "training":
    case "instance":
    case "absent":
    case "poison":
      return val.kind;
  }
}
