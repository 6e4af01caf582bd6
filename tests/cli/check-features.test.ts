import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { cli, folderWith } from "./run-cli.ts";

/** A label that is computed, and a logarithm, neither of which the source can vouch for. */
const spec = `model Net: (x: f32[B, 1]) -> logits: f32[B, 3] {
  x -> Dense(3)
}
data Plane {
  source: csv("plane.csv")
  split: train 0.5, validate 0.25, test 0.25, by position
  x: f32[1]   = stack(raw.x, axis=-1) -> log
  y: class(3) = raw.y - 1
}
train Net on Plane {
  loss: cross_entropy(logits, y)
  metrics: accuracy(logits, y)
  optimizer: sgd(lr=0.01)
  epochs: 1
}
test Net on Plane { expect accuracy >= 0 }
`;

const table = (bad: { readonly row: number; readonly x?: number; readonly y?: number }): string =>
  [
    "x,y",
    ...Array.from({ length: 40 }, (_, row) =>
      row === bad.row ? `${bad.x ?? 1},${bad.y ?? 1}` : `${row + 1},${(row % 3) + 1}`,
    ),
  ].join("\n");

async function trained(): Promise<string> {
  const folder = folderWith({ "net.model": spec, "plane.csv": table({ row: -1 }) });
  expect(await cli(["train", join(folder, "net.model"), "--threads", "1", "--out", folder])).toMatchObject({ code: 0 });
  return join(folder, "Net.safetensors");
}

describe("features that are not what they are declared to be", () => {
  it.each([
    ["a class beyond the last", { row: 33, y: 4 }, "MC6003"],
    ["a class below 0", { row: 33, y: 0 }, "MC6003"],
    ["an infinite number", { row: 33, x: 0 }, "MC6021"],
    ["a NaN", { row: 33, x: -1 }, "MC6021"],
  ] as const)("end train, test and predict: %s", async (_, bad, code) => {
    const weights = await trained();
    const folder = folderWith({ "net.model": spec, "plane.csv": table(bad) });
    const file = join(folder, "net.model");
    for (const args of [
      ["train", file, "--threads", "1", "--out", folder],
      ["test", file, "--threads", "1", "--weights", weights],
      ["predict", file, "--split", "test", "--count", "10", "--threads", "1", "--weights", weights],
    ]) {
      const run = await cli(args);
      expect([args[0], run.code]).toEqual([args[0], 1]);
      expect(run.err + run.out).toContain(code);
      expect(run.err + run.out).toContain(code === "MC6003" ? "33" : "plane.csv:35");
    }
  });

  it("do not stand in the way of other splits and examples", async () => {
    const weights = await trained();
    const file = join(folderWith({ "net.model": spec, "plane.csv": table({ row: 3, y: 4 }) }), "net.model");
    expect((await cli(["test", file, "--threads", "1", "--weights", weights])).code).toBe(0);
    for (const [count, code] of [
      ["3", 0],
      ["4", 1],
    ] as const) {
      const args = ["predict", file, "--split", "train", "--count", count, "--threads", "1", "--weights", weights];
      expect([count, (await cli(args)).code]).toEqual([count, code]);
    }
  });
});
