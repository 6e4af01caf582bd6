import { describe, expect, it } from "vitest";
import { wordsOf } from "../../src/analyze/hyperparameter-words.ts";
import { isFloat } from "../../src/ops/define/dtype-class.ts";
import type { NdArray } from "../../src/ops/define/operator.ts";
import { library } from "../../src/std/library.ts";
import { required } from "../../src/support/fault.ts";
import { textOf } from "../../src/support/source.ts";
import { backends, useBackend } from "../emit/tfjs/backends.ts";
import { checkFile } from "../lower/checking.ts";
import { runText } from "../lower/run-text.ts";
import { relativeError } from "../ops/relative-error.ts";
import { usualLayers } from "./usual-layers.ts";

/**
 * Every argument of every layer of the library with values of all kinds. Each is refused once where it stands, in words
 * about what was written, or gives what its type says, the same on both targets as in f64, and finite.
 */
const odd = [
  ...["-100", "-1", "0", "1", "2", "3", "5", "7", "1.5", "0.5", "-0.5", "1e-60", "1e300", "true", "false", '"a"', "x"],
  ...["[]", "[1]", "[2, 3]", "[0, 1]", "[-1, 1]", "[1.5, 1]", "[1, 2, 3]", "[7, 1]", "B", "same", "valid", "concat"],
  ...["mul", "nonsense", "relu", "softmax", "leaky_relu(0.1)", "leaky_relu(x)", "zeros", "ones", "constant(2)"],
  ...[
    "normal(stddev=-1)",
    "orthogonal",
    "Dense",
    "Dense(2)",
    "LSTM",
    "LSTM(2)",
    "LSTM(2, reverse=true)",
    "Flatten",
    "sum",
  ],
];

/** What each metric that takes arguments is of, and what it must be given. */
const measured: Readonly<Record<string, { readonly of: string; readonly given?: Readonly<Record<string, string>> }>> = {
  top_k_accuracy: { of: "logits, label" },
  confusion_matrix: { of: "logits, label" },
  f1_by_class: { of: "logits, label" },
  class_precision: { of: "logits, label" },
  class_recall: { of: "logits, label" },
  class_f1: { of: "logits, label" },
  class_auc: { of: "logits, label" },
  cohen_kappa: { of: "logits, label" },
  binary_accuracy: { of: "score, hit" },
  precision: { of: "score, hit" },
  recall: { of: "score, hit" },
  specificity: { of: "score, hit" },
  f1: { of: "score, hit" },
  binary_iou: { of: "score, hit" },
  binary_matthews: { of: "score, hit" },
  auc: { of: "score, hit" },
  average_precision: { of: "score, hit" },
  multilabel_precision: { of: "logits, logits" },
  multilabel_recall: { of: "logits, logits" },
  multilabel_f1: { of: "logits, logits" },
  multilabel_auc: { of: "logits, logits" },
  spearman: { of: "score, hit", given: { low: "-1", high: "1" } },
  bleu: { of: "label[:, None], label[:, None]" },
  edit_distance: { of: "logits[:, None], label[:, None]" },
  ctc_error_rate: { of: "logits[:, None], label[:, None]" },
  sensitivity_at_specificity: { of: "score, hit", given: { specificity: "0.5" } },
  specificity_at_sensitivity: { of: "score, hit", given: { sensitivity: "0.5" } },
  precision_at_recall: { of: "score, hit", given: { recall: "0.5" } },
  recall_at_precision: { of: "score, hit", given: { precision: "0.5" } },
};

const declared = library.names.flatMap((name) => {
  const found = library.find(name);
  return found === undefined || found.declaration.hyperparameters.length === 0 ? [] : [found.declaration];
});
const layers = declared.filter(({ flavor }) => flavor !== "metric");
const metrics = declared.filter(({ flavor }) => flavor === "metric");

/** Values of all kinds, and the words that the parameter takes. */
function valuesOf(name: string, parameter: string): readonly string[] {
  const type = library.find(name)?.declaration.hyperparameters.find((it) => it.name.text === parameter)?.type;
  return [...new Set([...odd, ...(type === undefined ? [] : wordsOf(type))])];
}

interface Call {
  readonly title: string;
  readonly text: string;
  readonly parameter: string;
  readonly value: string;
}

function callsOf(name: string, parameters: readonly string[]): readonly Call[] {
  const { input, given = {}, applied = "x" } = usualLayers[name] ?? { input: "f32[2, 4]" };
  return parameters.flatMap((parameter) =>
    valuesOf(name, parameter).map((value): Call => {
      const entries = Object.entries({ ...given, [parameter]: value });
      const title = `${name}(${entries.map(([key, it]) => `${key}=${it}`).join(", ")})`;
      return { title, parameter, value, text: `block M: (x: ${input}) {\n  ${applied} -> ${title}\n}\n` };
    }),
  );
}

/** Numbers from 0.25 to 1, always the same; places are 0. */
function fill(name: string, { dtype, shape, data }: NdArray): NdArray {
  const real = isFloat(dtype);
  return { dtype, shape, data: data.map((_, at) => (real ? 0.25 + (((at + name.length) * 7) % 31) / 40 : 0)) };
}

async function problemsOf(text: string): Promise<readonly string[]> {
  const run = await runText(text, fill);
  if (run === undefined) return ["a place out of range"];
  return run.reference.flatMap((right, at) => {
    const predicted = run.predicted[at];
    const problems: string[] = [];
    if (predicted?.dtype !== right.dtype || predicted.shape?.join() !== right.shape.join()) problems.push("shape");
    if (!right.data.every(Number.isFinite)) problems.push("not finite");
    for (const [runtime, results] of Object.entries(run.runtimes)) {
      const found = results[at];
      const error = found === undefined ? Infinity : relativeError(found, right);
      const most = right.dtype === "f16" ? 1e-3 : right.dtype === "bf16" ? 1e-2 : 1e-5;
      if (!(error <= most)) problems.push(`${runtime} differs by ${String(error)}`);
    }
    return problems;
  });
}

it("covers every layer and metric that takes arguments", () => {
  expect(layers.map((it) => it.name.text).sort()).toEqual(Object.keys(usualLayers).sort());
  expect(metrics.map((it) => it.name.text).sort()).toEqual(Object.keys(measured).sort());
});

/** A training that is measured by one metric. */
function measuredBy(metric: string): string {
  return `model M: (x: f32[B, 2]) -> (logits: f32[B, 7], score: f32[B]) {
  (x -> Dense(7), sum(x -> Dense(1), axis=-1))
}
data D {
  source: csv("d.csv")
  x:     f32[2]   = stack(raw.a, raw.b, axis=-1)
  label: class(7) = raw.label
  hit:   f32[]    = raw.hit
}
train M on D {
  loss:      cross_entropy(logits, label) + binary_cross_entropy(score, hit)
  optimizer: sgd
  metrics:   ${metric}
}
`;
}

it.each(Object.entries(measured))("%s is measured without a warning", (name, { of, given = {} }) => {
  const values = Object.entries(given).map(([key, it]) => `, ${key}=${it}`);
  expect(checkFile(measuredBy(`${name}(${of}${values.join("")})`)).map((it) => it.message)).toEqual([]);
});

describe.each(metrics.map((it) => [it.name.text, it.hyperparameters.map(({ name }) => name.text)] as const))(
  "every argument of %s",
  (name, parameters) => {
    it("is refused where it stands, or taken", () => {
      const problems: string[] = [];
      let taken = 0;
      const { of, given } = required(measured[name], name);
      for (const parameter of parameters) {
        for (const value of valuesOf(name, parameter)) {
          const entries = Object.entries({ ...given, [parameter]: value });
          const call = `${name}(${of}, ${entries.map(([key, it]) => `${key}=${it}`).join(", ")})`;
          const text = measuredBy(call);
          const found = checkFile(text).filter((it) => it.severity === "error");
          const at = text.indexOf(call);
          for (const { span, code, message } of found) {
            const placed = span.file.path === "main.model" && span.start >= at && span.end <= at + call.length;
            if (!placed || /NaN|undefined|\[object/.test(message)) problems.push(`${call}: ${code} ${message}`);
          }
          if (found.length === 0) taken += 1;
        }
      }
      expect(problems).toEqual([]);
      expect(taken).toBeGreaterThan(parameters.length);
      expect(taken).toBeLessThan(odd.length * parameters.length);
    }, 60_000);
  },
);

describe.each(layers.map((it) => [it.name.text, it.hyperparameters.map((given) => given.name.text)] as const))(
  "every argument of %s",
  (name, parameters) => {
    it("is refused where it stands, or means the same everywhere", async () => {
      await useBackend(backends[0]);
      const problems: string[] = [];
      const taken: string[] = [];
      for (const { title, text, parameter, value } of callsOf(name, parameters)) {
        const found = checkFile(text).filter((it) => it.severity === "error");
        const vague = found.find(({ span, message }) => {
          const placed = span.file.path === "main.model" && span.start >= text.indexOf(" -> ") && span.end > span.start;
          return !placed || /NaN|undefined|\[object/.test(message);
        });
        if (vague !== undefined) problems.push(`${title}: ${vague.code} ${vague.message}`);
        if (found.length > 1) problems.push(`${title}: told ${found.length} times`);
        // A number out of range is told as the argument that it was given for.
        for (const { code, message, span } of found) {
          const named =
            code !== "MC3010" ||
            value.includes("(") ||
            (message.startsWith(`\`${parameter}`) && textOf(span) === value);
          if (!named || code === "MC3033") problems.push(`${title}: ${message} at ${textOf(span)}`);
        }
        if (found.length > 0) continue;
        taken.push(title);
        for (const it of await problemsOf(text)) problems.push(`${title}: ${it}`);
      }
      expect(problems).toEqual([]);
      expect(taken.length).toBeGreaterThan(parameters.length);
    }, 60_000);
  },
);
