import { buildPredictionGraph } from "../../autodiff/build-prediction-graph.ts";
import { portOf } from "../../ir/ports.ts";
import type { Prediction } from "../../ir/prediction.ts";
import { isFloat } from "../../ops/define/dtype-class.ts";
import { referenceTarget } from "../../passes/pipeline.ts";
import { elementAt } from "../../support/element-at.ts";
import { required } from "../../support/fault.ts";
import { typeText } from "../structured/type-text.ts";
import { call, constant, identifier, member, returns, type Entry, type Item } from "./ast.ts";
import { emitDoubles } from "./emit-doubles.ts";
import type { TrainingContext } from "./emit-training.ts";
import { nameScope } from "./names.ts";

/** Names that a file has besides where its training says what it predicts. */
export const predictionNames: readonly string[] = ["predictions", "outputs"];

/** `predictions`: what the section says that is predicted, of the outputs of `predict`; with its type. */
export function predictionItems(
  context: TrainingContext,
  prediction: Prediction,
): { readonly types: readonly Item[]; readonly functions: readonly Item[] } {
  const { model, program, isHelper } = context;
  const { type, helpers } = model;
  ["Doubles", "readDoubles", "roundDoubles"].forEach((it) => helpers.add(it));
  const graph = buildPredictionGraph(program, prediction, { ...referenceTarget, rounded: false });
  const names = nameScope(["model", ...predictionNames], isHelper);
  const taken = prediction.inputs.map((it) => ({ ...it, local: it.from === "output" ? names.take(it.name) : it.name }));
  const outputs = taken.filter(({ from }) => from === "output");
  const takesModel = taken.some(({ from }) => from === "statistic");
  const inputs = new Map(
    taken.map(({ from, name, local }) => [
      portOf(from, name),
      from === "statistic" ? member(identifier("model"), "statistics", ...name.split(".")) : identifier(local),
    ]),
  );
  const { statements, results } = emitDoubles(graph, inputs, names, (name) => helpers.add(name));
  const entries = prediction.entries.map(({ name }, at): Entry => {
    const value = required(results[at], name);
    const { dtype } = elementAt(prediction.func.body.results, at).type;
    return { key: name, value: isFloat(dtype) ? call("roundDoubles", value) : value };
  });
  const strayed = graph.outputs.findIndex(({ role }) => role === "faults");
  if (strayed >= 0) helpers.add("checkLookUps");
  const fields = outputs.map(({ name }) => JSON.stringify(name)).join(" | ");
  return {
    types: [
      {
        kind: "type",
        exported: true,
        name: `${type}Predictions`,
        doc: "What is predicted for a batch.",
        type: {
          kind: "object-type",
          fields: prediction.entries.map(({ name }, at) => ({
            name,
            type: "Doubles",
            doc: typeText(elementAt(prediction.func.body.results, at).type),
          })),
        },
      },
    ],
    functions: [
      {
        kind: "function",
        exported: true,
        async: true,
        name: "predictions",
        parameters: [
          ...(takesModel ? [{ pattern: "model", type }] : []),
          { pattern: "outputs", type: `Pick<${type}Outputs, ${fields}>` },
        ],
        result: `Promise<${type}Predictions>`,
        doc: [
          "What is predicted, of the outputs that `predict` gives: in the units that were read, where steps of features are undone,",
          "computed in double precision and rounded once.",
        ].join("\n"),
        body: [
          ...outputs.map(({ name, local }) =>
            constant(local, { kind: "await", value: call("readDoubles", member(identifier("outputs"), name)) }),
          ),
          ...statements,
          ...(strayed < 0
            ? []
            : [{ kind: "expression", value: call("checkLookUps", required(results[strayed], "faults")) } as const]),
          returns({ kind: "object", entries }),
        ],
      },
    ],
  };
}
