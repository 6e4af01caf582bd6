import { elementAt } from "../../../support/element-at.ts";
import type { TfjsLowerings } from "./lowering.ts";
import { poolOptions } from "./window-options.ts";

/** Maximum pools and their gradient, as TensorFlow.js says them. */
export const maxPool = {
  max_pool2d: (writer, { args, attributes }) =>
    writer.helper("maxPool2d", elementAt(args, 0), writer.attribute("window"), ...poolOptions(writer, attributes)),
  max_pool2d_gradient: (writer, { args, attributes }) =>
    writer.helper("maxPool2dGradient", ...args, writer.attribute("window"), ...poolOptions(writer, attributes)),
} satisfies Partial<TfjsLowerings>;
