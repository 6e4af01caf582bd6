import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { createCollector } from "../../src/diagnostics/collector.ts";
import type { Diagnostic } from "../../src/diagnostics/diagnostic.ts";
import { parseFile } from "../../src/syntax/parse.ts";
import { slipsOf } from "../lower/slips.ts";

/** Brackets that are left out, of all that may be in the corpus. */
const runs = Number(process.env["MODELC_SLIPS"] ?? 500);

function found(text: string): readonly Diagnostic[] {
  const collector = createCollector();
  parseFile({ path: "a.model", text }, collector);
  return collector.diagnostics;
}

function mended(text: string, found: readonly Diagnostic[]): string {
  return found
    .flatMap((it) => it.fix?.edits ?? [])
    .toSorted((a, b) => b.span.start - a.span.start)
    .reduce((it, { span, text: edit }) => it.slice(0, span.start) + edit + it.slice(span.end), text);
}

describe("a bracket that is left out", () => {
  it("has no fix that leaves the text broken", () => {
    const texts = readdirSync("specs", { recursive: true, encoding: "utf8" })
      .filter((it) => it.endsWith(".model"))
      .map((it) => [it, readFileSync(join("specs", it), "utf8")] as const);
    const slips = texts.flatMap(([path, text]) =>
      slipsOf(text)
        .filter((it) => it.kind === "left out" && /^[()[\]{}]$/.test(it.image))
        .map((slip) => ({ path, slip, text })),
    );
    const apart = slips.length / runs;
    const broken: string[] = [];
    let offered = 0;
    let right = 0;
    for (let run = 0; run < runs; run++) {
      const { path, slip, text } = slips[Math.floor((run + 0.5) * apart)] ?? expect.fail();
      const before = found(slip.text);
      if (!before.some((it) => it.fix !== undefined)) continue;
      offered++;
      const after = mended(slip.text, before);
      if (after.replaceAll(/\s/g, "") === text.replaceAll(/\s/g, "")) right++;
      const [left] = found(after);
      if (left !== undefined) broken.push(`${path}:${slip.line}, \`${slip.image}\`: ${left.code}`);
    }
    expect(offered / runs).toBeGreaterThan(0.6);
    expect(right / offered).toBeGreaterThan(0.5);
    expect(broken.length / offered, broken.join("\n")).toBeLessThan(0.02);
  }, 600_000);

  const block = (body: string): string => `block R: (x: f32[B, D]) -> f32[B, D] {\n  ${body}\n}\n`;
  const isMended = (right: string, wrong: string): void => {
    const told = found(wrong);
    expect(told.map((it) => it.code)).toEqual(["MC1002"]);
    expect(mended(wrong, told)).toBe(right);
  };

  it.each([
    ["model M: (x: f32[B, 8]) -> (y: f32[B, 4], z: f32[B, 8]", ")", " {\n  (x, x)\n}\n"],
    ["import { Head", " }", ' from "./h.model"\n'],
    ["block R(ch: int", ")", ": (x: f32[B, D]) -> f32[B, D] {\n  x\n}\n"],
    ["block R: (x: f32[B, T]) -> f32[B, T] where (T % 4 == 0", ")", " {\n  x\n}\n"],
  ] as const)("is put where it belongs: %s", (head, closer, tail) => {
    isMended(head + closer + tail, head + tail);
  });

  it.each([
    ["param w: f32[D, ch", "]", " = glorot_uniform\n  x"],
    ["(a, b", ")", " = f(x)\n  a + b"],
    ["d = when (deep", ")", " { x } else { x }\n  d"],
    ["d = for i in range(3", ")", " { x * i }\n  d"],
    ["d = for u in [16, 8", "]", " { x * u }\n  d"],
    ["concat([x, x", "]", ", axis=-1)"],
    ["x -> Dense(8, init=normal(stddev=0.1)", ")", " -> Dense(4)"],
    ["x -> Dense(8, activation=relu", ")", "\n    -> BatchNorm"],
  ] as const)("is put where it belongs in a body: %s", (head, closer, tail) => {
    isMended(block(head + closer + tail), block(head + tail));
  });

  it.each([
    ["Dense((8, activation=relu)", "Dense(8, activation=relu)"],
    ["reshape(x, [[2, 3])", undefined],
    ["f((x + 1) * 2", undefined],
  ])("is not what is told of an opener that stands twice: %s", (twice, once) => {
    const told = found(block(`${twice} -> Dense(3)`));
    expect(told).toHaveLength(1);
    if (once === undefined) expect(told[0]?.code).toBe("MC1002");
    else expect(mended(block(`${twice} -> Dense(3)`), told)).toBe(block(`${once} -> Dense(3)`));
  });
});
