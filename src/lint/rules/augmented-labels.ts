import { required } from "../../support/fault.ts";
import type { TrainRule } from "../train-rule.ts";

/** MC4205: what the network is compared with, augmented without anything that it reads. */
export const augmentedLabels: TrainRule = ({ data, model, steps }, report) => {
  const { name, inputNames } = required(model.functions.get(model.entry), "the model's function");
  for (const { features, origin } of data.augmented) {
    if (features.some((it) => inputNames.includes(it))) continue;
    const compared = steps.flatMap(({ objectiveInputs }) => objectiveInputs.map((it) => it.name));
    if (features.some((it) => compared.includes(it))) report("MC4205", origin, { features, model: name });
  }
};
