import { readdirSync, statSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { loadCached } from "../../src/cli/load-cached.ts";
import { folderWith } from "./run-cli.ts";

interface Exports {
  readonly answer: () => number;
  readonly joined: string;
}

const bundle = `const { join } = require("node:path"); exports.joined = join("a", "b"); exports.answer = () => 42;`;

const load = (folder: string): ReturnType<typeof loadCached<Exports>> =>
  loadCached<Exports>(join(folder, "bundle.cjs"), createRequire(import.meta.url));

const caches = (folder: string): readonly string[] =>
  readdirSync(folder).includes(".cache")
    ? readdirSync(join(folder, ".cache")).map((it) => join(folder, ".cache", it))
    : [];

describe("a bundle with a code cache", () => {
  it("runs as a module does, before anything is kept and after", () => {
    const folder = folderWith({ "bundle.cjs": bundle });
    for (const kept of [0, 1, 1]) {
      expect(caches(folder)).toHaveLength(kept);
      const { exports, save } = load(folder);
      expect(exports.answer()).toBe(42);
      expect(exports.joined).toBe(join("a", "b"));
      save(false);
    }
  });

  it("leaves what is kept as it is where nothing is new", () => {
    const folder = folderWith({ "bundle.cjs": bundle });
    load(folder).save(false);
    const [path = ""] = caches(folder);
    const before = statSync(path).mtimeMs;
    load(folder).save(false);
    expect(statSync(path).mtimeMs).toBe(before);
  });

  it("finds no code of another build", () => {
    const folder = folderWith({ "bundle.cjs": bundle });
    load(folder).save(false);
    writeFileSync(join(folder, "bundle.cjs"), bundle.replace("42", "4200"));
    expect(load(folder).exports.answer()).toBe(4200);
  });
});
