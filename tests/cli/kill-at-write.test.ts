import type * as fs from "node:fs";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, describe, expect, it, vi } from "vitest";
import { cli, folderWith } from "./run-cli.ts";

/** Files that come into place are counted; from the one that is set on none does, as if the process were gone. */
const writes = vi.hoisted(() => ({ done: 0, last: Infinity }));
vi.mock("node:fs", async (original) => {
  const actual = await original<typeof fs>();
  return {
    ...actual,
    renameSync(from: string, to: string) {
      if (!to.endsWith(".safetensors")) return actual.renameSync(from, to);
      if (writes.done >= writes.last) throw new Error("killed");
      writes.done++;
      return actual.renameSync(from, to);
    },
  };
});
afterEach(() => Object.assign(writes, { done: 0, last: Infinity }));

const spec = (save: string): string => `model Net: (x: f32[B, 2]) -> logits: f32[B, 3] {
  x -> Dense(8, activation=relu) -> BatchNorm -> Dense(3)
}
data Blobs {
  source: synthetic_blobs(count=120, classes=3, features=2, spread=2.0, seed=3)
  split:  train 0.5, validate 0.25, test 0.25, seed 7
  x:      f32[2] = raw.x
  label:  class(3) = raw.label
}
train Net on Blobs {
  loss:      cross_entropy(logits, label)
  optimizer: adam(lr=0.05)
  metrics:   accuracy(logits, label)
  epochs:    4
  batch:     16
  seed:      42
  stop:      early(train.loss, patience=3)
  ${save}
}
`;

describe.each(["save: best(validate.accuracy)", "save: best(train.loss)", "seed: 42"])("with %s", (save) => {
  it("a run that is killed at any write goes on to the same files", async () => {
    const text = spec(save).replace("  seed:      42\n", save.startsWith("seed") ? "" : "  seed:      42\n");
    const folder = folderWith({ "net.model": text });
    const train = (out: string, ...more: readonly string[]): ReturnType<typeof cli> =>
      cli(["train", join(folder, "net.model"), "--threads", "1", "--out", join(folder, out), ...more]);
    const file = (out: string, name: string): Buffer => readFileSync(join(folder, out, name));
    const straight = await train("straight");
    expect(straight.code).toBe(0);
    const total = writes.done;
    expect(total).toBeGreaterThan(4);
    for (let last = 1; last < total; last++) {
      const out = `killed-${last}`;
      Object.assign(writes, { done: 0, last });
      expect((await train(out)).code).toBe(2);
      Object.assign(writes, { done: 0, last: Infinity });
      const resumed = await train(out, "--resume");
      // Before the first checkpoint there is nothing to resume.
      if (/nothing to resume/.test(resumed.err)) expect((await train(out)).code).toBe(0);
      else expect(resumed).toMatchObject({ code: 0, err: "" });
      for (const name of ["Net.safetensors", "Net.checkpoint.safetensors"]) {
        expect(file(out, name).equals(file("straight", name)), `${name} after ${last} writes`).toBe(true);
      }
    }
  });
});
