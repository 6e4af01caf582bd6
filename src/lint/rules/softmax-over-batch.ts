import { sameForm } from "../../dims/dim.ts";
import { readAttribute } from "../../ops/define/read-attribute.ts";
import { softmaxAxis } from "../../ops/softmax.ts";
import { elementAt } from "../../support/element-at.ts";
import type { OperatorNode } from "../../ir/graph.ts";
import { operandsOf } from "../../ir/visit.ts";
import type { FunctionView } from "../function-view.ts";
import { isView, type ModelRule } from "../model-rule.ts";

/** MC3205: a softmax along the batch, so that examples share what each should have by itself. */
export const softmaxOverBatch: ModelRule = (node, view, report) => {
  const { batch } = view;
  if (node.kind !== "operator" || node.origin === undefined || batch === undefined) return;
  const axis = axisOf(node, view);
  if (axis === undefined) return;
  const { shape } = elementAt(node.operands, 0).type;
  const along = elementAt(shape, axis);
  // Between all examples and all others, as a loss of pairs has them, either way is meant.
  const isAlone = shape.filter((it) => sameForm(it, batch)).length === 1;
  if (shape.length < 2 || !sameForm(along, batch) || !isAlone) return;
  report(
    "MC3205",
    node.origin,
    { op: node.op === "div" ? "softmax" : node.op, axis: String(axis) },
    { help: "Give it the axis of the classes, which is most often the last one: of [B, 10] `axis=-1`, the default." },
  );
};

/** The axis that a node is a softmax along: as an operator, or written out as `e / sum(e, axis=0, keep=true)` of `e = exp(x)`. */
function axisOf(node: OperatorNode, view: FunctionView): number | undefined {
  const [above, below] = node.operands;
  if (above === undefined) return undefined;
  if (node.op === "softmax" || node.op === "log_softmax")
    return softmaxAxis(readAttribute(node, "axis", "number"), above.type.shape.length);
  const made = view.maker(above);
  if (node.op !== "div" || below === undefined || made?.kind !== "operator" || made.op !== "exp") return undefined;
  let sum = view.maker(below);
  while (sum !== undefined && isView(view, sum)) sum = view.maker(elementAt(operandsOf(sum), 0));
  if (sum?.kind !== "operator" || sum.op !== "sum" || elementAt(sum.operands, 0).id !== above.id) return undefined;
  const [axis, ...others] = readAttribute(sum, "axes", "numbers");
  return others.length > 0 ? undefined : axis;
}
