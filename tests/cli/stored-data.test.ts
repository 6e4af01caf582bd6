import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { readCheckpoint } from "../../src/runtime/train/checkpoint.ts";
import { drawImage } from "../sources/draw-image.ts";
import { cli, folderWith } from "./run-cli.ts";

const spec = `model Net: (image: f32[B, 4, 4, 3]) -> logits: f32[B, 2] {
  image -> Flatten -> Dense(5, activation=relu) -> Dropout(0.3) -> Dense(2)
}
data Dots {
  source: image_folder("dots")
  split:  train 0.6, validate 0.2, test 0.2, stratified by raw.label, seed 1
  image: f32[4, 4, 3] = raw.image / 255 -> standardize
  label: class(2)     = raw.label
  augment: image -> random_flip
}
train Net on Dots {
  loss:      cross_entropy(logits, label)
  optimizer: adam(lr=1e-2)
  metrics:   accuracy(logits, label)
  epochs:    3
  batch:     7
  seed:      5
}
`;

/** A folder with the spec, and images of two classes. */
async function dots(more: Readonly<Record<string, Uint8Array>> = {}): Promise<string> {
  const folder = folderWith({ "dots.model": spec });
  const files: Record<string, Uint8Array> = { ...more };
  for (let at = 0; at < 40; at++) {
    const pixels = Array.from({ length: 5 * 6 * 3 }, (_, i) => (i * i * 7 + at * 31) % 256);
    files[`dots/${at % 2 === 0 ? "even" : "odd"}/${at}.png`] = await drawImage({ height: 5, width: 6, pixels });
  }
  for (const [name, content] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), content);
  }
  return folder;
}

const bits = (path: string) => {
  const read = readCheckpoint(path);
  if (!read.ok) throw new Error(read.error);
  return [...read.value.tensors].map(([name, { data }]) => [name, [...data].map(String)]);
};

describe("data that do not lie in memory", () => {
  beforeEach(() => void (process.env["MODELC_HELD_MB"] = "0"));
  afterEach(() => void delete process.env["MODELC_HELD_MB"]);

  it("train the network that data in memory train, bit by bit, after an interruption too", async () => {
    const folder = await dots();
    const train = (out: string, ...more: readonly string[]) =>
      cli(["train", join(folder, "dots.model"), "--threads", "1", "--out", join(folder, out), ...more]);
    process.env["MODELC_HELD_MB"] = "100";
    expect(await train("held")).toMatchObject({ code: 0, err: "" });
    process.env["MODELC_HELD_MB"] = "0";
    expect(await train("stored")).toMatchObject({ code: 0, err: "" });
    expect((await train("parts", "--steps", "5")).code).toBe(0);
    expect((await train("parts", "--resume")).code).toBe(0);
    const weights = (out: string) => bits(join(folder, out, "Net.safetensors"));
    expect(weights("stored")).toEqual(weights("held"));
    expect(weights("parts")).toEqual(weights("held"));
  });

  it("are tested, predicted and described as those in memory", async () => {
    const folder = await dots();
    const file = join(folder, "dots.model");
    expect((await cli(["train", file, "--out", join(folder, "out")])).code).toBe(0);
    const weights = ["--weights", join(folder, "out", "Net.safetensors")];
    const said = async () => [
      await cli(["test", file, "--threads", "1", ...weights]),
      await cli(["predict", file, "--threads", "1", "--split", "test", ...weights]),
      await cli(["data", file]),
      await cli(["data", file, "--html", join(folder, "page.html")]),
      readFileSync(join(folder, "page.html"), "utf8"),
    ];
    const stored = await said();
    process.env["MODELC_HELD_MB"] = "100";
    expect(stored).toEqual(await said());
  });

  it("of a table are trained on, tested, predicted and described", async () => {
    const rows = Array.from(
      { length: 300 },
      (_, at) => `${(at * 37) % 100},${at % 7 === 0 ? "NA" : at % 5},${"abc"[at % 3]}`,
    );
    const file = join(
      folderWith({
        "t.csv": `a,b,c\n${rows.join("\n")}\n`,
        "t.model": `model Net: (x: f32[B, 1], b: f32[B, 1]) -> logits: f32[B, 3] {
  concat(x, b, axis=-1) -> Dense(4, activation=relu) -> Dense(3)
}
data Table {
  source: csv("t.csv")
  split:  train 0.6, validate 0.2, test 0.2, stratified by raw.c, seed 1
  clean:  keep(raw.a, max=90)
  x: f32[1]   = raw.a[:, None] -> standardize
  b: f32[1]   = (raw.b -> impute(median))[:, None]
  c: class(3) = raw.c -> categories
}
train Net on Table {
  loss:      cross_entropy(logits, c)
  optimizer: adam(lr=1e-2)
  metrics:   accuracy(logits, c)
  epochs:    2
  batch:     16
  seed:      5
}
`,
      }),
      "t.model",
    );
    const out = join(file, "..", "out");
    expect(await cli(["train", file, "--threads", "1", "--out", out])).toMatchObject({ code: 0, err: "" });
    const weights = ["--weights", join(out, "Net.safetensors")];
    const figures = async (): Promise<number> => {
      const { out: text } = await cli(["test", file, "--json", "--threads", "1", ...weights]);
      return (JSON.parse(text) as { figures: { loss: number } }).figures.loss;
    };
    const described = async () => await cli(["data", file]);
    const [stored, told] = [await figures(), await described()];
    const predicted = await cli(["predict", file, "--split", "test", "--count", "3", ...weights]);
    expect(predicted).toMatchObject({ code: 0, err: "" });
    process.env["MODELC_HELD_MB"] = "100";
    expect(stored).toBeCloseTo(await figures(), 6);
    expect(told).toEqual(await described());
  });

  it("say which file is damaged, and write nothing", async () => {
    const good = await drawImage({ height: 4, width: 4, pixels: Array.from({ length: 48 }, (_, i) => (i * 91) % 256) });
    const folder = await dots({ "dots/odd/cut.png": good.subarray(0, good.length - 20) });
    const file = join(folder, "dots.model");
    for (const command of [
      ["train", file, "--out", join(folder, "out")],
      ["data", file],
    ]) {
      const { code, out, err } = await cli(command);
      expect({ code, out }).toEqual({ code: 1, out: "" });
      expect(err).toContain("cut.png: it is a PNG image that is damaged or cut off.");
      expect(err).toContain("dots.model:5:11");
    }
  });

  it("take a number of megabytes, and nothing else", async () => {
    const folder = await dots();
    for (const said of ["-1", "all", "1e9"]) {
      process.env["MODELC_HELD_MB"] = said;
      const { code, err } = await cli(["train", join(folder, "dots.model"), "--out", join(folder, "out")]);
      expect([code, err]).toEqual([2, expect.stringContaining("MODELC_HELD_MB is a number of megabytes, not")]);
    }
  });
});
