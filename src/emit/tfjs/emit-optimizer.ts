import { slotOf, slotPort } from "../../ir/ports.ts";
import type { ParameterGroup, TrainProgram, TrainStep } from "../../ir/program.ts";
import { optimizerOf, slotNames } from "../../autodiff/optimizers.ts";
import {
  arrayOf,
  binary,
  call,
  constant,
  fieldsPattern,
  identifier,
  literal,
  returns,
  type Entry,
  type Expression,
  type Field,
  type Item,
  type Statement,
} from "./ast.ts";
import { learnedParameters, learningSlots, methodCall } from "./emit-learning.ts";
import { updateItems } from "./emit-update.ts";
import { pathRegExp } from "./path-reg-exp.ts";
import type { StepNames } from "./step-names.ts";

/** What the optimizer's code rests on. */
export interface OptimizerContext {
  readonly program: TrainProgram;
  readonly step: TrainStep;
  readonly names: StepNames;
  /** The name of the model's type. */
  readonly type: string;
  /** The type of its parameters. */
  readonly parametersType: string;
  readonly helpers: Set<string>;
}

/** Which settings differ between parameters. */
interface Settings {
  readonly decays: boolean;
  readonly scales: boolean;
  readonly freezes: boolean;
}

const name = identifier;

/** The slots, the update and the learning rate of a training program. */
export function optimizerItems(context: OptimizerContext): {
  readonly types: readonly Item[];
  readonly functions: readonly Item[];
} {
  const { program, step } = context;
  const settings: Settings = {
    decays: program.groups.some(({ decay }) => decay !== undefined),
    scales: program.groups.some(({ scale }) => scale !== undefined),
    freezes: groupRows(program).some(({ frozen }) => frozen === true),
  };
  return {
    types: [slotInterface(context, settings)],
    functions: [
      ...updateItems({ ...context, settings, slots: learningSlots(context, "made") }),
      createOptimizer(context, settings),
      ...(slotNames(step.optimizer).length > 0 ? [slotVariables(context)] : []),
    ],
  };
}

function slotInterface({ step, names }: OptimizerContext, { decays, scales }: Settings): Item {
  const fields: Field[] = [
    { name: "path", type: "string" },
    { name: "parameter", type: "tf.Variable" },
    ...slotNames(step.optimizer).map((slot): Field => ({ name: slot, type: "tf.Variable" })),
    ...(decays ? [{ name: "decay", type: "number" }] : []),
    ...(scales ? [{ name: "scale", type: "number" }] : []),
  ];
  return {
    kind: "interface",
    exported: true,
    name: names.slot,
    fields,
    doc:
      step.name === undefined
        ? "A trainable parameter, and what the optimizer remembers of it."
        : `A parameter that the step \`${step.name}\` changes, and what its optimizer remembers of it.`,
  };
}

function createOptimizer(context: OptimizerContext, settings: Settings): Item {
  const { program, step, names, parametersType, helpers } = context;
  const { optimizer } = step;
  helpers.add("entriesOf");
  if (slotNames(optimizer).length > 0) helpers.add("slotFor");
  const parameter = name("parameter");
  const entries: Entry[] = [
    { key: "path", value: name("path") },
    { key: "parameter", value: parameter },
    ...Object.entries(optimizerOf(optimizer).slots(optimizer)).map(([slot, initial]): Entry => ({
      key: slot,
      value: call("slot", parameter, ...(initial === 0 ? [] : [literal(initial)])),
    })),
    ...(settings.decays ? [{ key: "decay", value: name("decay") }] : []),
    ...(settings.scales ? [{ key: "scale", value: name("scale") }] : []),
  ];
  const slot: Expression = { kind: "object", entries };
  const parameters = [
    {
      pattern: {
        kind: "object-pattern",
        entries: [
          { key: "path", binding: "path" },
          { key: "variable", binding: "parameter" },
        ],
      } as const,
    },
  ];
  const grouped = groupRows(program).length > 0;
  if (grouped) helpers.add("settingsOf");
  const pattern = {
    kind: "object-pattern",
    entries: [
      ...(settings.freezes ? [{ key: "frozen", binding: "frozen = false" }] : []),
      ...(settings.decays ? [{ key: "decay", binding: `decay = ${optimizer.decay}` }] : []),
      ...(settings.scales ? [{ key: "scale", binding: "scale = 1" }] : []),
    ],
  } as const;
  const body: readonly Statement[] = [
    constant(pattern, call("settingsOf", name("groups"), name("path"))),
    returns(
      settings.freezes
        ? { kind: "conditional", test: name("frozen"), then: arrayOf(), otherwise: arrayOf(slot) }
        : arrayOf(slot),
    ),
  ];
  const owned = learnedParameters(context);
  const value: Expression = grouped
    ? methodCall(owned, "flatMap", {
        kind: "closure",
        parameters,
        body: { kind: "statements", statements: body },
      })
    : methodCall(owned, "map", { kind: "closure", parameters, body: slot });
  return {
    kind: "function",
    exported: false,
    name: names.createOptimizer,
    parameters: [
      { pattern: "parameters", type: parametersType },
      ...(slotNames(optimizer).length > 0 ? [{ pattern: "slot", default: name("slotFor") }] : []),
    ],
    result: `${names.slot}[]`,
    doc: "What the optimizer remembers, before the first step.",
    body: [returns(value)],
  };
}

function slotVariables({ step, names }: OptimizerContext): Item {
  const slots = slotNames(step.optimizer);
  const rows = slots.map((slot): Expression => ({
    kind: "object",
    entries: [
      {
        key: "path",
        value: binary("+", { kind: "string", value: slotPort(slotOf(step.name, slot), "") }, name("path")),
      },
      { key: "variable", value: name(slot) },
    ],
  }));
  return {
    kind: "function",
    exported: false,
    name: names.slotVariables,
    parameters: [{ pattern: "optimizer", type: `${names.slot}[]` }],
    result: "NamedVariable[]",
    doc: "What the optimizer remembers, by its names in a checkpoint.",
    body: [
      returns(
        call("optimizer.flatMap", {
          kind: "closure",
          parameters: [{ pattern: fieldsPattern("path", ...slots) }],
          body: arrayOf(...rows),
        }),
      ),
    ],
  };
}

/** What the file says of parameters by pattern: settings of groups, and what is frozen throughout. */
interface GroupRow extends ParameterGroup {
  readonly frozen?: true;
}

function groupRows({ groups, phases }: TrainProgram): readonly GroupRow[] {
  if (phases.length > 1) return groups;
  return [...groups, ...phases[0].frozen.map((pattern): GroupRow => ({ pattern, frozen: true }))];
}

/** The table of what the train section sets apart, where it does. */
export function groupItems(program: TrainProgram, helpers: Set<string>): readonly Item[] {
  const groups = groupRows(program);
  if (groups.length === 0) return [];
  helpers.add("Group");
  const rows = groups.map((group): Expression => {
    const entries: Entry[] = [{ key: "pattern", value: { kind: "regexp", source: pathRegExp(group.pattern) } }];
    if (group.frozen === true) entries.push({ key: "frozen", value: { kind: "boolean", value: true } });
    if (group.decay !== undefined) entries.push({ key: "decay", value: literal(group.decay) });
    if (group.scale !== undefined) entries.push({ key: "scale", value: literal(group.scale) });
    return { kind: "object", entries };
  });
  return [
    {
      kind: "const",
      exported: false,
      name: "groups",
      type: "Group[]",
      value: arrayOf(...rows),
      doc: `What the train section sets apart: ${groups.map(({ pattern }) => `\`${pattern}\``).join(", ")}.`,
    },
  ];
}
