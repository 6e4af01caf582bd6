import { textOf } from "../../support/source.ts";
import { callBehind } from "../function-view.ts";
import { isElementwise } from "../../ops/define/structure.ts";
import type { Node } from "../../ir/graph.ts";
import { isView, type ModelRule } from "../model-rule.ts";

/** MC3203: what a batch normalisation measures in training has other spreads than what it is given later. */
export const dropoutBeforeBatchNorm: ModelRule = (node, view, report) => {
  if (node.kind !== "call" || node.origin === undefined || !view.form(node).isBatchNorm) return;
  const before = callBehind(view, node.operands[0], (it) => isView(view, it) || isActivation(it));
  if (before?.origin === undefined || !view.form(before).isDropout) return;
  report(
    "MC3203",
    before.origin,
    { dropout: textOf(before.origin), norm: textOf(node.origin) },
    {
      labels: [{ span: node.origin, message: "this keeps averages of it for later" }],
      help: "Put it behind the normalisation, or behind the last one of the network.",
    },
  );
};

/** What is made of each element by itself spreads more where they do. */
function isActivation(node: Node): boolean {
  return node.kind === "operator" && node.operands.length === 1 && isElementwise(node);
}
