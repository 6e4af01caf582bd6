import type { TrainProgram, TrainStep } from "../../ir/program.ts";
import { camelCase, fileNames, nameScope, pascalCase, severalNames } from "./names.ts";
import { preludeNames } from "./prelude.ts";

/** What the code of one step of training is called in its file. */
export interface StepNames {
  /** The wanted name of the function of its loss. */
  readonly objective: string;
  readonly trainStep: string;
  readonly trainSums: string;
  readonly evaluateSums: string;
  readonly gradients: string;
  readonly resultsOf: string;
  readonly update: string;
  readonly learningRate: string;
  readonly createOptimizer: string;
  readonly slotVariables: string;
  /** The type of what its optimizer remembers of a parameter. */
  readonly slot: string;
  /** The table of the paths that it changes. */
  readonly updates: string;
  /** Its key among the optimizers of a model. */
  readonly key: string;
}

/** The names of a program's steps: plain for the only one, whatever it is called, and with the step's name for several. */
export function stepNames({ steps }: Pick<TrainProgram, "steps">): ReadonlyMap<TrainStep, StepNames> {
  // A step's key is a variable where all steps are taken.
  const keys = nameScope([...fileNames, ...severalNames, ...preludeNames]);
  const isOnly = steps.length === 1;
  const namesOf = ({ name }: TrainStep): StepNames =>
    isOnly || name === undefined ? plain : named(keys.take(camelCase(name)));
  return new Map(steps.map((step) => [step, namesOf(step)]));
}

const plain: StepNames = {
  objective: "objective",
  trainStep: "trainStep",
  trainSums: "trainSums",
  evaluateSums: "evaluateSums",
  gradients: "gradients",
  resultsOf: "resultsOf",
  update: "update",
  learningRate: "learningRate",
  createOptimizer: "createOptimizer",
  slotVariables: "slotVariables",
  slot: "Slot",
  updates: "updates",
  key: "",
};

function named(key: string): StepNames {
  const word = pascalCase(key);
  return {
    objective: `${key}_objective`,
    trainStep: `train${word}Step`,
    trainSums: `train${word}Sums`,
    evaluateSums: `evaluate${word}Sums`,
    gradients: `${key}Gradients`,
    resultsOf: `${key}ResultsOf`,
    update: `update${word}`,
    learningRate: `${key}LearningRate`,
    createOptimizer: `create${word}Optimizer`,
    slotVariables: `${key}SlotVariables`,
    slot: `${word}Slot`,
    updates: `${key}Updates`,
    key,
  };
}
