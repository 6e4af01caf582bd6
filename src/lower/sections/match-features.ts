import type { Collector } from "../../diagnostics/collector.ts";
import { asNumber, asVariable, constant, substitute, variablesOf, type Dim } from "../../dims/dim.ts";
import type { FeatureSpec } from "../../ir/program.ts";
import type { TensorType } from "../../ir/types.ts";
import { sameShape } from "../../ops/define/shape-rules.ts";
import { elementAt } from "../../support/element-at.ts";
import type { ModelHeader } from "../model-header.ts";
import { formatType } from "../values.ts";
import type { Span } from "../../support/source.ts";
import type { KnownData } from "./lower-data.ts";
import { batchDim, batchName } from "./batch-dim.ts";

/** How the free dims of a model and of the data that feed it stand to one another. */
export interface FeatureMatch {
  /** Dims of the model that the data fix. */
  readonly fixed: ReadonlyMap<string, number>;
  /** Free dims of the data in the model's names. */
  readonly renamed: ReadonlyMap<string, Dim>;
  /** Whether all inputs have features that fit. */
  readonly fits: boolean;
  /** Free dims of which it is not known what they are, for something does not fit. */
  readonly doubted: ReadonlySet<string>;
}

/** The type of a batch of a feature, in the model's dims. */
export function batchType(feature: FeatureSpec, renamed: ReadonlyMap<string, Dim>): TensorType {
  const shape = [batchDim, ...feature.type.shape].map((dim) => substitute(dim, (name) => renamed.get(name)));
  return { dtype: feature.type.dtype, shape };
}

/** What the model calls the batch. */
export function batchOf(renamed: ReadonlyMap<string, Dim>): Dim {
  return substitute(batchDim, (name) => renamed.get(name));
}

/** Matches a model's inputs to features by name; what does not fit is reported at the section. */
export function matchFeatures(
  collector: Collector,
  model: string,
  { inputs }: ModelHeader,
  data: KnownData,
  span: Span,
): FeatureMatch | undefined {
  const fixed = new Map<string, number>();
  const renamed = new Map<string, Dim>();
  const pairs: { readonly input: string; readonly type: TensorType; readonly feature: FeatureSpec }[] = [];
  const misfits: TensorType[] = [];
  for (const { name: input, type } of inputs) {
    const feature = data.features.find((it) => it.name === input);
    if (feature === undefined) {
      misfits.push(type);
      if (!data.doubted.has(input) && !data.mayLack)
        reportLacking(collector, model, inputs, { input, type }, data, span);
      continue;
    }
    pairs.push({ input, type, feature });
    const actual = [batchDim, ...feature.type.shape];
    if (actual.length !== type.shape.length) continue;
    for (const [axis, dim] of type.shape.entries()) {
      const name = asVariable(dim);
      if (name === undefined) continue;
      const given = elementAt(actual, axis);
      const size = asNumber(given);
      const other = asVariable(given);
      if (size !== undefined) fixed.set(name, size);
      else if (other !== undefined && !renamed.has(other)) renamed.set(other, dim);
    }
  }
  const fitting = new Set<string>();
  let hasBatch = true;
  for (const { input, type, feature } of pairs) {
    // The batch is as large as it comes: a model whose batch size is a number, or that of something else, has none.
    const [first] = type.shape;
    const lead = first && asVariable(first);
    if (lead === undefined || fixed.has(lead)) {
      const found = formatType({ dtype: feature.type.dtype, shape: [batchDim, ...feature.type.shape] });
      collector.report("MC4008", span, { input, expected: formatType(type), feature: feature.name, found });
      hasBatch = false;
      continue;
    }
    const expected = type.shape.map((dim) => substitute(dim, (name) => fixedDim(fixed, name)));
    const found = batchType(feature, renamed);
    const given = found.shape.map((dim) => substitute(dim, (name) => fixedDim(fixed, name)));
    const isOfSize = sameShape(expected, given);
    if (isOfSize) for (const it of [...type.shape, ...feature.type.shape].flatMap(namesIn)) fitting.add(it);
    else misfits.push(type, feature.type);
    if (isOfSize && type.dtype === found.dtype) continue;
    collector.report(
      "MC4008",
      span,
      {
        input,
        expected: formatType(type),
        feature: feature.name,
        found: formatType({ dtype: found.dtype, shape: [batchDim, ...feature.type.shape] }),
      },
      { labels: [{ span: feature.origin, message: "the feature" }] },
    );
  }
  if (!hasBatch) return undefined;
  // The batch of an input whose size does not fit is the batch all the same.
  const [leading] = inputs.flatMap(({ type }) => type.shape.slice(0, 1));
  if (leading !== undefined && !renamed.has(batchName)) renamed.set(batchName, leading);
  const doubted = new Set(
    misfits.flatMap(({ shape }) => shape.flatMap(namesIn)).filter((it) => !fitting.has(it) && !isBatch(it, renamed)),
  );
  for (const it of doubted) fixed.delete(it);
  return { fixed, renamed, fits: pairs.length === inputs.length && misfits.length === 0, doubted };
}

/** A match where the model's dims have sizes besides those that the data fix. */
export function withSizes(match: FeatureMatch, sizes: ReadonlyMap<string, number>): FeatureMatch {
  const fixed = new Map([...match.fixed, ...sizes]);
  const sized = (dim: Dim): Dim => substitute(dim, (name) => fixedDim(fixed, name));
  return { ...match, fixed, renamed: new Map([...match.renamed].map(([name, dim]) => [name, sized(dim)])) };
}

/** Reports an input that has no feature. */
function reportLacking(
  collector: Collector,
  model: string,
  inputs: ModelHeader["inputs"],
  { input, type }: { readonly input: string; readonly type: TensorType },
  data: KnownData,
  span: Span,
): void {
  const features = data.features.map((it) => it.name);
  // One that no input takes, of the input's element type and rank, may be it under another name.
  const fits = data.features.filter(
    (it) =>
      !inputs.some(({ name }) => name === it.name) &&
      it.type.dtype === type.dtype &&
      it.type.shape.length + 1 === type.shape.length,
  );
  const [only] = fits.length === 1 ? fits : [];
  const help = only && {
    help: `Inputs take features by name: call \`${only.name}\` \`${input}\`, in one of the two.`,
  };
  collector.report("MC4007", span, { model, input, data: data.name, features }, help);
}

function isBatch(name: string, renamed: FeatureMatch["renamed"]): boolean {
  const batch = batchOf(renamed);
  return asVariable(batch) === name;
}

function namesIn(dim: Dim): readonly string[] {
  return [...variablesOf(dim)];
}

function fixedDim(fixed: ReadonlyMap<string, number>, name: string): Dim | undefined {
  const size = fixed.get(name);
  return size === undefined ? undefined : constant(size);
}
