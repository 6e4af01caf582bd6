import { asNumber } from "../../dims/dim.ts";
import type { CallNode, Node } from "../../ir/graph.ts";
import { textOf } from "../../support/source.ts";
import { callBehind, type FunctionView } from "../function-view.ts";
import type { LayerForm } from "../layer-form.ts";
import type { ModelRule } from "../model-rule.ts";

type Product = NonNullable<LayerForm["product"]>;

/**
 * MC3201: two linear layers, or convolutions, with nothing between them that bends. A narrow one in between, as of a
 * factorised table, is meant: together they are no less than they seem.
 */
export const linearInARow: ModelRule = (node, view, report) => {
  if (node.kind === "repeat") reportRepeated(node, view, report);
  if (node.kind !== "call" || node.origin === undefined) return;
  const second = view.form(node).product;
  const before = callBehind(view, node.operands[0], (it) => isDropout(view, it) && isOnly(view, it));
  if (second === undefined || before?.origin === undefined || !isOnly(view, before)) return;
  const form = view.form(before);
  const inside = form.isAffine && form.product?.op === second.op ? channelsOf(form.product) : undefined;
  const outside = channelsOf(second);
  if (inside === undefined || outside === undefined || inside.given !== outside.taken) return;
  // In groups the first sees a part of its input.
  const channels = before.operands[0]?.type.shape.at(-1);
  if (channels === undefined || asNumber(channels) !== inside.taken) return;
  const [taken, hidden, given] = [inside.taken, outside.taken, outside.given];
  if (taken === undefined || hidden === undefined || given === undefined) return;
  if (hidden < Math.min(taken, given) || isShared(view, before) || isShared(view, node)) return;
  report(
    "MC3201",
    node.origin,
    { first: textOf(before.origin), second: textOf(node.origin) },
    {
      labels: [{ span: before.origin, message: "the linear layer before it" }],
      help: "Give the first one an activation, as `activation=relu`, or leave it out.",
    },
  );
};

/**
 * How many channels a product takes and gives. Undefined of convolutions of which two in a row are more than one, or are
 * written so on purpose: with a kernel of 1 along an axis they are factors of a larger one. In groups they take fewer
 * channels than there are.
 */
function channelsOf({
  op,
  weights: { shape },
}: Product): { readonly taken: number | undefined; readonly given: number | undefined } | undefined {
  if (op === "matmul" && shape.length !== 2) return undefined;
  if (op === "conv" && shape.slice(0, -2).some((it) => asNumber(it) === 1)) return undefined;
  const [taken, given] = shape.slice(-2).map(asNumber);
  return { taken, given };
}

/** Copies of one linear layer, each applied to what the one before gives. */
function reportRepeated(
  node: Extract<Node, { kind: "repeat" }>,
  view: FunctionView,
  report: Parameters<ModelRule>[2],
): void {
  const { body, count, shared } = node;
  const [input, ...inputs] = body.inputs;
  const [result] = body.results;
  const call = callBehind(view, result, (it) => isDropout(view, it) && isOnly(view, it));
  if (input === undefined || inputs.length > 0 || shared || count < 2 || call?.origin === undefined) return;
  const form = view.form(call);
  if (!form.isAffine || form.product?.op !== "matmul" || call.operands[0]?.id !== input.id) return;
  if (view.uses(input) > 1 || !isOnly(view, call)) return;
  const layer = textOf(call.origin);
  report(
    "MC3201",
    call.origin,
    { first: layer, second: layer },
    {
      help: "Give it an activation, as `activation=relu`: copies of a linear layer in a row are no more than one of them.",
    },
  );
}

/** Whether what a node gives is read once. */
function isOnly(view: FunctionView, { results }: Node): boolean {
  return results.every((it) => view.uses(it) === 1);
}

function isDropout(view: FunctionView, node: Node): boolean {
  return node.kind === "call" && view.form(node).isDropout;
}

/** Whether the layer's parameters are used elsewhere too. */
function isShared(view: FunctionView, { instance }: CallNode): boolean {
  return view.applications(instance) > 1;
}
