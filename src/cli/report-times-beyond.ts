import { examplesOfUpdate } from "../ir/update-size.ts";
import { beginningOf } from "../lower/sections/report-idle-steps.ts";
import { totalSteps } from "../runtime/train/train-loop.ts";
import { printFindings } from "./load-unit.ts";
import type { OpenTraining } from "./open-training.ts";
import type { Terminal } from "./terminal.ts";

/**
 * Warns of what is to happen in a training after it ends: freezing and thawing, the end of a warmup, and validation, which is
 * then carried out once, at the end. What the section alone tells is an error when it is checked.
 */
export function reportTimesBeyond(
  { program, dataset, spec: { collector } }: Pick<OpenTraining, "program" | "dataset" | "spec">,
  terminal: Terminal,
): void {
  const examples = dataset.splits.train.count;
  const steps = totalSteps(program, examples);
  const perEpoch = Math.ceil(examples / examplesOfUpdate(program));
  const frozen = program.phases
    .filter(({ from }) => ("epochs" in from ? from.epochs * perEpoch : from.steps) >= steps)
    .map((it) => `What is frozen is to change at ${beginningOf(it)}`);
  const warmups = program.steps.flatMap(({ optimizer }) => optimizer.rate.settings["warmup"] ?? []);
  const warm = [...new Set(warmups)]
    .filter((it) => it > steps)
    .map((it) => `The learning rate is to warm up for ${it} steps`);
  const { validate } = program;
  const every = validate === undefined ? 0 : validate.unit === "steps" ? validate.every : validate.every * perEpoch;
  const unseen = every > steps && validate !== undefined && dataset.splits.validate.count > 0;
  const measured = unseen ? [`The validate split is to be measured every ${validate.every} ${validate.unit}`] : [];
  for (const what of [...frozen, ...warm, ...measured])
    collector.report("MC4046", program.origin, { what, steps, epochs: Math.ceil(steps / perEpoch) });
  printFindings(collector, terminal);
}
