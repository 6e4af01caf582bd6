import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { cli, folderWith } from "./run-cli.ts";

const spec = `model Net: (x: f32[B, 3]) -> y: f32[B, 1] { x -> Dense(1) }
data Rows {
  source: csv("rows.csv")
  split: train 0.5, test 0.5, by position
  x: f32[3] = raw.columns(numeric, except=["y"])
  rows_y: f32[1] = raw.y[:, None]
}
train Net on Rows {
  loss: mse(y, rows_y)
  optimizer: sgd(lr=1e-3)
  epochs: 3
}
`;

/** A table whose columns stand in this order. */
function table(order: readonly string[]): string {
  const rows = Array.from({ length: 40 }, (_, at) => ({ a: at % 3, b: at % 5, c: at % 7, y: at, word: "w" }));
  const lines = rows.map((row) => order.map((it) => Object.entries(row).find(([name]) => name === it)?.[1] ?? ""));
  return [order, ...lines].map((it) => it.join(",")).join("\n");
}

it("columns that are read together are those of the training, in its order, for tests and predictions", async () => {
  const folder = folderWith({ "net.model": spec, "rows.csv": table(["a", "word", "b", "y", "c"]) });
  const [file, out] = [join(folder, "net.model"), join(folder, "out")];
  expect(await cli(["train", file, "--out", out])).toMatchObject({ code: 0, err: "" });
  const weights = join(out, "Net.safetensors");
  const predict = (row: object) => cli(["predict", file, "--weights", weights], { stdin: () => JSON.stringify([row]) });
  const first = await predict({ a: 1, b: 2, c: 3 });
  expect(first).toMatchObject({ code: 0, err: "" });
  expect(await predict({ c: 3, a: 1, b: 2 })).toEqual(first);
  // A word that looks like a number was none in the training.
  expect(await predict({ word: "7", c: 3, a: 1, b: 2 })).toEqual(first);
  expect((await predict({ a: 1, b: 2 })).err).toContain("standard input has no column `c`.");

  const figures = async () => (await cli(["predict", file, "--weights", weights, "--split", "test"])).out;
  const told = await figures();
  writeFileSync(join(folder, "rows.csv"), table(["y", "c", "b", "word", "a"]));
  expect(await figures()).toEqual(told);
  writeFileSync(join(folder, "rows.csv"), table(["y", "c", "word", "a"]));
  const { code, err } = await cli(["predict", file, "--weights", weights, "--split", "test"]);
  expect(code).toBe(1);
  expect(err).toContain("rows.csv has no column `b`.");
});
