import type { Dim } from "../dims/dim.ts";
import type { Attribute, Attributes } from "../ir/graph.ts";
import { mapValues } from "../support/map-values.ts";

/** Attributes with the dimensions among their values mapped. */
export function mapAttributes(attributes: Attributes, map: (dim: Dim) => Dim): Attributes {
  return mapValues(attributes, (_, it) => mapAttribute(it, map));
}

function mapAttribute(it: Attribute, map: (dim: Dim) => Dim): Attribute {
  switch (it.kind) {
    case "dim":
      return { ...it, value: map(it.value) };
    case "dims":
      return { ...it, value: it.value.map(map) };
    default:
      return it;
  }
}
