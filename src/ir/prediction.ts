import type { Span } from "../support/source.ts";
import type { Func } from "./graph.ts";

/** What a function of a `train` section takes. */
export interface SectionInput {
  /** An output of the model, a feature, or a statistic of the data. */
  readonly from: "output" | "feature" | "statistic";
  /** Its name; of a statistic, its path. */
  readonly name: string;
}

/** What a prediction consists of, in place of the model's outputs as they are. */
export interface Prediction extends Predicted {
  /** The features whose steps it undoes, as they were read: what is predicted is compared with them. */
  readonly actual?: Predicted;
}

/** Values for each example of a batch. */
export interface Predicted {
  /**
   * From a batch of what it takes to one result an entry, in order. To the checker real numbers are f32; they are computed
   * in f64 and rounded once, as the preparation of data is.
   */
  readonly func: Func;
  readonly inputs: readonly SectionInput[];
  readonly entries: readonly PredictedValue[];
}

/** An entry of `predict`. */
export interface PredictedValue {
  readonly name: string;
  /** The raw field that it is in the units of, or whose words it numbers, where steps are undone. */
  readonly field?: string;
  readonly origin: Span;
}
