import { describe, expect, it } from "vitest";
import { layerCounterparts, withoutCounterpart } from "../../scripts/counterparts.ts";
import { calledBy, comparisonsOf, namesOf } from "../../scripts/describe-counterparts.ts";
import { answerOfName } from "../../src/analyze/names-elsewhere.ts";
import { library } from "../../src/std/library.ts";
import { peerCases } from "../oracles/peer-cases.ts";
import { lossCases } from "../std/loss-cases.ts";
import { metricCases } from "../std/metric-cases.ts";

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

  it("has every function of the library, beside another's or with what it is for", () => {
    const compared = new Set([
      ...peerCases.map(({ of }) => of),
      ...lossCases.map(({ call }) => calledBy(call)),
      ...Object.keys(withoutCounterpart),
    ]);
    // What files of metrics have besides them are their parts.
    const isPart = (name: string): boolean => /-metrics|metric-parts/.test(library.find(name)?.file.source.path ?? "");
    const functions = namesOf("fn").filter((name) => !isPart(name));
    expect(functions.filter((name) => !compared.has(name))).toEqual([]);
    expect(Object.keys(withoutCounterpart).filter((name) => !functions.includes(name))).toEqual([]);
  });

  it("has every metric", () => {
    const compared = new Set(metricCases.map(({ call }) => calledBy(call)));
    expect(namesOf("metric").filter((name) => !compared.has(name))).toEqual([]);
  });

  it("compares under names that there are", () => {
    for (const { of, body } of peerCases) expect(body).toContain(of);
  });
});

describe("a layer under the name that Keras or PyTorch has for it", () => {
  const elsewhere = Object.entries(layerCounterparts).flatMap(([here, { keras, torch }]) =>
    [
      ...`${keras}, ${torch}`.matchAll(/(?<![\w.])(?:nn\.)?([A-Z][A-Za-z]*(?:[123][dD])?(?:Transpose)?)(?!\w)/g),
    ].flatMap(([, name = ""]): readonly (readonly [string, string])[] =>
      library.find(name) === undefined ? [[name, here]] : [],
    ),
  );

  it.each(elsewhere)("is answered with what is written here: %s, %s", (name) => {
    expect(answerOfName(name)?.help).toMatch(/`.+`/);
  });

  it("is among many", () => {
    expect(elsewhere.length).toBeGreaterThan(50);
  });
});
