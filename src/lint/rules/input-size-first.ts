import { asNumber } from "../../dims/dim.ts";
import { helpOfChannels } from "../../lower/input-size.ts";
import { required } from "../../support/fault.ts";
import { textOf } from "../../support/source.ts";
import type { ModelRule } from "../model-rule.ts";

/** From so many places on a kernel is hardly meant. */
const largeKernel = 8;

/**
 * MC3211: the channels of the input as the first argument of a convolution, as PyTorch has them: `Conv2D(3, 64, 3)` of 3
 * channels, which are taken as filters, and the filters as the kernel.
 */
export const inputSizeFirst: ModelRule = (node, { module }, report) => {
  const [x] = node.kind === "call" ? node.operands : [];
  if (node.kind !== "call" || node.origin === undefined || x === undefined) return;
  const { hyperparameters } = required(module.functions.get(node.callee), "callee");
  const takes = (it: string): boolean => hyperparameters.some((own) => own.name === it);
  const text = textOf(node.origin);
  const [, first, second] = /^\w+\((\d+), *(\d+),/.exec(text) ?? [];
  const help = helpOfChannels(node.origin);
  const channels = x.type.shape.at(-1);
  if (!takes("filters") || !takes("kernel") || first === undefined || help === undefined) return;
  if (channels === undefined || asNumber(channels) !== Number(first) || Number(second) < largeKernel) return;
  report("MC3211", node.origin, { layer: text, size: first, taken: "filters" }, { help });
};
