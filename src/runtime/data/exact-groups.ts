import { elementAt } from "../../support/element-at.ts";
import type { PreparedFor } from "../train/trainer.ts";
import { examplesIn, type RawBatch, type RawBatchField } from "./dataset.ts";

/** Examples of a batch whose raw fields are of the same lengths. */
export interface ExactGroup {
  /** Their places in the batch, in order. */
  readonly places: Int32Array;
  /** Their raw fields, none of which has `lengths`. */
  readonly raw: RawBatch;
  /** For what they are prepared: with their numbers among the examples of the batch. */
  readonly of: PreparedFor;
}

/**
 * A batch in groups of examples that are alike in length, so that what is computed of a group sees nothing that is no part of
 * its examples. A batch without fields of different lengths is one group.
 */
export function exactGroups(raw: RawBatch, of: PreparedFor = {}): readonly ExactGroup[] {
  const count = examplesIn(raw);
  const ragged = [...raw.values()].flatMap((it) => it.lengths ?? []);
  if (ragged.length === 0) return [{ places: Int32Array.from({ length: count }, (_, at) => at), raw, of }];
  const groups = new Map<string, number[]>();
  for (let at = 0; at < count; at++) {
    const key = ragged.map((lengths) => elementAt(lengths, at)).join();
    const places = groups.get(key);
    if (places === undefined) groups.set(key, [at]);
    else places.push(at);
  }
  const starts = new Map([...raw].map(([name, field]) => [name, startsOf(field)]));
  return [...groups.values()].map((places) => ({
    places: Int32Array.from(places),
    of: { ...of, examples: places.map((at) => Number(of.examples?.[at] ?? at)) },
    raw: new Map(
      [...raw].map(([name, field]) => [name, chosenOf(field, starts.get(name) ?? new Int32Array(), places)] as const),
    ),
  }));
}

/** Where each example of a field begins, and where the last one ends. */
function startsOf({ shape, data, lengths }: RawBatchField): Int32Array {
  const count = elementAt(shape, 0);
  const size = lengths === undefined ? data.length / count : shape.slice(2).reduce((a, b) => a * b, 1);
  const starts = new Int32Array(count + 1);
  for (let at = 0; at < count; at++)
    starts[at + 1] = elementAt(starts, at) + size * (lengths === undefined ? 1 : elementAt(lengths, at));
  return starts;
}

/** Some examples of a field, all of one length. */
function chosenOf(field: RawBatchField, starts: Int32Array, places: readonly number[]): RawBatchField {
  const { lengths, ...rest } = field;
  const first = elementAt(places, 0);
  const size = elementAt(starts, first + 1) - elementAt(starts, first);
  const data = emptyLike(field.data, places.length * size);
  for (const [to, at] of places.entries()) copy(field.data, data, elementAt(starts, at), to * size, size);
  const inner = lengths === undefined ? field.shape.slice(1) : [elementAt(lengths, first), ...field.shape.slice(2)];
  return { ...rest, shape: [places.length, ...inner], data };
}

function emptyLike(data: RawBatchField["data"], length: number): RawBatchField["data"] {
  if (data instanceof BigInt64Array) return new BigInt64Array(length);
  return data instanceof Int32Array ? new Int32Array(length) : new Float64Array(length);
}

function copy(from: RawBatchField["data"], to: RawBatchField["data"], start: number, at: number, size: number): void {
  if (from instanceof BigInt64Array && to instanceof BigInt64Array) to.set(from.subarray(start, start + size), at);
  else if (!(from instanceof BigInt64Array) && !(to instanceof BigInt64Array))
    to.set(from.subarray(start, start + size), at);
}
