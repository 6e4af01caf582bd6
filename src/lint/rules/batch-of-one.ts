import { asNumber } from "../../dims/dim.ts";
import type { CallNode } from "../../ir/graph.ts";
import type { TrainProgram } from "../../ir/program.ts";
import { textOf } from "../../support/source.ts";
import { viewFunctions } from "../function-view.ts";
import type { TrainRule } from "../train-rule.ts";

/** MC4201: a batch of one example, which a batch normalisation makes the same of whatever it is. */
export const batchOfOne: TrainRule = (train, report) => {
  const { batch, phases, origin } = train;
  const examples = examplesOf(train);
  const isLeftOver = examples !== undefined && examples > 1 && examples % batch === 1 && reachesEnd(train, examples);
  // What is frozen normalises by the averages that it has kept.
  if ((batch !== 1 && !isLeftOver) || phases.some(({ frozen }) => frozen.length > 0)) return;
  const norm = flatNorm(train);
  if (norm?.origin === undefined) return;
  const smaller = [...Array(batch).keys()].findLast((it) => it > 1 && examples !== undefined && examples % it !== 1);
  report(
    "MC4201",
    origin,
    { norm: textOf(norm.origin), examples: examples ?? 0, batch },
    {
      labels: [{ span: norm.origin, message: "it has nothing but the batch to measure" }],
      help:
        batch === 1
          ? "Take larger batches; `LayerNorm` and `GroupNorm` normalise each example by itself."
          : `Take another size, as \`batch: ${smaller ?? batch + 1}\`.`,
    },
  );
};

/** How many examples an epoch has, where the section says how many there are. */
function examplesOf({ data }: TrainProgram): number | undefined {
  const { count } = data.source.arguments;
  const share = data.split.fractions.train;
  if (typeof count !== "number" || share === undefined || data.clean.length > 0) return undefined;
  return Math.round(Math.min(1, share) * count);
}

/** Whether the last batch of an epoch is trained on. */
function reachesEnd({ length, batch, accumulate }: TrainProgram, examples: number): boolean {
  return "epochs" in length || length.steps * accumulate >= Math.ceil(examples / batch);
}

/** A batch normalisation of the person's own files that has one number of each example in each channel. */
function flatNorm({ model }: TrainProgram): CallNode | undefined {
  const view = viewFunctions(model, undefined);
  for (const func of model.functions.values()) {
    const seen = view(func);
    const found = seen.nodes.find(
      (node): node is CallNode =>
        node.kind === "call" &&
        seen.form(node).isBatchNorm &&
        node.operands.every(({ type }) => type.shape.slice(1, -1).every((it) => asNumber(it) === 1)),
    );
    if (found !== undefined) return found;
  }
  return undefined;
}
