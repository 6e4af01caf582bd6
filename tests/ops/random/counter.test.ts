import { describe, expect, it } from "vitest";
import { bits, fnv1a32, fold, keyFor, mix, normal, uniform } from "../../../src/ops/random/counter.ts";

// Expected words were computed with arbitrary-precision integers in Python from the definition in the language.
describe("the counter-based generator", () => {
  it("mixes words as lowbias32 does", () => {
    expect([0, 1, 2, 0xdeadbeef, 0xffffffff].map(mix)).toEqual([0, 0x688990c0, 0xd1132181, 0xe628c683, 0x6768824a]);
  });

  it("folds words into keys", () => {
    expect(fold([0, 0], 0)).toEqual([0xae6f80f1, 0x6df45305]);
    expect(fold([1, 2], 3)).toEqual([0x50f4f2, 0xfaede701]);
    expect(fold([0xffffffff, 0xffffffff], 0xffffffff)).toEqual([0xca4d4754, 0xd8564010]);
  });

  it("hashes paths with FNV-1a over UTF-8", () => {
    expect(["", "a", "foobar", "dense_0.kernel", "é"].map(fnv1a32)).toEqual([
      0x811c9dc5, 0xe40c292c, 0xbf9cf968, 0x9a5c0792, 0x1e9de8c1,
    ]);
  });

  it("derives the key of a place and its words", () => {
    const key = keyFor(42, 0, "encoder.dropout_0", [3]);
    expect(key).toEqual([0xfde34753, 0x95d47b85]);
    expect([0, 1, 2, 1_000_000, 0xffffffff].map((i) => bits(key, i))).toEqual([
      0xfc99b20c, 0xac210d0, 0x57e0abc2, 0x9dd9ae59, 0x2c07469b,
    ]);
  });

  it("takes the seed modulo 2^64 as two words and the step modulo 2^32", () => {
    const seed = (2n << 32n) + 5n;
    expect(keyFor(seed, 7n, "x")).toEqual(keyFor(seed + (1n << 64n), 7n + (1n << 32n), "x"));
    expect(keyFor(seed, 7n, "x")).not.toEqual(keyFor(5, 7n, "x"));
  });

  it("draws uniforms and normals", () => {
    expect([0, 1, 2].map((i) => uniform([42, 7], i))).toEqual([
      0.019353628158569336, 0.34782499074935913, 0.4251183867454529,
    ]);
    const expected = [-0.11401067754959879, -0.49366732939569913, 0.04960452673516358];
    expected.forEach((value, i) => expect(normal([42, 7], i)).toBeCloseTo(value, 12));
  });

  it("has the moments of its distributions", () => {
    const key = keyFor(1, 2, "moments");
    const n = 1 << 16;
    let sum = 0;
    let squares = 0;
    let uniforms = 0;
    for (let i = 0; i < n; i++) {
      const z = normal(key, i);
      sum += z;
      squares += z * z;
      uniforms += uniform(key, i);
    }
    expect(Math.abs(sum / n)).toBeLessThan(0.015);
    expect(Math.abs(squares / n - 1)).toBeLessThan(0.02);
    expect(Math.abs(uniforms / n - 0.5)).toBeLessThan(0.005);
  });
});
