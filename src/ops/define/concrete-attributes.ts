import type { Dim } from "../../dims/dim.ts";
import type { AttributeValue, Attributes } from "../../ir/graph.ts";
import type { AttributeSchema, ConcreteAttributesOf, Operator } from "./operator.ts";
import { withDefaults } from "./tag-attributes.ts";

type ConcreteValue = ConcreteAttributesOf<AttributeSchema>[string];

/** A node's attributes as a reference takes them, each dimension as its size; undefined where one has none. */
export function concreteAttributes(
  operator: Operator,
  attributes: Attributes,
  sizeOf: (dim: Dim) => number | undefined,
): ConcreteAttributesOf<AttributeSchema> | undefined {
  const concrete: Record<string, ConcreteValue> = {};
  for (const [name, it] of Object.entries(withDefaults(operator, attributes))) {
    const value = concreteValue(it, sizeOf);
    if (value === undefined) return undefined;
    concrete[name] = value;
  }
  return concrete;
}

function concreteValue(it: AttributeValue, sizeOf: (dim: Dim) => number | undefined): ConcreteValue | undefined {
  switch (it.kind) {
    case "dim":
      return sizeOf(it.value);
    case "dims": {
      const sizes = it.value.map(sizeOf);
      return sizes.every((size) => size !== undefined) ? sizes : undefined;
    }
    default:
      return it.value;
  }
}
