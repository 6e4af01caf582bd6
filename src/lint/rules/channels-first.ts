import { asNumber, formatDim, type Dim } from "../../dims/dim.ts";
import type { CallNode, Node, Value } from "../../ir/graph.ts";
import type { TensorType } from "../../ir/types.ts";
import { isElementwise } from "../../ops/define/structure.ts";
import { seemsChannelsFirst } from "../../lower/sizes/seems-channels-first.ts";
import { textOf, type Span } from "../../support/source.ts";
import type { FunctionView } from "../function-view.ts";
import type { ModelRule } from "../model-rule.ts";

/** MC3204: an image whose channels stand before its height and width goes to a convolution that has them last. */
export const channelsFirst: ModelRule = (node, view, report) => {
  const { func, module } = view;
  if (node.kind !== "call" || node.origin === undefined || func.key !== module.entry) return;
  const image = inputBehind(view, node.operands[0]);
  if (image === undefined) return;
  const [batch, channels, height, width] = image.type.shape;
  if (batch === undefined || channels === undefined || height === undefined || width === undefined) return;
  if (!seemsChannelsFirst(image.type.shape)) return;
  const first = firstConvolution(view, node);
  // Windows of one row are over a sequence.
  if (first?.origin === undefined || first.weights.shape.slice(0, 2).some((it) => asNumber(it) === 1)) return;
  const shape = (...dims: readonly Dim[]): string => `[${[batch, ...dims].map(formatDim).join(", ")}]`;
  report("MC3204", first.origin, {
    name: func.inputNames[func.body.inputs.findIndex(({ id }) => id === image.id)] ?? "",
    given: shape(channels, height, width),
    wanted: shape(height, width, channels),
    layer: textOf(first.origin),
  });
};

interface Convolution {
  readonly weights: TensorType;
  readonly origin: Span | undefined;
}

/** The convolution that the input of a call goes to first: the callee, or one within it, which may be the person's own. */
function firstConvolution(view: FunctionView, call: CallNode): Convolution | undefined {
  const { product } = view.form(call);
  if (product !== undefined)
    return product.op === "conv" ? { weights: product.weights, origin: call.origin } : undefined;
  const inside = view.into(call);
  for (const node of inside.nodes) {
    if (node.kind !== "call" || inputBehind(inside, node.operands[0]) === undefined) continue;
    const found = firstConvolution(inside, node);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** The input of the function that a value is, scaled or shifted by numbers at most. */
function inputBehind(view: FunctionView, value: Value | undefined): Value | undefined {
  if (value === undefined || view.func.body.inputs.some(({ id }) => id === value.id)) return value;
  const node = view.maker(value);
  if (node?.kind !== "operator" || !isElementwise(node)) return undefined;
  const [only, ...others] = node.operands.filter((it) => !isConstant(view.maker(it)));
  return others.length > 0 ? undefined : inputBehind(view, only);
}

function isConstant(node: Node | undefined): boolean {
  return node?.kind === "constant";
}
