import { elementAt } from "../../../support/element-at.ts";
import type { TfjsLowerings } from "./lowering.ts";
import { forAxes, poolOptions } from "./window-options.ts";

/** Average pools and their gradient, as TensorFlow.js says them. */
export const averagePool = {
  adaptive_avg_pool: "decomposed",
  lp_pool: "decomposed",
  avg_pool: (writer, { args, operands, attributes }) =>
    writer.helper(
      forAxes(elementAt(operands, 0).type, "avgPool1d", "avgPool2d", "avgPool3d"),
      elementAt(args, 0),
      writer.attribute("window"),
      ...poolOptions(writer, attributes),
    ),
  avg_pool_gradient: (writer, { args, operands, attributes }) =>
    writer.helper(
      forAxes(elementAt(operands, 0).type, "avgPool1dGradient", "avgPool2dGradient", "avgPool3dGradient"),
      elementAt(args, 0),
      writer.shape(attributes.inputShape),
      writer.attribute("window"),
      ...poolOptions(writer, attributes),
    ),
} satisfies Partial<TfjsLowerings>;
