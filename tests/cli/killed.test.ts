import { spawn, spawnSync, type ChildProcess } from "node:child_process";
import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { hostname } from "node:os";
import { join } from "node:path";
import { beforeAll, describe, expect, it, onTestFinished } from "vitest";
import { readSafetensors } from "../../src/support/safetensors.ts";
import { acquireLock } from "../../src/cli/files/folder-lock.ts";
import { cli, folderWith } from "./run-cli.ts";

const spec = `model Net: (x: f32[B, 3]) -> logits: f32[B, 2] { x -> Dense(4) -> Dense(2) }
data Blobs {
  source: synthetic_blobs(count=60, classes=2, features=3, seed=1)
  x:     f32[3]   = raw.x
  label: class(2) = raw.label
}
train Net on Blobs {
  loss:      cross_entropy(logits, label)
  optimizer: sgd(lr=0.1)
  batch:     30
}
`;

const dist = join(".cache", "test-dist-killed");
beforeAll(() => {
  expect(spawnSync(process.execPath, ["scripts/build.mjs", "--out", dist], { encoding: "utf8" }).stderr).toBe("");
}, 120_000);

type Running = ChildProcess & { readonly ended: Promise<number | null> };

/** The command as people run it: a process of its own, which can be killed. */
function start(argv: readonly string[]): Running {
  const child = spawn(process.execPath, [join(dist, "cli.cjs"), ...argv], { stdio: ["ignore", "pipe", "pipe"] });
  onTestFinished(() => void child.kill("SIGKILL"));
  return Object.assign(child, { ended: new Promise<number | null>((done) => child.on("close", done)) });
}

const said = (child: ChildProcess): Promise<void> => new Promise((done) => child.stdout?.once("data", () => done()));

/** Nothing half-written: every file there is whole. */
function expectWhole(out: string): void {
  for (const file of existsSync(out) ? readdirSync(out).filter((it) => !it.startsWith(".")) : []) {
    const bytes = readFileSync(join(out, file));
    if (file.endsWith(".safetensors")) expect(readSafetensors(bytes).ok, file).toBe(true);
    if (file.endsWith(".json")) JSON.parse(bytes.toString());
    // A lock is empty until its owner is written, and so is what becomes one.
    if (!/\.lock(\.[\da-f-]+)?$/.test(file)) expect(bytes.length, file).toBeGreaterThan(0);
  }
}

describe("one writer at a time", () => {
  it("refuses a second training and a build while one runs, and none after it was killed", async () => {
    const folder = folderWith({ "net.model": spec });
    const [file, out] = [join(folder, "net.model"), join(folder, "out")];
    const child = start(["train", file, "--steps", "100_000_000", "--out", out]);
    await said(child);
    for (const argv of [
      ["train", file, "--out", out],
      ["build", file, "--out", out],
    ]) {
      const { code, err } = await cli(argv);
      expect(code).toBe(2);
      expect(err).toMatch(
        new RegExp(`out.Net\\.\\* is being written by \`modelc train\`, process ${child.pid ?? 0}, since \\d{4}-`),
      );
      expect(err).toMatch(/--out/);
    }
    // What only reads is not held up, and another folder is free.
    expect((await cli(["build", file, "--out", join(folder, "other")])).code).toBe(0);
    child.kill("SIGKILL");
    await child.ended;
    expect(existsSync(join(out, "Net.lock"))).toBe(true);
    expect(await cli(["train", file, "--out", out])).toMatchObject({ code: 0, err: "" });
    expect(readdirSync(out).sort()).toEqual(["Net.checkpoint.safetensors", "Net.safetensors"]);
  }, 120_000);

  it("a lock of a process that has ended, of a reused number, or not all there, holds nothing", () => {
    const folder = folderWith({});
    const path = join(folder, "Net.lock");
    const record = { pid: process.pid, host: hostname(), command: "train", since: "2020-01-01", nonce: "a" };
    const held = acquireLock(path, "build");
    expect(held.ok).toBe(true);
    expect(acquireLock(path, "train")).toMatchObject({ ok: false, holder: { pid: process.pid, command: "build" } });
    if (held.ok) held.lock.release();
    expect(readdirSync(folder)).toEqual([]);
    const gone = spawnSync(process.execPath, ["-e", ""]).pid;
    for (const stale of [
      { ...record, pid: gone },
      { ...record, identity: "another start" },
    ]) {
      writeFileSync(path, JSON.stringify(stale));
      const taken = acquireLock(path, "train");
      expect(taken.ok).toBe(true);
      if (taken.ok) taken.lock.release();
      expect(readdirSync(folder)).toEqual([]);
    }
    // On another machine nobody can look after a process: its lock counts while it is touched.
    writeFileSync(path, JSON.stringify({ ...record, host: "elsewhere" }));
    expect(acquireLock(path, "train").ok).toBe(false);
  });

  it("of many that find a lock left behind, one takes it", async () => {
    const folder = folderWith({ "net.model": spec });
    const [file, out] = [join(folder, "net.model"), join(folder, "out")];
    mkdirSync(out);
    const gone = spawnSync(process.execPath, ["-e", ""]).pid;
    writeFileSync(
      join(out, "Net.lock"),
      JSON.stringify({ pid: gone, host: hostname(), command: "train", since: "2020-01-01", nonce: "a" }),
    );
    const children = Array.from({ length: 3 }, () => start(["train", file, "--steps", "100_000_000", "--out", out]));
    const winner = await Promise.race(children.map((it) => said(it).then(() => it)));
    const losers = children.filter((it) => it !== winner);
    expect(await Promise.all(losers.map((it) => it.ended))).toEqual([2, 2]);
    winner.kill("SIGKILL");
  }, 120_000);
});

describe("what a kill leaves", () => {
  it("is whole, and the rest is cleared away by the next command", async () => {
    const folder = folderWith({ "net.model": spec });
    const [file, out] = [join(folder, "net.model"), join(folder, "out")];
    expect((await cli(["build", file, "--out", out])).code).toBe(0);
    for (const [command, after] of [
      ["train", 0],
      ["train", 150],
      ["build", 150],
      ["build", 250],
      ["build", 350],
      ["build", 450],
    ] as const) {
      const options = command === "train" ? ["--steps", "100_000_000"] : ["--target", "onnx"];
      const child = start([command, file, ...options, "--out", out]);
      if (command === "train") await said(child);
      await new Promise((done) => setTimeout(done, after));
      child.kill("SIGKILL");
      await child.ended;
      expectWhole(out);
    }
    writeFileSync(join(out, ".Net.safetensors.123.tmp"), "half");
    writeFileSync(join(out, ".Net.grad.onnx.123.tmp"), "half");
    writeFileSync(join(out, ".Other.safetensors.123.tmp"), "half");
    expect((await cli(["build", file, "--out", out])).code).toBe(0);
    expect(readdirSync(out).filter((it) => it.startsWith(".") || it.includes("lock"))).toEqual([
      ".Other.safetensors.123.tmp",
    ]);
  }, 120_000);

  it("of a formatter is cleared away by the next one", async () => {
    const gone = spawnSync(process.execPath, ["-e", ""]).pid;
    const folder = folderWith({ "net.model": spec.replace("batch:     30", "batch: 30") });
    writeFileSync(join(folder, `.net.model.${gone}.tmp`), "half");
    expect((await cli(["fmt", join(folder, "net.model")])).code).toBe(0);
    expect(readdirSync(folder)).toEqual(["net.model"]);
  });

  it.each(["SIGTERM", "SIGHUP"] as const)(
    "%s saves first, as Ctrl-C does",
    async (signal) => {
      const folder = folderWith({ "net.model": spec });
      const [file, out] = [join(folder, "net.model"), join(folder, "out")];
      const child = start(["train", file, "--steps", "100_000_000", "--out", out]);
      let err = "";
      child.stderr?.on("data", (it: Buffer) => void (err += it.toString()));
      await said(child);
      child.kill(signal);
      expect(await child.ended).toBe(130);
      expect(err).toMatch(/Stopped after step \d+; saved to .*\nGo on with: modelc train .*--resume/);
      expect(readdirSync(out).sort()).toEqual(["Net.checkpoint.safetensors", "Net.safetensors"]);
    },
    120_000,
  );
});

describe("--out", () => {
  it.each(["train", "build"])("that is no folder ends %s before it begins", async (command) => {
    const folder = folderWith({ "net.model": spec, taken: "a file" });
    const run = (out: string): ReturnType<typeof cli> => cli([command, join(folder, "net.model"), "--out", out]);
    const taken = await run(join(folder, "taken"));
    expect(taken).toMatchObject({ code: 2, out: "" });
    expect(taken.err).toMatch(/^error: --out takes a folder: .*taken is a file\.\n$/);
    const below = await run(join(folder, "taken", "deep", "out"));
    expect(below).toMatchObject({ code: 2, out: "" });
    expect(below.err).toMatch(/out cannot be made, for .*taken is a file\.\n$/);
    expect(readdirSync(folder).sort()).toEqual(["net.model", "taken"]);
  });

  if (process.platform !== "linux") console.warn("SKIPPED: a folder that cannot be written needs the /proc of Linux");
  it.skipIf(process.platform !== "linux")("that cannot be written ends both before they begin", async () => {
    const folder = folderWith({ "net.model": spec });
    const places = ["/proc/none/out"];
    if (process.getuid?.() !== 0) {
      mkdirSync(join(folder, "locked"));
      chmodSync(join(folder, "locked"), 0o500);
      places.push(join(folder, "locked"));
    }
    for (const command of ["train", "build"]) {
      for (const out of places) {
        const result = await cli([command, join(folder, "net.model"), "--out", out]);
        expect(result).toMatchObject({ code: 2, out: "" });
        expect(result.err).toMatch(/^error: I cannot (make the folder|write to) .*\n$/);
      }
    }
  });

  it("is not made where nothing comes of it", async () => {
    const folder = folderWith({ "net.model": spec.replace("synthetic_blobs(count=60", "synthetic_blobs(count=0") });
    const { code } = await cli(["train", join(folder, "net.model"), "--out", join(folder, "deep", "out")]);
    expect(code).toBe(1);
    expect(readdirSync(folder)).toEqual(["net.model"]);
  });
});
