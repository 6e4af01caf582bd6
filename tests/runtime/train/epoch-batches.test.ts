import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { epochOrder } from "../../../src/runtime/data/dataset.ts";
import { epochBatches as batchesOf, evaluationBatches } from "../../../src/runtime/train/epoch-batches.ts";

const lengthsOf = (values: readonly number[]) => ({
  count: values.length,
  lengths: new Map([["T", Int32Array.from(values)]]),
});
const program = (batch: number, accumulate = 1) => ({ batch, accumulate, seed: 5, bucket: "T" });
/** All batches of an epoch. */
const epochBatches = (...given: Parameters<typeof batchesOf>): readonly Int32Array[] => {
  const [{ batch, accumulate }, { count }] = given;
  const at = batchesOf(...given);
  return Array.from({ length: Math.ceil(count / (batch * accumulate)) }, (_, it) => at(it));
};
const spreadOf = (values: readonly number[], batch: Int32Array): number => {
  const own = [...batch].map((it) => values[it] ?? 0);
  return Math.max(...own) - Math.min(...own);
};

describe("the batches of an epoch", () => {
  it("are the shuffled order without buckets, or where all are of one length", () => {
    const order = epochOrder(11, 5, 3);
    const plain = [order.slice(0, 4), order.slice(4, 8), order.slice(8)];
    const { bucket: _, ...without } = program(4);
    expect(epochBatches(without, lengthsOf(Array.from({ length: 11 }, (__, at) => at)), 3)).toEqual(plain);
    expect(epochBatches(program(4), { count: 11 }, 3)).toEqual(plain);
  });

  it("have each example once, whole but for the last, the same ones for the same seed and epoch", () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1, maxLength: 300 }),
        fc.integer({ min: 1, max: 7 }),
        fc.integer({ min: 1, max: 3 }),
        (values, batch, accumulate) => {
          const examples = lengthsOf(values);
          const found = epochBatches(program(batch, accumulate), examples, 2);
          const all = found.flatMap((it) => [...it]).sort((a, b) => a - b);
          expect(all).toEqual(values.map((_, at) => at));
          const size = batch * accumulate;
          expect(found.slice(0, -1).every((it) => it.length === size)).toBe(true);
          expect(epochBatches(program(batch, accumulate), examples, 2)).toEqual(found);
        },
      ),
    );
  });

  it("are of examples that are alike in length, in an order that says nothing of it", () => {
    const values = Array.from({ length: 640 }, (_, at) => 1 + ((at * 389) % 640));
    const found = epochBatches(program(8), lengthsOf(values), 0);
    // 400 examples are sorted at a time: of a batch of 8 they lie within a fiftieth of all lengths, about.
    expect(found.every((it) => spreadOf(values, it) < 80)).toBe(true);
    const firsts = found.slice(0, 50).map((it) => values[it[0] ?? 0] ?? 0);
    expect(firsts).not.toEqual(firsts.toSorted((a, b) => a - b));
    expect(epochBatches(program(8), lengthsOf(values), 1)).not.toEqual(found);
  });
});

describe("the batches of an evaluation", () => {
  it("are the examples in their order, or by their lengths", () => {
    expect(evaluationBatches({ count: 600 }).map((it) => [it[0], it.length])).toEqual([
      [0, 256],
      [256, 256],
      [512, 88],
    ]);
    const values = Array.from({ length: 130 }, (_, at) => 130 - at);
    expect(evaluationBatches(lengthsOf(values)).map((it) => [...it])).toEqual([
      Array.from({ length: 64 }, (_, at) => 129 - at),
      Array.from({ length: 64 }, (_, at) => 65 - at),
      [1, 0],
    ]);
  });
});
