import { spawn } from "node:child_process";
import { createWriteStream, mkdtempSync, readFileSync, rmSync, statfsSync, writeFileSync } from "node:fs";
import { once } from "node:events";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { parseArgs } from "node:util";
import { createRandom } from "../tests/soak/random.ts";
import { makeImages } from "./make-images.ts";

/**
 * `npm run bench:large`: the memory and the rate of `modelc train` on data larger than memory, a CSV file of `--gigabytes`
 * (1 by default; 5 takes a quarter of an hour) and `--images` small PNG files (20,000 by default). Prints a line for each;
 * nothing here passes or fails.
 */
const { values } = parseArgs({
  options: {
    gigabytes: { type: "string", default: "1" },
    images: { type: "string", default: "20000" },
    steps: { type: "string", default: "300" },
    threads: { type: "string", default: "2" },
  },
});
const columns = 40;
const folder = mkdtempSync(join(tmpdir(), "modelc-large-"));

/** Writes a table with 40 numbers, a word and a class a row, of so many bytes; how many rows it has. */
async function writeTable(path: string, bytes: number): Promise<number> {
  const random = createRandom(3);
  const out = createWriteStream(path);
  out.write(`${Array.from({ length: columns }, (_, at) => `x${at}`).join(",")},kind,label\n`);
  const numbers = Array.from({ length: 4096 }, () => (random.next() * 200 - 100).toFixed(4));
  const words = ["amber", "brown", "coral", "denim", "ebony"];
  let [rows, written] = [0, 0];
  while (written < bytes) {
    let text = "";
    for (let i = 0; i < 500; i++) {
      const own = Array.from({ length: columns }, () => random.pick(numbers));
      const label = Number(own[0]) + Number(own[1]) > 0 ? 1 : 0;
      text += `${own.join(",")},${random.pick(words)},${label}\n`;
    }
    rows += 500;
    written += text.length;
    if (!out.write(text)) await once(out, "drain");
  }
  out.end();
  await once(out, "finish");
  return rows;
}

/** Runs `modelc train`; the most memory that it had, in MB, and how long it took until and from its first step. */
async function train(
  file: string,
): Promise<{ readonly megabytes: number; readonly before: number; readonly after: number }> {
  const command = [resolve("dist/cli.cjs"), "train", file, "--threads", values.threads, "--out", join(folder, "out")];
  const child = spawn(process.execPath, command, { stdio: ["ignore", "pipe", "inherit"] });
  let kilobytes = 0;
  const timer = setInterval(() => {
    try {
      const status = readFileSync(`/proc/${child.pid ?? 0}/status`, "utf8");
      kilobytes = Math.max(kilobytes, Number(/VmHWM:\s+(\d+)/.exec(status)?.[1] ?? 0));
    } catch {
      // It has ended since.
    }
  }, 100);
  const began = performance.now();
  let first: number | undefined;
  child.stdout.on("data", (text: Buffer) => {
    first ??= performance.now();
    process.stdout.write(text);
  });
  const [code] = (await once(child, "exit")) as readonly unknown[];
  clearInterval(timer);
  if (code !== 0) throw new Error(`modelc train ended with ${String(code)}`);
  const ended = performance.now();
  return {
    megabytes: kilobytes / 1024,
    before: ((first ?? ended) - began) / 1000,
    after: (ended - (first ?? ended)) / 1000,
  };
}

const training = (model: string, data: string): string => `
train ${model} on ${data} {
  loss:      cross_entropy(logits, label)
  optimizer: adam(lr=1e-3)
  metrics:   accuracy(logits, label)
  steps:     ${values.steps}
  batch:     128
  seed:      1
}
`;

const tableSpec = `model Net: (x: f32[B, 40], kind: f32[B, 5]) -> logits: f32[B, 2] {
  concat(x, kind, axis=-1) -> Dense(32, activation=relu) -> Dense(2)
}
data Table {
  source: csv("large.csv")
  split:  train 0.98, validate 0.01, test 0.01, seed 1
  x:      f32[40]  = raw.columns("x*") -> standardize
  kind:   f32[5]   = raw.kind -> categories -> one_hot(5)
  label:  class(2) = raw.label
}
${training("Net", "Table")}`;

const imageSpec = `model Stripes: (image: f32[B, 64, 64, 3]) -> logits: f32[B, 10] {
  image -> Conv2D(8, 3, stride=2, activation=relu) -> Conv2D(16, 3, stride=2, activation=relu)
    -> GlobalAvgPool2D -> Dense(10)
}
data Images {
  source: image_folder("images")
  split:  train 0.98, validate 0.01, test 0.01, seed 1
  image:  f32[64, 64, 3] = raw.image / 255
  label:  class(10)      = raw.label
}
${training("Stripes", "Images")}`;

try {
  const bytes = Number(values.gigabytes) * 1e9;
  const { bavail, bsize } = statfsSync(folder);
  if (bytes > 0 && bavail * bsize < 3 * bytes)
    throw new Error(`${folder} has no room for ${values.gigabytes} GB thrice`);
  if (bytes > 0) {
    const rows = await writeTable(join(folder, "large.csv"), bytes);
    const file = join(folder, "table.model");
    writeFileSync(file, tableSpec);
    const { megabytes, before, after } = await train(file);
    console.log(
      `${values.gigabytes} GB of CSV, ${rows} rows: at most ${megabytes.toFixed(0)} MB resident; ${before.toFixed(0)} s until it is read, fitted and checked (${(rows / before).toFixed(0)} rows/s), ${after.toFixed(0)} s for ${values.steps} steps and the evaluations`,
    );
    rmSync(join(folder, "large.csv"));
  }
  const count = Number(values.images);
  if (count > 0) {
    await makeImages(join(folder, "images"), { count, classes: 10, side: 64 });
    const file = join(folder, "images.model");
    writeFileSync(file, imageSpec);
    const { megabytes, before, after } = await train(file);
    console.log(
      `${count} images: at most ${megabytes.toFixed(0)} MB resident; ${before.toFixed(0)} s until they are looked at and checked (${(count / before).toFixed(0)} images/s), ${after.toFixed(0)} s for ${values.steps} steps and the evaluations`,
    );
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}
