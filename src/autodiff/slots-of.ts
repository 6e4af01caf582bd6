import { isLearned } from "../ir/is-learned.ts";
import { slotOf, slotPort } from "../ir/ports.ts";
import type { TrainProgram } from "../ir/program.ts";
import { parametersOf, type ParameterInfo } from "../graph/parameters-of.ts";
import { optimizerOf } from "./optimizers.ts";

/** What the optimizer of a step remembers of a parameter. */
export interface SlotInfo {
  /** `opt/m/dense_0.kernel`: its name in graphs and in checkpoints. */
  readonly port: string;
  readonly parameter: ParameterInfo;
  /** What it is full of at first. */
  readonly initial: number;
}

/**
 * All that the optimizers of a program remember, from the start: of each parameter that a step changes in any phase, of
 * those too that are frozen at first.
 */
export function slotsOf({ model, steps, phases }: TrainProgram): readonly SlotInfo[] {
  const parameters = parametersOf(model);
  return steps.flatMap((step) => {
    const learned = parameters.filter(({ path }) => phases.some((phase) => isLearned({ step, phase }, path)));
    const slots = Object.entries(optimizerOf(step.optimizer).slots(step.optimizer));
    return slots.flatMap(([slot, initial]) =>
      learned.map((parameter) => ({ port: slotPort(slotOf(step.name, slot), parameter.path), parameter, initial })),
    );
  });
}
