import { sameForm } from "../../dims/dim.ts";
import { readAttribute } from "../../ops/define/read-attribute.ts";
import { softmaxAxis } from "../../ops/softmax.ts";
import { elementAt } from "../../support/element-at.ts";
import type { ModelRule } from "../model-rule.ts";

/** MC3205: a softmax along the batch, so that examples share what each should have by itself. */
export const softmaxOverBatch: ModelRule = (node, { batch }, report) => {
  if (node.kind !== "operator" || node.origin === undefined || batch === undefined) return;
  if (node.op !== "softmax" && node.op !== "log_softmax") return;
  const { shape } = elementAt(node.operands, 0).type;
  const axis = softmaxAxis(readAttribute(node, "axis", "number"), shape.length);
  const along = elementAt(shape, axis);
  // Between all examples and all others, as a loss of pairs has them, either way is meant.
  const isAlone = shape.filter((it) => sameForm(it, batch)).length === 1;
  if (shape.length < 2 || !sameForm(along, batch) || !isAlone) return;
  report(
    "MC3205",
    node.origin,
    { op: node.op, axis: String(axis) },
    { help: "Give it the axis of the classes, which is most often the last one: of [B, 10] `axis=-1`, the default." },
  );
};
