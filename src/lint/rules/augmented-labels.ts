import { required } from "../../support/fault.ts";
import type { TrainRule } from "../train-rule.ts";

/**
 * MC4205: what the network is compared with, augmented without anything that it reads. MC4206: what it reads, mixed with
 * other examples without anything that it is compared with.
 */
export const augmentedLabels: TrainRule = ({ data, model, steps }, report) => {
  const { name, inputNames } = required(model.functions.get(model.entry), "the model's function");
  const compared = steps.flatMap(({ objectiveInputs }) => objectiveInputs.map((it) => it.name));
  for (const { features, mixes, origin } of data.augmented) {
    const isRead = features.some((it) => inputNames.includes(it));
    const isCompared = features.some((it) => compared.includes(it));
    if (!isRead && isCompared) report("MC4205", origin, { features, model: name });
    if (isRead && !isCompared && mixes) report("MC4206", origin, { features, model: name });
  }
};
