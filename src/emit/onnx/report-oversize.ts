import { slotsOf } from "../../autodiff/slots-of.ts";
import type { Collector } from "../../diagnostics/collector.ts";
import { asNumber, formatDim } from "../../dims/dim.ts";
import type { Module } from "../../ir/graph.ts";
import type { TrainProgram } from "../../ir/program.ts";
import type { TensorType } from "../../ir/types.ts";
import { parametersOf, statesOf } from "../../graph/parameters-of.ts";
import { elementSize } from "../../support/element-bytes.ts";
import type { Span } from "../../support/source.ts";
import { required } from "../../support/fault.ts";

/** The largest file of weights that is made: in memory, in one piece. */
const greatestFile = 2 ** 32;

const gigabytes = (bytes: number): string => `${Number((bytes / 1e9).toPrecision(3)).toLocaleString("en")} GB`;

/**
 * Whether a model's weights, by their declared sizes, are more than one file holds: true after a report. `train` adds what
 * a checkpoint of the training keeps besides, the memory of its optimizers. Sizes that are left open count for nothing.
 */
export function reportOversize(
  module: Module,
  train: TrainProgram | undefined,
  span: Span,
  collector: Collector,
): boolean {
  const weights = bytesOfWeights(module);
  const slots = train === undefined ? [] : slotsOf(train);
  const memory = slots.reduce((sum, { parameter }) => sum + bytesOf(parameter.type), 0);
  if (weights + memory <= greatestFile) return false;
  const bytes = weights > greatestFile ? weights : weights + memory;
  const what = bytes === weights ? "The weights" : "The weights and the optimizer's memory";
  collector.report("MC5004", span, {
    what,
    model: module.name,
    bytes: gigabytes(bytes),
    limit: gigabytes(greatestFile),
  });
  return true;
}

/** How much a model's weights take where that is more than one file holds, in words; sizes that are left open count for nothing. */
export function sizeOfWeights(module: Module): { readonly bytes: string; readonly limit: string } | undefined {
  const bytes = bytesOfWeights(module);
  return bytes > greatestFile ? { bytes: gigabytes(bytes), limit: gigabytes(greatestFile) } : undefined;
}

/** The bytes of all that a model owns whose sizes are known. */
function bytesOfWeights(module: Module): number {
  return [...parametersOf(module), ...statesOf(module)]
    .filter(({ type }) => type.shape.every((dim) => asNumber(dim) !== undefined))
    .reduce((sum, it) => sum + bytesOf(it.type), 0);
}

/** The bytes of a tensor, beyond 2^53 rounded. */
function bytesOf({ dtype, shape }: TensorType): number {
  return shape.reduce(
    (size, dim) => size * required(asNumber(dim), `a size of ${dtype}[${shape.map(formatDim).join(", ")}]`),
    elementSize[dtype],
  );
}
