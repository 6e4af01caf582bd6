import { parametersOf, statesOf } from "../../graph/parameters-of.ts";
import { storedPermsOf } from "../../passes/stored-perms.ts";
import { portOf } from "../../ir/ports.ts";
import type { TrainProgram } from "../../ir/program.ts";
import type { DType } from "../../ir/types.ts";
import {
  arrayOf,
  binary,
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
  type Statement,
} from "./ast.ts";
import { averagedSlots, averagesOfFunction, validatedWeights } from "./emit-averages.ts";
import type { ModelContext } from "./model-context.ts";
import { leavesOf } from "../structured/variable-tree.ts";

/** Element types of a `.safetensors` file. */
const storedTypes: Readonly<Record<DType, string>> = {
  f16: "F16",
  bf16: "BF16",
  f32: "F32",
  f64: "F64",
  i8: "I8",
  i32: "I32",
  i64: "I64",
  u8: "U8",
  u32: "U32",
  bool: "BOOL",
};

const model = identifier("model");
const checkpoint = identifier("checkpoint");

/** `save` and `load`, with the table of what is stored in another form than here. */
export function checkpointItems(context: ModelContext, program: TrainProgram | undefined): readonly Item[] {
  const { helpers, type } = context;
  ["entriesOf", "writeSafetensors", "NamedVariable"].forEach((it) => helpers.add(it));
  if (context.statistics !== undefined) helpers.add("statisticsIn");
  const forms = storedForms(context);
  return [
    saveFunction(context, forms.length > 0),
    loadFunction(context, program, forms.length > 0),
    {
      kind: "function",
      exported: false,
      name: "variablesOf",
      parameters: [{ pattern: "model", type }],
      result: "NamedVariable[]",
      doc: "All variables of a model but the optimizer's, by their names in a checkpoint.",
      body: [returns({ kind: "array", elements: variableLists(context) })],
    },
    ...(forms.length > 0 ? formItems(forms, helpers) : []),
    ...(context.trains ? [optimizerOfFunction(context, forms.length > 0)] : []),
    ...(program?.average === undefined ? [] : [averagesOfFunction(context, program)]),
  ];
}

/** Entries of the table of stored forms: variables that are stored in another type or order than here. */
function storedForms({ module, statistics }: ModelContext): readonly Entry[] {
  const perms = storedPermsOf(module);
  // Statistics are fitted in double precision.
  const leaves = statistics === undefined ? [] : [...leavesOf(statistics)];
  const fitted = leaves.map(({ path }): Entry => ({
    key: portOf("statistic", path),
    value: objectOf({ type: text("F64") }),
  }));
  const owned = [...parametersOf(module), ...statesOf(module)].flatMap(
    ({ path, type: { dtype } }): readonly Entry[] => {
      const perm = perms.get(path);
      const stored = storedTypes[dtype];
      if (perm === undefined && stored === "F32") return [];
      const form = objectOf({
        ...(stored === "F32" ? {} : { type: text(stored) }),
        ...(perm === undefined ? {} : { order: arrayOf(...perm.map((axis) => literal(axis))) }),
      });
      return [{ key: path, value: form }];
    },
  );
  return [...owned, ...fitted];
}

/** What training changes of a model: its parameters, and its states where it has any. */
function weightLists(context: ModelContext): readonly Expression[] {
  const spread = (name: string): Expression => ({ kind: "spread", value: entries(name) });
  return [spread("parameters"), ...(context.states.entries.size > 0 ? [spread("states")] : [])];
}

function entries(name: string): Expression {
  return call("entriesOf", member(model, name));
}

/** The list of what training changes of a model. */
export function weightsOf(context: ModelContext): Expression {
  return context.states.entries.size === 0 ? entries("parameters") : { kind: "array", elements: weightLists(context) };
}

function variableLists(context: ModelContext): readonly Expression[] {
  return [
    ...weightLists(context),
    ...(context.statistics === undefined
      ? []
      : [{ kind: "spread", value: call("statisticsIn", member(model, "statistics")) } as const]),
  ];
}

/** The function that gives the stored form of a variable. */
export function storedFormOf(context: ModelContext): Expression {
  return formFunction(storedForms(context).length > 0);
}

function formFunction(any: boolean): Expression {
  return any ? identifier("storedForm") : { kind: "closure", parameters: [], body: { kind: "object", entries: [] } };
}

function saveFunction(context: ModelContext, hasForms: boolean): Item {
  const { type, trains, remembers, keepsBest, average, helpers } = context;
  if (trains) helpers.add("progressText");
  const permuted = storedPermsOf(context.module).size > 0;
  if (permuted) helpers.add("storedOrders");
  const variables = call("variablesOf", model);
  const metadata = objectOf({
    ...(permuted ? { perm: call("storedOrders", identifier("storedForms")) } : {}),
    ...(trains ? { progress: call("progressText", model) } : {}),
    ...(isSeeded(context) ? { seed: call("String", member(model, "seed")) } : {}),
  });
  const memories = [
    ...(remembers ? [call("slotVariables", call(optimizerNames(context).of, model))] : []),
    ...(average === undefined ? [] : [call("averagesOf", model)]),
    ...(keepsBest
      ? [
          call(
            "bestWeights",
            member(model, "fitting"),
            validatedWeights(context, weightsOf(context)),
            formFunction(hasForms),
          ),
        ]
      : []),
  ];
  const all = concatenated([variables, ...memories]);
  return {
    kind: "function",
    exported: true,
    async: true,
    name: "save",
    parameters: [{ pattern: "model", type }],
    result: "Promise<Uint8Array>",
    doc: `A model as a \`.safetensors\` file${trains ? ", with all that training needs to go on as if it had never stopped" : ""}.`,
    body: [returns(call("writeSafetensors", all, formFunction(hasForms), metadata))],
  };
}

/** One list, or several in one. */
function concatenated(lists: readonly Expression[]): Expression {
  const [only, ...more] = lists;
  if (only !== undefined && more.length === 0) return only;
  return { kind: "array", elements: lists.map((value) => ({ kind: "spread", value })) };
}

function isSeeded({ trains, forward }: ModelContext): boolean {
  return trains || forward.needs.random;
}

function loadFunction(context: ModelContext, program: TrainProgram | undefined, hasForms: boolean): Item {
  const { type, trains, remembers, keepsBest, helpers } = context;
  ["readSafetensors", "checkpointMisfit", "restoreVariables"].forEach((it) => helpers.add(it));
  const variables = call("variablesOf", model);
  const known = trains ? "progressOf" : isSeeded(context) ? "seedOf" : undefined;
  if (known !== undefined) helpers.add(known);
  if (remembers) helpers.add("memoryOf");
  const averages = program?.average !== undefined;
  if (averages) ["averageNames", "restoreAverages"].forEach((it) => helpers.add(it));
  if (keepsBest) ["bestNames", "bestWeights"].forEach((it) => helpers.add(it));
  // No slot is made to compare with: each stands for itself by its parameter.
  const slots = call(
    "slotVariables",
    call(optimizerNames(context).create, member(model, "parameters"), {
      kind: "closure",
      parameters: [{ pattern: "parameter" }],
      body: identifier("parameter"),
    }),
  );
  const memories = [
    ...(remembers ? [slots] : []),
    ...(averages ? [call("averageNames", averagedSlots(program))] : []),
    ...(keepsBest ? [call("bestNames", checkpoint, weightsOf(context))] : []),
  ];
  const memory = memories.length === 0 ? arrayOf() : concatenated(memories);
  const given = identifier("given");
  const absent = identifier("undefined");
  const body: readonly Statement[] = [
    constant("checkpoint", call("readSafetensors", identifier("bytes"))),
    ...(known === undefined ? [] : [constant("progress", call(known, checkpoint))]),
    constant("model", binary("??", given, call("create"))),
    constant("misfit", call("checkpointMisfit", checkpoint, variables, memory, formFunction(hasForms))),
    {
      kind: "if",
      test: binary("!==", identifier("misfit"), absent),
      then: [
        {
          kind: "if",
          test: binary("===", given, absent),
          then: [{ kind: "expression", value: call("dispose", model) }],
        },
        { kind: "throw", message: identifier("misfit") },
      ],
    },
    { kind: "expression", value: call("restoreVariables", variables, formFunction(hasForms), checkpoint) },
    ...(averages
      ? [
          {
            kind: "expression",
            value: call("restoreAverages", call("averagesOf", model), formFunction(hasForms), checkpoint),
          } as const,
        ]
      : []),
    ...(remembers
      ? [
          {
            kind: "assign",
            target: member(model, "memory"),
            value: binary("??", call("memoryOf", checkpoint), member(model, "memory")),
          } as const,
        ]
      : []),
    ...(keepsBest
      ? [
          {
            kind: "if",
            test: binary("!==", member(identifier("progress"), "fitting"), absent),
            then: [
              {
                kind: "for-of",
                pattern: fieldsPattern("variable"),
                iterable: binary("??", member(member(model, "fitting"), "best"), arrayOf()),
                body: [{ kind: "expression", value: call("variable.dispose") }],
              },
            ],
          } as const,
        ]
      : []),
    returns(known === undefined ? model : call("Object.assign", model, identifier("progress"))),
  ];
  return {
    kind: "function",
    exported: true,
    name: "load",
    parameters: [
      { pattern: "bytes", type: "Uint8Array" },
      { pattern: "given", type, optional: true },
    ],
    result: type,
    doc: [
      "A model with the values of a `.safetensors` file, be it of `save` or of another target: a new one, or the one that is",
      "given. Throws where the file is damaged or does not fit; nothing has changed then.",
    ].join("\n"),
    body,
  };
}

function formItems(forms: readonly Entry[], helpers: Set<string>): readonly Item[] {
  helpers.add("StoredForm");
  const path = call("path.replace", { kind: "regexp", source: "^opt\\/\\w+\\/" }, text(""));
  return [
    {
      kind: "const",
      exported: false,
      name: "storedForms",
      type: "Record<string, StoredForm>",
      value: { kind: "object", entries: forms },
      doc: "What checkpoints hold in another form: convolution kernels with the filters first, numbers that are no float32.",
    },
    {
      kind: "function",
      exported: false,
      name: "storedForm",
      parameters: [{ pattern: "path", type: "string" }],
      result: "StoredForm",
      doc: "The stored form of a variable; an optimizer's memory of it is stored likewise.",
      body: [
        returns(
          binary(
            "??",
            { kind: "index", target: identifier("storedForms"), index: path },
            { kind: "object", entries: [] },
          ),
        ),
      ],
    },
  ];
}

/** What a file calls the optimizer of a model, or its optimizers. */
function optimizerNames({ several }: ModelContext) {
  return several
    ? ({ field: "optimizers", of: "optimizersOf", create: "createOptimizers", type: "Optimizers" } as const)
    : ({ field: "optimizer", of: "optimizerOf", create: "createOptimizer", type: "Slot[]" } as const);
}

/** The optimizer's memory of a model, where it remembers anything: made late, so that inference need not hold it. */
function optimizerOfFunction(context: ModelContext, hasForms: boolean): Item {
  const { type, remembers, several } = context;
  const names = optimizerNames(context);
  const slots = member(model, names.field);
  const absent = identifier("undefined");
  const made = several ? identifier("optimizers") : slots;
  const create = call(names.create, member(model, "parameters"));
  return {
    kind: "function",
    exported: false,
    name: names.of,
    parameters: [{ pattern: "model", type }],
    result: names.type,
    doc: `The optimizer${several ? "s" : ""} of a model, made when training first asks for ${several ? "them" : "it"}${remembers ? ", with what a checkpoint remembers" : ""}.`,
    body: [
      ...(several
        ? [constant("optimizers", binary("??", slots, create)), { kind: "assign", target: slots, value: made } as const]
        : [
            {
              kind: "if",
              test: binary("===", member(slots, "length"), literal(0)),
              then: [{ kind: "assign", target: slots, value: create }],
            } as const,
          ]),
      ...(remembers
        ? [
            {
              kind: "if",
              test: binary("!==", member(model, "memory"), absent),
              then: [
                {
                  kind: "expression",
                  value: call(
                    "restoreVariables",
                    call("slotVariables", made),
                    formFunction(hasForms),
                    member(model, "memory"),
                  ),
                },
                { kind: "assign", target: member(model, "memory"), value: absent },
              ],
            } as const,
          ]
        : []),
      returns(made),
    ],
  };
}
