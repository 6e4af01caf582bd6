import { elementAt } from "../../support/element-at.ts";
import type { TracedValue } from "../../autodiff/build-traced-graph.ts";
import { broadcastIndices } from "../../ops/define/nd-array.ts";
import { toNumbers } from "../onnx/typed-array.ts";
import type { Tensor } from "../tensor.ts";

/** What of a traced value is not finite. */
export interface Oddity {
  readonly hasNaN: boolean;
  /** The first element that is not finite. */
  readonly index: readonly number[];
  readonly value: number;
}

/** What is known of the values on the way to a loss. */
export interface Trace {
  readonly values: readonly TracedValue[];
  readonly loss: number;
  /** By place; of what is finite, nothing. */
  readonly oddities: ReadonlyMap<number, Oddity>;
  /** A value in full. */
  tensor(place: number): Promise<Tensor>;
}

/**
 * The place of the first value that is not finite of those that make the loss so; undefined where the loss is finite.
 *
 * Not every infinity is a fault: a mask adds -Infinity to what is not to be seen. So a constant may be infinite, and so may
 * what is made of it, as long as nothing there is NaN. And of what the loss does not depend on nothing is blamed: only ways
 * back from the loss through values that are not finite count, and of a `where`, only the branch that was taken.
 */
export async function firstNonFiniteValue(trace: Trace): Promise<number | undefined> {
  const { values, oddities, loss } = trace;
  if (!oddities.has(loss)) return undefined;
  const meant = new Set<number>();
  const faulty = (place: number): boolean => oddities.has(place) && !meant.has(place);
  values.forEach(({ made, operands }, place) => {
    const oddity = oddities.get(place);
    if (oddity === undefined || oddity.hasNaN || operands.some(faulty)) return;
    if (made?.by === "constant" || operands.some((it) => meant.has(it))) meant.add(place);
  });
  const reached = new Set<number>();
  const open = [loss];
  let first = loss;
  for (let place = open.pop(); place !== undefined; place = open.pop()) {
    if (reached.has(place)) continue;
    reached.add(place);
    const causes = (await causesOf(trace, place)).filter(faulty);
    if (causes.length === 0) first = Math.min(first, place);
    open.push(...causes);
  }
  return first;
}

/** What a value that is not finite may have that from. */
async function causesOf({ values, oddities, tensor }: Trace, place: number): Promise<readonly number[]> {
  const { made, operands = [] } = values[place] ?? {};
  const [condition, ...branches] = operands;
  if (made?.by !== "where" || condition === undefined) return operands;
  const odd = branches.filter((it) => oddities.has(it));
  if (odd.length < 2 && branches.length === 2) return odd;
  const whole = await tensor(place);
  const chosen = await tensor(condition);
  const results = toNumbers(whole);
  const conditions = toNumbers(chosen);
  const indices = broadcastIndices(chosen.shape, whole.shape);
  const taken = new Set<number>();
  results.forEach((it, at) => {
    const branch = branches[conditions[elementAt(indices, at)] === 0 ? 1 : 0];
    if (!Number.isFinite(it) && branch !== undefined) taken.add(branch);
  });
  return [...taken];
}
