import { asNumber } from "../../dims/dim.ts";
import { helpOfChannels } from "../../lower/input-size.ts";
import { required } from "../../support/fault.ts";
import { textOf } from "../../support/source.ts";
import type { ModelRule } from "../model-rule.ts";

/** From so many places on a kernel is hardly meant: learned downsampling has one of 8, or of 10 with a stride of 5. */
const largeKernel = 16;
/** What kernels are most often, and strides seldom: the third number, where the second are filters. */
const usualKernels: ReadonlySet<string> = new Set(["1", "3", "5", "7"]);

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
  const [, first, second, third = ""] = /^\w+\((\d+), *(\d+), *(\d+)[,)]/.exec(text) ?? [];
  const help = helpOfChannels(node.origin);
  const channels = x.type.shape.at(-1);
  if (!takes("filters") || !takes("kernel") || first === undefined || help === undefined) return;
  if (channels === undefined || asNumber(channels) !== Number(first) || Number(second) < largeKernel) return;
  // Of sequences long kernels with a stride of 2 are not seldom.
  if (!usualKernels.has(third) && (third !== "2" || /^\w*1D/.test(text))) return;
  report("MC3211", node.origin, { layer: text, size: first, taken: "filters" }, { help });
};
