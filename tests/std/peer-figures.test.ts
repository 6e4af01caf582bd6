import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { computeCase } from "../oracles/compute-case.ts";
import { fingerprint, recordedCases, recordPath } from "../oracles/recorded-cases.ts";

/** What `npm run conformance -- --torch --record` has kept. */
const record = JSON.parse(readFileSync(recordPath, "utf8")) as Readonly<Record<string, number>>;

describe("layers have the figures of PyTorch and Keras", () => {
  it("all of them", () => {
    expect(Object.keys(record)).toEqual([...recordedCases.keys()].sort());
  });

  it.each([...recordedCases])("%s", (key, it) => {
    const found = fingerprint(computeCase(it).results.map(({ data }) => data));

    expect(Math.abs(found - (record[key] ?? NaN))).toBeLessThan(2e-5 * Math.max(1, Math.abs(found)));
  });
});
