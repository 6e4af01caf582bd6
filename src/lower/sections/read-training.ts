import type {
  AverageSpec,
  ClipSpec,
  Metric,
  Monitor,
  OptimizerSpec,
  Schedule,
  SettingValue,
  Split,
  TrainProgram,
} from "../../ir/program.ts";
import { clipTable } from "../../autodiff/clip-gradients.ts";
import { optimizerTable } from "../../autodiff/optimizers.ts";
import { precisionOf, precisionTable } from "../../autodiff/precisions.ts";
import { constantSchedule, endsSomewhere, scheduleTable, totalOf } from "../../autodiff/schedules.ts";
import { namesOfNumbers } from "../../ir/measures-of.ts";
import type { ArgumentSchema } from "../../ir/settings.ts";
import { fault } from "../../support/fault.ts";
import { textOf, type Span } from "../../support/source.ts";
import type { Expression } from "../../syntax/ast.ts";
import type { Setting } from "../../syntax/ast/sections.ts";
import { keyText } from "./key-text.ts";
import { meantFigure } from "./meant-figure.ts";
import { membersOf } from "./members-of.ts";
import {
  checkedValue,
  onlyExpression,
  phraseWords,
  readArguments,
  readCall,
  type SettingCall,
  type SettingScope,
} from "./read-setting.ts";

const numberOf = (values: Readonly<Record<string, SettingValue>>, name: string): number => {
  const value = values[name];
  return typeof value === "number" ? value : fault(`the setting ${name} is no number`);
};

/** `adam(lr=cosine(peak=1e-3, warmup=100), beta2=0.99)` */
export function readOptimizer(expression: Expression, scope: SettingScope): OptimizerSpec | undefined {
  const call = readCall(expression, optimizerTable, "optimizer", scope);
  const rate = call === undefined ? undefined : readRate(call, scope);
  if (call === undefined || rate === undefined) return undefined;
  const settings = Object.fromEntries(
    Object.entries(call.values).filter(([name]) => name !== "lr" && name !== "decay"),
  );
  return { kind: call.name, rate, decay: numberOf(call.values, "decay"), settings };
}

function readRate(optimizer: SettingCall, scope: SettingScope): Schedule | undefined {
  const expression = optimizer.calls["lr"];
  if (expression === undefined) return constantSchedule(numberOf(optimizer.values, "lr"));
  const call = readCall(expression, scheduleTable, "learning-rate schedule", scope);
  if (call === undefined) return undefined;
  const settings = Object.keys(call.values).map((name) => [name, numberOf(call.values, name)] as const);
  return { kind: call.name, settings: Object.fromEntries(settings) };
}

/**
 * Reports a schedule that contradicts itself or the length of its training, where that is given in steps: a warmup that
 * leaves no step, a floor above the peak.
 */
export function checkRate(rate: Schedule, steps: number | undefined, span: Span, scope: SettingScope): void {
  const total = totalOf(rate);
  const length = total ?? steps;
  const { warmup = 0, floor, peak } = rate.settings;
  if (length !== undefined && (endsSomewhere(rate) && warmup > 0 ? warmup >= length : warmup > length)) {
    const until = total === undefined ? "the end of the training" : "its `total`";
    scope.collector.report("MC4054", span, { warmup, length, until });
  }
  if (floor !== undefined && peak !== undefined && floor > peak) {
    const expected = `at most the peak, \`${peak}\``;
    scope.collector.report("MC4006", span, {
      argument: "floor",
      callee: rate.kind,
      expected,
      found: `\`${floor}\``,
    });
  }
}

/** `global_norm(1.0)` */
export function readClip(expression: Expression, scope: SettingScope): ClipSpec | undefined {
  const call = readCall(expression, clipTable, "way of clipping", scope);
  if (call === undefined) return undefined;
  return { kind: call.name, limit: numberOf(call.values, "limit") };
}

/** `ema(decay=0.999)` */
export function readAverage(expression: Expression, scope: SettingScope): AverageSpec | undefined {
  const table = { ema: { decay: { kind: "number", default: 0.999, min: 0, below: 1 } } } as const;
  const call = readCall(expression, table, "average", scope);
  return call && { kind: "ema", decay: numberOf(call.values, "decay") };
}

/** `mixed_bf16`, `mixed_f16(scale=1024)`; nothing where it is `f32`, or after a report. */
export function readPrecision(expression: Expression, scope: SettingScope): TrainProgram["precision"] {
  const call = readCall(expression, precisionTable, "precision", scope);
  return call && precisionOf(call.name, call.values);
}

/** A whole number of a section, or its default. */
export function readInteger(
  setting: Setting | undefined,
  otherwise: number,
  min: number,
  scope: SettingScope,
): number | undefined {
  if (setting === undefined) return otherwise;
  const expression = onlyExpression(setting, scope);
  const schema: ArgumentSchema = { kind: "integer", min };
  const key = keyText(setting);
  const value = expression === undefined ? undefined : checkedValue(expression, schema, key, "this section", scope);
  return typeof value === "number" ? value : undefined;
}

/** `every 250 steps`, `every epoch`, `every 2 epochs` */
export function readValidate(setting: Setting, scope: SettingScope): TrainProgram["validate"] {
  const [phrase, more] = setting.phrases;
  const [word, first, second, extra] = phrase === undefined ? [] : phraseWords(phrase, scope);
  if (word === "every" && more === undefined && extra === undefined) {
    if ((first === "epoch" || first === "step") && second === undefined) return { every: 1, unit: `${first}s` };
    if (
      typeof first === "number" &&
      Number.isSafeInteger(first) &&
      first > 0 &&
      (second === "steps" || second === "epochs")
    ) {
      return { every: first, unit: second };
    }
  }
  const expected = "`every 250 steps`, `every epoch` or the like";
  const parameters = { argument: "validate", callee: "this section", expected, found: "this" };
  const unit = /^(step|epoch)s?$/.exec(String(second))?.[1];
  const isOne = phrase !== undefined && more === undefined && extra === undefined && word === "every";
  if (!isOne || unit === undefined || typeof first !== "number" || !Number.isSafeInteger(first) || first < 1) {
    scope.collector.report("MC4006", setting.span, parameters);
    return undefined;
  }
  const meant = first === 1 ? `every ${unit}` : `every ${first} ${unit}s`;
  const fix = { title: `write \`${meant}\``, edits: [{ span: phrase.span, text: meant }] };
  scope.collector.report("MC4006", setting.span, parameters, { help: `Write \`${meant}\`.`, fix });
  return undefined;
}

const splits: readonly Split[] = ["train", "validate", "test"];

/** What may be watched: the losses and the metrics of a training, on the splits of its data. */
export interface Measured {
  readonly losses: readonly string[];
  readonly metrics: readonly Metric[];
  /** Whether a figure in which something is wrong may have a name. */
  readonly mayMeasure: (name: string) => boolean;
  /** Says of a split that has no share that it has none, once. */
  readonly reportLack: (split: Split, span: Span) => void;
}

/** `validate.loss`, `train.accuracy`, `validate.critic.loss`: a split and what is measured on it. */
export function readMonitor(
  expression: Expression,
  { losses, metrics, mayMeasure, reportLack }: Measured,
  scope: SettingScope,
): Monitor | undefined {
  const [split, ...rest] = membersOf(expression) ?? [];
  const metric = rest.length === 0 ? undefined : rest.join(".");
  const measured = [...losses, ...namesOfNumbers(metrics)];
  const known = splits.find((it) => it === split && it !== "test");
  if (known !== undefined && metric !== undefined && (measured.includes(metric) || mayMeasure(metric))) {
    reportLack(known, expression.span);
    return { split: known, metric };
  }
  const found = textOf(expression.span);
  const several = known !== undefined && metrics.some(({ name }) => name === metric);
  const name = known === undefined ? found : (metric ?? "");
  const meant = several ? undefined : measured.includes(name) ? name : meantFigure(name, measured);
  const watched = meant && `${known ?? (/^train[_.]/.test(found) ? "train" : "validate")}.${meant}`;
  const fix = watched && { title: `change to ${watched}`, edits: [{ span: expression.span, text: watched }] };
  scope.collector.report(
    "MC4015",
    expression.span,
    { found, known: measured, section: "train", several },
    watched && fix ? { help: `Did you mean \`${watched}\`?`, fix } : {},
  );
  return undefined;
}

function modeOf({ metric }: Monitor, { metrics }: Measured): "min" | "max" {
  return metrics.find(({ name }) => name === metric)?.better === "higher" ? "max" : "min";
}

/** `early(validate.loss, patience=3)` */
export function readStop(expression: Expression, measured: Measured, scope: SettingScope): TrainProgram["stop"] {
  const [first, ...rest] = expression.kind === "call" ? expression.arguments : [];
  if (
    expression.kind !== "call" ||
    expression.callee.kind !== "reference" ||
    expression.callee.text !== "early" ||
    first === undefined ||
    first.name !== undefined
  ) {
    scope.collector.report("MC4004", expression.span, {
      what: "way of stopping",
      name: `\`${textOf(expression.span)}\``,
      known: ["early(validate.loss, patience=3)"],
    });
    return undefined;
  }
  const monitor = readMonitor(first.value, measured, scope);
  const settings = readArguments(
    "early",
    { patience: { kind: "integer", default: 1, min: 1 } },
    rest,
    expression.span,
    scope,
  );
  if (monitor === undefined || settings === undefined) return undefined;
  return { monitor, patience: numberOf(settings.values, "patience"), mode: modeOf(monitor, measured) };
}

/** `best(validate.accuracy)` */
export function readSave(expression: Expression, measured: Measured, scope: SettingScope): TrainProgram["save"] {
  const [first, extra] = expression.kind === "call" ? expression.arguments : [];
  if (
    expression.kind !== "call" ||
    expression.callee.kind !== "reference" ||
    expression.callee.text !== "best" ||
    first === undefined ||
    first.name !== undefined ||
    extra !== undefined
  ) {
    scope.collector.report("MC4004", expression.span, {
      what: "way of saving",
      name: `\`${textOf(expression.span)}\``,
      known: ["best(validate.loss)"],
    });
    return undefined;
  }
  const monitor = readMonitor(first.value, measured, scope);
  return monitor === undefined ? undefined : { monitor, mode: modeOf(monitor, measured) };
}
