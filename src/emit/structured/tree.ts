/**
 * The neutral tree that structured IR becomes before a target gives it its syntax: every value has its name or stands
 * in the one place that reads it, every instance its function. A target prints it; its table of operators writes
 * {@link PlainExpression}s, calls of its library, into it.
 */
export type Expression =
  | Identifier
  | Literal
  | Nothing
  | ListOf<Expression>
  | RecordOf<Expression>
  | MemberOf<Expression>
  | CallOf<Expression>
  | BinaryOf<Expression>
  | ConditionalOf<Expression>
  | ArrowOf<Expression>
  | Arithmetic
  | Scalar
  | Filled
  | TensorLiteral
  | RandomPlace
  | RandomStep
  | RandomKey
  | Invocation
  | Elements
  | Stack
  | InRange
  | Copy;

/** An expression of the syntax that languages share, and of nothing else. */
export type PlainExpression =
  | Identifier
  | Literal
  | Nothing
  | ListOf<PlainExpression>
  | RecordOf<PlainExpression>
  | MemberOf<PlainExpression>
  | CallOf<PlainExpression>
  | BinaryOf<PlainExpression>
  | ConditionalOf<PlainExpression>
  | ArrowOf<PlainExpression>;

/** `h`: a value, or a function of the target's own. */
export interface Identifier {
  readonly kind: "identifier";
  readonly name: string;
}

/** A literal; `source` is the hyperparameter expression that it came from, which names the argument it may become. */
export type Literal =
  | NumberLiteral
  | { readonly kind: "string"; readonly value: string; readonly source?: string }
  | { readonly kind: "boolean"; readonly value: boolean; readonly source?: string };

/** A number that is known. */
export interface NumberLiteral {
  readonly kind: "number";
  readonly value: number;
  readonly source?: string;
}

/** No value, where one could be given. */
export interface Nothing {
  readonly kind: "undefined";
}

/** `[a, b]`. */
export interface ListOf<E> {
  readonly kind: "array";
  readonly elements: readonly E[];
}

/** `{ a: x, b: y }`: settings by name. */
export interface RecordOf<E> {
  readonly kind: "object";
  readonly entries: readonly { readonly key: string; readonly value: E }[];
}

/** `p.dense.kernel`, a variable of a tree; `tf.add`, a function of a library. */
export interface MemberOf<E> {
  readonly kind: "member";
  readonly target: E;
  readonly name: string;
}

/** `tf.add(a, b)`: a function of the target's library, or of its own where the callee is one word. */
export interface CallOf<E> {
  readonly kind: "call";
  readonly callee: E;
  readonly arguments: readonly E[];
}

/** `a + b`, by the target's own sign. */
export interface BinaryOf<E> {
  readonly kind: "binary";
  readonly operator: string;
  readonly left: E;
  readonly right: E;
}

/** One of two values; by whether the model trains, where the stage writes it. */
export interface ConditionalOf<E> {
  readonly kind: "conditional";
  readonly test: E;
  readonly then: E;
  readonly otherwise: E;
}

/** `(x) => ...`: what is to be computed later, or by another. */
export interface ArrowOf<E> {
  readonly kind: "arrow";
  readonly parameters: readonly string[];
  readonly body: E;
}

/**
 * What is done with numbers that are known without any tensor. `mod` has the sign of the divisor;
 * `remainder` is of numbers none of which is negative.
 */
export type ArithmeticName =
  | "add"
  | "sub"
  | "mul"
  | "div"
  | "pow"
  | "floor_div"
  | "mod"
  | "remainder"
  | "minimum"
  | "maximum"
  | "sqrt"
  | "exp"
  | "log"
  | "cos"
  | "floor";

/** Arithmetic on plain numbers: sizes (`2 * T`), and scalars that are made of sizes and settings (`1 / sqrt(D)`). */
export interface Arithmetic {
  readonly kind: "arithmetic";
  readonly name: ArithmeticName;
  readonly operands: readonly Expression[];
}

/** A plain number or truth value as a tensor without axes. */
export interface Scalar {
  readonly kind: "scalar";
  readonly value: Expression;
  /** As the target calls it. */
  readonly dtype: string;
}

/** A tensor full of one number. */
export interface Filled {
  readonly kind: "filled";
  readonly shape: readonly Expression[];
  readonly value: "zeros" | "ones" | NumberLiteral;
  readonly dtype: string;
}

/** A tensor of numbers that are known, in row-major order. */
export interface TensorLiteral {
  readonly kind: "tensor";
  readonly elements: readonly NumberLiteral[];
  readonly shape: readonly Expression[];
  readonly dtype: string;
}

/** A place of random numbers within another: of the instance at a path, and of the copies with these indices. */
export interface RandomPlace {
  readonly kind: "within";
  readonly place: Expression;
  readonly path: string;
  readonly indices: readonly Expression[];
}

/** A place of random numbers at one step of a scan around it. */
export interface RandomStep {
  readonly kind: "at-step";
  readonly place: Expression;
  readonly step: Expression;
}

/** The random key of a place. */
export interface RandomKey {
  readonly kind: "key";
  readonly place: Expression;
}

/** A call of a function of the model. */
export interface Invocation {
  readonly kind: "invoke";
  readonly name: string;
  readonly operands: readonly Expression[];
  /** The variables of the instance, where the function has some. */
  readonly parameters?: Expression;
  readonly states?: Expression;
  /** Its hyperparameters, where instances differ in them. */
  readonly settings: readonly Expression[];
  /** Sizes that no operand has as an axis. */
  readonly sizes: readonly Expression[];
  /** Whether the model trains, where that matters. */
  readonly training?: Expression;
  readonly random?: Expression;
  /** What counts places out of range, where the function looks any up. */
  readonly strays?: Expression;
}

/** What a loop collected, all of it: where tensors are listed, in their places. */
export interface Elements {
  readonly kind: "elements";
  readonly list: string;
}

/** What a scan collected, as one tensor; axis 0 where none is given. */
export interface Stack {
  readonly kind: "stack";
  readonly list: string;
  readonly axis?: NumberLiteral;
  /** Whether what was collected last stands first. */
  readonly reverse: boolean;
}

/** Places brought into the range below a size; those that were not are counted. */
export interface InRange {
  readonly kind: "in-range";
  readonly places: Expression;
  readonly size: Expression;
  readonly strays: Expression;
}

/** A copy of a state, which keeps the value that was when the state takes another. */
export interface Copy {
  readonly kind: "copy";
  readonly value: Expression;
}

/** A statement of a function. */
export type Statement =
  /** Names a tensor; without a value it is assigned in the branches of what follows. */
  | { readonly kind: "declare"; readonly name: string; readonly mutable: boolean; readonly value?: Expression }
  /** Names tensors that one expression gives together: the first of `count`, those that are read. */
  | {
      readonly kind: "declare-several";
      readonly names: readonly (string | undefined)[];
      readonly count: number;
      readonly value: Expression;
    }
  /** Gives mutable names their next values, all at once. */
  | { readonly kind: "assign"; readonly names: readonly string[]; readonly values: readonly Expression[] }
  /** Gives a state its next value. */
  | { readonly kind: "update"; readonly state: Expression; readonly value: Expression; readonly rank: number }
  /** Names the sizes of a tensor's axes, those that are used. */
  | {
      readonly kind: "axes";
      readonly names: readonly (string | undefined)[];
      readonly of: Expression;
      readonly rank: number;
    }
  | Repeat
  | Scan
  /** Begins an empty list, and puts a tensor at its end. */
  | { readonly kind: "collect"; readonly name: string }
  | { readonly kind: "append"; readonly list: string; readonly value: Expression }
  /** What is done when the model trains, and when it does not. */
  | { readonly kind: "training"; readonly then: readonly Statement[]; readonly otherwise: readonly Statement[] }
  /** What the function gives. */
  | { readonly kind: "return"; readonly values: readonly Expression[] };

/** A body applied several times in a row: for each of some lists of instances in step, or so many times. */
export interface Repeat {
  readonly kind: "repeat";
  readonly over: readonly { readonly name: string; readonly list: Expression }[];
  /** Where there are no lists. */
  readonly count?: Expression;
  /** The number of the turn, where it is read. */
  readonly index?: string;
  readonly body: readonly Statement[];
}

/** A body applied along an axis: for the elements of some sequences in step, or so many times. */
export interface Scan {
  readonly kind: "scan";
  readonly over: readonly { readonly name: string; readonly sequence: Expression; readonly axis?: NumberLiteral }[];
  readonly reverse: boolean;
  /** The place of a step along the axis, where it is read and there are sequences. */
  readonly index?: string;
  /** Whether there is more than one element for certain. */
  readonly isLong: boolean;
  /** Where there are no sequences: how many turns, and what counts them. */
  readonly count?: { readonly length: Expression; readonly index: string };
  readonly body: readonly Statement[];
}

/** A number as a literal. */
export function literal(value: number, source?: string): NumberLiteral {
  return source === undefined ? { kind: "number", value } : { kind: "number", value, source };
}

/** `name`. */
export function identifier(name: string): Identifier {
  return { kind: "identifier", name };
}

/** What lies at a path below an expression. */
export function at(target: Expression, path: string): Expression {
  const segments = path === "" ? [] : path.split(".");
  return segments.reduce<Expression>((value, name) => ({ kind: "member", target: value, name }), target);
}
