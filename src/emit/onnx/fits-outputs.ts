import { asNumber } from "../../dims/dim.ts";
import { entryOf } from "../../graph/parameters-of.ts";
import type { Module } from "../../ir/graph.ts";
import type { Predicted } from "../../ir/prediction.ts";
import { elementAt } from "../../support/element-at.ts";

/** Whether a model, which may be at other sizes than it was trained at, gives outputs of the sizes that a prediction knows. */
export function fitsOutputs({ func, inputs }: Predicted, model: Module): boolean {
  const { resultNames, body } = entryOf(model);
  return inputs.every(({ from, name }, at) => {
    if (from !== "output") return true;
    const { shape } = elementAt(body.results, resultNames.indexOf(name)).type;
    return elementAt(func.body.inputs, at).type.shape.every((dim, axis) => {
      const size = asNumber(dim);
      return size === undefined || size === asNumber(elementAt(shape, axis));
    });
  });
}
