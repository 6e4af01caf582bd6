import type { OptimizerSpec, ParameterGroup, Schedule, TrainProgram } from "../../ir/program.ts";
import { slotNames } from "../../autodiff/optimizers.ts";
import { needsTotal } from "../../autodiff/schedules.ts";
import {
  arrayOf,
  call,
  constant,
  fieldsPattern,
  identifier,
  literal,
  member,
  returns,
  type Entry,
  type Expression,
  type Field,
  type Item,
  type Statement,
} from "./ast.ts";

/** What the optimizer's code rests on. */
export interface OptimizerContext {
  readonly program: TrainProgram;
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

const binary =
  (operator: string) =>
  (left: Expression, right: Expression): Expression => ({ kind: "binary", operator, left, right });
const plus = binary("+");
const minus = binary("-");
const times = binary("*");
const over = binary("/");
const power = binary("**");
const name = identifier;

/** The slots, the update and the learning rate of a training program. */
export function optimizerItems(context: OptimizerContext): {
  readonly types: readonly Item[];
  readonly functions: readonly Item[];
} {
  const { program } = context;
  const settings: Settings = {
    decays: program.groups.some(({ decay }) => decay !== undefined),
    scales: program.groups.some(({ scale }) => scale !== undefined),
    freezes: program.groups.some(({ frozen }) => frozen),
  };
  const rate = program.optimizer.rate;
  return {
    types: [slotInterface(program.optimizer, settings)],
    functions: [
      updateFunction(context, settings),
      ...(isConstant(rate) ? [] : [rateFunction(rate)]),
      createOptimizer(context, settings),
      ...(slotNames(program.optimizer).length > 0 ? [slotVariables(program.optimizer)] : []),
      ...(program.groups.length > 0 ? [groupsConstant(program.groups, context.helpers)] : []),
    ],
  };
}

function slotInterface(spec: OptimizerSpec, { decays, scales }: Settings): Item {
  const fields: Field[] = [
    { name: "path", type: "string" },
    { name: "parameter", type: "tf.Variable" },
    ...slotNames(spec).map((slot): Field => ({ name: slot, type: "tf.Variable" })),
    ...(decays ? [{ name: "decay", type: "number" }] : []),
    ...(scales ? [{ name: "scale", type: "number" }] : []),
  ];
  return {
    kind: "interface",
    exported: true,
    name: "Slot",
    fields,
    doc: "A trainable parameter, and what the optimizer remembers of it.",
  };
}

function createOptimizer({ program, parametersType, helpers }: OptimizerContext, settings: Settings): Item {
  const { optimizer, groups } = program;
  helpers.add("entriesOf");
  if (slotNames(optimizer).length > 0) helpers.add("slotFor");
  const parameter = name("parameter");
  const entries: Entry[] = [
    { key: "path", value: name("path") },
    { key: "parameter", value: parameter },
    ...slotNames(optimizer).map((slot): Entry => ({ key: slot, value: call("slot", parameter) })),
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
  const grouped = groups.length > 0;
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
  const value: Expression = grouped
    ? call("entriesOf(parameters).flatMap", {
        kind: "closure",
        parameters,
        body: { kind: "statements", statements: body },
      })
    : call("entriesOf(parameters).map", { kind: "closure", parameters, body: slot });
  return {
    kind: "function",
    exported: false,
    name: "createOptimizer",
    parameters: [
      { pattern: "parameters", type: parametersType },
      ...(slotNames(optimizer).length > 0 ? [{ pattern: "slot", default: name("slotFor") }] : []),
    ],
    result: "Slot[]",
    doc: "What the optimizer remembers, before the first step.",
    body: [returns(value)],
  };
}

function slotVariables(spec: OptimizerSpec): Item {
  const slots = slotNames(spec);
  const rows = slots.map((slot): Expression => ({
    kind: "object",
    entries: [
      { key: "path", value: plus({ kind: "string", value: `opt/${slot}/` }, name("path")) },
      { key: "variable", value: name(slot) },
    ],
  }));
  return {
    kind: "function",
    exported: false,
    name: "slotVariables",
    parameters: [{ pattern: "optimizer", type: "Slot[]" }],
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

function groupsConstant(groups: readonly ParameterGroup[], helpers: Set<string>): Item {
  helpers.add("Group");
  const rows = groups.map((group): Expression => {
    const frozen = group.frozen ? true : group.decay === undefined && group.scale === undefined ? false : undefined;
    const entries: Entry[] = [{ key: "pattern", value: { kind: "regexp", source: pathRegExp(group.pattern) } }];
    if (frozen !== undefined) entries.push({ key: "frozen", value: { kind: "boolean", value: frozen } });
    if (group.decay !== undefined) entries.push({ key: "decay", value: literal(group.decay) });
    if (group.scale !== undefined) entries.push({ key: "scale", value: literal(group.scale) });
    return { kind: "object", entries };
  });
  return {
    kind: "const",
    exported: false,
    name: "groups",
    type: "Group[]",
    value: arrayOf(...rows),
    doc: `What the train section sets apart: ${groups.map(({ pattern }) => `\`${pattern}\``).join(", ")}.`,
  };
}

/** A pattern of paths as a regular expression over the path with a dot at its end. */
export function pathRegExp(pattern: string): string {
  const segments = pattern.split(".").map((segment) => {
    if (segment === "**") return "(?:[^.]+\\.)*";
    return `${segment.replace(/[$()+?[\\\]^{|}]/g, "\\$&").replaceAll("*", "[^.]*")}\\.`;
  });
  return `^${segments.join("")}$`;
}

function isConstant(rate: Schedule): rate is Extract<Schedule, { kind: "constant" }> {
  return rate.kind === "constant" && rate.warmup === 0;
}

function rateFunction(schedule: Schedule): Item {
  const needsEnd = needsTotal(schedule);
  const step = name("step");
  const after: Expression =
    schedule.warmup === 0 ? step : call("Math.max", minus(step, literal(schedule.warmup)), literal(0));
  const statements: Statement[] = [];
  const total: Expression = needsEnd ? name("steps") : literal("total" in schedule ? (schedule.total ?? 1) : 1);
  const progress = (): Expression => {
    const span = schedule.warmup === 0 ? total : minus(total, literal(schedule.warmup));
    statements.push(
      constant("progress", call("Math.min", over(after, call("Math.max", span, literal(1))), literal(1))),
    );
    return name("progress");
  };
  const full = ((): Expression => {
    switch (schedule.kind) {
      case "constant":
        return literal(schedule.rate);
      case "cosine": {
        const wave = plus(call("Math.cos", times(name("Math.PI"), progress())), literal(1));
        const half = over(minus(literal(schedule.peak), literal(schedule.floor)), literal(2));
        return plus(literal(schedule.floor), times(half, wave));
      }
      case "linear":
        return plus(literal(schedule.peak), times(minus(literal(schedule.floor), literal(schedule.peak)), progress()));
      case "step":
        return times(
          literal(schedule.rate),
          power(literal(schedule.factor), call("Math.floor", over(after, literal(schedule.every)))),
        );
      case "exponential":
        return times(literal(schedule.rate), power(literal(schedule.decay), over(after, literal(schedule.every))));
    }
  })();
  const rise = call("Math.min", over(plus(step, literal(1)), literal(schedule.warmup)), literal(1));
  return {
    kind: "function",
    exported: false,
    name: "learningRate",
    parameters: [{ pattern: "step", type: "number" }, ...(needsEnd ? [{ pattern: "steps", type: "number" }] : [])],
    result: "number",
    doc: `The learning rate at a step, from 0${needsEnd ? ", of so many" : ""}.`,
    body: [...statements, returns(schedule.warmup === 0 ? full : times(full, rise))],
  };
}

const sources: Readonly<Record<OptimizerSpec["kind"], string>> = {
  sgd: "One step of gradient descent.",
  momentum: "One step of gradient descent with momentum, as Keras 3 computes it.",
  rmsprop: "One step of RMSprop (Hinton 2012), as Keras 3 computes it.",
  adam: "One step of Adam (Kingma and Ba 2015), as Keras 3 computes it.",
  adamw: "One step of Adam with decoupled weight decay (Loshchilov and Hutter 2019), as Keras 3 computes it.",
};

function updateFunction(context: OptimizerContext, settings: Settings): Item {
  const { program, type, helpers } = context;
  const { optimizer, clip } = program;
  helpers.add("zip");
  const slots = slotNames(optimizer);
  const decays = settings.decays || optimizer.decay !== 0;
  const decay: Expression = settings.decays ? name("decay") : literal(optimizer.decay);
  const rate: Expression = settings.scales ? times(name("rate"), name("scale")) : name("rate");
  const model = name("model");
  const rateValue = isConstant(optimizer.rate)
    ? literal(optimizer.rate.rate)
    : call("learningRate", member(model, "step"), ...(needsTotal(optimizer.rate) ? [member(model, "steps")] : []));
  const clipped =
    clip === undefined
      ? name("gradients")
      : call(clipHelper(clip.kind, helpers), name("gradients"), literal(clip.limit));
  const { head, body } = updateStatements(optimizer, rate, decays ? decay : undefined);
  const fields = ["parameter", ...slots, ...(settings.decays ? ["decay"] : []), ...(settings.scales ? ["scale"] : [])];
  return {
    kind: "function",
    exported: false,
    name: "update",
    parameters: [
      { pattern: "model", type },
      { pattern: "gradients", type: "tf.Tensor[]" },
    ],
    result: "void",
    doc: sources[optimizer.kind],
    body: [
      constant("rate", rateValue),
      ...head,
      {
        kind: "for-of",
        pattern: { kind: "array-pattern", elements: [fieldsPattern(...fields), "gradient"] },
        iterable: call("zip", member(model, "optimizer"), clipped),
        body,
      },
    ],
  };
}

function clipHelper(kind: "global_norm" | "norm" | "value", helpers: Set<string>): string {
  const helper = { global_norm: "clipByGlobalNorm", norm: "clipByNorm", value: "clipByLimit" }[kind];
  helpers.add(helper);
  return helper;
}

function assign(variable: string, value: Expression): Statement {
  return { kind: "expression", value: call(`${variable}.assign`, value) };
}

/** The statements before the loop over parameters, and those of its body. */
function updateStatements(
  spec: OptimizerSpec,
  rate: Expression,
  decay: Expression | undefined,
): { readonly head: readonly Statement[]; readonly body: readonly Statement[] } {
  const parameter = name("parameter");
  const decoupled = spec.kind === "adamw";
  const before: Statement[] = [];
  let gradient: Expression = name("gradient");
  let current: Expression = parameter;
  if (decay !== undefined && decoupled) {
    before.push(constant("decayed", call("tf.sub", parameter, call("tf.mul", parameter, times(decay, rate)))));
    current = name("decayed");
  } else if (decay !== undefined) {
    before.push(constant("g", call("tf.add", gradient, call("tf.mul", parameter, decay))));
    gradient = name("g");
  }
  const blend = (slot: string, now: Expression, factor: string): Statement =>
    assign(
      slot,
      call("tf.add", call("tf.mul", name(slot), name(factor)), call("tf.mul", now, minus(literal(1), name(factor)))),
    );
  switch (spec.kind) {
    case "sgd":
      return {
        head: [],
        body: [...before, assign("parameter", call("tf.sub", current, call("tf.mul", gradient, rate)))],
      };
    case "momentum": {
      const change = spec.nesterov
        ? call("tf.sub", call("tf.mul", name("velocity"), name("momentum")), name("change"))
        : name("velocity");
      return {
        head: [constant("momentum", literal(spec.momentum))],
        body: [
          ...before,
          constant("change", call("tf.mul", gradient, rate)),
          assign("velocity", call("tf.sub", call("tf.mul", name("velocity"), name("momentum")), name("change"))),
          assign("parameter", call("tf.add", current, change)),
        ],
      };
    }
    case "rmsprop": {
      const root = call("tf.sqrt", call("tf.add", name("square"), literal(spec.epsilon)));
      const body = [
        ...before,
        blend("square", call("tf.square", gradient), "rho"),
        constant("change", call("tf.div", call("tf.mul", gradient, rate), root)),
      ];
      const head = [constant("rho", literal(spec.rho))];
      if (spec.momentum === 0)
        return { head, body: [...body, assign("parameter", call("tf.sub", current, name("change")))] };
      return {
        head,
        body: [
          ...body,
          assign("momentum", call("tf.add", call("tf.mul", name("momentum"), literal(spec.momentum)), name("change"))),
          assign("parameter", call("tf.sub", current, name("momentum"))),
        ],
      };
    }
    case "adam":
    case "adamw": {
      const lacking = (beta: string): Expression => minus(literal(1), power(name(beta), name("t")));
      return {
        head: [
          constant("beta1", literal(spec.beta1)),
          constant("beta2", literal(spec.beta2)),
          constant("t", plus(name("model.step"), literal(1))),
          constant("correction", over(call("Math.sqrt", lacking("beta2")), lacking("beta1"))),
        ],
        body: [
          ...before,
          blend("m", gradient, "beta1"),
          blend("v", call("tf.square", gradient), "beta2"),
          constant(
            "change",
            call(
              "tf.div",
              call("tf.mul", name("m"), times(rate, name("correction"))),
              call("tf.add", call("tf.sqrt", name("v")), literal(spec.epsilon)),
            ),
          ),
          assign("parameter", call("tf.sub", current, name("change"))),
        ],
      };
    }
  }
}
