import { elementAt } from "../../../support/element-at.ts";
import type { TfjsLowerings } from "./lowering.ts";
import { forAxes, poolOptions } from "./window-options.ts";

/** Maximum pools and their gradient, as TensorFlow.js says them. */
export const maxPool = {
  adaptive_max_pool: "decomposed",
  max_pool: (writer, { args, operands, attributes }) =>
    writer.helper(
      forAxes(elementAt(operands, 0).type, "maxPool1d", "maxPool2d", "maxPool3d"),
      elementAt(args, 0),
      writer.attribute("window"),
      ...poolOptions(writer, attributes),
    ),
  max_pool_gradient: (writer, { args, operands, attributes }) =>
    writer.helper(
      forAxes(elementAt(operands, 0).type, "maxPool1dGradient", "maxPool2dGradient", "maxPool3dGradient"),
      ...args,
      writer.attribute("window"),
      ...poolOptions(writer, attributes),
    ),
} satisfies Partial<TfjsLowerings>;
