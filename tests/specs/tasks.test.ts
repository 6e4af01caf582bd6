import { readdirSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { cli, folderWith } from "../cli/run-cli.ts";

const folder = "specs/tasks";
const tasks = readdirSync(folder).filter((name) => name.endsWith(".model"));

/** Small tasks that a network of their kind is known to learn: each file states what it must reach. */
describe("a well-known task", () => {
  it.each(tasks)(
    "is learned: %s",
    async (name) => {
      const path = join(folder, name);
      const out = folderWith({});
      const trained = await cli(["train", path, "--out", out, "--threads", "1"]);
      expect([trained.code, trained.err]).toEqual([0, ""]);
      const weights = readdirSync(out).find((it) => it.endsWith(".safetensors") && !it.includes("checkpoint")) ?? "";
      const tested = await cli(["test", path, "--weights", join(out, weights), "--threads", "1"]);
      expect([tested.code, tested.err]).toEqual([0, ""]);
      expect(tested.out).toMatch(/accuracy/);
    },
    300_000,
  );
});
