import { flattenPrediction } from "../../autodiff/build-prediction-graph.ts";
import { noFacts } from "../../dims/facts.ts";
import { usesOf } from "../../graph/rewrite.ts";
import type { Func, GraphInput, Value } from "../../ir/graph.ts";
import { nodesWithin } from "../../ir/visit.ts";
import type { Predicted, PredictedValue, Prediction } from "../../ir/prediction.ts";
import type { FeatureSpec } from "../../ir/program.ts";
import { sameForm } from "../../dims/dim.ts";
import { expandComposites, keepNone } from "../../passes/expand-composites.ts";
import { findMixedExamples } from "../../passes/find-mixed-examples.ts";
import type { Span } from "../../support/source.ts";
import type { PredictEntry, Setting } from "../../syntax/ast/sections.ts";
import { reportUnknownNames } from "../unknown-names.ts";
import { describe, formatType } from "../values.ts";
import { keyText } from "./key-text.ts";
import { calleesOf } from "./lower-objective.ts";
import { batchOf } from "./match-features.ts";
import { namesOf, type Measurable, type TrainingNames } from "./names-of-training.ts";
import { onlyExpression, type SettingScope } from "./read-setting.ts";
import { beginningOf } from "./report-misplaced.ts";
import { resolveInverts, trainingFunctions, undoFeature } from "./resolve-inverts.ts";
import { sectionFunc } from "./section-context.ts";

const ofExamples =
  "An entry is a number for each example of a batch, or several: `price: invert(y)`, `probability: softmax(logits)`.";

/** A `predict` section, lowered. */
export interface LoweredPrediction {
  readonly prediction: Prediction;
  /** Functions that it calls. */
  readonly callees: ReadonlyMap<string, Func>;
}

/** Lowers what a section says that a prediction consists of. Undefined after a report, or where what it rests on is wrong. */
export function lowerPredict(
  measurable: Measurable,
  section: PredictEntry,
  scope: SettingScope,
): LoweredPrediction | undefined {
  const { collector } = scope;
  for (const it of section.entries) {
    if (it.kind === "setting") continue;
    const problem =
      it.kind === "feature" ? "is declared with a type" : "is not written as a name, a colon and what it is";
    collector.report("MC4112", it.span, { entry: beginningOf(it), problem }, { help: ofExamples });
  }
  if (section.entries.length === 0 && !measurable.declaration.broken)
    collector.report(
      "MC4003",
      section.span,
      { missing: "an entry", where: "`predict`" },
      { help: "Each says what is predicted, and how: `predict { price: invert(y) }`." },
    );
  const names = namesOf(measurable);
  const seen = new Map<string, Setting>();
  const entries = section.entries.flatMap((it) => {
    if (it.kind !== "setting") return [];
    const name = keyText(it);
    const earlier = seen.get(name);
    if (earlier !== undefined) {
      const labels = [{ span: earlier.span, message: "first here" }];
      collector.report("MC4002", it.span, { key: name, section: "predict" }, { labels });
      return [];
    }
    seen.set(name, it);
    return lowerEntry(measurable, names, it, scope) ?? [];
  });
  if (entries.length < section.entries.length || entries.length === 0) return undefined;
  const predicted = toPredicted("predict", names, entries, section.span);
  if (reportMixed(measurable, predicted, scope)) return undefined;
  const undone = new Set(entries.flatMap(({ features }) => features));
  const actual = undone.size === 0 ? undefined : lowerActual(measurable, [...undone], section.span);
  return {
    prediction: { ...predicted, ...(actual && { actual }) },
    callees: calleesOf(measurable.model.elaborator, predicted.func),
  };
}

/** Reports entries in which one example depends on others, whichever are predicted with it. */
function reportMixed({ model, match }: Measurable, predicted: Predicted, { collector }: SettingScope): boolean {
  const { functions } = model.elaborator;
  const batch = batchOf(match?.renamed ?? new Map());
  const flat = expandComposites(flattenPrediction("section", { facts: noFacts, functions }, predicted), keepNone);
  const isShared = ({ value }: GraphInput): boolean => {
    const [first] = value.type.shape;
    return first === undefined || !sameForm(first, batch);
  };
  const mixed = findMixedExamples(flat, batch, isShared);
  for (const { name, origin } of predicted.entries) {
    if (!mixed.has(name)) continue;
    const problem = "of one example depends on the others of its batch";
    const help = "To work on one example's own axes, count them from the end: `axis=-1`.";
    collector.report("MC4112", origin, { entry: name, problem }, { help });
  }
  return mixed.size > 0;
}

/** Features as they were read. */
function lowerActual(measurable: Measurable, features: readonly FeatureSpec[], span: Span): Predicted | undefined {
  const names = namesOf(measurable);
  const entries = features.flatMap((feature): readonly LoweredEntry[] => {
    const { name, origin } = feature;
    const val = names.ctx.scope.names.get(name);
    const undone =
      val?.kind === "tensor" ? undoFeature(names.ctx, val, feature, span, { measurable, names }) : undefined;
    if (undone === undefined) return [];
    const { value, field } = undone;
    return [{ entry: { name, ...(field !== undefined && { field }), origin }, value, features: [] }];
  });
  return entries.length < features.length ? undefined : toPredicted("actual", names, entries, span);
}

function toPredicted(
  name: string,
  { ctx, inputs }: TrainingNames,
  entries: readonly LoweredEntry[],
  span: Span,
): Predicted {
  const used = new Set([...entries.map(({ value }) => value), ...ctx.nodes.flatMap(usesOf)].map(({ id }) => id));
  const kept = inputs.filter(({ value }) => used.has(value.id));
  const results = entries.map(({ entry, value }) => ({ name: entry.name, value }));
  return {
    func: sectionFunc(ctx, name, kept, results, span),
    inputs: kept.map((it) => ({ from: it.from, name: it.name })),
    entries: entries.map(({ entry }) => entry),
  };
}

interface LoweredEntry {
  readonly entry: PredictedValue;
  readonly value: Value;
  /** The features whose steps it undoes. */
  readonly features: readonly FeatureSpec[];
}

/** One entry: its name, and a number or more for each example. Undefined after a report. */
function lowerEntry(
  measurable: Measurable,
  names: TrainingNames,
  setting: Setting,
  scope: SettingScope,
): LoweredEntry | undefined {
  const { ctx, inputs } = names;
  const name = keyText(setting);
  const report = (problem: string, help?: string): undefined => {
    const extras = help === undefined ? {} : { help };
    scope.collector.report("MC4112", setting.span, { entry: name, problem }, extras);
    return undefined;
  };
  if (setting.key.length > 1) return report("has a name of several words", "A name is one word: `price: invert(y)`.");
  const written = onlyExpression(setting, scope);
  if (written === undefined) return undefined;
  const length = ctx.nodes.length;
  const resolved = resolveInverts(ctx, written, { measurable, names, implied: name });
  if (resolved === undefined) return undefined;
  const { expression, field, features } = resolved;
  if (!reportUnknownNames(ctx, expression, { also: trainingFunctions })) return undefined;
  const val = ctx.elaborator.rules.expression(ctx, expression);
  if (val.kind === "poison") return undefined;
  const batch = batchOf(measurable.match?.renamed ?? new Map());
  if (val.kind !== "tensor") return report(`is ${describe(val)}`, ofExamples);
  const { value } = val;
  const [first] = value.type.shape;
  if (first === undefined || !sameForm(first, batch))
    return report(`is ${formatType(value.type)} for the whole batch`, ofExamples);
  const own = ctx.nodes.slice(length);
  const used = new Set([value, ...own.flatMap(usesOf)].map(({ id }) => id));
  const feature = inputs.find((it) => it.from === "feature" && used.has(it.value.id));
  if (feature !== undefined)
    return report(
      `reads the feature \`${feature.name}\``,
      "What is predicted is made of what the model gives: where it is used, nothing else need be there.",
    );
  for (const node of nodesWithin(own)) {
    if (node.kind === "key") return report("is drawn", "A prediction is the same whenever it is asked for.");
  }
  return { entry: { name, ...(field !== undefined && { field }), origin: setting.span }, value, features };
}
