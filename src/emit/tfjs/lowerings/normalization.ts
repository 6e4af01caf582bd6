import { epsilonAttribute } from "../../../ops/layer-norm.ts";
import type { Expression } from "../../structured/tree.ts";
import type { TfjsWriter } from "../tfjs-writer.ts";
import type { TfjsLowerings } from "./lowering.ts";

/** Normalisation, as TensorFlow.js says them. */
export const normalization = {
  batch_norm_training: {
    when: ({ attributes: { layout } }) => layout === "NHWC",
    lower: (writer, { args, attributes: { epsilon } }) =>
      writer.helper("batchNormTraining", ...args, ...epsilonArgument(writer, epsilon)),
  },
  batch_norm_inference: {
    when: ({ attributes: { layout } }) => layout === "NHWC",
    lower: (writer, { args, attributes: { epsilon } }) =>
      writer.helper("batchNormInference", ...args, ...epsilonArgument(writer, epsilon)),
  },
  layer_norm: {
    lower: (writer, { args, attributes: { epsilon } }) =>
      writer.helper("layerNorm", ...args, ...epsilonArgument(writer, epsilon)),
  },
  layer_norm_with_statistics: "decomposed",
} satisfies Partial<TfjsLowerings>;

/** The trailing argument `epsilon` of the prelude's normalisations, left out where it is the usual one. */
function epsilonArgument(writer: TfjsWriter, epsilon: number): readonly Expression[] {
  return epsilon === epsilonAttribute.default ? [] : [writer.attribute("epsilon")];
}
