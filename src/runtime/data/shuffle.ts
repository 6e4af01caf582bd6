import { elementAt } from "../../support/element-at.ts";
import { keyFor, uniform } from "../../ops/random/counter.ts";

/** The numbers 0 .. count - 1 in an order that depends on seed and round alone (Fisher and Yates). */
export function shuffled(count: number, seed: number, round: number, purpose: string): Int32Array {
  const key = keyFor(seed, round, purpose);
  const order = Int32Array.from({ length: count }, (_, i) => i);
  for (let i = count - 1; i > 0; i--) {
    const other = Math.floor(uniform(key, i) * (i + 1));
    const held = elementAt(order, i);
    order[i] = elementAt(order, other);
    order[other] = held;
  }
  return order;
}
