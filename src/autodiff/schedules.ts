import type { Value } from "../ir/graph.ts";
import type { Schedule } from "../ir/program.ts";
import { typedValues, type ArgumentSchema, type CallSchema, type SettingValues } from "../ir/settings.ts";
import type { GraphBuilder } from "../ops/define/builder.ts";
import { fault, required } from "../support/fault.ts";

/** Arithmetic on scalars: in a graph, or on plain numbers. One definition of every schedule serves both. */
interface Arithmetic<N> {
  readonly number: (value: number) => N;
  readonly add: (a: N, b: N) => N;
  readonly sub: (a: N, b: N) => N;
  readonly mul: (a: N, b: N) => N;
  readonly div: (a: N, b: N) => N;
  readonly min: (a: N, b: N) => N;
  readonly max: (a: N, b: N) => N;
  readonly floor: (a: N) => N;
  readonly pow: (a: N, b: N) => N;
  readonly cos: (a: N) => N;
  /** The value under a name, for those who read it. */
  readonly named: (name: string, value: N) => N;
}

/** A schedule as its author writes it: `S` its settings, all of them numbers and `warmup` among them. */
interface Definition<S extends CallSchema> {
  /** In positional order. One that has `total` ends there: 0 stands for the end of the training. */
  readonly settings: S;
  /** The rate at a step that is counted from the end of the warmup; `progress` grows from 0 to 1 until the end. */
  readonly rate: <N>(a: Arithmetic<N>, settings: SettingValues<S>, step: N, progress: () => N) => N;
}

/** A schedule as programs use it. */
interface ScheduleKind {
  readonly settings: CallSchema;
  readonly rate: <N>(a: Arithmetic<N>, schedule: Schedule, step: N, progress: () => N) => N;
}

function defineSchedule<const S extends CallSchema & Readonly<Record<"warmup", ArgumentSchema>>>({
  settings,
  rate,
}: Definition<S>): ScheduleKind {
  return {
    settings,
    rate: (a, schedule, step, progress) => rate(a, typedValues(settings, schedule.settings), step, progress),
  };
}

const warmup = { kind: "integer", default: 0, min: 0 } as const;
const positive = { kind: "number", above: 0 } as const;
const floor = { kind: "number", default: 0, min: 0 } as const;
const steps = { kind: "integer", min: 1 } as const;
const total = { kind: "integer", default: 0, min: 0 } as const;

/** All schedules by the names of the language; each may begin with a linear warmup. */
export const schedules = {
  constant: defineSchedule({
    settings: { rate: positive, warmup },
    rate: (a, { rate }) => a.number(rate),
  }),

  cosine: defineSchedule({
    settings: { peak: positive, warmup, floor, total },
    rate: (a, { peak, floor }, _, progress) => {
      const wave = a.add(a.cos(a.mul(a.number(Math.PI), progress())), a.number(1));
      return a.add(a.number(floor), a.mul(a.number((peak - floor) / 2), wave));
    },
  }),

  linear: defineSchedule({
    settings: { peak: positive, warmup, floor, total },
    rate: (a, { peak, floor }, _, progress) => a.add(a.number(peak), a.mul(a.number(floor - peak), progress())),
  }),

  step: defineSchedule({
    settings: { rate: positive, every: steps, factor: { kind: "number", default: 0.1, above: 0 }, warmup },
    rate: (a, { rate, every, factor }, step) =>
      a.mul(a.number(rate), a.pow(a.number(factor), a.floor(a.div(step, a.number(every))))),
  }),

  exponential: defineSchedule({
    settings: {
      rate: positive,
      decay: { kind: "number", above: 0, max: 1 },
      every: { kind: "integer", min: 1, default: 1 },
      warmup,
    },
    rate: (a, { rate, decay, every }, step) =>
      a.mul(a.number(rate), a.pow(a.number(decay), a.div(step, a.number(every)))),
  }),
} as const satisfies Readonly<Record<string, ScheduleKind>>;

/** What the settings of each schedule may be. */
export const scheduleTable: Readonly<Record<string, CallSchema>> = Object.fromEntries(
  Object.entries(schedules).map(([name, { settings }]) => [name, settings]),
);

const isSchedule = (kind: string): kind is keyof typeof schedules => Object.hasOwn(schedules, kind);

function scheduleOf({ kind }: Schedule): ScheduleKind {
  return isSchedule(kind) ? schedules[kind] : fault(`no schedule ${kind}`);
}

const settingOf = ({ kind, settings }: Schedule, name: string): number =>
  required(settings[name], `the setting ${name} of the schedule ${kind}`);

/** One rate for all steps. */
export function constantSchedule(rate: number): Schedule {
  return { kind: "constant", settings: { rate, warmup: 0 } };
}

/** The rate of a schedule that never changes; undefined of another. */
export function constantRate(schedule: Schedule): number | undefined {
  return schedule.kind === "constant" && settingOf(schedule, "warmup") === 0 ? settingOf(schedule, "rate") : undefined;
}

/**
 * The learning rate at a step (from 0). Warmup rises linearly over its steps, and reaches the full rate at its last:
 * rate * (step + 1) / warmup. What follows is counted from the end of the warmup.
 */
function rate<N>(a: Arithmetic<N>, schedule: Schedule, step: N, total: N): N {
  const warmup = settingOf(schedule, "warmup");
  const after = warmup === 0 ? step : a.max(a.sub(step, a.number(warmup)), a.number(0));
  const span = warmup === 0 ? total : a.sub(total, a.number(warmup));
  const progress = (): N => a.named("progress", a.min(a.div(after, a.max(span, a.number(1))), a.number(1)));
  const full = scheduleOf(schedule).rate(a, schedule, after, progress);
  if (warmup === 0) return full;
  const rise = a.min(a.div(a.add(step, a.number(1)), a.number(warmup)), a.number(1));
  return a.mul(full, rise);
}

const plain: Arithmetic<number> = {
  number: (value) => value,
  add: (x, y) => x + y,
  sub: (x, y) => x - y,
  mul: (x, y) => x * y,
  div: (x, y) => x / y,
  min: Math.min,
  max: Math.max,
  floor: Math.floor,
  pow: Math.pow,
  cos: Math.cos,
  named: (_, value) => value,
};

/** The learning rate at a step (from 0) as a plain number. `total`: the steps of the whole training. */
export function rateAt(schedule: Schedule, step: number, total: number): number {
  return rate(plain, schedule, step, totalOf(schedule) ?? total);
}

/** Whether a schedule ends somewhere, rather than go on alike. */
export function endsSomewhere(schedule: Schedule): boolean {
  return "total" in scheduleOf(schedule).settings;
}

/** Whether a schedule ends at the last step of the training, so that the number of all steps must be known. */
export function needsTotal(schedule: Schedule): boolean {
  return endsSomewhere(schedule) && totalOf(schedule) === undefined;
}

/** The step at which a schedule ends; undefined where it is the end of the training, or nowhere. */
export function totalOf(schedule: Schedule): number | undefined {
  const total = endsSomewhere(schedule) ? settingOf(schedule, "total") : 0;
  return total === 0 ? undefined : total;
}

/**
 * The learning rate as a scalar of the dtype of `step`, a scalar float (from 0). `total` gives the number of all steps
 * and is called where {@link needsTotal} holds alone. `named` gives values the names that people read them by.
 */
export function buildRate(
  b: GraphBuilder,
  schedule: Schedule,
  step: Value,
  total: () => Value,
  named: (name: string, value: Value) => Value = (_, value) => value,
): Value {
  const { dtype } = step.type;
  const arithmetic: Arithmetic<Value> = {
    number: (value) => b.scalar(value, dtype),
    add: b.add,
    sub: b.sub,
    mul: b.mul,
    div: b.div,
    min: (x, y) => b.op("minimum", [x, y]),
    max: (x, y) => b.op("maximum", [x, y]),
    floor: (x) => b.op("floor", [x]),
    pow: (x, y) => b.op("pow", [x, y]),
    cos: (x) => b.op("cos", [x]),
    named,
  };
  return rate(arithmetic, schedule, step, needsTotal(schedule) ? total() : b.scalar(totalOf(schedule) ?? 1, dtype));
}
