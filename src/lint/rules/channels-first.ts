import { asNumber, formatDim } from "../../dims/dim.ts";
import type { Node, Value } from "../../ir/graph.ts";
import { textOf } from "../../support/source.ts";
import type { FunctionView } from "../function-view.ts";
import type { ModelRule } from "../model-rule.ts";

/** MC3204: an image whose channels stand before its height and width goes to a convolution that has them last. */
export const channelsFirst: ModelRule = (node, view, report) => {
  const { func, module } = view;
  if (node.kind !== "call" || node.origin === undefined || func.key !== module.entry) return;
  const { product } = view.form(node);
  const image = inputBehind(view, node.operands[0]);
  if (product?.op !== "conv" || image === undefined) return;
  const at = func.body.inputs.findIndex(({ id }) => id === image.id);
  const [batch, channels, height, width, ...more] = image.type.shape;
  const [rows, columns] = product.weights.shape.map(asNumber);
  const sizes = [channels, height, width].map((it) => it && asNumber(it));
  const [depth, tall, wide] = sizes;
  if (batch === undefined || more.length > 0 || (depth !== 1 && depth !== 3) || tall !== wide) return;
  // Windows of one row are over a sequence; so few places are no image.
  if (tall === undefined || tall < 16 || rows === 1 || columns === 1) return;
  const shape = (dims: readonly unknown[]): string => `[${[formatDim(batch), ...dims].join(", ")}]`;
  report("MC3204", node.origin, {
    name: func.inputNames[at] ?? "",
    given: shape([depth, tall, wide]),
    wanted: shape([tall, wide, depth]),
    layer: textOf(node.origin),
  });
};

/** The input of the function that a value is, scaled or shifted by numbers at most. */
function inputBehind(view: FunctionView, value: Value | undefined): Value | undefined {
  if (value === undefined || view.func.body.inputs.some(({ id }) => id === value.id)) return value;
  const node = view.maker(value);
  if (node?.kind !== "operator" || !elementwise.has(node.op)) return undefined;
  const [only, ...others] = node.operands.filter((it) => !isConstant(view.maker(it)));
  return others.length > 0 ? undefined : inputBehind(view, only);
}

const elementwise: ReadonlySet<string> = new Set(["add", "sub", "mul", "div", "cast", "identity"]);

function isConstant(node: Node | undefined): boolean {
  return node?.kind === "constant";
}
