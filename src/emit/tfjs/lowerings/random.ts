import { elementAt } from "../../../support/element-at.ts";
import { fault } from "../../../support/fault.ts";
import type { NoAttributes } from "../../../ops/define/operator.ts";
import type { drawAttributes } from "../../../ops/random/draws.ts";
import type { TfjsLowering, TfjsLowerings } from "./lowering.ts";

/** Random numbers, as TensorFlow.js says them. */
export const random = {
  random_bits: draw("randomBits"),
  random_uniform: draw("randomUniform"),
  random_normal: draw("randomNormal"),
  fold_key: (writer, { args }) => writer.helper("foldKey", ...args),
  normal_like: { lower: noise("randomNormal") },
  uniform_like: { lower: noise("randomUniform") },
  orthogonalize: (writer, { args }) => writer.helper("orthogonalize", elementAt(args, 0)),
} satisfies Partial<TfjsLowerings>;

function draw(helper: string): TfjsLowering<typeof drawAttributes> {
  return (writer, { args, attributes: { shape } }) => {
    if (args.length > 1) fault("features alone are drawn by the numbers of examples, and they are made in doubles");
    return writer.helper(helper, elementAt(args, 0), writer.shape(shape));
  };
}

function noise(helper: string): TfjsLowering<NoAttributes> {
  return (writer, { args, operands }) =>
    writer.helper(helper, elementAt(args, 1), writer.shape(elementAt(operands, 0).type.shape));
}
