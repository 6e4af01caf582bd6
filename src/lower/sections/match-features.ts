import type { Collector } from "../../diagnostics/collector.ts";
import { asNumber, asVariable, constant, substitute, type Dim } from "../../dims/dim.ts";
import type { Func } from "../../ir/graph.ts";
import type { DataProgram, FeatureSpec } from "../../ir/program.ts";
import type { TensorType } from "../../ir/types.ts";
import { sameShape } from "../../ops/define/shape-rules.ts";
import { elementAt } from "../../support/element-at.ts";
import { formatType } from "../values.ts";
import type { Span } from "../../support/source.ts";
import { batchDim } from "./lower-data.ts";

/** How the free dims of a model and of the data that feed it stand to one another. */
export interface FeatureMatch {
  /** Dims of the model that the data fix. */
  readonly fixed: ReadonlyMap<string, number>;
  /** Free dims of the data in the model's names. */
  readonly renamed: ReadonlyMap<string, Dim>;
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
  model: Func,
  data: DataProgram,
  span: Span,
): FeatureMatch | undefined {
  const fixed = new Map<string, number>();
  const renamed = new Map<string, Dim>();
  const pairs: { readonly input: string; readonly type: TensorType; readonly feature: FeatureSpec }[] = [];
  let fine = true;
  for (const [at, input] of model.inputNames.entries()) {
    const { type } = elementAt(model.body.inputs, at);
    const feature = data.features.find((it) => it.name === input);
    if (feature === undefined) {
      const features = data.features.map((it) => it.name);
      // One that no input takes, of the input's element type and rank, may be it under another name.
      const fits = data.features.filter(
        (it) =>
          !model.inputNames.includes(it.name) &&
          it.type.dtype === type.dtype &&
          it.type.shape.length + 1 === type.shape.length,
      );
      const [only] = fits.length === 1 ? fits : [];
      const help = only && {
        help: `Inputs take features by name: call \`${only.name}\` \`${input}\`, in one of the two.`,
      };
      collector.report("MC4007", span, { model: model.name, input, data: data.name, features }, help);
      fine = false;
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
  for (const { input, type, feature } of pairs) {
    // The batch is as large as it comes: a model whose batch size is a number, or that of something else, has none.
    const [first] = type.shape;
    const lead = first && asVariable(first);
    if (lead === undefined || fixed.has(lead)) {
      const found = formatType({ dtype: feature.type.dtype, shape: [batchDim, ...feature.type.shape] });
      collector.report("MC4008", span, { input, expected: formatType(type), feature: feature.name, found });
      fine = false;
      continue;
    }
    const expected = type.shape.map((dim) => substitute(dim, (name) => fixedDim(fixed, name)));
    const found = batchType(feature, renamed);
    const given = found.shape.map((dim) => substitute(dim, (name) => fixedDim(fixed, name)));
    if (sameShape(expected, given) && type.dtype === found.dtype) continue;
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
    fine = false;
  }
  return fine ? { fixed, renamed } : undefined;
}

function fixedDim(fixed: ReadonlyMap<string, number>, name: string): Dim | undefined {
  const size = fixed.get(name);
  return size === undefined ? undefined : constant(size);
}
