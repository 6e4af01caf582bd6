import * as tf from "@tensorflow/tfjs";
import fc from "fast-check";
import { beforeAll, describe, expect, it } from "vitest";
import { causalMask } from "../../../../src/emit/tfjs/prelude/causal-mask.ts";
import { dropout } from "../../../../src/emit/tfjs/prelude/dropout.ts";
import { orthogonalize } from "../../../../src/emit/tfjs/prelude/orthogonalize.ts";
import {
  foldKey,
  placeKey,
  randomBits,
  randomNormal,
  randomUniform,
  stepKey,
} from "../../../../src/emit/tfjs/prelude/random.ts";
import * as counter from "../../../../src/ops/random/counter.ts";
import { backends, numbers, reference, relativeError, tensorOf, useBackend } from "./backends.ts";

const word = fc.integer({ min: 0, max: 0xffffffff });
const key = fc.tuple(word, word);

describe.each(backends)("the random helpers on %s", (backend) => {
  beforeAll(() => useBackend(backend));

  it("derive the keys of the language", () => {
    fc.assert(
      fc.property(key, word, (k, w) => {
        expect(foldKey(k, w)).toEqual(counter.fold(k, w));
      }),
    );
    const seed = fc.integer({ min: 0, max: Number.MAX_SAFE_INTEGER });
    fc.assert(
      fc.property(
        seed,
        word,
        fc.string({ unit: "grapheme" }),
        fc.array(fc.nat(100), { maxLength: 3 }),
        (s, step, path, at) => {
          expect(placeKey(stepKey(s, step), path, at)).toEqual(counter.keyFor(s, step, path, at));
        },
      ),
    );
  });

  it("draw the numbers of the language", () => {
    fc.assert(
      fc.property(key, (k) => {
        const indices = Array.from({ length: 60 }, (_, i) => i);
        expect([...randomBits(k, [60]).dataSync()].map((it) => it >>> 0)).toEqual(
          indices.map((i) => counter.bits(k, i)),
        );
        expect([...randomUniform(k, [3, 20]).dataSync()]).toEqual(indices.map((i) => counter.uniform(k, i)));
        expect([...randomNormal(k, [60]).dataSync()]).toEqual(indices.map((i) => Math.fround(counter.normal(k, i))));
      }),
      { numRuns: 20 },
    );
  });

  it("drop what the uniform numbers say", () => {
    const k = [1, 2] as const;
    const x = numbers([4, 50], 1);
    const dropped = [...dropout(tensorOf(x), k, 0.3).dataSync()];
    dropped.forEach((value, i) => {
      const kept = counter.uniform(k, i) >= Math.fround(0.3);
      expect(value).toBeCloseTo(kept ? (x.data[i] ?? NaN) / 0.7 : 0, 6);
    });
    const gradient = tf.grad((it) => dropout(it, k, 0.3))(tensorOf(x));
    expect([...gradient.dataSync()].filter((it) => it === 0).length).toBe(dropped.filter((it) => it === 0).length);
  });

  it("orthogonalize rows", () => {
    const rows = numbers([7, 12], 5);
    const result = orthogonalize(tensorOf(rows));
    expect(relativeError(result, reference("orthogonalize", [rows], {}))).toBeLessThan(1e-6);
    const products = tf.matMul(result, result, false, true);
    expect(
      relativeError(products, { dtype: "f32", shape: [7, 7], data: Float64Array.from(tf.eye(7).dataSync()) }),
    ).toBeLessThan(1e-6);
  });

  it("mask later positions, and their gradients", () => {
    const scores = tensorOf(numbers([2, 3, 3], 2));
    const weights = tf.softmax(causalMask(scores)).arraySync() as number[][][];
    weights.forEach((matrix) =>
      matrix.forEach((row, i) =>
        row.forEach((value, j) => (j > i ? expect(value).toBe(0) : expect(value).toBeGreaterThan(0))),
      ),
    );
    const gradient = tf
      .grad((it) => causalMask(it))(scores)
      .arraySync() as number[][][];
    gradient.forEach((matrix) =>
      matrix.forEach((row, i) => row.forEach((value, j) => expect(value).toBe(j > i ? 0 : 1))),
    );
  });
});
