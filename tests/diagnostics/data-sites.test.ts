import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { cli, folderWith } from "../cli/run-cli.ts";

const model = "model M: (x: f32[B, 1]) -> y: f32[B, 1] {\n  x -> Dense(1)\n}\n";
const trained = (source: string, feature = "x: f32[1] = stack(raw.x, axis=-1)"): string =>
  `${model}data D {\n  source: ${source}\n  ${feature}\n}\ntrain M on D {\n  loss: mean(y)\n  optimizer: sgd(lr=0.1)\n  epochs: 1\n}\n`;

const language = (source: string): string => `model M: (x: i32[B, 4]) -> logits: f32[B, 4, 8] {
  x -> Embedding(8, 4) -> Dense(8)
}
data D {
  source: ${source}
  x: i32[4] = raw.window(4)
}
train M on D {
  loss: mean(logits)
  optimizer: sgd(lr=0.1)
  epochs: 1
}
`;

describe("each place that reports data", () => {
  it.each<readonly [code: string, name: string, content: string | Uint8Array, spec: string, message: RegExp]>([
    ["MC6004", "d.csv", "x,x\n1,2\n", trained('csv("d.csv")'), /d\.csv:1:2: two columns are named `x`/],
    [
      "MC6004",
      "d.csv",
      ",y\n1,2\n",
      trained('csv("d.csv")', 'x: f32[1] = stack(raw[""], axis=-1)'),
      /d\.csv:1:1: column 1 has no name/,
    ],
    [
      "MC6002",
      "d.csv",
      gzipSync("x\n1\n").subarray(0, 12),
      trained('csv("d.csv")'),
      /gzip stream ends early or is corrupt/,
    ],
    [
      "MC6002",
      "d.txt",
      Uint8Array.of(0x61, 0xff),
      language('text("d.txt", unit=character)'),
      /the file is no UTF-8 text/,
    ],
    ["MC6002", "d.txt", "", language('text("d.txt", unit=character)'), /the file is empty/],
  ])("%s in %s: %s", async (code, name, content, spec, message) => {
    const folder = folderWith({ [name]: content, "m.model": spec });
    const { code: exit, err } = await cli(["train", join(folder, "m.model"), "--out", join(folder, "out")]);
    expect(exit).toBe(1);
    expect(err).toContain(`error[${code}]`);
    expect(err).toMatch(message);
  });

  it("MC6001: a folder of --data without digits", async () => {
    const spec = `model M: (image: f32[B, 28, 28, 1]) -> y: f32[B, 2] { image -> Flatten -> Dense(2) }
data D {
  source: synthetic_digits(count=8)
  image: f32[28, 28, 1] = raw.image / 255
}
train M on D {
  loss: mean(y)
  optimizer: sgd(lr=0.1)
  epochs: 1
}
`;
    const folder = folderWith({ "m.model": spec });
    mkdirSync(join(folder, "empty"));
    const argv = ["train", join(folder, "m.model"), "--out", join(folder, "out"), "--data", join(folder, "empty")];
    const { code, err } = await cli(argv);
    expect(code).toBe(1);
    expect(err).toMatch(/error\[MC6001\][^]*MNIST's names/);
  });
});
