import { describe, expect, it } from "vitest";
import { layerCounterparts } from "../../scripts/counterparts.ts";
import { comparisonsOf, namesOf } from "../../scripts/describe-counterparts.ts";
import { peerCases } from "../oracles/peer-cases.ts";

describe("the table of names in Keras and PyTorch", () => {
  it("has a row for every layer, and for nothing else", () => {
    expect(Object.keys(layerCounterparts).sort()).toEqual(namesOf("block"));
  });

  it.each(Object.entries(layerCounterparts))(
    "has a comparison where %s has a counterpart",
    (name, { keras, torch }) => {
      const { Keras, PyTorch } = comparisonsOf(name);
      expect(Keras > 0, `compared with ${keras}`).toBe(keras !== "none");
      expect(PyTorch > 0, `compared with ${torch}`).toBe(torch !== "none");
    },
  );

  it("compares under names that there are", () => {
    for (const { of, body } of peerCases) expect(body).toContain(of);
  });
});
