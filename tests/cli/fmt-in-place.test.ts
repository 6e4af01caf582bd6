import { spawnSync } from "node:child_process";
import {
  chmodSync,
  chownSync,
  linkSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { buildSync } from "esbuild";
import { describe, expect, it } from "vitest";
import { cli, folderWith } from "./run-cli.ts";

const ragged = "model Net: (x: f32[B,3]) -> logits: f32[B, 2]   { x -> Dense(2) }\n";
const isRoot = process.geteuid?.() === 0;
if (!isRoot) console.warn("SKIPPED: tests of other users' files need root");

async function formatted(path: string): Promise<void> {
  expect(await cli(["fmt", path])).toEqual({ code: 0, out: `${path} formatted\n`, err: "" });
  expect(readFileSync(path, "utf8")).toContain("f32[B, 3]");
}

describe("modelc fmt", () => {
  it("writes through links to the file behind them", async () => {
    const folder = folderWith({});
    mkdirSync(join(folder, "far"));
    const far = join(folder, "far", "net.model");
    writeFileSync(far, ragged);
    symlinkSync("far/net.model", join(folder, "near.model"));
    symlinkSync("near.model", join(folder, "nearer.model"));
    await formatted(join(folder, "nearer.model"));
    expect(readlinkSync(join(folder, "nearer.model"))).toBe("near.model");
    expect(readlinkSync(join(folder, "near.model"))).toBe("far/net.model");
    expect(lstatSync(far).isFile()).toBe(true);
    expect(readdirSync(join(folder, "far"))).toEqual(["net.model"]);
  });

  it.each([0o600, 0o640, 0o755, 0o664, 0o4755])("keeps the mode %o", async (mode) => {
    const folder = folderWith({ "net.model": ragged });
    const path = join(folder, "net.model");
    chmodSync(path, mode);
    await formatted(path);
    expect((statSync(path).mode & 0o7777).toString(8)).toBe(mode.toString(8));
    expect(readdirSync(folder)).toEqual(["net.model"]);
  });

  it("keeps the names of a file with several", async () => {
    const folder = folderWith({ "net.model": ragged });
    linkSync(join(folder, "net.model"), join(folder, "other.model"));
    await formatted(join(folder, "net.model"));
    expect(readFileSync(join(folder, "other.model"), "utf8")).toContain("f32[B, 3]");
    expect(statSync(join(folder, "net.model")).nlink).toBe(2);
  });

  it.skipIf(!isRoot)("keeps the owner", async () => {
    const folder = folderWith({ "net.model": ragged });
    chownSync(join(folder, "net.model"), 65534, 65533);
    await formatted(join(folder, "net.model"));
    expect(statSync(join(folder, "net.model"))).toMatchObject({ uid: 65534, gid: 65533 });
  });

  it.skipIf(!isRoot)("keeps owner and group of a file that cannot be made anew with them", () => {
    const folder = folderWith({ "net.model": ragged });
    const path = join(folder, "net.model");
    const script = join(folder, "rewrite.cjs");
    buildSync({
      entryPoints: ["src/cli/rewrite-file.ts"],
      outfile: script,
      bundle: true,
      platform: "node",
      format: "cjs",
    });
    // Another user's, which this one may write; its own, of a group that it is not in.
    for (const uid of [0, 65534]) {
      for (const mode of [0o777, 0o755]) {
        writeFileSync(path, ragged);
        chmodSync(path, 0o666);
        chownSync(path, uid, 0);
        chmodSync(folder, mode);
        const call = `require(${JSON.stringify(script)}).rewriteFile(${JSON.stringify(path)}, "new")`;
        const run = spawnSync(process.execPath, ["-e", call], { encoding: "utf8", uid: 65534, gid: 65534 });
        expect(run).toMatchObject({ status: 0, stderr: "" });
        expect(readFileSync(path, "utf8")).toBe("new");
        expect(statSync(path)).toMatchObject({ uid, gid: 0 });
      }
    }
  });

  it("leaves a read-only file alone, and says so", async () => {
    const folder = folderWith({ "net.model": ragged });
    chmodSync(join(folder, "net.model"), 0o444);
    const { code, err } = await cli(["fmt", join(folder, "net.model")]);
    expect(code).toBe(2);
    expect(err).toMatch(/I cannot write .*net\.model: it is read-only\./);
    expect(readFileSync(join(folder, "net.model"), "utf8")).toBe(ragged);
    expect(readdirSync(folder)).toEqual(["net.model"]);
  });

  it("clears away what a killed run has left of the same file, and nothing else", async () => {
    // No process has this number: the largest is 2^22.
    const names = [".net.model.99999999.tmp", ".net.model.1.tmp", ".other.model.99999999.tmp", ".net.model.x.tmp"];
    const folder = folderWith({ "net.model": ragged, ...Object.fromEntries(names.map((it) => [it, "half"])) });
    await formatted(join(folder, "net.model"));
    expect(readdirSync(folder).sort()).toEqual([...names.slice(1), "net.model"].sort());
  });

  it("says what a link to nothing is", async () => {
    const folder = folderWith({});
    symlinkSync("nowhere.model", join(folder, "net.model"));
    expect(await cli(["fmt", join(folder, "net.model")])).toMatchObject({
      code: 2,
      err: expect.stringContaining("There is no file") as string,
    });
    expect(readdirSync(folder)).toEqual(["net.model"]);
  });
});
