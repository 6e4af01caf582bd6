import { isEverLearned, isLearned } from "../ir/is-learned.ts";
import { averagePort, slotOf, slotPort } from "../ir/ports.ts";
import type { TrainProgram } from "../ir/program.ts";
import { parametersOf, type ParameterInfo } from "../graph/parameters-of.ts";
import { optimizerOf } from "./optimizers.ts";

/** What a training remembers of a parameter beside it: an optimizer's slot, or its average. */
export interface SlotInfo {
  /** `opt/m/dense_0.kernel`: its name in graphs and in checkpoints. */
  readonly port: string;
  readonly parameter: ParameterInfo;
  /** What it is full of at first; an average is what its parameter is. */
  readonly initial: number | "parameter";
}

/**
 * All that a training remembers of its parameters, from the start: of each that a step changes in any phase, of those too
 * that are frozen at first.
 */
export function slotsOf(program: TrainProgram): readonly SlotInfo[] {
  const { model, steps, phases } = program;
  const parameters = parametersOf(model);
  const own = steps.flatMap((step) => {
    const learned = parameters.filter(({ path }) => phases.some((phase) => isLearned({ step, phase }, path)));
    const slots = Object.entries(optimizerOf(step.optimizer).slots(step.optimizer));
    return slots.flatMap(([slot, initial]) =>
      learned.map((parameter) => ({ port: slotPort(slotOf(step.name, slot), parameter.path), parameter, initial })),
    );
  });
  return [
    ...own,
    ...averagedParameters(program).map((parameter) => ({
      port: averagePort(parameter.path),
      parameter,
      initial: "parameter" as const,
    })),
  ];
}

/** The parameters whose averages a training keeps: all that it changes, or none. */
export function averagedParameters(program: TrainProgram): readonly ParameterInfo[] {
  if (program.average === undefined) return [];
  return parametersOf(program.model).filter(({ path }) => isEverLearned(program, path));
}
