import fc from "fast-check";
import { copyFileSync, mkdirSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { runTraining } from "../../src/runtime/train/train-loop.ts";
import type { Tensors } from "../../src/runtime/tensor.ts";
import type { Trainer } from "../../src/runtime/train/trainer.ts";
import { cli, folderWith } from "../cli/run-cli.ts";
import { openText, trainersOf, type OpenedData } from "../runtime/data/open-data.ts";
import { wavFile } from "../sources/write-wav.ts";
import { dataFolder } from "./spec-testing.ts";

const words = ["ab", "ba", "aab", "b", "abab", "bbaa", "a"];

/** A word that is heard: a low tone for a, a high one for b, each as long as it happens to be. */
function spoken(word: string, at: number): Uint8Array {
  const samples = Array.from(word).flatMap((letter, place) => {
    const length = 500 + ((at * 7 + place * 13) % 11) * 60;
    const pitch = letter === "a" ? 500 : 1500;
    return Array.from({ length }, (_, t) => Math.round(12_000 * Math.sin((2 * Math.PI * pitch * t) / 8000)));
  });
  return wavFile([...samples, ...Array<number>(100).fill(0)]);
}

const count = 23;
const clips = Array.from({ length: count }, (_, at) => ({ name: `c${10 + at}.wav`, word: words[at % 7] ?? "" }));
const transcripts = `file,text\n${clips.map(({ name, word }) => `${name},${word}`).join("\n")}\n`;
const files = {
  "clips.csv": transcripts,
  ...Object.fromEntries(clips.map(({ name, word }, at) => [`clips/${name}`, spoken(word, at)])),
};

const spec = (more = ""): string => `model Net(units: int = 6, symbols: int = 3):
  (frames: f32[B, T, 8], steps: i32[B]) -> logits: f32[B, T, symbols] {
  frames -> LSTM(units, sequences=true)(lengths=steps) -> Dense(symbols)
}

data Clips {
  source: wav("clips", transcripts="clips.csv")
  frames: f32[T, 8] = raw.audio -> log_mel(bands=8, window=25, hop=10) -> standardize
  steps:  i32[] = lengths(frames)
  text:   class(3)[L] = raw.text -> characters
}

train Net on Clips {
  loss:      ctc(logits, text, lengths=lengths(frames), label_lengths=lengths(text))
  optimizer: adam(lr=0.02)
  metrics:   edit_distance(logits, text, lengths=steps)
  epochs:    2
  batch:     4, bucket by T
${more}}
`;

async function opened(text = spec()): Promise<OpenedData> {
  const found = await openText(text, files);
  if (typeof found === "string") throw new Error(found);
  return found;
}

describe("the loss of sequences whose lengths it is given", () => {
  let data: OpenedData;
  let trainers: readonly Trainer[];
  beforeAll(async () => {
    data = await opened();
    trainers = await trainersOf(data);
  });
  afterAll(async () => {
    for (const it of trainers) await it.dispose();
  });

  it("is the mean of its examples alone, whatever they are padded to", async () => {
    const { train } = data.dataset.splits;
    for (const trainer of trainers) {
      const run = async (examples: readonly number[]) =>
        trainer.evaluate(await trainer.prepare(await train.gather(examples), { examples }));
      const alone: number[] = [];
      for (let at = 0; at < count; at++) alone.push((await run([at])).losses[0] ?? NaN);
      await fc.assert(
        fc.asyncProperty(fc.uniqueArray(fc.nat(count - 1), { minLength: 1, maxLength: 6 }), async (examples) => {
          const mean = examples.reduce((sum, it) => sum + (alone[it] ?? NaN), 0) / examples.length;
          const found = (await run(examples)).losses[0] ?? NaN;
          expect(Math.abs(found - mean)).toBeLessThan(1e-4 * Math.max(1, mean));
        }),
        { numRuns: 12 },
      );
    }
  });
});

describe("a training by buckets", () => {
  const now = (): number => 0;

  it("goes on from any step as if it had never stopped", async () => {
    const data = await opened();
    const { program, dataset } = data;
    const trained = async (stops: readonly number[]): Promise<Tensors> => {
      let start: Parameters<typeof runTraining>[0]["start"];
      let before: Tensors | undefined;
      for (const stop of [...stops, Infinity]) {
        const [trainer, other] = await trainersOf(data);
        if (trainer === undefined || other === undefined) throw new Error("no trainer");
        await other.dispose();
        if (before !== undefined) await trainer.restore(before);
        const halt = new AbortController();
        const result = await runTraining({
          program,
          dataset,
          trainer,
          signal: halt.signal,
          now,
          onStep: ({ step }) => void (step === stop && halt.abort()),
          ...(start !== undefined && { start }),
        });
        before = await trainer.snapshot();
        await trainer.dispose();
        start = result.progress;
      }
      return before ?? new Map();
    };
    const whole = await trained([]);
    expect(whole.size).toBeGreaterThan(5);
    for (const stops of [[1], [3, 7], [6]]) expect(await trained(stops)).toEqual(whole);
  });

  it("says that another training has other buckets", async () => {
    const folder = folderWith({ "net.model": spec(), "clips.csv": transcripts });
    mkdirSync(join(folder, "clips"));
    for (const [at, { name, word }] of clips.entries()) writeFileSync(join(folder, "clips", name), spoken(word, at));
    const argv = ["train", join(folder, "net.model"), "--out", join(folder, "out"), "--threads", "1"];
    expect(await cli(argv)).toMatchObject({ code: 0, err: "" });
    writeFileSync(join(folder, "net.model"), spec().replace(", bucket by T", ""));
    const { code, err } = await cli([...argv, "--resume", "--epochs", "3"]);
    expect(code).toBe(1);
    expect(err).toMatch(/batch: 4, bucket by T, now 4/);
    const said = await cli([
      "predict",
      join(folder, "net.model"),
      "--weights",
      join(folder, "out/Net.safetensors"),
      "--split",
      "train",
      "--count",
      "2",
    ]);
    const { features, classes } = JSON.parse(said.out) as {
      readonly features: { readonly text: number[][]; readonly text_lengths: number[] };
      readonly classes: Readonly<Record<string, string[]>>;
    };
    expect(classes).toEqual({ text: ["", "a", "b"] });
    const texts = features.text.map((row, at) =>
      row
        .map((it, place) => (place < (features.text_lengths[at] ?? 0) ? classes["text"]?.[it] : it === 0 ? "" : "?"))
        .join(""),
    );
    expect(texts).toHaveLength(2);
    for (const text of texts) expect(words).toContain(text);
    expect(features.text_lengths).toEqual(texts.map((it) => it.length));
  });
});

describe("specs/media/speech.model", () => {
  it("trains as it stands on clips with their transcripts, on both runtimes", { timeout: 300_000 }, async () => {
    const folder = folderWith({ "clips.csv": transcripts });
    copyFileSync("specs/media/speech.model", join(folder, "speech.model"));
    mkdirSync(join(folder, "clips"));
    for (const [at, { name, word }] of clips.entries()) writeFileSync(join(folder, "clips", name), spoken(word, at));
    const argv = ["train", join(folder, "speech.model"), "--steps", "3", "--set", "units=16"];
    const found: number[][] = [];
    for (const more of [[], ["--runtime", "tfjs", "--backend", "cpu"]]) {
      const { code, out } = await cli([...argv, ...more, "--out", join(folder, `out${more.length}`)]);
      expect(code).toBe(0);
      found.push([...out.matchAll(/ (?:loss|edit_distance) (\S+)/g)].map(([, it]) => Number(it)));
    }
    const [ours = [], theirs = []] = found;
    expect(ours).toHaveLength(4);
    expect(ours[2]).toBeLessThan(ours[0] ?? NaN);
    for (const [at, it] of ours.entries()) expect(Math.abs(it - (theirs[at] ?? NaN))).toBeLessThan(1e-2);
  });
});

/** Sentences of films that are liked and of those that are not: a word or two tell, among others. */
function reviews(): string {
  const good = ["great", "moving", "brilliant"];
  const bad = ["dull", "awful", "tedious"];
  const other = ["the", "film", "was", "and", "its", "story", "an", "evening", "with", "actors"];
  return Array.from({ length: 240 }, (_, at) => {
    const likes = at % 5 < 3;
    const length = 2 + ((at * 37) % 17);
    const text = Array.from({ length }, (__, place) => other[(at * 31 + place * 7) % other.length] ?? "");
    text[(at * 13) % length] = (likes ? good : bad)[at % 3] ?? "";
    return JSON.stringify({ text: `${text.join(" ")}!`, likes });
  }).join("\n");
}

const reader = (layers: string): string => `data Reviews {
  source: jsonl("reviews.jsonl")
  split:  train 0.8, test 0.2
  text:   class(20)[L] = raw.text -> words
  size:   i32[]        = lengths(text)
  likes:  f32[]        = cast(raw.likes -> truth, f32)
}

model Reader: (text: class(20)[B, L], size: i32[B]) -> score: f32[B] {
  text -> Embedding(20, 8) -> ${layers} -> Dense(1) -> reshape([B])
}

train Reader on Reviews {
  loss:      binary_cross_entropy(score, likes)
  optimizer: adam(lr=0.03)
  metrics:   binary_accuracy(score, likes)
  epochs:    12
  batch:     16, bucket by L
}
`;

describe("sentences of JSON lines", () => {
  it.each(["mean(axis=1, lengths=size)", "GRU(8)(lengths=size)"])(
    "are read by %s better than by always saying the same",
    { timeout: 120_000 },
    async (layers) => {
      const folder = folderWith({ "reviews.jsonl": reviews(), "reader.model": reader(layers) });
      const argv = ["train", join(folder, "reader.model"), "--out", join(folder, "out"), "--threads", "1"];
      const { code, out, err } = await cli(argv);
      expect([code, err]).toEqual([0, ""]);
      expect(Number(/test\.binary_accuracy (\S+)/.exec(out)?.[1])).toBeGreaterThan(0.8);
      const rows = JSON.stringify([{ text: "A great, moving film" }, { text: "dull" }]);
      writeFileSync(join(folder, "rows.json"), rows);
      const asked = await cli([
        "predict",
        join(folder, "reader.model"),
        "--weights",
        join(folder, "out/Reader.safetensors"),
        "--input",
        join(folder, "rows.json"),
      ]);
      // The words of what the network is given are not told.
      expect(Object.keys(JSON.parse(asked.out) as object)).toEqual(["score"]);
      const [likes = 0, dislikes = 0] = (JSON.parse(asked.out) as { readonly score: number[] }).score;
      expect(likes).toBeGreaterThan(0);
      expect(dislikes).toBeLessThan(0);
    },
  );
});

const sounds = dataFolder("speech-digits");
if (sounds === undefined) console.warn("SKIPPED: no spoken digits beside the repository");

describe.skipIf(sounds === undefined)("specs/media/digits-lstm.model", () => {
  it("knows the digits of clips that it has not heard, each of its own length", { timeout: 600_000 }, async () => {
    const folder = folderWith({});
    for (const name of readdirSync(sounds ?? "")) copyFileSync(join(sounds ?? "", name), join(folder, name));
    const path = "specs/media/digits-lstm.model";
    const { code, out, err } = await cli([
      "train",
      path,
      "--data",
      folder,
      "--out",
      join(folder, "out"),
      "--threads",
      "1",
      "--epochs",
      "6",
    ]);
    expect([code, err]).toEqual([0, ""]);
    expect(Number(/test\.accuracy (\S+)/.exec(out)?.[1])).toBeGreaterThan(0.9);
  });
});
