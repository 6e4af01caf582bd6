import { mayBeLeftOut } from "../../analyze/may-be-left-out.ts";
import { mentionsOf } from "../../analyze/mentions.ts";
import type { Collector } from "../../diagnostics/collector.ts";
import { nearest } from "../../support/nearest.ts";
import type { CallableDeclaration } from "../../syntax/ast.ts";
import type { TrainDeclaration } from "../../syntax/ast/sections.ts";
import type { KnownData } from "./lower-data.ts";

/**
 * The inputs of a model that may be left out and are there in a training: those that have features of their names. A
 * feature that nothing reads, and whose name is nearly that of such an input, is reported.
 */
export function fedInputs(
  model: CallableDeclaration,
  data: KnownData,
  train: TrainDeclaration,
  collector: Collector,
): ReadonlySet<string> {
  const inputs = new Set(model.inputs.flatMap((it) => it.name?.text ?? []));
  const features = [...data.features.map((it) => it.name), ...data.doubted];
  const read = mentionsOf(train);
  const idle = features.filter((it) => !inputs.has(it) && !read.has(it));
  const fed = new Set<string>();
  for (const { name } of model.inputs.filter(mayBeLeftOut)) {
    if (name === undefined) continue;
    if (features.includes(name.text)) fed.add(name.text);
    const feature = features.includes(name.text) ? undefined : nearest(name.text, idle);
    if (feature === undefined) continue;
    const found = { input: name.text, model: model.name.text, data: data.name, feature };
    collector.report("MC4066", train.data.span, found, { help: `Call the feature \`${name.text}\`.` });
  }
  return fed;
}
