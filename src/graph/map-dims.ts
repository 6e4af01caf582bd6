import type { Dim } from "../dims/dim.ts";
import type { Attribute, AttributeValue, Attributes } from "../ir/graph.ts";
import type { TensorType } from "../ir/types.ts";

/** Gives the dimension that stands for another. */
export type DimMap = (dim: Dim) => Dim;

/** A type with its dimensions mapped. */
export function mapType(type: TensorType, map: DimMap): TensorType {
  return { dtype: type.dtype, shape: type.shape.map(map) };
}

/** Attributes with the dimensions among their values mapped. */
export function mapAttributes(attributes: Attributes, map: DimMap): Attributes {
  return Object.fromEntries(
    Object.entries(attributes).map(([name, it]): [string, Attribute] => [
      name,
      { ...it, value: mapValue(it.value, map) },
    ]),
  );
}

function mapValue(value: AttributeValue, map: DimMap): AttributeValue {
  if (isDim(value)) return map(value);
  if (isDims(value)) return value.map(map);
  return value;
}

/** Whether an attribute's value is a dimension. */
export function isDim(value: AttributeValue): value is Dim {
  return typeof value === "object" && "kind" in value;
}

/** Whether an attribute's value is a list of dimensions, and not an empty one. */
export function isDims(value: AttributeValue): value is readonly Dim[] {
  return Array.isArray(value) && typeof value[0] === "object";
}
