import { execFileSync } from "node:child_process";
import { readdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { describe, expect, it, vi } from "vitest";
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

  it.each(["/proc/none/deep/cache", "/proc", "/dev/null", "/dev/null/cache"])(
    "runs where nothing can be kept, in %s neither",
    (place) => {
      const folder = folderWith({ "bundle.cjs": bundle, ".cache": "a file" });
      vi.stubEnv("XDG_CACHE_HOME", place);
      try {
        const { exports, save } = load(folder);
        save(true);
        expect(exports.answer()).toBe(42);
      } finally {
        vi.unstubAllEnvs();
      }
    },
  );

  if (process.platform === "win32") console.warn("SKIPPED: a pipe in the place of kept code needs mkfifo");
  it.skipIf(process.platform === "win32")("waits for no pipe that lies where code was kept", () => {
    const folder = folderWith({ "bundle.cjs": bundle });
    load(folder).save(false);
    const [path = ""] = caches(folder);
    rmSync(path);
    execFileSync("mkfifo", ["-m", "600", path]);
    expect(load(folder).exports.answer()).toBe(42);
  });
});
