import type { Value } from "../ir/graph.ts";
import type { OptimizerSpec } from "../ir/program.ts";
import type { GraphBuilder } from "../ops/define/builder.ts";
import type { Updated, UpdateInput } from "./define-optimizer.ts";
import { optimizerOf } from "./optimizers.ts";

/** What {@link buildUpdate} needs to know of one parameter at one step. */
export interface ParameterUpdate extends Omit<UpdateInput<string, string, string>, "b"> {
  /** A scalar, where the parameter decays. */
  readonly decay: Value | undefined;
}

/** A parameter's next value and its slots' next values: the decay of its optimizer, then the optimizer's step. */
export function buildUpdate(b: GraphBuilder, spec: OptimizerSpec, update: ParameterUpdate): Updated<string> {
  const { parameter, gradient, decay, rate, named } = update;
  const optimizer = optimizerOf(spec);
  if (decay === undefined) return optimizer.update(spec, { ...update, b });
  const share = (factor: Value): Value => b.mul(parameter, b.cast(factor, parameter.type.dtype));
  return optimizer.decay === "decoupled"
    ? optimizer.update(spec, { ...update, b, parameter: named("decayed", b.sub(parameter, share(b.mul(decay, rate)))) })
    : optimizer.update(spec, { ...update, b, gradient: named("g", b.add(gradient, share(decay))) });
}

/**
 * Which of its own updates a step takes, from 1, in double precision: `step` counts those of the training. A step that runs
 * on every fifth batch has made one update in five, and its optimizer counts no others.
 */
export function updatesBy(b: GraphBuilder, step: Value, every: number): Value {
  const own = every === 1 ? step : b.op("floor", [b.div(step, b.scalar(every, "f64"))]);
  return b.add(own, b.scalar(1, "f64"));
}

/** An optimizer's settings that are numbers, as scalars, in their order. */
export function scalarsOf(
  spec: OptimizerSpec,
  scalar: (name: string, value: number) => Value,
): Readonly<Record<string, Value>> {
  const scalars: Record<string, Value> = {};
  for (const name of Object.keys(optimizerOf(spec).settings)) {
    const value = spec.settings[name];
    if (typeof value === "number") scalars[name] = scalar(name, value);
  }
  return scalars;
}
