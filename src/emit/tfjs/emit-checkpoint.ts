import { storedPermsOf } from "../../passes/stored-perms.ts";
import {
  arrayOf,
  call,
  constant,
  fieldsPattern,
  identifier,
  literal,
  member,
  objectOf,
  returns,
  text,
  type Entry,
  type Expression,
  type Item,
} from "./ast.ts";
import type { ModelContext } from "./model-context.ts";
import { leavesOf } from "./variable-tree.ts";

/** `save` and `load`, with the table of what is stored in another order. */
export function checkpointItems(context: ModelContext): readonly Item[] {
  const { type, helpers, parameters, states, trains } = context;
  ["entriesOf", "writeSafetensors", "readSafetensors", "restoreVariables"].forEach((it) => helpers.add(it));
  if (trains) helpers.add("progressOf");
  const perms = storedPermsOf(context.module);
  const paths = [...leavesOf(parameters), ...leavesOf(states)].map(({ path }) => path);
  const permuted = paths.flatMap((key): readonly Entry[] => {
    const perm = perms.get(key);
    return perm === undefined ? [] : [{ key, value: arrayOf(...perm.map((axis) => literal(axis))) }];
  });
  const model = identifier("model");
  const statisticVariables: Expression = {
    kind: "call",
    callee: { kind: "member", target: call("entriesOf", member(model, "statistics")), name: "map" },
    arguments: [
      {
        kind: "closure",
        parameters: [{ pattern: fieldsPattern("path", "variable") }],
        body: {
          kind: "object",
          entries: [
            {
              key: "path",
              value: { kind: "binary", operator: "+", left: text("statistic/"), right: identifier("path") },
            },
            { key: "variable", value: identifier("variable") },
          ],
        },
      },
    ],
  };
  const variables: Expression[] = [
    { kind: "spread", value: call("entriesOf", member(model, "parameters")) },
    ...(states.entries.size > 0
      ? [{ kind: "spread", value: call("entriesOf", member(model, "states")) } as const]
      : []),
    ...(context.statistics === undefined ? [] : [{ kind: "spread", value: statisticVariables } as const]),
    ...(trains ? [{ kind: "spread", value: call("slotVariables", member(model, "optimizer")) } as const] : []),
  ];
  const seeded = trains || context.forward.needs.random;
  const metadata = objectOf({
    ...(permuted.length > 0 ? { perm: call("JSON.stringify", identifier("storedOrders")) } : {}),
    ...(trains
      ? {
          progress: call(
            "JSON.stringify",
            objectOf({
              step: member(model, "step"),
              ...(context.steps === undefined ? {} : { steps: member(model, "steps") }),
            }),
          ),
        }
      : {}),
    ...(seeded ? { seed: call("String", member(model, "seed")) } : {}),
  });
  const orderOf: Expression =
    permuted.length === 0
      ? { kind: "closure", parameters: [], body: identifier("undefined") }
      : identifier("storedOrder");
  const items: Item[] = [
    {
      kind: "function",
      exported: true,
      async: true,
      name: "save",
      parameters: [{ pattern: "model", type }],
      result: "Promise<Uint8Array>",
      doc: `A model as a \`.safetensors\` file${trains ? ", with all that training needs to go on as if it had never stopped" : ""}.`,
      body: [returns(call("writeSafetensors", call("variablesOf", model), orderOf, metadata))],
    },
    {
      kind: "function",
      exported: true,
      name: "load",
      parameters: [
        { pattern: "bytes", type: "Uint8Array" },
        { pattern: "model", default: call("create") },
      ],
      result: type,
      doc: "A model with the values of a `.safetensors` file, be it of `save` or of another target.",
      body: [
        constant("checkpoint", call("readSafetensors", identifier("bytes"))),
        {
          kind: "expression",
          value: call("restoreVariables", call("variablesOf", model), orderOf, identifier("checkpoint")),
        },
        ...(trains
          ? [
              {
                kind: "expression",
                value: call("Object.assign", model, call("progressOf", identifier("checkpoint"))),
              } as const,
            ]
          : []),
        ...(seeded
          ? [
              {
                kind: "assign",
                target: member(model, "seed"),
                value: call("Number", {
                  kind: "binary",
                  operator: "??",
                  left: { kind: "index", target: identifier("checkpoint.metadata"), index: text("seed") },
                  right: member(model, "seed"),
                }),
              } as const,
            ]
          : []),
        returns(model),
      ],
    },
    {
      kind: "function",
      exported: false,
      name: "variablesOf",
      parameters: [{ pattern: "model", type }],
      result: "{ path: string; variable: tf.Variable }[]",
      doc: "All variables of a model by their names in a checkpoint.",
      body: [returns({ kind: "array", elements: variables })],
    },
  ];
  if (permuted.length > 0) {
    items.push(
      {
        kind: "const",
        exported: false,
        name: "storedOrders",
        type: "Record<string, number[]>",
        value: { kind: "object", entries: permuted },
        doc: "Checkpoints hold convolution kernels with the filters first: stored axis i is axis `storedOrders[path][i]` here.",
      },
      {
        kind: "function",
        exported: false,
        name: "storedOrder",
        parameters: [{ pattern: "path", type: "string" }],
        result: "number[] | undefined",
        doc: "The stored order of a variable's axes; an optimizer's memory of it is stored likewise.",
        body: [
          returns({
            kind: "index",
            target: identifier("storedOrders"),
            index: call("path.replace", { kind: "regexp", source: "^opt\\/\\w+\\/" }, text("")),
          }),
        ],
      },
    );
  }
  return items;
}
