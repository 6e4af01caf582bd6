import { describe, expect, it } from "vitest";
import { importsCatalog } from "../../src/diagnostics/catalog/imports.ts";
import { namesCatalog } from "../../src/diagnostics/catalog/names.ts";
import { createCollector } from "../../src/diagnostics/collector.ts";
import { elaborateModel } from "../../src/lower/elaborate-model.ts";
import { check, codesOf, load } from "../lower/checking.ts";

describe("the catalog of names", () => {
  it.each(Object.entries({ ...namesCatalog, ...importsCatalog }).filter(([code]) => code !== "MC2021"))(
    "%s: the bad example yields it alone, the good one nothing",
    (code, entry) => {
      expect(codesOf(entry.bad)).toEqual([code]);
      expect(codesOf(entry.good)).toEqual([]);
      expect(entry.explanation.length).toBeGreaterThan(20);
    },
  );

  it("MC2021: a model that the file does not have", () => {
    const { bad, good } = namesCatalog.MC2021;
    for (const [text, codes] of [
      [bad, ["MC2021"]],
      [good, []],
    ] as const) {
      const collector = createCollector();
      elaborateModel(load(text, collector), "M", {}, collector);
      expect(collector.diagnostics.map((it) => it.code)).toEqual(codes);
    }
  });
});

describe("an input that nothing reads", () => {
  it.each<[what: string, text: string, told: readonly string[]]>([
    [
      "is one whose size is read, which no other has",
      "model M: (x: f32[B, T, 4], z: f32[B, S, 4]) -> y: f32[B, S, 4] where T >= S {\n  x[:, :S]\n}\n",
      [],
    ],
    [
      "is the second of two that have a size which is read",
      "model M: (x: f32[B, 4], z: f32[B, S], w: f32[B, S]) -> y: f32[B, S] {\n  zeros([B, S]) + mean(x)\n}\n",
      ["w"],
    ],
    [
      "has a size that an input which is read has as well",
      "model M: (x: f32[B, S], z: f32[B, S, 4]) -> y: f32[B, S] {\n  x + zeros([B, S])\n}\n",
      ["z"],
    ],
    [
      "stands before one that is read and has the same size",
      "model M: (z: f32[B, S, 4], x: f32[B, S]) -> y: f32[B, S] {\n  x + zeros([B, S])\n}\n",
      ["z"],
    ],
    [
      "has a size of its own, which the header alone names",
      "model M: (x: f32[B, T], z: f32[B, S]) -> y: f32[B, T] where S >= 2 {\n  x\n}\n",
      ["z"],
    ],
  ])("%s", (_, text, told) => {
    const found = check(text);
    expect(found.filter((it) => it.severity === "error")).toEqual([]);
    expect(found.flatMap((it) => (it.code === "MC2005" ? [text.slice(it.span.start, it.span.end)] : []))).toEqual(told);
  });
});
