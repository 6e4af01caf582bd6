import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { cli, folderWith } from "./run-cli.ts";

const spec = `model Net: (x: f32[B, 3]) -> logits: f32[B, 2] { x -> Dense(2) }
data Blobs {
  source: synthetic_blobs(count=60, classes=2, features=3, seed=1)
  x:     f32[3]   = raw.x
  label: class(2) = raw.label
}
train Net on Blobs {
  loss:      cross_entropy(logits, label)
  optimizer: sgd(lr=0.1)
}
`;

/** A spec beside a folder `out`, and what commands say that write there. */
function place(): { readonly file: string; readonly out: string; at(name: string): string } {
  const folder = folderWith({ "net.model": spec });
  const out = join(folder, "out");
  mkdirSync(out);
  return { file: join(folder, "net.model"), out, at: (name) => join(out, name) };
}

describe("a folder at the place of a file", () => {
  it.each([
    ["train", "Net.safetensors", /I cannot write .*Net\.safetensors: it is a folder\. Move it away/],
    ["train", "Net.checkpoint.safetensors", /I cannot write .*Net\.checkpoint\.safetensors: it is a folder/],
    ["train", "Net.lock", /I cannot read .*Net\.lock: it is a folder/],
    ["build", "Net.onnx", /I cannot write .*Net\.onnx: it is a folder/],
    ["build", "Net.ts", /I cannot write .*Net\.ts: it is a folder/],
    ["build", "Net.safetensors", /I cannot read .*Net\.safetensors: it is a folder/],
    ["build", "Net.manifest.json", /I cannot read .*Net\.manifest\.json: it is a folder/],
    ["build", "Net.lock", /I cannot read .*Net\.lock: it is a folder/],
  ])("%s names %s before it writes anything", async (command, name, message) => {
    const { file, out, at } = place();
    mkdirSync(at(name));
    const result = await cli([command, file, "--out", out]);
    expect(result.code).toBe(2);
    expect(result.out).toBe("");
    expect(result.err).toMatch(message);
    const written = ["Net.safetensors", "Net.ts", "Net.init.onnx"].filter((it) => it !== name && existsSync(at(it)));
    expect(written).toEqual([]);
  });

  it("is left alone where it looks like what a killed run left", async () => {
    const { file, out, at } = place();
    for (const name of [".Net.onnx.1.tmp", "Net.lock.old"]) mkdirSync(at(name));
    expect(await cli(["build", file, "--out", out])).toMatchObject({ code: 0, err: "" });
    for (const name of [".Net.onnx.1.tmp", "Net.lock.old"]) expect(existsSync(at(name))).toBe(true);
  });
});

describe("a lock that is none", () => {
  it("as a pipe is not waited for", async () => {
    const { file, out, at } = place();
    expect(spawnSync("mkfifo", [at("Net.lock")]).status).toBe(0);
    const { code, err } = await cli(["build", file, "--out", out]);
    expect(code).toBe(2);
    expect(err).toMatch(/I cannot read .*Net\.lock: it is a pipe, no file/);
  });

  it.each(["nowhere", "../net.model"])(
    "as a link to %s is replaced, and what it leads to is not touched",
    async (to) => {
      const { file, out, at } = place();
      symlinkSync(to, at("Net.lock"));
      expect(await cli(["build", file, "--out", out])).toMatchObject({ code: 0, err: "" });
      expect(readFileSync(file, "utf8")).toBe(spec);
      expect(existsSync(at("nowhere"))).toBe(false);
    },
  );
});
