import type { OperatorNode } from "../../ir/graph.ts";
import { required } from "../../support/fault.ts";
import type { EachAxisStructure, ImageStructure, Structure } from "./operator.ts";
import { findOperator } from "../registry.ts";

/** What a node's operator declares of its structure. */
export function structureOf({ op }: OperatorNode): Structure {
  return required(findOperator(op), `operator ${op}`).structure;
}

/** Whether a node makes each element from those at the same place of its operands. */
export function isElementwise(node: OperatorNode): boolean {
  return structureOf(node) === "elementwise";
}

/** What a node's operator declares of images, where it deals with any. */
export function imageStructureOf(node: OperatorNode): ImageStructure | undefined {
  const structure = structureOf(node);
  return typeof structure === "object" && structure.kind === "image" ? structure : undefined;
}

/** The attributes with a number for each axis, where a node works on the axes one by one. */
export function eachAxisAttributes(node: OperatorNode): EachAxisStructure["attributes"] | undefined {
  const structure = structureOf(node);
  return typeof structure === "object" && structure.kind === "each axis" ? structure.attributes : undefined;
}
