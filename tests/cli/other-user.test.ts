import { spawnSync } from "node:child_process";
import {
  chmodSync,
  chownSync,
  cpSync,
  existsSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { join, resolve } from "node:path";
import { beforeAll, beforeEach, describe, expect, it } from "vitest";
import { folderWith } from "./run-cli.ts";

const nobody = 65534;
const model = "model Net: (x: f32[B, 3]) -> logits: f32[B, 2] { x -> Dense(2) }\n";
const dist = resolve(".cache", "test-dist-users");
const shared = join(dist, ".cache");

interface Run {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs the built command line as a user, with this home alone in the environment. */
function runAs(uid: number, env: Readonly<Record<string, string>>, ...argv: readonly string[]): Run {
  return spawnSync(process.execPath, [join(dist, "cli.cjs"), ...argv], {
    encoding: "utf8",
    uid,
    gid: uid,
    env,
    cwd: "/",
  });
}

const isRoot = process.geteuid?.() === 0;
if (!isRoot) console.warn("SKIPPED: tests of a second user need root, who may become another one");

beforeAll(() => {
  expect(spawnSync(process.execPath, ["scripts/build.mjs", "--out", dist], { encoding: "utf8" }).stderr).toBe("");
});

beforeEach(() => rmSync(shared, { recursive: true, force: true }));

describe.skipIf(!isRoot)("a second user of one installation", () => {
  const expectSound = (env: Readonly<Record<string, string>>): void => {
    const folder = folderWith({ "net.model": model });
    chmodSync(folder, 0o777);
    const file = join(folder, "net.model");
    for (const argv of [
      ["check", file],
      ["check", file],
      ["summary", file],
      ["fmt", file, "--check"],
      ["explain", "MC1001"],
    ])
      expect({ argv, ...runAs(nobody, env, ...argv) }).toMatchObject({ argv, status: 0, stderr: "" });
  };

  it("works where the first user's cache is closed to it", () => {
    runAs(0, {}, "explain", "MC1001");
    expect(readdirSync(shared)).not.toEqual([]);
    chmodSync(shared, 0o700);
    expectSound({});
  });

  it("works where nothing can be kept: no home, a home of another's, a home that is a file", () => {
    const home = folderWith({ file: "" });
    chmodSync(home, 0o700);
    for (const env of [{}, { HOME: home }, { HOME: join(home, "file") }, { HOME: "/nowhere/at/all" }]) expectSound(env);
  }, 240_000);

  it("keeps its own code in its own home", () => {
    const home = folderWith({});
    chownSync(home, nobody, nobody);
    expectSound({ HOME: home });
    const kept = readdirSync(join(home, ".cache", "modelc"));
    expect(kept.map((it) => it.split(".")[0]).sort()).toEqual(["check", "main"]);
    expect(existsSync(shared)).toBe(false);
  });
});

describe("the code cache", () => {
  /** What `explain` prints where the kept code of the first run was changed. */
  function afterChange(change: (path: string) => void): Run {
    runAs(0, {}, "explain", "MC1001");
    const [name = ""] = readdirSync(shared);
    change(join(shared, name));
    return runAs(0, {}, "explain", "MC1001");
  }
  const sound = { status: 0, stderr: "", stdout: expect.stringContaining("unexpected text") as string };

  it.skipIf(!isRoot)("is not run where another user can have written it", () => {
    // The code of another bundle of the same length, which V8 takes for this one's.
    const other = folderWith({});
    cpSync(dist, other, { recursive: true });
    const main = readFileSync(join(other, "main.cjs"), "utf8");
    writeFileSync(join(other, "main.cjs"), main.replace("This is reported:", "This is PLANTED!!"));
    symlinkSync(resolve("node_modules"), join(other, "node_modules"));
    rmSync(join(other, ".cache"), { recursive: true, force: true });
    const made = spawnSync(process.execPath, [join(other, "cli.cjs"), "explain", "MC1001"], {
      encoding: "utf8",
      env: {},
    });
    expect(made.stdout).toContain("PLANTED");
    const [code = ""] = readdirSync(join(other, ".cache"));
    const plant = (uid: number, mode: number): Run =>
      afterChange((path) => {
        cpSync(join(other, ".cache", code), path);
        chownSync(path, uid, uid);
        chmodSync(path, mode);
      });
    expect(plant(0, 0o644).stdout).toContain("PLANTED");
    for (const { stdout } of [plant(nobody, 0o644), plant(0, 0o666), plant(0, 0o664)]) {
      expect(stdout).toContain("This is reported:");
      expect(stdout).not.toContain("PLANTED");
    }
  });

  it("is not read where it is damaged", () => {
    for (const damage of [
      (bytes: Buffer) => bytes.fill(0, bytes.length >> 1),
      (bytes: Buffer) => bytes.subarray(0, bytes.length >> 1),
      (bytes: Buffer) => bytes.fill(0xff, 1000, 2000),
      () => Buffer.alloc(0),
      () => Buffer.alloc(3),
    ])
      expect(afterChange((path) => writeFileSync(path, damage(readFileSync(path))))).toMatchObject(sound);
  });

  it("is not looked for in the working folder", () => {
    for (const env of [{ XDG_CACHE_HOME: "" }, { XDG_CACHE_HOME: "here", HOME: "" }, { HOME: "here" }]) {
      const folder = folderWith({ ".cache": "" });
      writeFileSync(shared, "");
      const entry = join(dist, "cli.cjs");
      expect(
        spawnSync(process.execPath, [entry, "explain", "MC1001"], { encoding: "utf8", env, cwd: folder }),
      ).toMatchObject(sound);
      expect(readdirSync(folder)).toEqual([".cache"]);
      rmSync(shared);
    }
  });
});
