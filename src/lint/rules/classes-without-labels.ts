import { asNumber } from "../../dims/dim.ts";
import type { TrainStep } from "../../ir/program.ts";
import { findOperator } from "../../ops/registry.ts";
import type { TrainRule } from "../train-rule.ts";

/** To multiples of this, tables of classes are widened for speed. */
const widened = 64;

/**
 * MC4203: logits of classes that no label ever names. Labels are one for each example: among those of each step of a
 * sequence there may be some that only begin or fill one.
 */
export const classesWithoutLabels: TrainRule = ({ steps, data }, report) => {
  for (const step of steps) {
    const features = featuresIn(step);
    for (const node of step.objective.body.nodes) {
      if (node.kind !== "operator" || node.op !== "cross_entropy" || node.origin === undefined) continue;
      const [logits, labels] = node.operands;
      const last = logits?.type.shape.at(-1);
      const size = last && asNumber(last);
      const label = labels && features.get(labels.id);
      const feature = data.features.find(({ name }) => name === label);
      if (size === undefined || label === undefined || feature?.classes === undefined) continue;
      const { classes, type } = feature;
      if (type.shape.length > 0 || size <= classes || size % widened === 0) continue;
      report("MC4203", node.origin, { loss: node.op, logits: size, label, classes });
    }
  }
};

/** The features whose elements values of an objective have, by the ids of these: themselves, and views of them. */
function featuresIn({ objective, objectiveInputs }: TrainStep): ReadonlyMap<number, string> {
  const { inputs, nodes } = objective.body;
  const names = new Map(
    inputs.flatMap(({ id }, at): [number, string][] => {
      const input = objectiveInputs[at];
      return input?.from === "feature" ? [[id, input.name]] : [];
    }),
  );
  for (const node of nodes) {
    if (node.kind !== "operator" || findOperator(node.op)?.valueFact !== "view") continue;
    const [of, ...others] = node.operands;
    const name = of && names.get(of.id);
    if (name !== undefined && others.length === 0) for (const { id } of node.results) names.set(id, name);
  }
  return names;
}
