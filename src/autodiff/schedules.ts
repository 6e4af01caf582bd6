import type { Value } from "../ir/graph.ts";
import type { Schedule } from "../ir/program.ts";
import type { GraphBuilder } from "../ops/define/builder.ts";

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

/**
 * The learning rate at a step (from 0). Warmup rises linearly over its steps, and reaches the full rate at its last:
 * rate * (step + 1) / warmup. What follows is counted from the end of the warmup: `cosine` and `linear` fall to the floor at
 * step `total`, `step` multiplies by its factor once every so many steps, `exponential` by decay^(steps / every).
 */
function rate<N>(a: Arithmetic<N>, schedule: Schedule, step: N, total: N): N {
  const { warmup } = schedule;
  const after = warmup === 0 ? step : a.max(a.sub(step, a.number(warmup)), a.number(0));
  const full = afterWarmup(a, schedule, after, warmup === 0 ? total : a.sub(total, a.number(warmup)));
  if (warmup === 0) return full;
  const rise = a.min(a.div(a.add(step, a.number(1)), a.number(warmup)), a.number(1));
  return a.mul(full, rise);
}

function afterWarmup<N>(a: Arithmetic<N>, schedule: Schedule, step: N, span: N): N {
  const progress = (): N => a.named("progress", a.min(a.div(step, a.max(span, a.number(1))), a.number(1)));
  switch (schedule.kind) {
    case "constant":
      return a.number(schedule.rate);
    case "cosine": {
      const wave = a.add(a.cos(a.mul(a.number(Math.PI), progress())), a.number(1));
      return a.add(a.number(schedule.floor), a.mul(a.number((schedule.peak - schedule.floor) / 2), wave));
    }
    case "linear":
      return a.add(a.number(schedule.peak), a.mul(a.number(schedule.floor - schedule.peak), progress()));
    case "step":
      return a.mul(
        a.number(schedule.rate),
        a.pow(a.number(schedule.factor), a.floor(a.div(step, a.number(schedule.every)))),
      );
    case "exponential":
      return a.mul(a.number(schedule.rate), a.pow(a.number(schedule.decay), a.div(step, a.number(schedule.every))));
  }
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

/** Whether a schedule ends at the last step of the training, so that the number of all steps must be known. */
export function needsTotal(schedule: Schedule): boolean {
  return (schedule.kind === "cosine" || schedule.kind === "linear") && schedule.total === undefined;
}

function totalOf(schedule: Schedule): number | undefined {
  return schedule.kind === "cosine" || schedule.kind === "linear" ? schedule.total : undefined;
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
