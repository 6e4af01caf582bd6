import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { cli, folderWith } from "./run-cli.ts";

/** Labels that are not declared to be a class, of examples that `clean` and `split` move about. */
const spec = (label: string, row = "k"): string => `model Net: (x: f32[B, 1], k: i32[B]) -> logits: f32[B, 3] {
  concat(x, ${row} -> Embedding(4, 3), axis=1) -> Dense(3)
}
data Plane {
  source: csv("plane.csv")
  clean: drop_missing
  split: train 0.8, validate 0.2, seed 5
  x: f32[1] = stack(raw.x, axis=-1)
  k: i32[]  = raw.k
  y: ${label} = raw.y
}
train Net on Plane {
  loss: cross_entropy(logits, y)
  optimizer: adam(lr=0.01)
  epochs: 2
  batch: 4
}
`;

/** Forty rows of which some are bad: `y` and `k` of one row, and a row without a value before it. */
const table = (bad: { readonly row: number; readonly k?: number; readonly y?: number }): string =>
  [
    "x,k,y",
    ...Array.from({ length: 40 }, (_, row) =>
      row === 3 ? "0.5,,1" : row === bad.row ? `0.1,${bad.k ?? 1},${bad.y ?? 2}` : `${row / 40},${row % 4},${row % 3}`,
    ),
  ].join("\n");

describe("data with a place out of range", () => {
  const runs = [
    ["onnx", ["--threads", "1"]],
    ["tfjs cpu", ["--runtime", "tfjs", "--backend", "cpu"]],
    ["tfjs wasm", ["--runtime", "tfjs", "--backend", "wasm"]],
  ] as const;
  it.each(
    runs.flatMap(
      ([runtime, options]) =>
        [
          [
            runtime,
            options,
            { row: 17, y: 3 },
            "Example 17 of",
            "has 3 for y, and the network has room for 3: 0 to 2.",
          ],
          [runtime, options, { row: 17, y: -1 }, "Example 17 of", "has -1 for y"],
          [
            runtime,
            options,
            { row: 31, k: 4 },
            "Example 31 of",
            "has 4 for k, and the network has room for 4: 0 to 3.",
          ],
        ] as const,
    ),
  )("ends a training (%s, %j, %j)", async (_, options, bad, example, value) => {
    const folder = folderWith({ "net.model": spec("i32[]"), "plane.csv": table({ row: -1 }) });
    const args = ["train", join(folder, "net.model"), ...options, "--out", folder];
    expect(await cli(args)).toMatchObject({ code: 0 });
    const files = ["Net.safetensors", "Net.checkpoint.safetensors"].map((it) => join(folder, it));
    const before = files.map((it) => readFileSync(it).toString("hex"));
    const other = folderWith({ "net.model": spec("i32[]"), "plane.csv": table(bad) });
    const failed = await cli([...args.slice(0, 1), join(other, "net.model"), ...args.slice(2)]);
    expect(failed.code).toBe(1);
    expect(failed.err).toContain("MC6040");
    expect(failed.err).toContain(example);
    expect(failed.err).toContain(value);
    expect(failed.err).not.toContain("defect");
    expect(files.map((it) => readFileSync(it).toString("hex"))).toEqual(before);
  });

  it("that the network computes is no example's, and said so", async () => {
    const folder = folderWith({ "net.model": spec("class(3)", "(k * k)"), "plane.csv": table({ row: -1 }) });
    const failed = await cli(["train", join(folder, "net.model"), "--threads", "1", "--out", folder]);
    expect(failed.code).toBe(1);
    expect(failed.err).toContain("MC6041");
  });

  it("is found before training where the class is declared", async () => {
    const folder = folderWith({ "net.model": spec("class(3)"), "plane.csv": table({ row: 17, y: 3 }) });
    const failed = await cli(["train", join(folder, "net.model"), "--threads", "1", "--out", folder]);
    expect(failed.code).toBe(1);
    expect(failed.err).toContain("MC6003");
    expect(failed.err).toContain("Example 17 of");
  });

  it("is no answer of predict", async () => {
    const folder = folderWith({ "net.model": spec("i32[]"), "plane.csv": table({ row: -1 }) });
    const file = join(folder, "net.model");
    await cli(["train", file, "--threads", "1", "--out", folder]);
    const args = ["predict", file, "--weights", join(folder, "Net.safetensors")];
    const answer = (k: readonly number[]) =>
      cli(args, { stdin: () => JSON.stringify({ features: { x: [[0], [1]], k } }) });
    const sound = await answer([0, 3]);
    expect(sound.code).toBe(0);
    expect(sound.out).not.toContain("faults");
    for (const k of [4, -1, 100]) {
      const failed = await answer([0, k]);
      expect(failed).toMatchObject({ code: 1, out: "" });
      expect(failed.err).toContain(`k[1] is ${k}, and must be from 0 to 3`);
    }
  });
});
