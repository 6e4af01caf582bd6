import { product } from "../../../dims/dim.ts";
import type { TensorType } from "../../../ir/types.ts";
import { hasF32Attributes } from "../../../ops/define/dtype-class.ts";
import { elementAt } from "../../../support/element-at.ts";
import { fnv1a32 } from "../../../ops/random/counter.ts";
import type { OnnxRef, OnnxWriter } from "../onnx-writer.ts";
import { inBothModes, inInference, type OnnxLowerings } from "./lowering.ts";

/** Normalisation, as ONNX says them. */
export const normalization = {
  batch_norm_training: inBothModes({
    when: ({ operands: values }) => elementAt(values, 0).type.dtype === "f32",
    lower: (writer, { operands: values, refs, attributes: { epsilon, layout } }) => {
      const [x, scale, bias] = [elementAt(refs, 0), elementAt(refs, 1), elementAt(refs, 2)];
      const type = elementAt(values, 0).type;
      const channels = elementAt(values, 1).type.shape;
      // With momentum 0 the running statistics that come out are those of this batch, and those that go in count only
      // where they are not finite. Runtime writes the ones over the others, whatever else reads these, takes equal nodes
      // for one, and folds what is constant into tensors that outlive the run: there, one batch with a NaN would spoil all
      // that follow. So each is made anew in every run, of 0 and 1, by a comparison that no other node makes.
      const element = firstElement(writer, x, type.shape.length);
      const before = ["mean", "variance"].map((it) => {
        const bound = writer.constant("f32", distinct([x, scale, bias, it].join()), [1]);
        const made = writer.cast(writer.node("Greater", [element, bound]), "f32");
        return writer.node("Expand", [made, writer.shape(channels)]);
      });
      const results = writer.nodes(
        "BatchNormalization",
        [channelsSecond(writer, x, type, layout), scale, bias, ...before],
        3,
        { epsilon: { float: epsilon }, momentum: { float: 0 }, training_mode: { int: 1 } },
      );
      const [y, mean, variance] = [elementAt(results, 0), elementAt(results, 1), elementAt(results, 2)];
      return [shapedAs(writer, y, type, layout), mean, variance];
    },
  }),
  batch_norm_inference: inInference({
    when: ({ operands: values }) => hasF32Attributes(elementAt(values, 0).type.dtype),
    lower: (writer, { operands: values, refs, attributes: { epsilon, layout } }) => {
      const type = elementAt(values, 0).type;
      const x = channelsSecond(writer, elementAt(refs, 0), type, layout);
      const y = writer.node("BatchNormalization", [x, ...refs.slice(1)], { epsilon: { float: epsilon } });
      return [shapedAs(writer, y, type, layout)];
    },
  }),
  layer_norm: inInference({
    when: ({ operands: values }) => hasF32Attributes(elementAt(values, 0).type.dtype),
    lower: (writer, { refs, attributes: { epsilon } }) => [
      writer.node("LayerNormalization", refs, { axis: { int: -1 }, epsilon: { float: epsilon } }),
    ],
  }),
  layer_norm_with_statistics: inBothModes({
    when: ({ operands: values }) => elementAt(values, 0).type.dtype === "f32",
    lower: (writer, { refs, attributes: { epsilon } }) =>
      writer.nodes("LayerNormalization", refs, 3, { axis: { int: -1 }, epsilon: { float: epsilon } }),
  }),
} satisfies Partial<OnnxLowerings>;

/** The first element of a tensor, as a vector of one. */
function firstElement(writer: OnnxWriter, x: OnnxRef, rank: number): OnnxRef {
  const axes = Array.from({ length: rank }, (_, axis) => axis);
  const bounds = [axes.map(() => 0), axes.map(() => 1), axes].map((it) => writer.ints(it));
  return writer.node("Reshape", [writer.node("Slice", [x, ...bounds]), writer.ints([1])]);
}

/** ONNX has the channels second: channels last become a matrix with the channels as columns. */
function channelsSecond(writer: OnnxWriter, x: OnnxRef, type: TensorType, layout: string): OnnxRef {
  if (layout === "NCHW" || type.shape.length === 2) return x;
  const channels = elementAt(type.shape, type.shape.length - 1);
  return writer.node("Reshape", [x, writer.shape([product(type.shape.slice(0, -1)), channels], { inferable: true })]);
}

function shapedAs(writer: OnnxWriter, y: OnnxRef, type: TensorType, layout: string): OnnxRef {
  if (layout === "NCHW" || type.shape.length === 2) return y;
  return writer.node("Reshape", [y, writer.shape(type.shape, { inferable: true })]);
}

function distinct(text: string): number {
  return 1 + (fnv1a32(text) >>> 9) / 2 ** 23;
}
