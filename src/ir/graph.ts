import type { Dim } from "../dims/dim.ts";
import type { Facts, Relation } from "../dims/facts.ts";
import type { Span } from "../support/source.ts";
import type { TensorType } from "./types.ts";

/**
 * The typed SSA form that everything after checking works on. Values are defined once, by a region's inputs or by a
 * node's results, and are seen by later nodes of the region and by regions nested in them.
 *
 * Two forms share these types. *Structured* (a {@link Module}): functions that call one another, `repeat`, `scan`,
 * `training` and `update` nodes; paths of parameters and keys are relative to the function. *Flat* (a {@link Graph}):
 * one region for one mode (training or inference); no calls, repeats, training nodes, parameter, state or update
 * nodes: what they read and write are inputs and outputs of the graph with absolute paths. Only `scan` keeps a region.
 */
export interface Value {
  /** Unique within its function or graph. */
  readonly id: number;
  readonly type: TensorType;
  /** The name it has in the source, for readable output; not unique. */
  readonly name?: string;
}

/** What an attribute can hold, by its kind. */
export interface AttributeValues {
  readonly number: number;
  readonly boolean: boolean;
  /** Words and names of element types as well. */
  readonly string: string;
  readonly dim: Dim;
  readonly numbers: readonly number[];
  readonly strings: readonly string[];
  readonly dims: readonly Dim[];
}

/** The value of an attribute, which says what it is: an empty list of dimensions is no empty list of numbers. */
export type AttributeValue = {
  readonly [K in keyof AttributeValues]: { readonly kind: K; readonly value: AttributeValues[K] };
}[keyof AttributeValues];

/** An attribute: its value, and the hyperparameter expression that it came from (`heads`, `4 * ch`), if any. */
export type Attribute = AttributeValue & { readonly source?: string };

export type Attributes = Readonly<Record<string, Attribute>>;

/** A round of a loop that was written out: emitters may write rounds that are alike as one. */
export interface Round {
  /** Tells the loops of a function apart. */
  readonly loop: number;
  readonly index: number;
  /** What the paths of its rounds begin with, before their number. */
  readonly path: string;
}

interface NodeBase {
  readonly results: readonly Value[];
  /** Where the person wrote it. */
  readonly origin?: Span;
  /** Structured form alone. */
  readonly round?: Round;
}

/** An operator of the registry (`src/ops`) applied to values. */
export interface OperatorNode extends NodeBase {
  readonly kind: "operator";
  readonly op: string;
  readonly operands: readonly Value[];
  readonly attributes: Attributes;
}

/** A literal tensor: either one number that fills the type's shape, or all elements in row-major order. */
export interface ConstantNode extends NodeBase {
  readonly kind: "constant";
  readonly data: number | readonly number[];
  /** The hyperparameter expression that it came from. */
  readonly source?: string;
}

/** A dimension known at run time, as an i64 scalar, computed from the inputs' shapes. */
export interface DimNode extends NodeBase {
  readonly kind: "dim";
  readonly dim: Dim;
  readonly source?: string;
}

/** Reads a parameter. Structured form alone. */
export interface ParameterNode extends NodeBase {
  readonly kind: "parameter";
  /** Relative to the function; dotted where it belongs to an instance (`wte.table`). */
  readonly path: string;
}

/** Reads the current value of a state. Structured form alone. */
export interface StateNode extends NodeBase {
  readonly kind: "state";
  readonly path: string;
}

/** Gives a state its next value; stands in the `then` region of a training node. Structured form alone. */
export interface UpdateNode extends NodeBase {
  readonly kind: "update";
  readonly path: string;
  readonly value: Value;
  readonly results: readonly [];
}

/**
 * The random key of this place, u32[2]: fold(fold(seed, step), fnv1a(path without loop indices)) folded with the
 * indices of the enclosing repeats. In structured form the path is relative and `indices` is empty; in flat form it is
 * absolute and the operand is the graph's base key.
 */
export interface KeyNode extends NodeBase {
  readonly kind: "key";
  readonly path: string;
  readonly indices: readonly number[];
  /** Flat form: the key of this step, u32[2]. */
  readonly base?: Value;
}

/** Applies a function of the module. Structured form alone. */
export interface CallNode extends NodeBase {
  readonly kind: "call";
  /** Key of the callee in {@link Module.functions}. */
  readonly callee: string;
  /**
   * The instance's path within the calling function; calls with one path share their parameters. Empty for `fn`s and
   * for what owns and draws nothing.
   */
  readonly instance: string;
  readonly operands: readonly Value[];
}

/**
 * Applies its body `count` times in a row, the result of one being the input of the next (one carried value or more).
 * Paths in the body are relative to `path.<index>`, or to `path` where `shared`. Structured form alone.
 */
export interface RepeatNode extends NodeBase {
  readonly kind: "repeat";
  readonly count: number;
  /** The hyperparameter expression that the count came from. */
  readonly source?: string;
  readonly path: string;
  readonly shared: boolean;
  readonly operands: readonly Value[];
  readonly body: Region;
}

/**
 * Runs its body along an axis. Body inputs: the carries, then one element of each sequence (its type without the
 * axis). Body results: the next carries, then what is emitted. Node results: the final carries, then the emitted
 * sequences, each with `length` inserted at `emitAxes[i]`. `reverse` runs from the last element to the first; emitted
 * sequences keep the order of their elements' places.
 */
export interface ScanNode extends NodeBase {
  readonly kind: "scan";
  readonly initial: readonly Value[];
  readonly sequences: readonly Value[];
  readonly sequenceAxes: readonly number[];
  readonly emitAxes: readonly number[];
  readonly length: Dim;
  readonly reverse: boolean;
  readonly body: Region;
}

/**
 * The gradient of the sum of all elements of `of` with respect to `by`, of the type of `by`: what `of` is made of in
 * this region is differentiated, as far as it is made of `by`. `src/autodiff/resolve-gradients.ts` puts its nodes in its
 * place in flat graphs, before anything else is differentiated; `write-gradients.ts` beside it does so in structured form.
 */
export interface GradientNode extends NodeBase {
  readonly kind: "gradient";
  readonly of: Value;
  readonly by: Value;
}

/** `then` in the training graph, `otherwise` in the inference graph; regions without inputs. Structured form alone. */
export interface TrainingNode extends NodeBase {
  readonly kind: "training";
  readonly then: Region;
  readonly otherwise: Region;
}

export type Node =
  | OperatorNode
  | ConstantNode
  | DimNode
  | ParameterNode
  | StateNode
  | UpdateNode
  | KeyNode
  | CallNode
  | RepeatNode
  | ScanNode
  | GradientNode
  | TrainingNode;

export interface Region {
  readonly inputs: readonly Value[];
  readonly nodes: readonly Node[];
  readonly results: readonly Value[];
}

/** How a parameter begins: the name of an initialiser and its numeric arguments (`normal`, {stddev: 0.02}). */
export interface Initializer {
  readonly name: string;
  readonly arguments: Readonly<Record<string, number>>;
}

/** What a function owns; paths are relative to it, without dots. */
export interface Variable {
  readonly path: string;
  readonly type: TensorType;
  readonly init: Initializer;
}

/** The value of a hyperparameter; it says what it is, as that of an attribute does. */
export type HyperparameterValue =
  | Extract<AttributeValue, { readonly kind: "number" | "boolean" | "string" | "dim" }>
  | { readonly kind: "list"; readonly elements: readonly HyperparameterValue[] }
  /** A block, function or initialiser passed as a value, in the words of the source: `leaky_relu(0.2)`. */
  | { readonly kind: "recipe"; readonly name: string; readonly text: string };

/** One instantiation of a model, block or fn: all hyperparameters known, all types in the model's dim variables. */
export interface Func {
  /** Unique in the module; the name, and a number where the declaration has several instantiations. */
  readonly key: string;
  /** As declared: `Conv2D`. */
  readonly name: string;
  readonly flavor: "model" | "block" | "fn";
  readonly doc?: string;
  readonly hyperparameters: readonly { readonly name: string; readonly value: HyperparameterValue }[];
  /** Names of the body's inputs, in order; sequences of names of its results (undefined: unnamed). */
  readonly inputNames: readonly string[];
  readonly resultNames: readonly (string | undefined)[];
  readonly parameters: readonly Variable[];
  readonly states: readonly Variable[];
  readonly body: Region;
  readonly origin?: Span;
}

/** A checked model in structured form. */
export interface Module {
  readonly name: string;
  /** Key of the model's own function. */
  readonly entry: string;
  readonly functions: ReadonlyMap<string, Func>;
  /** The model's contract on its inputs, with the messages that the spec gives. */
  readonly facts: Facts;
  readonly contract: readonly { readonly text: string; readonly message?: string; readonly relation?: Relation }[];
  /** Facts about results that a loss must know; by result name. */
  readonly resultFacts: ReadonlyMap<string, { readonly probability: boolean }>;
  /** Of inputs and results that are declared as labels, among how many, by their names. */
  readonly labels?: ReadonlyMap<string, Dim>;
}

/** What an input or output of a flat graph is for: the manifest repeats it. */
export type Role =
  | "feature"
  | "parameter"
  | "state"
  | "optimizer"
  | "statistic"
  | "step"
  | "epoch"
  | "examples"
  | "seed"
  | "hyper"
  | "output"
  | "loss"
  | "metric"
  | "gradient"
  | "faults";

/** An input of a flat graph. `name` is what the ONNX graph calls it: `param/dense_0.kernel`, `batch/image`, `step`. */
export interface GraphInput {
  readonly name: string;
  readonly role: Role;
  /** The checkpoint path, for parameters, states and optimizer slots. */
  readonly path?: string;
  readonly value: Value;
  /**
   * Stored order of a parameter's axes relative to its logical order, where they differ: stored axis i is logical axis
   * `perm[i]` (a convolution kernel HWIO stored as OIHW has [3, 2, 0, 1]). The value has the stored type.
   */
  readonly perm?: readonly number[];
  /** How it begins, for parameters and states (logical order). */
  readonly init?: Initializer;
  /** The logical type, for what is initialised. */
  readonly logicalType?: TensorType;
  /** For a feature that names places (labels, rows of a table): among how many, where the graph counts those beyond. */
  readonly places?: number;
}

/** An output of a flat graph; `carries` names the input that it becomes at the next call. */
export interface GraphOutput {
  readonly name: string;
  readonly role: Role;
  readonly path?: string;
  readonly value: Value;
  readonly carries?: string;
}

/** One flat graph for one mode. */
export interface Graph {
  readonly name: string;
  readonly mode: "training" | "inference";
  readonly inputs: readonly GraphInput[];
  readonly nodes: readonly Node[];
  readonly outputs: readonly GraphOutput[];
  readonly facts: Facts;
  /** Ids from here on are free for passes that add values. */
  readonly nextId: number;
}
