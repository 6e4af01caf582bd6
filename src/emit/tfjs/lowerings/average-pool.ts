import { elementAt } from "../../../support/element-at.ts";
import type { TfjsLowerings } from "./lowering.ts";
import { poolOptions } from "./window-options.ts";

/** Average pools and their gradient, as TensorFlow.js says them. */
export const averagePool = {
  avg_pool2d: (writer, { args, attributes }) =>
    writer.helper("avgPool2d", elementAt(args, 0), writer.attribute("window"), ...poolOptions(writer, attributes)),
  avg_pool2d_gradient: (writer, { args, attributes }) =>
    writer.helper(
      "avgPool2dGradient",
      elementAt(args, 0),
      writer.shape(attributes.inputShape),
      writer.attribute("window"),
      ...poolOptions(writer, attributes),
    ),
} satisfies Partial<TfjsLowerings>;
