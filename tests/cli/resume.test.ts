import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { readSafetensors, writeSafetensors } from "../../src/support/safetensors.ts";
import { cli, folderWith, type CliResult } from "./run-cli.ts";

const spec = `model Net: (x: f32[B, 2]) -> logits: f32[B, 2] { x -> Dense(4) -> relu -> Dense(2) }
data Points {
  source: csv("points.csv")
  split:  train 0.8, validate 0.1, test 0.1, seed 7
  x:      f32[2]   = stack(raw.a, raw.b, axis=-1) -> standardize
  label:  class(2) = raw.label
}
train Net on Points {
  loss:      cross_entropy(logits, label)
  optimizer: adam(lr=1e-2)
  metrics:   accuracy(logits, label)
  epochs:    2
  batch:     8
  stop:      early(validate.loss, patience=9)
  save:      best(validate.loss)
}
`;
const rows = Array.from({ length: 60 }, (_, i) => `${(i % 7) + i / 100},${(i * i) % 5},${i % 2}`);
const files = { "net.model": spec, "points.csv": ["a,b,label", ...rows].join("\n") };

let trained = "";
beforeAll(async () => {
  trained = mkdtempSync(join(tmpdir(), "modelc-test-"));
  for (const [name, content] of Object.entries(files)) writeFileSync(join(trained, name), content);
  const first = await cli(["train", join(trained, "net.model"), "--threads", "1", "--out", join(trained, "out")]);
  expect(first).toMatchObject({ code: 0, err: "" });
}, 60_000);
afterAll(() => {
  rmSync(trained, { recursive: true, force: true });
});

/** Goes on with the checkpoint after a change of the file, its data or the options. */
function resume(
  [from, to]: readonly [from: string, to: string],
  options: readonly string[] = [],
  data?: string,
): Promise<CliResult> {
  const folder = folderWith({});
  cpSync(trained, folder, { recursive: true });
  const changed = spec.replace(from, to);
  expect(changed === spec).toBe(from === to);
  writeFileSync(join(folder, "net.model"), changed);
  if (data !== undefined) writeFileSync(join(folder, "points.csv"), data);
  const threads = options.some((it) => it === "--threads" || it === "tfjs") ? [] : ["--threads", "1"];
  return cli(["train", join(folder, "net.model"), ...threads, "--out", join(folder, "out"), "--resume", ...options]);
}

const nothing = ["", ""] as const;
const codesIn = ({ err }: CliResult): readonly string[] => [...err.matchAll(/\[(MC\d+)\]/g)].map((it) => it[1] ?? "");

describe("modelc train --resume", () => {
  it("goes on without a word where nothing has changed, comments and layout included", async () => {
    expect(await resume(nothing)).toMatchObject({ code: 0, err: "" });
    expect(await resume(["train Net on", "# another comment\n\ntrain Net on"])).toMatchObject({ code: 0, err: "" });
  });

  type Change = readonly [what: string, change: readonly [string, string], text: RegExp, options: readonly string[]];
  const changes: readonly Change[] = [
    ["model", ["relu", "tanh"], /the model computes something else/, []],
    [
      "loss",
      ["cross_entropy(logits, label)", "2 * cross_entropy(logits, label)"],
      /the loss is another expression/,
      [],
    ],
    [
      "metrics",
      ["accuracy(logits, label)", "perplexity(logits, label)"],
      /metrics\.names: \[accuracy\], now \[perplexity\]/,
      [],
    ],
    ["optimizer", ["adam(lr=1e-2)", "adam(lr=1e-3)"], /optimizer\.rate\.rate: 0\.01, now 0\.001/, []],
    ["optimizer", ["adam(lr=1e-2)", "sgd(lr=0.1)"], /optimizer: adam\(.*\), now sgd\(/, []],
    ["clip", ["  epochs:", "  clip: norm(1)\n  epochs:"], /clip: none, now norm\(limit=1\)/, []],
    [
      "groups",
      ["  epochs:", '  group "**.bias": scale=2\n  epochs:'],
      /groups: \[\], now \[\(.*pattern=\*\*\.bias/,
      [],
    ],
    ["batch", nothing, /batch: 8, now 4/, ["--batch", "4"]],
    ["seed", nothing, /seed: 0, now 5/, ["--seed", "5"]],
    ["split", ["seed 7", "seed 8"], /split\.seed: 7, now 8/, []],
    ["split", ["train 0.8, validate 0.1", "train 0.7, validate 0.2"], /split\.fractions\.train: 0\.8, now 0\.7/, []],
    ["clean", ["  x:  ", "  clean: drop_missing\n  x:  "], /clean: \[\], now \[drop_missing\]/, []],
    ["features", ["raw.b, axis", "raw.b / 2, axis"], /the features are made in another way/, []],
    ["save", ["best(validate.loss)", "best(validate.accuracy)"], /save\.monitor\.metric: loss, now accuracy/, []],
    ["stop", ["early(validate.loss", "early(validate.accuracy"], /stop\.monitor\.metric: loss, now accuracy/, []],
  ];
  it.each(changes)("refuses another %s, unless it is allowed (%j)", async (part, change, text, options) => {
    const refused = await resume(change, options);
    expect(refused.code).toBe(1);
    expect(codesIn(refused)).toContain("MC4050");
    expect(refused.err).toMatch(text);
    expect(refused.err).toContain(`--allow ${part}`);
    expect(refused.err).not.toMatch(/defect|undefined|\[object/);
    const parts = [...refused.err.matchAll(/`--allow (\w+)`/g)].map((it) => it[1] ?? "");
    const allowed = await resume(change, [...options, "--allow", parts.join(",")]);
    expect({ part, code: allowed.code, err: allowed.err }).toMatchObject({ code: 0 });
    expect(codesIn(allowed)).toContain("MC4051");
    expect(allowed.err).toMatch(text);
  });

  it("refuses other data, in values and in number", async () => {
    const other = await resume(nothing, [], files["points.csv"].replace("6,", "5,"));
    expect(other).toMatchObject({ code: 1, err: expect.stringContaining("the data have other values") as string });
    const more = await resume(nothing, [], `${files["points.csv"]}\n1,2,1`);
    expect(more.err).toMatch(/data\.examples: 60, now 61/);
  });

  const harmless: readonly Change[] = [
    ["a longer training", ["epochs:    2", "epochs:    3"], /length\.steps: 12, now 18/, []],
    ["more threads", nothing, /last bits.*1 thread\), .*, now .*2 threads\)/, ["--threads", "2"]],
    [
      "the other runtime",
      nothing,
      /last bits.*ONNX Runtime.*, now TensorFlow\.js/,
      ["--runtime", "tfjs", "--backend", "cpu"],
    ],
    ["more patience", ["patience=9", "patience=10"], /stop\.patience: 9, now 10/, []],
    ["another rhythm", ["  batch:", "  validate: every 3 steps\n  batch:"], /validate: .*, now .*3/, []],
  ];
  it.each(harmless)("names %s and goes on", async (_, change, text, options) => {
    const result = await resume(change, options);
    expect({ code: result.code, err: result.err }).toMatchObject({ code: 0 });
    expect(new Set(codesIn(result))).toEqual(new Set(["MC4051"]));
    expect(result.err).toMatch(text);
  });

  it("compares the seed of a checkpoint that has no other record, as generated TypeScript writes it", async () => {
    const folder = folderWith({});
    cpSync(trained, folder, { recursive: true });
    const path = join(folder, "out", "Net.checkpoint.safetensors");
    const read = readSafetensors(readFileSync(path));
    if (!read.ok) throw new Error(read.error.message);
    const metadata = new Map([...read.file.metadata].filter(([key]) => key !== "made"));
    writeFileSync(path, writeSafetensors(read.file.tensors.values(), metadata).bytes);
    const argv = ["train", join(folder, "net.model"), "--threads", "1", "--out", join(folder, "out"), "--resume"];
    const other = await cli([...argv, "--seed", "5"]);
    expect({ code: other.code, codes: codesIn(other) }).toEqual({ code: 1, codes: ["MC4052", "MC4050"] });
    expect(other.err).toMatch(/seed: 0, now 5/);
    const same = await cli(argv);
    expect({ code: same.code, codes: codesIn(same) }).toEqual({ code: 0, codes: ["MC4052"] });
  });

  it("refuses a longer training where the schedule ends with it", async () => {
    const folder = folderWith({ ...files, "net.model": spec.replace("lr=1e-2", "lr=cosine(peak=1e-2)") });
    const argv = ["train", join(folder, "net.model"), "--out", join(folder, "out"), "--threads", "1"];
    expect((await cli(argv)).code).toBe(0);
    const longer = await cli([...argv, "--resume", "--epochs", "3"]);
    expect(longer).toMatchObject({ code: 1, err: expect.stringContaining("length.steps: 12, now 18") as string });
  });

  it("takes known parts for --allow alone, and only with --resume", async () => {
    const wrong = await resume(nothing, ["--allow", "optimiser"]);
    expect(wrong).toMatchObject({ code: 2, err: expect.stringContaining("did you mean optimizer?") as string });
    const alone = await cli(["train", join(trained, "net.model"), "--allow", "batch"]);
    expect(alone).toMatchObject({ code: 2, err: expect.stringContaining("--allow belongs to --resume") as string });
  });
});
