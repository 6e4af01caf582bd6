import { slotNames } from "../../autodiff/optimizers.ts";
import { call, identifier, member, objectOf, returns, type Expression, type Item } from "./ast.ts";
import type { TrainingContext } from "./emit-training.ts";

/** What the optimizers of several steps remember, as one value of a model. */
export function optimizersItems(
  { steps }: Pick<TrainingContext, "steps">,
  parametersType: string,
): { readonly types: readonly Item[]; readonly functions: readonly Item[] } {
  const remembering = steps.filter(({ step }) => slotNames(step.optimizer).length > 0);
  const remembers = remembering.length > 0;
  const created = steps.map(({ names, step }): readonly [string, Expression] => [
    names.key,
    call(
      names.createOptimizer,
      identifier("parameters"),
      ...(slotNames(step.optimizer).length > 0 ? [identifier("slot")] : []),
    ),
  ]);
  return {
    types: [
      {
        kind: "interface",
        exported: true,
        name: "Optimizers",
        fields: steps.map(({ names }) => ({ name: names.key, type: `${names.slot}[]` })),
        doc: "What the optimizer of each step remembers.",
      },
    ],
    functions: [
      {
        kind: "function",
        exported: false,
        name: "createOptimizers",
        parameters: [
          { pattern: "parameters", type: parametersType },
          ...(remembers ? [{ pattern: "slot", default: identifier("slotFor") }] : []),
        ],
        result: "Optimizers",
        body: [returns(objectOf(Object.fromEntries(created)))],
      },
      ...(remembers
        ? [
            {
              kind: "function",
              exported: false,
              name: "slotVariables",
              parameters: [{ pattern: "optimizers", type: "Optimizers" }],
              result: "NamedVariable[]",
              doc: "What the optimizers remember, by its names in a checkpoint.",
              body: [
                returns({
                  kind: "array",
                  elements: remembering.map(({ names }) => ({
                    kind: "spread",
                    value: call(names.slotVariables, member(identifier("optimizers"), names.key)),
                  })),
                }),
              ],
            } as const,
          ]
        : []),
    ],
  };
}
