import { existsSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { ganText, pairsText } from "../specs/step-programs.ts";
import { cli, folderWith } from "./run-cli.ts";

const section = (accumulate: number): string => `accumulate: ${accumulate}
  step critic { loss: mean(softplus(held)), update: "critic.**", optimizer: adam(lr=0.01) }
  step generator { loss: mean(softplus(-fake)), update: "generator.**", optimizer: adam(lr=0.01), every: 3 }`;

test("commands take steps of several batches: what they are told of, their files, a run and what goes on from it", async () => {
  const folder = folderWith({
    "gan.model": ganText(0.25, section(2)),
    "other.model": ganText(0.25, section(1)),
    "pairs.csv": pairsText(),
  });
  const file = join(folder, "gan.model");
  const out = join(folder, "out");
  expect((await cli(["summary", file])).out).toMatch(/an update +2 batches of 4, 8 examples: activations of one/);
  // 18 examples: 3 updates an epoch, of 8, 8 and 2.
  const trained = await cli(["train", file, "--out", out, "--epochs", "1", "--threads", "1"]);
  expect({ code: trained.code, err: trained.err }).toEqual({ code: 0, err: "" });
  const further = await cli(["train", file, "--out", out, "--epochs", "2", "--threads", "1", "--resume"]);
  expect(further.out).toContain("from step 3");
  const refused = await cli(["train", join(folder, "other.model"), "--out", out, "--epochs", "3", "--resume"]);
  expect(refused.code).toBe(1);
  expect(refused.err + refused.out).toContain("batch: 2 of 4, now 4");

  expect((await cli(["build", file, "--out", out])).code).toBe(0);
  const built = (name: string): boolean => existsSync(join(out, `Gan.${name}.onnx`));
  expect(["train", "grad", "apply"].map((it) => built(`${it}.critic`))).toEqual([false, true, true]);
  expect((await cli(["build", join(folder, "other.model"), "--out", out])).code).toBe(0);
  expect(["train", "grad", "apply"].map((it) => built(`${it}.generator`))).toEqual([true, false, false]);
}, 60_000);

test("a step whose loss is not finite is told of by the batch that made it so", async () => {
  const rows = Array.from({ length: 12 }, (_, i) => `${i === 9 ? -1 : 1 + i},${i % 2}`).join("\n");
  const folder = folderWith({
    "net.model": `model Net: (x: f32[B, 1]) -> y: f32[B, 1] { log(x) -> Dense(1) }
data Rows {
  source: csv("rows.csv")
  split:  train 1.0, by position
  x: f32[1] = stack(raw.a, axis=-1)
  t: f32[1] = stack(raw.b, axis=-1)
}
train Net on Rows {
  loss:       mse(y, t)
  optimizer:  sgd(lr=0.1)
  batch:      2
  accumulate: 6
}
`,
    "rows.csv": `a,b\n${rows}\n`,
  });
  const { code, err } = await cli(["train", join(folder, "net.model"), "--out", join(folder, "out"), "--threads", "1"]);
  expect(code).toBe(1);
  expect(err).toMatch(/the first value that is not finite is of `log`.*f32\[2, 1\], has NaN at \[[01], 0\]/s);
}, 60_000);
