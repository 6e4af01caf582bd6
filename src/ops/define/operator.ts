import type { Dim } from "../../dims/dim.ts";
import type { Attributes, OperatorNode, Value } from "../../ir/graph.ts";
import type { Limits } from "../../ir/limits.ts";
import type { DType, TensorType } from "../../ir/types.ts";
import type { GraphBuilder, PlainAttributes } from "./builder.ts";
import type { ValueRange } from "./value-range.ts";

/** TypeScript type of an attribute of each declared kind. */
interface AttributeTypes {
  readonly int: number;
  readonly float: number;
  readonly bool: boolean;
  readonly string: string;
  readonly ints: readonly number[];
  readonly "word or ints": string | readonly number[];
  readonly strings: readonly string[];
  readonly dim: Dim;
  readonly dims: readonly Dim[];
  readonly dtype: DType;
}

export type AttributeKind = keyof AttributeTypes;

/** One attribute as data: its kind, what it means, its default and its range. An attribute without default is required. */
export interface AttributeSpec<K extends AttributeKind = AttributeKind> extends Limits {
  readonly kind: K;
  readonly doc: string;
  readonly default?: AttributeTypes[K];
  readonly oneOf?: readonly string[];
  /** Another attribute, without which it changes nothing: where that is as by default, or 0. */
  readonly restsOn?: string;
  /** Of an axis: it counts those of the result, which has one more than the operands. */
  readonly ofResult?: boolean;
  /** Of a shape: one -1 in it stands for what is left of the first operand's elements. */
  readonly fills?: true;
  /** Set by passes alone: what a target does inside. No `.model` file can give it. */
  readonly internal?: true;
}

/** The declared attributes of an operator. */
export type AttributeSchema = Readonly<Record<string, AttributeSpec>>;

/** The schema of an operator without attributes. */
export type NoAttributes = Readonly<Record<never, never>>;

/** Values of the attributes of a schema, defaults filled in. */
export type AttributesOf<S extends AttributeSchema> = { readonly [N in keyof S]: AttributeTypes[S[N]["kind"]] };

/** The same with every dimension evaluated: what a reference implementation computes with. */
export type ConcreteAttributesOf<S extends AttributeSchema> = {
  readonly [N in keyof S]: S[N]["kind"] extends "dim"
    ? number
    : S[N]["kind"] extends "dims"
      ? readonly number[]
      : AttributeTypes[S[N]["kind"]];
};

/** Which element types an operand may have. `float`: f16 bf16 f32 f64; `integer`: i8 i32 i64 u8; `number`: both. */
export type DTypeClass = "float" | "integer" | "number" | "any" | DType;

/** One operand as data. Shapes are documented with named dims (`[..., N, K]`); the shape rule checks them. */
export interface OperandSpec {
  readonly name: string;
  readonly dtype: DTypeClass;
  /** For people: `[..., N, K]`. */
  readonly shape: string;
  readonly doc?: string;
  /** The last operand alone: zero or more of it. */
  readonly variadic?: boolean;
  /** A trailing operand that may be left out. */
  readonly optional?: boolean;
  /**
   * The shape that a number in its place fills, by the types of those operands that are tensors. A scalar unless said,
   * which broadcasts where the operator does.
   */
  readonly shapeOfNumber?: (operands: readonly (TensorType | undefined)[]) => readonly Dim[] | undefined;
  /** Wants logits: a probability in their place is a mistake that trains badly and silently. */
  readonly unnormalized?: boolean;
  /** A random key: the compiler gives it where it is left out. */
  readonly isKey?: true;
}

/** Two sizes of which something is asked, as that they are equal, and which they are: "axes 1 of the operands of concat". */
export interface SizePair {
  readonly left: Dim;
  readonly right: Dim;
  readonly what: string;
  /** Whether they are of the last axis, which layers may give another size. */
  readonly isLast?: boolean;
  /** Of what is broadcast: the left alone may be 1, as where it is repeated to what a result is to be. */
  readonly isOneWay?: true;
}

/**
 * What a shape rule says its findings to. Each check proves a relation under the facts in force; what is not proved is
 * reported and false is returned. Messages are whole clauses in the user's words.
 */
export interface ShapeChecker {
  /** Reports unless left == right is proved. `what` reads "the inner dimensions of matmul". */
  equal(left: Dim, right: Dim, what: string): boolean;
  /** Reports the first pair that is not proved to be equal: what differs along one axis mostly does along others. */
  allEqual(pairs: readonly SizePair[]): boolean;
  /** The same of sizes that need not be equal where one of them is 1: of what is broadcast. */
  allBroadcast(pairs: readonly SizePair[]): boolean;
  /** Proves without reporting. */
  provesEqual(left: Dim, right: Dim): boolean;
  provesAtLeast(left: Dim, right: Dim): boolean;
  /** Reports unless left >= right is proved. `argument` is the operand or attribute that `right` is of. */
  atLeast(left: Dim, right: Dim, what: string, argument?: string): boolean;
  /** The same along several axes at once: all that are too small are told together. */
  allAtLeast(needs: readonly SizePair[], argument?: string): boolean;
  /** Reports unless divisor divides dividend. */
  divides(divisor: Dim, dividend: Dim, what: string): boolean;
  /** Reports unless each left one divides its right one, all together. */
  allDivide(needs: readonly SizePair[]): boolean;
  /** Notes that broadcasting adds an axis to one of two shapes, and that `dim` so stands on two axes of the result. */
  meetsItself(left: readonly Dim[], right: readonly Dim[], dim: Dim): void;
  /** Reports a violation that is no relation of dimensions: a rank, a dtype, an axis out of range. */
  fail(message: string, help?: string): undefined;
}

export interface ShapeRuleInput<S extends AttributeSchema> {
  readonly operands: readonly TensorType[];
  readonly attributes: AttributesOf<S>;
  readonly check: ShapeChecker;
}

/** FLOPs (a multiply-add is two) and bytes that one application moves beyond its operands and results, if any. */
export interface Cost {
  readonly flops: Dim;
}

/** A dense tensor of the reference interpreter: row-major f64 data whatever the dtype (bool is 0 or 1). */
export interface NdArray {
  readonly dtype: DType;
  readonly shape: readonly number[];
  readonly data: Float64Array;
}

/** One application to test an operator with: shapes, how operands are filled, attributes. */
export interface Sample {
  readonly operands: readonly SampleOperand[];
  readonly attributes?: PlainAttributes;
  /** True where finite differences make no sense: ties, kinks, integer results. */
  readonly skipGradient?: boolean;
}

export interface SampleOperand {
  readonly dtype: DType;
  readonly shape: readonly number[];
  /** Range of the values drawn (floats uniform, integers uniform inclusive); default -1..1, integers 0..3. */
  readonly range?: readonly [number, number];
  /** Explicit elements instead of a draw. */
  readonly data?: readonly number[];
  /** Draw without near-equal elements (for max, sort). */
  readonly distinct?: boolean;
}

/** What a gradient rule sees: the node's values and the gradients of its results (undefined: none flows). */
export interface GradientInput<S extends AttributeSchema> {
  readonly b: GraphBuilder;
  readonly operands: readonly Value[];
  readonly results: readonly Value[];
  readonly gradients: readonly (Value | undefined)[];
  /** That of the first result. Where there is no other, it always flows. */
  readonly g: Value;
  readonly attributes: AttributesOf<S>;
  /** Which operands need a gradient. */
  readonly needs: readonly boolean[];
}

/** Gradients of the operands, in order; undefined where none flows or none is needed. */
export type GradientRule<S extends AttributeSchema> = (input: GradientInput<S>) => readonly (Value | undefined)[];

/** What a rule that undoes an operator sees. */
export interface InverseInput {
  readonly b: GraphBuilder;
  /** What the operator gave, in a floating point type. */
  readonly y: Value;
  /** Which operand is asked for. */
  readonly of: number;
  /** Its type. */
  readonly type: TensorType;
  /** The other operands in the element type of `y`; nothing at the place of the one that is asked for. */
  readonly others: readonly (Value | undefined)[];
  /** The numbers that fill the other operands, where they are constants. */
  readonly known: readonly (number | undefined)[];
}

export interface LoweringInput<S extends AttributeSchema> {
  readonly operands: readonly Value[];
  readonly results: readonly Value[];
  readonly attributes: AttributesOf<S>;
}

/** How the places of a result lie to those of the operands: what passes that move, cut or split tensors may rely on. */
export type Structure =
  /** Each element from those at the same place of the operands, with NumPy's broadcasting; attributes hold for all. */
  | "elementwise"
  /** What lies along the attribute `axes` becomes one element, in place where `keep` holds. */
  | "reduction"
  /** Operands of one rank are worked on along the attribute `axis`; every place of the other axes is on its own. */
  | "along axis"
  | EachAxisStructure
  | ImageStructure
  /** None of these. */
  | "other";

/** Axes are worked on one by one, by attributes with a number for each axis. */
export interface EachAxisStructure {
  readonly kind: "each axis";
  readonly attributes: readonly string[];
}

/** Images of rank 4, of which the attribute `layout` says where their channels are (`NHWC` or `NCHW`). */
export interface ImageStructure {
  readonly kind: "image";
  /** What the operands are, and by layout; those that follow are neither. */
  readonly operands: readonly ("image" | "kernel")[];
  /** Which results are images; all others are the same in each layout. */
  readonly results: readonly "image"[];
  /** Attributes that are shapes of images. */
  readonly imageShapes?: readonly string[];
  /** Whether it takes its image as it comes, rather than to have it transposed. */
  readonly follows?: boolean;
  /** Whether a result's place is made of a window of the image, and what has its size: the kernel, or an attribute. */
  readonly window?: "kernel" | "attribute";
}

interface OperatorBase<S extends AttributeSchema> {
  readonly name: string;
  /** One sentence, for docs and hovers. */
  readonly doc: string;
  /** True where a `.model` file may call it by this name. */
  readonly exposed: boolean;
  readonly structure: Structure;
  readonly operands: readonly OperandSpec[];
  readonly attributes: S;
  /** Result types, or undefined after a report. */
  readonly infer: (input: ShapeRuleInput<S>) => readonly TensorType[] | undefined;
  readonly cost: (input: {
    readonly operands: readonly TensorType[];
    readonly results: readonly TensorType[];
    readonly attributes: AttributesOf<S>;
  }) => Cost;
  readonly samples: readonly Sample[];
  /** How many results it has depends on its attributes: even one of them is the first of a list. */
  readonly variadicResults?: boolean;
  /**
   * What the result says of values: `view` keeps facts (a probability stays one), `probability` makes them
   * probabilities; anything else: nothing is known.
   */
  readonly valueFact?: "view" | "probability";
  /**
   * Whether no element of its results, of an element type, is negative (it may be NaN), by whether none of each operand's
   * is. Without it that is known of probabilities and views alone.
   */
  readonly nonNegative?: (operands: readonly boolean[], result: DType) => boolean;
  /**
   * It adds up products of its operands, as the product of two matrices does; of a composite: what it is made of may.
   * `precision` of a training computes such sums in 16 bits.
   */
  readonly sumsProducts?: true;
  /**
   * What an operand was, by the result and the other operands, over all numbers that the operand may be; undefined where
   * these do not tell. Without it the operator cannot be undone.
   */
  readonly inverse?: (input: InverseInput & { readonly attributes: AttributesOf<S> }) => Value | undefined;
  /** Its gradient has slopes that no rule tells: `gradient` refuses what is made by it. */
  readonly differentiableOnce?: true;
  /** The operand that names places: each of its elements must lie in 0..size-1. Targets wrap, throw or read on elsewhere. */
  readonly index?: {
    readonly operand: number;
    readonly size: (input: { readonly operands: readonly TensorType[]; readonly attributes: AttributesOf<S> }) => Dim;
  };
  /** What is known of the results' elements by what is of the operands'. Without it a view has the range of its operands. */
  readonly range?: (input: {
    readonly operands: readonly TensorType[];
    readonly ranges: readonly ValueRange[];
    readonly attributes: AttributesOf<S>;
  }) => ValueRange;
  /** Internal attributes that what is known of the operands decides: what a target may then leave out. */
  readonly proved?: (input: {
    readonly operands: readonly TensorType[];
    readonly ranges: readonly ValueRange[];
    readonly attributes: AttributesOf<S>;
  }) => Readonly<Record<string, boolean>>;
}

/** An operator that every target has a form for. */
export interface PrimitiveSpec<S extends AttributeSchema> extends OperatorBase<S> {
  readonly kind: "primitive";
  /** In f64, on evaluated shapes. */
  readonly reference: (input: {
    readonly operands: readonly NdArray[];
    readonly attributes: ConcreteAttributesOf<S>;
    /** Evaluated result types. */
    readonly results: readonly { readonly dtype: DType; readonly shape: readonly number[] }[];
  }) => readonly NdArray[];
  /** Of an elementwise operator without attributes: its function on one element of each operand. */
  readonly element?: ElementFunction;
  /** Of one that draws: the element of a key at a row-major index. */
  readonly draw?: (key: readonly [number, number], index: number) => number;
  readonly gradient: GradientRule<S> | "nondifferentiable";
}

/** A function on one element of each operand, one or two, all of one element type. */
export type ElementFunction = {
  /** Whether it gives whole numbers of any. */
  readonly isWhole?: boolean;
} & (
  | { readonly operands: 1; readonly compute: (x: number, dtype: DType) => number }
  | { readonly operands: 2; readonly compute: (a: number, b: number, dtype: DType) => number }
);

/** An operator defined by others: expanded unless a target writes it whole. */
export interface CompositeSpec<S extends AttributeSchema> extends OperatorBase<S> {
  readonly kind: "composite";
  readonly decompose: (b: GraphBuilder, input: LoweringInput<S>) => readonly Value[];
  /** Of a loss: the numbers whose mean it is, of which a mask may keep some. */
  readonly each?: (b: GraphBuilder, input: LoweringInput<S>) => Value;
  /** Its own gradient; without one, that of the decomposition. */
  readonly gradient?: GradientRule<S>;
}

/** An operator whose callbacks' attribute types are erased: what the registry holds. The schema itself keeps its type. */
export type Primitive<S extends AttributeSchema = AttributeSchema> = Omit<
  PrimitiveSpec<AttributeSchema>,
  "attributes"
> & { readonly attributes: S };
export type Composite<S extends AttributeSchema = AttributeSchema> = Omit<
  CompositeSpec<AttributeSchema>,
  "attributes"
> & { readonly attributes: S };
export type Operator = Primitive | Composite;

/**
 * Declares a primitive. Its callbacks are typed by the attribute schema; callers of the registry pass attributes that
 * {@link attributesFor} has checked against that schema, which is what makes the erasure sound.
 */
export function definePrimitive<const S extends AttributeSchema>(spec: Omit<PrimitiveSpec<S>, "kind">): Primitive<S> {
  return { kind: "primitive", ...spec } as unknown as Primitive<S>;
}

/** Declares a composite; typed as {@link definePrimitive}. */
export function defineComposite<const S extends AttributeSchema>(spec: Omit<CompositeSpec<S>, "kind">): Composite<S> {
  return { kind: "composite", ...spec } as unknown as Composite<S>;
}

/** The attributes of an operator that a `.model` file may give, in the order in which positions give them. */
export function givenAttributes(operator: Operator): AttributeSchema {
  return Object.fromEntries(Object.entries(operator.attributes).filter(([, it]) => it.internal !== true));
}

/** What a node applies a composite to, as its decomposition and a target's form of it take it. */
export function loweringInput(
  composite: Composite,
  { operands, results, attributes }: Pick<OperatorNode, "operands" | "results" | "attributes">,
): LoweringInput<AttributeSchema> {
  return { operands, results, attributes: attributesFor(composite, attributes) };
}

/** Plain attribute values of a node with the schema's defaults filled in. */
export function attributesFor(operator: Operator, attributes: Attributes): AttributesOf<AttributeSchema> {
  const values: Record<string, PlainAttributes[string]> = {};
  for (const [name, spec] of Object.entries(operator.attributes)) {
    const given = attributes[name]?.value ?? spec.default;
    if (given !== undefined) values[name] = given;
  }
  return values;
}
