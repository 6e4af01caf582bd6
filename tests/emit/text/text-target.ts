import { attributesKey } from "../../../src/ir/attributes-key.ts";
import type { Attribute, OperatorNode } from "../../../src/ir/graph.ts";
import type { Dim } from "../../../src/dims/dim.ts";
import type { StructuredTarget } from "../../../src/emit/structured/structured-target.ts";
import { withDefaults } from "../../../src/ops/define/tag-attributes.ts";
import { writeAttribute } from "../../../src/emit/structured/write-attribute.ts";
import { identifier, type Expression } from "../../../src/emit/structured/tree.ts";
import { findOperator } from "../../../src/ops/registry.ts";
import { required } from "../../../src/support/fault.ts";
import { printExpression } from "./print-text.ts";
import { textForm } from "./text-forms.ts";

/** The longest expression that is written inside of another one. */
const inlineWidth = 60;

/** Plain pseudo-code, as a target of structured IR: the double of a stage that emits code. */
export const textTarget: StructuredTarget = {
  reserved: new Set(["along", "backwards", "copy", "for", "in", "otherwise", "return", "times", "to", "when"]),
  naming: { base: (declaration) => declaration, variant: (word) => `_${word}` },
  dtype: (dtype) => dtype,
  keeps: ({ name }) => textForm(name) !== "parts",
  apply: (node, operands, { dim, useHelper }) => {
    const form = required(textForm(node.op), `form of ${node.op}`);
    const [left, right] = operands.map(({ expression }) => expression);
    if (form !== "word" && form !== "parts" && left !== undefined && right !== undefined)
      return { expression: { kind: "binary", operator: form, left, right }, isNumber: false };
    useHelper(node.op);
    const settings = settingsOf(node, dim);
    const given = operands.map(({ expression }) => expression);
    const expression: Expression = { kind: "call", callee: identifier(node.op), arguments: [...given, ...settings] };
    return { expression, isNumber: false };
  },
  isLegible: (expression) => printExpression(expression).length <= inlineWidth,
  functionsOf: () => [],
};

/** The attributes of a node that are not as they usually are, by name. */
function settingsOf(node: OperatorNode, dim: (dim: Dim) => Expression): readonly Expression[] {
  const usual = withDefaults(required(findOperator(node.op), node.op), {});
  const entries = Object.entries(node.attributes).flatMap(([key, it]) =>
    isSame(it, usual[key]) ? [] : [{ key, value: writeAttribute(it, dim) }],
  );
  return entries.length === 0 ? [] : [{ kind: "object", entries }];
}

function isSame(one: Attribute, other: Attribute | undefined): boolean {
  return other !== undefined && attributesKey({ one }) === attributesKey({ one: other });
}
