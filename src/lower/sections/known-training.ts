import { neverNegative } from "../../graph/never-negative.ts";
import type { Func } from "../../ir/graph.ts";
import { figureNames, lossName, numberNames } from "../../ir/measures-of.ts";
import type { FigureRange, Objectives, SplitSpec, TrainProgram } from "../../ir/program.ts";
import type { TrainDeclaration } from "../../syntax/ast/sections.ts";
import { sourceText } from "./section-context.ts";

/** What tests go by of a training, also of one in which something is wrong. */
export interface KnownTraining {
  /** The label, or the model's name. */
  readonly name: string;
  readonly model: string;
  /** Undefined where nothing has that name. */
  readonly data: string | undefined;
  /** Whether part of it did not parse: its names may be others. */
  readonly broken: boolean;
  /** Undefined where it is wrong. */
  readonly split: SplitSpec | undefined;
  /** The figures by name: all that are known, and those of them that are one number. */
  readonly figures: readonly string[];
  readonly numbers: readonly string[];
  /** Between which numbers a figure lies, as far as that is known. */
  readonly rangeOf: (figure: string) => FigureRange | undefined;
  /** Whether a figure in which something is wrong may have a name. */
  readonly mayMeasure: (name: string) => boolean;
  /** Undefined where something is wrong with it. */
  readonly train: TrainProgram | undefined;
}

/** Between which numbers a loss of some steps, or one of some metrics, lies. */
export function rangeAmong(
  figure: string,
  { steps, metrics }: Pick<Objectives, "steps" | "metrics">,
  functions: ReadonlyMap<string, Func>,
): FigureRange | undefined {
  const step = steps.find((it) => lossName(it) === figure);
  if (step !== undefined) return neverNegative(step.objective, functions) ? { least: 0 } : undefined;
  return metrics.find(({ name }) => name === figure)?.range;
}

/** What is known of a training of which nothing is looked at: it may measure anything. */
export function unknownTraining({ label, model, data }: TrainDeclaration): KnownTraining {
  const name = sourceText(model.kind === "call" ? model.callee : model);
  return {
    name: label?.text ?? name,
    model: name,
    data: data.text,
    broken: false,
    split: undefined,
    figures: [],
    numbers: [],
    rangeOf: () => undefined,
    mayMeasure: () => true,
    train: undefined,
  };
}

/** What is known of a training in which everything is right. */
export function knownTraining(train: TrainProgram): KnownTraining {
  return {
    name: train.name,
    model: train.model.name,
    data: train.data.name,
    split: train.data.split,
    broken: false,
    figures: figureNames(train),
    numbers: numberNames(train),
    rangeOf: (figure) => rangeAmong(figure, train, train.model.functions),
    mayMeasure: () => false,
    train,
  };
}
