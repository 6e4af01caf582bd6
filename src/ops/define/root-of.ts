import type { Value } from "../../ir/graph.ts";
import type { GraphBuilder } from "./builder.ts";

/** The root of sums of powers; where one is 0 its gradient is 0: the slope there is infinite, and times 0 no number. */
export function rootOf(b: GraphBuilder, sums: Value, power: number): Value {
  if (power === 1) return sums;
  const { dtype } = sums.type;
  const isPositive = b.op("greater", [sums, b.scalar(0, dtype)]);
  const positive = b.where(isPositive, sums, b.scalar(1, dtype));
  const root = power === 2 ? b.op("sqrt", [positive]) : b.op("pow", [positive, b.scalar(1 / power, dtype)]);
  return b.where(isPositive, root, b.scalar(0, dtype));
}
