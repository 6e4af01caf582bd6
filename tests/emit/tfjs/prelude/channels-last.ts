import { asNumber } from "../../../../src/dims/dim.ts";
import type { PlainAttributes } from "../../../../src/ops/define/builder.ts";

/** The shape of an image with its channels last. */
export function imageLast(shape: readonly number[]): readonly number[] {
  const [batch = 1, channels = 1, ...spatial] = shape;
  return [batch, ...spatial, channels];
}

/** The shape of an OIHW kernel as HWIO. */
export function kernelLast(shape: readonly number[]): readonly number[] {
  const [output = 1, input = 1, ...spatial] = shape;
  return [...spatial, input, output];
}

/** Attributes of a convolution or a pool as the options of a helper. */
export function windowOptionsOf(attributes: PlainAttributes) {
  const { strides, dilations, padding, groups, ceil } = attributes;
  return {
    ...(Array.isArray(strides) && { strides: strides.map(Number) }),
    ...(Array.isArray(dilations) && { dilations: dilations.map(Number) }),
    ...(Array.isArray(padding) && { padding: padding.map(Number) }),
    ...(typeof padding === "string" && { padding }),
    ...(typeof groups === "object" && "terms" in groups && { groups: asNumber(groups) ?? NaN }),
    ...(typeof ceil === "boolean" && { ceil }),
  };
}
