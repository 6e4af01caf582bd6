import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { wavFile } from "../sources/write-wav.ts";
import { cli, folderWith } from "./run-cli.ts";

const text = `model Net: (wave: f32[B, T], steps: i32[B]) -> y: f32[B] {
  param w: f32[] = ones
  sum(where(range(T) < steps[:, None], wave, 0), axis=-1) * w
}

data Clips {
  source: wav("clips", name="{label}.wav")
  wave:  f32[T] = raw.audio
  steps: i32[]  = lengths(wave)
  label: f32[]  = raw.label
}

train Net on Clips {
  loss:      mse(y, label)
  optimizer: sgd(lr=1e-9)
}
`;

/** Asks a trained network with a text on standard input. */
async function asker(): Promise<
  (input: string) => Promise<{ readonly code: number; readonly out: string; readonly err: string }>
> {
  const folder = folderWith({ "net.model": text });
  mkdirSync(join(folder, "clips"));
  for (const length of [3, 5, 4])
    writeFileSync(join(folder, "clips", `${length}.wav`), wavFile(Array<number>(length).fill(4096)));
  const model = join(folder, "net.model");
  const trained = await cli(["train", model, "--out", folder, "--threads", "1"]);
  expect([trained.code, trained.err]).toEqual([0, ""]);
  return (input) => cli(["predict", model, "--weights", join(folder, "Net.safetensors")], { stdin: () => input });
}

describe("raw fields of varying length on standard input", () => {
  it("are taken as they are, or told of", async () => {
    const ask = await asker();
    const answered = async (input: string): Promise<readonly number[]> => {
      const { out } = await ask(input);
      return (JSON.parse(out) as { readonly y: number[] }).y.map((it) => Math.round(it * 100) / 100);
    };
    expect(await answered('{"audio": [[1, 2, 3], [4], [5, 6]]}')).toEqual([6, 4, 11]);
    expect(await answered('{"features": {"wave": [[1, 2], [3, 9]], "steps": [2, 1]}}')).toEqual([3, 3]);
    for (const [input, said] of [
      ['{"audio": [1, 2]}', "example 0 of the raw field audio has the shape [], not [any length]."],
      ['{"audio": [[1], []]}', "example 1 of the raw field audio has the shape [0], not [any length]."],
      ['{"audio": [[1, "a"]]}', 'example 0 of the raw field audio: it[1] is "a", no number.'],
      ['{"audio": []}', "there are no examples in it."],
    ] as const) {
      const { code, err } = await ask(input);
      expect([code, err]).toEqual([1, `error: standard input: ${said}\n`]);
    }
  });
});
