import type { Dim } from "../dims/dim.ts";
import type { Attribute, Attributes } from "../ir/graph.ts";
import type { TensorType } from "../ir/types.ts";
import { mapValues } from "../support/map-values.ts";

/** Gives the dimension that stands for another. */
export type DimMap = (dim: Dim) => Dim;

/** A type with its dimensions mapped. */
export function mapType(type: TensorType, map: DimMap): TensorType {
  return { dtype: type.dtype, shape: type.shape.map(map) };
}

/** Attributes with the dimensions among their values mapped. */
export function mapAttributes(attributes: Attributes, map: DimMap): Attributes {
  return mapValues(attributes, (_, it) => mapAttribute(it, map));
}

function mapAttribute(it: Attribute, map: DimMap): Attribute {
  switch (it.kind) {
    case "dim":
      return { ...it, value: map(it.value) };
    case "dims":
      return { ...it, value: it.value.map(map) };
    default:
      return it;
  }
}
