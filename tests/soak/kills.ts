import { spawn } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { readCheckpoint } from "../../src/runtime/train/checkpoint.ts";
import { drawImage } from "../sources/draw-image.ts";
import { createRandom, type Random } from "./random.ts";

/** What killing and resuming came to. */
export interface KillReport {
  readonly kills: number;
  /** Trainings that were brought to their end. */
  readonly runs: number;
  /** What was not as in the run that nobody killed. */
  readonly differences: readonly string[];
}

/**
 * Specs in which much must be taken up again: keys of dropout, running statistics, Adam's moments, a schedule, both
 * monitors, metrics between two validations, windows of a text that move.
 */
const specs: Readonly<Record<string, string>> = {
  Net: `model Net: (x: f32[B, 2]) -> logits: f32[B, 3] {
  x -> Dense(16, activation=relu) -> BatchNorm -> Dropout(0.2) -> Dense(3)
}
data Blobs {
  source: synthetic_blobs(count=400, classes=3, features=2, spread=0.9, seed=3)
  split:  train 0.8, validate 0.1, test 0.1, seed 7
  x:      f32[2]   = raw.x -> standardize
  label:  class(3) = raw.label
}
train Net on Blobs {
  loss:      cross_entropy(logits, label)
  optimizer: adam(lr=cosine(peak=1e-2, warmup=5, floor=1e-3))
  metrics:   accuracy(logits, label)
  epochs:    6
  batch:     16
  seed:      42
  clip:      global_norm(1.0)
  validate:  every 3 steps
  stop:      early(train.loss, patience=30)
  save:      best(validate.accuracy)
}
`,
  Letters: `model Letters(vocab: int = 8): (tokens: class(vocab)[B, T]) -> logits: f32[B, T, vocab] {
  tokens -> Embedding(vocab, 12) -> LSTM(16, sequences=true) -> Dense(vocab)
}
data Text {
  source: text("text.txt")
  split:  train 0.8, validate 0.2
  tokens: class(8)[12] = raw.window(12)
  next:   class(8)[12] = raw.window(12, shift=1)
}
train Letters on Text {
  loss:      cross_entropy(logits, next)
  optimizer: adamw(lr=1e-2, decay=0.01)
  metrics:   perplexity(logits, next)
  epochs:    3
  batch:     8
  seed:      7
  validate:  every 2 steps
  save:      best(validate.loss)
}
`,
};

/**
 * The same with data that do not lie in memory: images that are decoded for each batch and augmented, and a table whose numbers
 * lie in files, shuffled by blocks.
 */
const storedSpecs: Readonly<Record<string, string>> = {
  Spots: `model Spots: (image: f32[B, 12, 12, 3]) -> logits: f32[B, 3] {
  image -> Conv2D(4, 3, stride=2, activation=relu) -> BatchNorm -> Flatten -> Dropout(0.2) -> Dense(3)
}
data Images {
  source:  image_folder("spots")
  split:   train 0.7, validate 0.15, test 0.15, stratified by raw.label, seed 2
  augment: image -> random_flip -> random_crop(2) -> random_erasing(0.3)
  image:   f32[12, 12, 3] = raw.image / 255 -> standardize
  label:   class(3)       = raw.label
}
train Spots on Images {
  loss:      cross_entropy(logits, label)
  optimizer: adam(lr=1e-2)
  metrics:   accuracy(logits, label)
  epochs:    4
  batch:     16
  seed:      3
  validate:  every 2 steps
  save:      best(validate.loss)
}
`,
  Rows: `model Rows: (x: f32[B, 40], w: f32[B, 4]) -> y: f32[B, 1] {
  concat(x, w, axis=-1) -> Dense(12, activation=tanh) -> Dropout(0.1) -> Dense(1)
}
data Table {
  source: csv("rows.csv")
  split:  train 0.8, validate 0.1, test 0.1, seed 5
  clean:  drop_duplicates
  x:      f32[40] = raw.columns("x*") -> impute(median) -> standardize
  w:      f32[4]  = raw.w -> categories -> one_hot(4)
  target: f32[1]  = stack(raw.y, axis=-1)
}
train Rows on Table {
  loss:      mse(y, target)
  optimizer: adamw(lr=1e-2, decay=0.01)
  epochs:    3
  batch:     64
  seed:      6
  validate:  every 5 steps
}
`,
};

/** The names of trainings whose data do not lie in memory. */
export const storedNames: readonly string[] = Object.keys(storedSpecs);

/** The files that specs read. */
async function writeData(folder: string): Promise<void> {
  writeFileSync(join(folder, "text.txt"), "abcdefgh hgfedcba abacadae ".replaceAll(" ", "a").repeat(60));
  const random = createRandom(4);
  for (let at = 0; at < 180; at++) {
    const kind = String(at % 3);
    mkdirSync(join(folder, "spots", kind), { recursive: true });
    const pixels = Array.from(
      { length: 14 * 13 * 3 },
      (_, i) => (random.integer(120) + (i % 3 === at % 3 ? 90 : 0)) % 256,
    );
    const format = at % 2 === 0 ? "png" : "jpeg";
    writeFileSync(
      join(folder, "spots", kind, `${at}.${format}`),
      await drawImage({ height: 14, width: 13, pixels }, format),
    );
  }
  const rows = Array.from({ length: 4000 }, () => {
    const x = Array.from({ length: 40 }, () => (random.next() < 0.02 ? "" : (random.next() * 4 - 2).toFixed(3)));
    return [...x, random.pick(["a", "b", "c", "d"]), (Number(x[0]) + Number(x[1])).toFixed(3)].join(",");
  });
  const names = Array.from({ length: 40 }, (_, at) => `x${at}`).join(",");
  writeFileSync(join(folder, "rows.csv"), `${names},w,y\n${rows.join("\n")}\n`);
}

const command = join(process.cwd(), "dist", "cli.cjs");

/** Runs `modelc train` in a process of its own and kills it after so long, where it still runs. */
function train(spec: string, out: string, options: readonly string[], killAfter?: number): Promise<"killed" | number> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [command, "train", spec, "--threads", "1", "--out", out, ...options], {
      stdio: ["ignore", "ignore", "pipe"],
      // Whatever can be read as it is asked for does not lie in memory.
      env: { ...process.env, MODELC_HELD_MB: "0" },
    });
    let err = "";
    child.stderr.on("data", (text: Buffer) => (err += text.toString()));
    const timer = killAfter === undefined ? undefined : setTimeout(() => void child.kill("SIGKILL"), killAfter);
    child.on("error", reject);
    child.on("exit", (code, signal) => {
      clearTimeout(timer);
      if (signal === "SIGKILL") resolve("killed");
      else if (code === 0) resolve(0);
      else reject(new Error(`modelc train ended with ${code ?? signal ?? "nothing"}: ${err}`));
    });
  });
}

/** All bytes of the tensors of a file, by name. */
function bitsOf(path: string): ReadonlyMap<string, string> {
  const read = readCheckpoint(path);
  if (!read.ok) throw new Error(read.error);
  return new Map(
    [...read.value.tensors].map(([name, { data }]) => [
      name,
      Buffer.from(data.buffer, data.byteOffset, data.byteLength).toString("base64"),
    ]),
  );
}

function compare(what: string, found: string, wanted: string): readonly string[] {
  const [a, b] = [bitsOf(found), bitsOf(wanted)];
  const names = new Set([...a.keys(), ...b.keys()]);
  return [...names].filter((it) => a.get(it) !== b.get(it)).map((it) => `${what}: ${it} differs`);
}

/**
 * Kills trainings at random moments, resumes each until it ends, and compares its weights, its checkpoint and the files
 * beside them with those of a training that nobody killed.
 */
export async function killAndResume(
  kills: number,
  random: Random,
  names: readonly string[] = Object.keys(specs),
): Promise<KillReport> {
  const folder = mkdtempSync(join(tmpdir(), "modelc-soak-"));
  const differences: string[] = [];
  let done = 0;
  let runs = 0;
  try {
    await writeData(folder);
    for (const [name, text] of Object.entries({ ...specs, ...storedSpecs }))
      writeFileSync(join(folder, `${name}.model`), text);
    const straight = (name: string): string => join(folder, `${name}-straight`);
    const took = new Map<string, number>();
    for (const name of names) {
      const began = performance.now();
      await train(join(folder, `${name}.model`), straight(name), []);
      took.set(name, performance.now() - began);
    }
    while (done < kills) {
      const name = random.pick(names);
      const out = join(folder, `run-${runs}`);
      const whole = took.get(name) ?? 1000;
      let ended = false;
      while (!ended) {
        const resume = existsSync(join(out, `${name}.checkpoint.safetensors`)) ? ["--resume"] : [];
        const after = done < kills ? whole * (0.3 + random.next()) : undefined;
        if ((await train(join(folder, `${name}.model`), out, resume, after)) === "killed") done++;
        else ended = true;
      }
      runs++;
      const file = (of: string, kind: string): string => join(of, `${name}${kind}.safetensors`);
      for (const kind of ["", ".checkpoint"]) {
        differences.push(...compare(`run ${runs}, ${name}${kind}`, file(out, kind), file(straight(name), kind)));
      }
      const listed = (of: string): string => readdirSync(of).sort().join(" ");
      if (listed(out) !== listed(straight(name))) differences.push(`run ${runs} leaves ${listed(out)}`);
      const progress = (of: string): string => {
        const read = readCheckpoint(file(of, ".checkpoint"));
        return read.ok ? JSON.stringify(read.value.progress) : read.error;
      };
      if (progress(out) !== progress(straight(name))) {
        differences.push(`run ${runs}, ${name}: progress ${progress(out)}, not ${progress(straight(name))}`);
      }
      rmSync(out, { recursive: true });
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
  return { kills: done, runs, differences };
}

/** Whether the bundle that is killed has been built. */
export const isBuilt = (): boolean => existsSync(command) && readFileSync(command).length > 0;
