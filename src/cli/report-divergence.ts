import { asNumber, sameForm } from "../dims/dim.ts";
import { entryOf } from "../graph/parameters-of.ts";
import { elementAt } from "../support/element-at.ts";
import { required } from "../support/fault.ts";
import { showRawField } from "../sources/show-raw-field.ts";
import type { Collector } from "../diagnostics/collector.ts";
import type { Label } from "../diagnostics/diagnostic.ts";
import { isPort, nameIn } from "../ir/ports.ts";
import type { TrainProgram, TrainStep } from "../ir/program.ts";
import { findOperator } from "../ops/registry.ts";
import { replayStep, type FirstOddity } from "../runtime/onnx/replay-step.ts";
import { findNonFinite } from "../runtime/train/find-non-finite.ts";
import type { Divergence, LossDivergence } from "../runtime/train/train-loop.ts";
import type { Trainer } from "../runtime/train/trainer.ts";
import type { Span } from "../support/source.ts";
import { drawingStep } from "../ir/update-size.ts";
import type { Tensors } from "../runtime/tensor.ts";
import { cutBatch } from "../runtime/train/cut-batch.ts";

/** What a divergence is reported with. */
export interface DivergenceReport {
  readonly collector: Collector;
  readonly program: TrainProgram;
  /** As it was before the step that was not taken. */
  readonly trainer: Trainer;
  /** How many steps were taken. */
  readonly step: number;
  /** Says how to go on. */
  readonly help: string;
  readonly runtimeFrom: string | undefined;
}

/**
 * Reports why a training cannot go on, at its loss; a step that was not taken is replayed to name the first value that was
 * not finite. Gives that in words, where it is known.
 */
export async function reportDivergence(report: DivergenceReport, divergence: Divergence): Promise<string | undefined> {
  const { collector, program, step, help } = report;
  const span = lossOf(program, divergence.kind === "tensors" ? program.steps[0] : divergence.place.step);
  if (divergence.kind === "scale") {
    collector.report("MC4045", span, { step, scale: String(divergence.scale) }, { help });
    return undefined;
  }
  if (divergence.kind === "tensors") {
    const { name, index, value } = divergence.at;
    collector.report("MC4044", span, { step, element: elementText(name, index), value: String(value) }, { help });
    return undefined;
  }
  const { cause, labels } = await explain(report, divergence);
  const found = { step: step + 1, loss: String(divergence.loss), ...(cause !== undefined && { cause }) };
  collector.report("MC4043", span, found, { help, labels });
  return cause;
}

/** `dense_0.kernel[3, 1]`. */
export function elementText(name: string, index: readonly number[]): string {
  return index.length === 0 ? name : `${name}[${index.join(", ")}]`;
}

interface Explanation {
  readonly cause?: string;
  readonly labels: readonly Label[];
}

async function explain(
  { program, trainer, step, runtimeFrom }: DivergenceReport,
  divergence: LossDivergence,
): Promise<Explanation> {
  const snapshot = await trainer.snapshot();
  const { place } = divergence;
  // Of a batch that is taken in parts, the first that shows it.
  for (const [part, { features, from }] of cutBatch(divergence.features, program.batch).entries()) {
    const at = drawingStep(program, step, part);
    const replayed = await replayStep(program, { snapshot, features, step: at, place }, runtimeFrom);
    if (!replayed.ok) return { cause: `which value was the first is not looked for, as ${replayed.error}`, labels: [] };
    const first = replayed.value;
    if (first !== undefined) return explainFirst(first, { program, step }, from, divergence, snapshot);
  }
  return { cause: "computed again by ONNX Runtime, operator by operator, it is finite", labels: [] };
}

/** What the first value that is not finite says, in a part of a batch before which `from` examples come. */
function explainFirst(
  first: FirstOddity,
  { program, step }: Pick<DivergenceReport, "program" | "step">,
  from: number,
  divergence: LossDivergence,
  snapshot: Tensors,
): Explanation {
  const { index, value, traced } = first;
  switch (traced.input?.role) {
    case undefined:
      return ofNode(first, program, from, divergence);
    case "feature":
      return {
        cause: ofFeature(required(nameIn("feature", traced.name), traced.name), first, from, divergence, snapshot),
        labels: [],
      };
    default: {
      const element = elementText(traced.input?.path ?? traced.name, index);
      const since = step === 0 ? "from the beginning" : `since step ${step}, whose loss was still finite`;
      return { cause: `${element} is ${value} ${since}`, labels: [] };
    }
  }
}

/** The cell that a feature's value came from, or what else made it. */
function ofFeature(
  feature: string,
  { index, value }: FirstOddity,
  from: number,
  { raw, examples }: LossDivergence,
  snapshot: Tensors,
): string {
  const [rowOfPart = 0, ...place] = index;
  const row = from + rowOfPart;
  const example = `example ${examples[row] ?? row} of the train split`;
  for (const [name, { data }] of raw) {
    if (!(data instanceof Float64Array)) continue;
    const size = data.length / examples.length;
    const at = data.subarray(row * size, (row + 1) * size).findIndex((it) => !Number.isFinite(it));
    if (at >= 0) return `${showRawField(name)} of ${example} is ${elementAt(data, row * size + at)}`;
  }
  const statistics = new Map([...snapshot].filter(([name]) => isPort("statistic", name)));
  const statistic = findNonFinite(statistics);
  const because =
    statistic === undefined ? "" : `, as ${elementText(statistic.name, statistic.index)} is ${statistic.value}`;
  return `the feature ${elementText(feature, place)} of ${example} is ${value}${because}`;
}

function ofNode(
  { traced, index, value, shape }: FirstOddity,
  { precision, model }: TrainProgram,
  from: number,
  { examples }: LossDivergence,
): Explanation {
  const { by, place } = traced.made ?? { by: "value", place: { path: "" } };
  const where = place.path === "" ? "" : ` in ${place.path}`;
  const at = index.length === 0 ? "" : ` at [${index.join(", ")}]`;
  const type = `${traced.value.type.dtype}[${shape.join(", ")}]`;
  const [batch] = entryOf(model).body.inputs[0]?.type.shape ?? [];
  const [first] = traced.value.type.shape;
  const isOfBatch =
    batch !== undefined && first !== undefined && asNumber(batch) === undefined && sameForm(first, batch);
  const row = from + (index[0] ?? 0);
  const of = isOfBatch ? `, of example ${examples[row] ?? row} of the train split` : "";
  const narrow = precision?.half === "f16" && !Number.isNaN(value) && findOperator(by)?.sumsProducts === true;
  const beyond = narrow ? ", beyond the 65504 at which f16 ends" : "";
  const cause = `the first value that is not finite is of \`${by}\`${where}, whose result, ${type}, has ${value}${at}${of}${beyond}`;
  const { origin } = place;
  const labels = origin === undefined ? [] : [{ span: origin, message: `here \`${by}\`${where} gives ${value}` }];
  return { cause, labels };
}

/** Where the loss is written: the expression, or the section where that is not known. */
function lossOf({ origin }: TrainProgram, { objective }: TrainStep): Span {
  const [loss] = objective.body.results;
  const span = objective.body.nodes.find(({ results }) => results.some(({ id }) => id === loss?.id))?.origin;
  return span?.file.path === origin.file.path ? span : origin;
}
