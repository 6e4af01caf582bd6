import type { Span } from "../support/source.ts";
import type { Func, Initializer, Module } from "./graph.ts";
import type { Prediction, SectionInput } from "./prediction.ts";
import type { HalfType, TensorType } from "./types.ts";

/** What the `data` and `train` sections mean once they are checked: plain data, for every target and the runtime. */

/** A part of the data. */
export type Split = "train" | "validate" | "test";

/** An argument of a source, a step of cleaning, an optimizer or the like, evaluated. */
export type SettingValue = number | boolean | string | readonly SettingValue[];

/** The source of a data section: one of `src/sources/registry.ts`, with its arguments. */
export interface SourceSpec {
  readonly kind: string;
  readonly arguments: Readonly<Record<string, SettingValue>>;
  readonly origin: Span;
}

/** One step of `clean`: a step of the table in `src/sources/clean-steps.ts`, with its arguments. */
export interface CleanSpec {
  readonly kind: string;
  readonly arguments: Readonly<Record<string, SettingValue>>;
  /** The column that it judges rows by, where it takes one. */
  readonly column?: RowColumn;
}

/** A value that is fitted on the train split before training and stored with the checkpoint. */
export type Statistic = Moment | Fill;

interface FittedValue {
  /** `image.mean`: the path in the checkpoint, under `statistic/`. */
  readonly path: string;
  readonly type: TensorType;
}

/** A statistic of what features compute. */
export interface Moment extends FittedValue {
  /** Mean and standard deviation over all examples, each over the statistic's type (reduced axes are leading ones). */
  readonly kind: "mean" | "deviation";
  /** Gives, for raw inputs of one example, the value that is measured. Its states are statistics fitted before. */
  readonly measured: Func;
}

/** What stands in place of the missing cells of a raw field. */
export interface Fill extends FittedValue {
  readonly kind: "fill";
  /** The raw field that holds the cells. */
  readonly field: string;
  readonly by: FillRule;
}

/** What missing cells are filled with: a figure of those that are there, or the number of a given word. */
export type FillRule = "mean" | "median" | "mode" | { readonly word: string };

/** Which columns of a table a raw field is read from. */
export type ColumnChoice =
  | { readonly kind: "named"; readonly name: string }
  /**
   * All whose names fit a pattern, or that hold numbers alone, but for some: in the order of the file, or those that a
   * training has read, in its order.
   */
  | {
      readonly kind: "matching";
      readonly pattern: string;
      readonly except: readonly string[];
      readonly names?: readonly string[];
    }
  | { readonly kind: "numeric"; readonly except: readonly string[]; readonly names?: readonly string[] };

/** Rows of a table before that of the example: so many, the last of which is `horizon` rows before it. */
export interface RowWindow {
  readonly size: number;
  readonly horizon: number;
  /** The column that rows are ordered by; as they lie in the file where it is left out. */
  readonly order?: string;
  /** The column that tells series apart; all rows are one where it is left out. */
  readonly by?: string;
}

/** How the cells of a table become numbers: one of `src/sources/readings.ts`, with its arguments. */
export interface ReadingSpec {
  readonly kind: string;
  readonly arguments: Readonly<Record<string, SettingValue>>;
}

/** One field that a source delivers for each example, as the prep function takes it. */
export interface RawField {
  readonly name: string;
  /** Type of one example: `i32` or `i64`, or `f32` for real numbers, which are carried as f64 until they are features. */
  readonly type: TensorType;
  /** Whether it may lie in the source in any shape of as many numbers, as all that read it reshape it at once. */
  readonly anyShape?: true;
  /** The columns of a table that it is read from; the one of its name where it is left out. */
  readonly columns?: ColumnChoice;
  /** How it is read from a table; as numbers where it is left out. */
  readonly reading?: ReadingSpec;
  /** The rows before the example that it is read from; the example's own where it is left out. */
  readonly rows?: RowWindow;
  /** Whether a missing cell is what the last one before it is that is there, in the order of `rows`. */
  readonly carried?: true;
  /** How many words its reading has to tell apart, where that is declared. */
  readonly words?: number;
  /** The raw field that tells which of its cells are missing, where features take care of that. */
  readonly missing?: string;
  /** Whether examples may be of different lengths: its first axis has the size of each. */
  readonly varies?: true;
  /** For a window cut from a text, `raw.window(size, shift=n)`: elements from the window's start plus `shift` on. */
  readonly window?: { readonly size: number; readonly shift: number };
}

/** What rows are cleaned or split by: a raw field, which features may read or not. */
export interface RowColumn {
  readonly field: RawField;
  /** As it is written: `raw.date -> days_since`. */
  readonly text: string;
}

/** A feature of a data section. */
export interface FeatureSpec {
  readonly name: string;
  /** Type of one example, without the batch dim. */
  readonly type: TensorType;
  /** For `class(n)`: labels must lie in 0..n-1. */
  readonly classes?: number;
  /** Raw fields that the feature holds as they are, where it computes nothing with them. */
  readonly direct?: readonly string[];
  /** Raw fields that an integer feature computes with: in double precision, which must hold them exactly. */
  readonly computes?: readonly string[];
  readonly origin: Span;
}

/**
 * How a batch of raw fields becomes a batch of features: one function over batched raw inputs (first dim `B`) to
 * batched features in order. Statistics are its states, by path.
 */
export interface Preparation {
  readonly func: Func;
  /** The same without the casts to the declared element types: what can be judged before it is rounded or cut off. */
  readonly unrounded: Func;
  readonly raw: readonly RawField[];
  readonly statistics: readonly Statistic[];
}

/** How data are split. */
export interface SplitSpec {
  /** The share of each split; none where a column says which split each example is of. */
  readonly fractions: Readonly<Partial<Record<Split, number>>>;
  /** The folders that splits are, in place of shares: then shares are those of the train folder. */
  readonly folders?: Readonly<Partial<Record<Split, string>>>;
  readonly seed: number;
  /**
   * Examples are shuffled by seed before they are split, or taken in their order or in that of a column; or shuffled so
   * that each split has the classes of a column in equal shares, or that all of a group lie in one; or a column says it.
   */
  readonly by: "seed" | "position" | "order" | "classes" | "groups" | "column";
  /** What is meant by the last four. */
  readonly column?: RowColumn;
  /** So many equal parts of what is no test split, of which one, counted from 1, is the validate split. */
  readonly folds?: { readonly count: number; readonly validate: number };
}

/** Features and how they are made. */
export interface PreparedFeatures {
  /** The name of their section. */
  readonly name: string;
  readonly features: readonly FeatureSpec[];
  readonly preparation: Preparation;
}

/** A `data` section: where examples come from, how they are split, and the features that are made of them. */
export interface DataProgram extends PreparedFeatures {
  readonly source: SourceSpec;
  readonly split: SplitSpec;
  readonly clean: readonly CleanSpec[];
  /** The features that are augmented in training, those together that go by the same draws. */
  readonly augmented: readonly AugmentSpec[];
  readonly origin: Span;
}

/** An entry of `augment`. */
export interface AugmentSpec {
  readonly features: readonly string[];
  /** Whether it mixes the examples of a batch, as `mixup` does. */
  readonly mixes: boolean;
  readonly origin: Span;
}

/** A learning rate over steps (from 0): a schedule of the table in `src/autodiff/schedules.ts`, with its settings. */
export interface Schedule {
  readonly kind: string;
  /** Numbers by their names; times are in steps. */
  readonly settings: Readonly<Record<string, number>>;
}

/** The optimizer of a training: one of the table in `src/autodiff/optimizers.ts`, with its settings. */
export interface OptimizerSpec {
  readonly kind: string;
  readonly rate: Schedule;
  /** The weight decay of parameters that no group says otherwise of. */
  readonly decay: number;
  /** The other settings, by their names. */
  readonly settings: Readonly<Record<string, SettingValue>>;
}

/** Overrides for parameters whose path matches; of each setting the last match wins. */
export interface ParameterGroup {
  readonly pattern: string;
  readonly decay?: number;
  /** Multiplies the learning rate. */
  readonly scale?: number;
}

/** A limit of the size of gradients: a way of clipping of the table in `src/autodiff/clip-gradients.ts`. */
export interface ClipSpec {
  readonly kind: string;
  readonly limit: number;
}

/** Averages of what is trained, that take the place of it wherever nothing is trained. */
export interface AverageSpec {
  /** Exponential moving averages: `average = decay average + (1 - decay) parameter` after each update. */
  readonly kind: "ema";
  readonly decay: number;
}

/** What a training computes in 16 bits: sums of products, in the training and wherever the network is used. */
export interface PrecisionSpec {
  /** Its name in the table of `src/autodiff/precisions.ts`. */
  readonly kind: string;
  readonly half: HalfType;
  /** How losses are scaled, where gradients would vanish in that type. */
  readonly scaling?: ScalingSpec;
}

/** A loss scale that follows the gradients: halved where one is not finite, doubled after so many steps where all are. */
export interface ScalingSpec {
  /** What it begins with. */
  readonly scale: number;
  /** Steps with finite gradients, one after the other, that double it. */
  readonly growth: number;
}

/**
 * What moves toward other parameters after each batch, or after every so many, and is changed by nothing else: each path
 * that fits `pattern` follows the one of the same wildcards in `of`.
 */
export interface FollowSpec {
  readonly pattern: string;
  readonly of: string;
  /** `follower = decay follower + (1 - decay) followed`; states are copied. */
  readonly decay: number;
  /** It moves when so many batches more have been taken. */
  readonly every: number;
}

/** A figure that is watched, and the split on which it is measured. */
export interface Monitor {
  readonly split: Split;
  /** `loss`, or the name of a metric. */
  readonly metric: string;
}

/** One thing that a metric gathers over examples: what batches give is merged, in double precision. */
export interface Accumulator {
  readonly name: string;
  /** What a batch gives: f32, of a static shape. */
  readonly type: TensorType;
  /** How batches are merged, element by element. */
  readonly merge: Merge;
}

/** How what batches give is merged: added up, or the largest or the smallest of all. */
export type Merge = "sum" | "max" | "min";

/** Between which numbers a figure lies, both among them, where it is a number; an end that is left out is open. */
export interface FigureRange {
  readonly least?: number;
  readonly greatest?: number;
}

/** A figure beside the loss: what it gathers over examples, however they come in batches, and what that makes. */
export interface Metric {
  readonly name: string;
  /** Undefined where the figure is several numbers, of which none is better than another. */
  readonly better?: "lower" | "higher";
  /** Undefined where nothing is known of it. */
  readonly range?: FigureRange;
  readonly accumulators: readonly Accumulator[];
  /**
   * From the accumulators, merged over all batches, to the figure: one scalar, or a row or a table of static sizes. To
   * the checker they are f32, and it is computed in f64, as the preparation of data is. It owns and draws nothing; it
   * may call the model's functions.
   */
  readonly finish: Func;
}

/** A stretch of a training. */
export type Duration = { readonly epochs: number } | { readonly steps: number };

/** What a step of a training is to make small, and by what: all of it but how it moves. */
export interface ObjectiveStep {
  /** What its files, its loss and what its optimizer remembers are called after; no two have the same. */
  readonly name?: string;
  /**
   * Inputs: the model's outputs by name, then the features and statistics that it uses. Results: the loss (f32 scalar), and in the step
   * that leads, the first that runs on every batch, what the batch gives to the accumulators of each metric, in order.
   * Lives beside the model's functions: it may call them.
   */
  readonly objective: Func;
  /** What the objective takes, in order. */
  readonly objectiveInputs: readonly SectionInput[];
  /** Patterns of the paths, of parameters and states, that it changes: `**` for all. */
  readonly updates: readonly string[];
  /** It runs at the steps of the program, counted from 0, that this divides: at all of them with 1, as one at least does. */
  readonly every: number;
}

/**
 * What a training does with each batch: a forward pass with the parameters as they are then, gradients, an update. A
 * program has one without a name, or several, which run in order on the same batch, each with its loss and optimizer.
 */
export interface TrainStep extends ObjectiveStep {
  readonly optimizer: OptimizerSpec;
  readonly clip?: ClipSpec;
}

/** A model and what it is to make small: the part of a training that its losses and their gradients are made of. */
export interface Objectives extends Pick<TrainProgram, "name" | "model" | "metrics"> {
  readonly steps: readonly ObjectiveStep[];
}

/** What is frozen from some step of a training on, until the next phase. */
export interface FreezePhase {
  readonly from: Duration;
  /** Patterns of the paths, of parameters and states, that no step changes. */
  readonly frozen: readonly string[];
}

/** One training graph: a step, in a phase of freezing. */
export interface StepPlace<S extends ObjectiveStep = TrainStep> {
  readonly step: S;
  readonly phase: FreezePhase;
}

/** A `train` section: a model, its data, and how it is trained. */
export interface TrainProgram {
  /** The label, or the model's name. */
  readonly name: string;
  /** The model as it is where nothing is frozen. */
  readonly model: Module;
  readonly data: DataProgram;
  readonly steps: readonly [TrainStep, ...TrainStep[]];
  readonly metrics: readonly Metric[];
  /** The model's outputs as they are where it is left out. */
  readonly prediction?: Prediction;
  readonly groups: readonly ParameterGroup[];
  readonly average?: AverageSpec;
  /** Nothing where all is computed in the types that are declared. */
  readonly precision?: PrecisionSpec;
  /** How parameters begin, by path, where it is otherwise than they are declared. */
  readonly initials: ReadonlyMap<string, Initializer>;
  /** Whatever follows is frozen in all phases. */
  readonly follows: readonly FollowSpec[];
  /** In order; the first is from the beginning. */
  readonly phases: readonly [FreezePhase, ...FreezePhase[]];
  readonly length: Duration;
  /** Examples that are run through the network at once. */
  readonly batch: number;
  /** The size of features by which batches are of examples that are alike in length. */
  readonly bucket?: string;
  /** Batches whose gradients make one update, by their mean over all examples: 1 where each batch is one. */
  readonly accumulate: number;
  readonly seed: number;
  readonly validate?: { readonly every: number; readonly unit: "steps" | "epochs" };
  readonly stop?: { readonly monitor: Monitor; readonly patience: number; readonly mode: "min" | "max" };
  readonly save?: { readonly monitor: Monitor; readonly mode: "min" | "max" };
  readonly origin: Span;
}

/** `expect accuracy >= 0.97` of a `test` section. */
export interface TestProgram {
  readonly train: TrainProgram;
  readonly expectations: readonly {
    readonly metric: string;
    readonly operator: "<" | "<=" | ">" | ">=" | "==" | "!=";
    readonly value: number;
    readonly origin: Span;
  }[];
  readonly origin: Span;
}
