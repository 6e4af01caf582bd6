import type { Monitor } from "../../ir/program.ts";
import { numberIn, type Figures } from "./figures.ts";

/** The best value of what `stop` or `save` watches, and the step that had it. */
export interface Best {
  /** What it is a value of: `validate.loss`. */
  readonly monitor: string;
  readonly value: number;
  readonly step: number;
}

/** What `stop` or `save` watches, and whether more of it is better. */
export interface Watch {
  readonly monitor: Monitor;
  readonly mode: "min" | "max";
}

/**
 * The best so far after a validation: a new one, or the one before. Only a finite value is ever better. A value of
 * something else than what is watched now (the section has changed) is none.
 */
export function bestSoFar(
  { monitor, mode }: Watch,
  before: Best | undefined,
  now: { readonly step: number; readonly train: Figures; readonly validate: Figures | undefined },
): Best | undefined {
  const name = `${monitor.split}.${monitor.metric}`;
  const known = before?.monitor === name ? before : undefined;
  const figures = monitor.split === "train" ? now.train : now.validate;
  const value = figures === undefined ? NaN : numberIn(figures, monitor.metric);
  if (!Number.isFinite(value)) return known;
  if (known !== undefined && !(mode === "max" ? value > known.value : value < known.value)) return known;
  return { monitor: name, value, step: now.step };
}
