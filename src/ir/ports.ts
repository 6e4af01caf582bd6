import type { Metric } from "./program.ts";

/**
 * The names of what flat graphs take and give, and of what checkpoints hold: made and read here, and nowhere else.
 *
 * A port is a kind, a slash and a name: `param/dense_0.kernel`. Checkpoints hold parameters and states under their bare
 * paths, statistics and slots under their ports. The prelude of generated TypeScript imports nothing and so says `opt/`,
 * `opt/best/` and `statistic/` itself; `tests/ir/ports.test.ts` holds the rest of the code to this module.
 */

/** What stands before the slash. */
const words = {
  /** A feature of a batch, in training and evaluation. */
  feature: "batch",
  parameter: "param",
  state: "state",
  /** What an optimizer remembers of a parameter: `opt/<slot>/<path>`. */
  slot: "opt",
  /** A field of the data as it was read. */
  raw: "raw",
  /** What was fitted on the data. */
  statistic: "statistic",
  /** A scalar that the driver of a training may turn. */
  hyper: "hyper",
  gradient: "grad",
  /** An output of the model, beside those of an evaluation. */
  output: "output",
  metric: "metric",
  /** The loss of a step that has a name: `loss/<step>`. */
  loss: "loss",
  /** What an input becomes at the next step: `next/param/<path>`. */
  next: "next",
} as const;

/** What a port is of. */
export type PortKind = keyof typeof words;

/** Ports that there is one of at most. */
export const ports = {
  step: "step",
  /** In graphs of data, what draws go by in the place of the step: the pass over the data, from 0. */
  epoch: "epoch",
  /** In graphs of data, the numbers of the examples in their split. */
  examples: "examples",
  seed: "seed",
  /** The key that all of a step is drawn by, in graphs that do not make it of the two. */
  key: "key",
  loss: "loss",
  totalSteps: portOf("hyper", "total_steps"),
  rateScale: portOf("hyper", "lr_scale"),
  decayScale: portOf("hyper", "decay_scale"),
} as const;

/** The port of a name: `param/dense_0.kernel`. */
export function portOf(kind: PortKind, name: string): string {
  return `${words[kind]}/${name}`;
}

/** The name in a port of a kind, or nothing for ports of other kinds. */
export function nameIn(kind: PortKind, port: string): string | undefined {
  const prefix = portOf(kind, "");
  return port.startsWith(prefix) ? port.slice(prefix.length) : undefined;
}

/** Whether a port is of a kind. */
export function isPort(kind: PortKind, port: string): boolean {
  return nameIn(kind, port) !== undefined;
}

/** The port of what an optimizer remembers of a parameter. */
export function slotPort(slot: string, path: string): string {
  return portOf("slot", slotPath(slot, path));
}

/** What a slot is called in the optimizer of a step: `critic_m`, for each step remembers what is its own. */
export function slotOf(step: string | undefined, slot: string): string {
  return step === undefined ? slot : `${step}_${slot}`;
}

/** What a step remembers of its loss scale: the scale, the steps since it was changed, and those that were skipped. */
const scalingSlots = { scale: "loss_scale", finite: "finite_steps", skipped: "skipped_steps" } as const;

/** What a step remembers of its loss scale. */
export type ScalingSlot = keyof typeof scalingSlots;

/** The port of what a step remembers of its loss scale: `opt/loss_scale`, of no parameter and so without a second slash. */
export function scalingPort(step: string | undefined, slot: ScalingSlot): string {
  return portOf("slot", slotOf(step, scalingSlots[slot]));
}

/** Whether a port is of what a step, of whatever name, remembers of its loss scale. */
export function isScaling(port: string): boolean {
  const name = nameIn("slot", port);
  if (name === undefined || name.includes("/")) return false;
  return Object.values(scalingSlots).some((slot) => name === slot || name.endsWith(slotOf("", slot)));
}

/** The port of the loss of a step: `loss`, or `loss/critic`. */
export function lossPort(step: string | undefined): string {
  return step === undefined ? ports.loss : portOf("loss", step);
}

/** The slot under which generated TypeScript keeps what each weight was at the best validation: no optimizer's. */
export const bestSlot = "best";

/** The slot under which the average of a parameter is kept: no optimizer's, and one for all steps. */
export const averageSlot = "average";

/** The port of the average of a parameter. */
export function averagePort(path: string): string {
  return slotPort(averageSlot, path);
}

/** The path of a slot within its kind: `m/dense_0.kernel`. */
export function slotPath(slot: string, path: string): string {
  return `${slot}/${path}`;
}

/** The slot and the parameter of a slot's port, or nothing for other ports. */
export function readSlot(port: string): { readonly slot: string; readonly path: string } | undefined {
  const name = nameIn("slot", port);
  const at = name?.indexOf("/") ?? -1;
  return name === undefined || at < 0 ? undefined : { slot: name.slice(0, at), path: name.slice(at + 1) };
}

/** The port of what a batch gives to an accumulator of a metric. The metric's figure has `portOf("metric", name)`. */
export function accumulatorPort(metric: string, accumulator: string): string {
  return portOf("metric", `${metric}/${accumulator}`);
}

/** The ports of all accumulators of some metrics, in order. */
export function accumulatorPorts(metrics: readonly Metric[]): readonly string[] {
  return metrics.flatMap(({ name, accumulators }) => accumulators.map((it) => accumulatorPort(name, it.name)));
}

/** The name of a graph's input in a checkpoint, or nothing for what is not kept. */
export function checkpointName(port: string): string | undefined {
  const bare = nameIn("parameter", port) ?? nameIn("state", port);
  if (bare !== undefined) return bare;
  return isPort("slot", port) || isPort("statistic", port) ? port : undefined;
}

/** The inputs of graphs that a tensor of a checkpoint may be for. */
export function portsOfCheckpoint(name: string): readonly string[] {
  return [portOf("parameter", name), portOf("state", name), name];
}

/** Whether a tensor of a checkpoint is a weight of the model: neither an optimizer's nor a statistic. */
export function isWeight(name: string): boolean {
  return !isPort("slot", name) && !isPort("statistic", name);
}
