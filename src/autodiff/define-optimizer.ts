import type { Value } from "../ir/graph.ts";
import type { OptimizerSpec } from "../ir/program.ts";
import { typedValues, type CallSchema, type NumberNames, type SettingValues } from "../ir/settings.ts";
import type { GraphBuilder } from "../ops/define/builder.ts";
import { fault } from "../support/fault.ts";

/** What one parameter's update works with; parameter, gradient and slots have one type, scalars are cast to its dtype. */
export interface UpdateInput<Scalars extends string, Slots extends string, Shared extends string = never> {
  readonly b: GraphBuilder;
  /** The settings that are numbers, as f64 scalars. */
  readonly scalars: Readonly<Record<Scalars, Value>>;
  readonly parameter: Value;
  readonly gradient: Value;
  /** What the optimizer remembers of the parameter. */
  readonly slot: (name: Slots) => Value;
  /** The learning rate of this parameter at this step: schedule, scales and groups applied. */
  readonly rate: Value;
  /** What is the same for all parameters at this step. */
  readonly shared: Readonly<Record<Shared, Value>>;
  /** Gives a value the name that it has where people read the update. */
  readonly named: (name: string, value: Value) => Value;
}

/** A parameter's next value, and those of its slots. */
export interface Updated<Slots extends string> {
  readonly parameter: Value;
  readonly slots: Readonly<Partial<Record<Slots, Value>>>;
}

/** Makes scalars of the number of the step, in f64. */
export type SharedScalars<Scalars extends string, Shared extends string> = (
  b: GraphBuilder,
  t: Value,
  scalars: Readonly<Record<Scalars, Value>>,
) => Readonly<Record<Shared, Value>>;

/** The settings that only an optimizer of this kind has: rate and decay are applied for it. */
type Own<S extends CallSchema> = Omit<S, "lr" | "decay">;

/** An optimizer as its author writes it: `S` its settings, `Slots` what it may remember. */
interface Definition<S extends CallSchema, Slots extends string, Shared extends string> {
  /** Its arguments, `lr` and `decay` among them, in positional order. */
  readonly settings: S;
  /** A sentence on one step of it, with its source. */
  readonly summary: string;
  /** How parameters decay: by a share of themselves in the gradient, or apart from it, before the step. */
  readonly decay: "by gradient" | "decoupled";
  /** What it remembers of each parameter, and the number that each begins with. */
  readonly slots: (settings: SettingValues<Own<S>>) => Readonly<Partial<Record<Slots, number>>>;
  /** Scalars that are the same for all parameters at step t (from 1), in f64: 1 - 0.999^t loses four digits in f32. */
  readonly shared?: SharedScalars<NumberNames<Own<S>>, Shared>;
  readonly update: (
    input: UpdateInput<NumberNames<Own<S>>, Slots, Shared> & { readonly settings: SettingValues<Own<S>> },
  ) => Updated<Slots>;
}

/** An optimizer as programs use it. */
export interface Optimizer {
  readonly settings: CallSchema;
  readonly summary: string;
  readonly decay: "by gradient" | "decoupled";
  /** What it remembers of each parameter, in order, and the number that each begins with. */
  readonly slots: (spec: OptimizerSpec) => Readonly<Record<string, number>>;
  readonly shared: SharedScalars<string, string> | undefined;
  readonly update: (spec: OptimizerSpec, input: UpdateInput<string, string, string>) => Updated<string>;
}

/** Makes an optimizer of its definition. */
export function defineOptimizer<
  const S extends CallSchema,
  Slots extends string = never,
  Shared extends string = never,
>(definition: Definition<S, Slots, Shared>): Optimizer {
  const { settings, summary, decay, shared } = definition;
  const own = ownSettings(settings);
  const slots = (spec: OptimizerSpec): Readonly<Record<string, number>> =>
    definition.slots(typedValues(own, spec.settings)) as Readonly<Record<string, number>>;
  return {
    settings,
    summary,
    decay,
    slots,
    shared,
    update: (spec, input) => {
      const updated = definition.update({ ...input, settings: typedValues(own, spec.settings) });
      const made = Object.keys(updated.slots).join();
      if (made !== Object.keys(slots(spec)).join())
        fault(`${spec.kind} updates ${made}, which is not what it remembers`);
      return updated as Updated<string>;
    },
  };
}

function ownSettings<S extends CallSchema>({ lr: _, decay: __, ...own }: S): Own<S> {
  return own;
}
