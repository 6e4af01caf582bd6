import { asNumber } from "../dims/dim.ts";
import { fault } from "../support/fault.ts";
import type { Accumulator } from "./program.ts";

/** The sizes of an accumulator's axes. */
export function accumulatorShape({ name, type }: Accumulator): readonly number[] {
  return type.shape.map((dim) => asNumber(dim) ?? fault(`the accumulator ${name} has a free dimension`));
}

/** How many elements an accumulator has. */
export function accumulatorSize(accumulator: Accumulator): number {
  return accumulatorShape(accumulator).reduce((a, b) => a * b, 1);
}
