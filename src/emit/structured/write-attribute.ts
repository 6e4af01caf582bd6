import type { Dim } from "../../dims/dim.ts";
import type { Attribute } from "../../ir/graph.ts";
import type { Expression } from "./tree.ts";

/** An attribute as an expression, which remembers the hyperparameter that its numbers and words came from. */
export function writeAttribute(it: Attribute, dim: (dim: Dim) => Expression): Expression {
  const tail = it.source === undefined ? {} : { source: it.source };
  switch (it.kind) {
    case "number":
      return { kind: "number", value: it.value, ...tail };
    case "boolean":
      return { kind: "boolean", value: it.value, ...tail };
    case "string":
      return { kind: "string", value: it.value, ...tail };
    case "dim":
      return dim(it.value);
    case "numbers":
      return { kind: "array", elements: it.value.map((value) => ({ kind: "number", value, ...tail })) };
    case "strings":
      return { kind: "array", elements: it.value.map((value) => ({ kind: "string", value, ...tail })) };
    case "dims":
      return { kind: "array", elements: it.value.map((size) => dim(size)) };
  }
}
