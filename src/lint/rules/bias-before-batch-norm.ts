import { textOf } from "../../support/source.ts";
import { callBehind } from "../function-view.ts";
import type { ModelRule } from "../model-rule.ts";

/** MC3202: a bias that a normalisation takes away again. */
export const biasBeforeBatchNorm: ModelRule = (node, view, report) => {
  if (node.kind !== "call" || node.origin === undefined || !view.form(node).centres) return;
  const before = callBehind(view, node.operands[0], () => false);
  if (before?.origin === undefined || !view.form(before).hasBias || before.results.some((it) => view.uses(it) > 1))
    return;
  const switches = view.module.functions
    .get(before.callee)
    ?.hyperparameters.some(({ name, value }) => name === "bias" && value.kind === "boolean");
  report(
    "MC3202",
    before.origin,
    { layer: textOf(before.origin), norm: textOf(node.origin) },
    {
      labels: [{ span: node.origin, message: "this takes the mean away" }],
      ...(switches === true && { help: "Write `bias=false`." }),
    },
  );
};
