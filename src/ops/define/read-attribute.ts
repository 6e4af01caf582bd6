import type { AttributeValue, AttributeValues, OperatorNode } from "../../ir/graph.ts";
import { fault } from "../../support/fault.ts";
import { findOperator } from "../registry.ts";
import { defaultAttribute } from "./tag-attributes.ts";

/** The value of an attribute of a node, given or by default; a fault where the operator has none of that kind. */
export function readAttribute<K extends keyof AttributeValues>(
  node: Pick<OperatorNode, "op" | "attributes">,
  name: string,
  kind: K,
): AttributeValues[K] {
  const operator = findOperator(node.op) ?? fault(`no operator is called ${node.op}`);
  const it = node.attributes[name] ?? defaultAttribute(operator, name);
  if (it === undefined || !isOf(it, kind)) return fault(`the attribute ${name} of ${node.op} holds no ${kind}`);
  return it.value;
}

function isOf<K extends keyof AttributeValues>(
  it: AttributeValue,
  kind: K,
): it is AttributeValue & { readonly value: AttributeValues[K] } {
  return it.kind === kind;
}
