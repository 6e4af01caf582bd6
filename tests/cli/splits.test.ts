import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { dataFolder } from "../specs/spec-testing.ts";
import { cli, folderWith } from "./run-cli.ts";

const rows = Array.from({ length: 60 }, (_, at) => {
  const kind = at % 3 === 0 ? "b" : "a";
  const age = at === 5 ? "" : at === 7 ? "-1" : String(20 + at);
  return `${age},${at % 2},${kind},p${Math.floor(at / 4)},2020-01-${String(1 + (at % 28)).padStart(2, "0")}`;
});
const table = `age,label,kind,patient,day\n${rows.join("\n")}\n`;

const spec = (split: string, clean = ""): string => `
model M: (age: f32[B, 1]) -> logits: f32[B, 2] {
  age -> Dense(2)
}
data Visits {
  source: csv("visits.csv")
  split:  ${split}
${clean === "" ? "" : `  clean:  ${clean}\n`}  age:    f32[1] = stack(raw.age, axis=-1) -> standardize
  label:  class(2) = raw.label
}
train M on Visits {
  loss:      cross_entropy(logits, label)
  optimizer: sgd(lr=0.1)
  epochs:    1
}
test M on Visits { expect loss < 100 }
`;

const grouped = spec("train 0.6, validate 0.2, test 0.2, grouped by raw.patient", "drop_missing, keep(raw.age, min=0)");

/** A folder with a spec and its table, and a command in it. */
function visits(text: string, content = table) {
  const folder = folderWith({ "spec.model": text, "visits.csv": content });
  const run = (command: string, ...more: readonly string[]) =>
    cli([command, join(folder, "spec.model"), ...(command === "train" ? ["--out", folder] : []), ...more]);
  return { folder, run, weights: join(folder, "M.safetensors") };
}

describe("modelc test of a file with several trainings", () => {
  it("looks at what is expected of the one that is meant, whatever the others measure", async () => {
    const { folder, run } = visits(`
${spec("train 0.6, test 0.4", "drop_missing").replace("train M on", "train other: M on").replace("test M on Visits { expect loss < 100 }", "")}
train M on Visits {
  loss:      cross_entropy(logits, label)
  optimizer: sgd(lr=0.1)
  metrics:   right=accuracy(logits, label)
}
test M { expect right >= 0 }
test other { expect loss < 200 }
`);
    expect((await run("train", "--model", "M")).code).toBe(0);
    expect((await run("train", "--model", "other")).code).toBe(0);
    const tested = await run("test", "--model", "M", "--weights", join(folder, "M.safetensors"));
    expect(tested.err).toBe("");
    expect(tested.out).toMatch(/^M on 24 examples: .*\npassed {2}right >= 0: /);
    const other = await run("test", "--model", "other", "--weights", join(folder, "other.safetensors"));
    expect(other.err).toBe("");
    expect(other.out).toMatch(/^other on 24 examples: .*\npassed {2}loss < 200: /);
  });
});

describe("modelc train with rows that are cleaned and split", () => {
  it("tells what each step leaves out, and tests and predicts without what rows are split by", async () => {
    const { folder, run, weights } = visits(grouped);
    const trained = await run("train");
    expect(trained.err).toBe("");
    expect(trained.code).toBe(0);
    const place = join(folder, "visits.csv");
    expect(trained.out.split("\n").slice(0, 3)).toEqual([
      `clean: drop_missing left out 1 of 60 rows (1.7 %), the first is ${place}:7: raw.age is missing (1)`,
      `clean: keep(raw.age, min=0) left out 1 of 59 rows (1.7 %), the first is ${place}:9: below 0 (1)`,
      expect.stringMatching(/^M: 4 parameters, \d+ examples of /),
    ]);
    expect((await run("test", "--weights", weights)).out).toMatch(/^M on \d+ examples/);
    const input = join(folder, "input.json");
    writeFileSync(input, '{"raw": {"age": [30, 40]}}');
    const predicted = await run("predict", "--weights", weights, "--input", input);
    expect(predicted.err).toBe("");
    expect(JSON.parse(predicted.out)).toHaveProperty("logits");
    expect((await run("predict", "--weights", weights, "--split", "test")).code).toBe(0);
  });

  it("as events with --json", async () => {
    const { folder, run } = visits(grouped);
    const { out } = await run("train", "--json");
    const events = out
      .trim()
      .split("\n")
      .map((it) => JSON.parse(it) as Record<string, unknown>);
    expect(events.slice(0, 2)).toEqual([
      {
        event: "clean",
        step: "drop_missing",
        rows: 60,
        leftOut: 1,
        why: { "raw.age is missing": 1 },
        first: { place: `${folder}/visits.csv:7` },
      },
      {
        event: "clean",
        step: "keep(raw.age, min=0)",
        rows: 59,
        leftOut: 1,
        why: { "below 0": 1 },
        first: { place: `${folder}/visits.csv:9` },
      },
    ]);
    expect(events[2]?.["event"]).toBe("epoch");
  });

  it("warns of what the splits have in common, and goes on", async () => {
    const twice = table + table.split("\n").slice(1).join("\n");
    const { run } = visits(spec("train 0.5, test 0.5, by position", "drop_missing, keep(raw.age, min=0)"), twice);
    const { code, err } = await run("train");
    expect(code).toBe(0);
    expect(err).toMatch(
      /^warning\[MC6062\]: 58 of 58 examples of the test split are equal to one of the train split in all fields that features read: \S+visits\.csv:62 to \S+visits\.csv:2\.$/m,
    );
    expect(err).toContain("`clean: drop_duplicates`");
  });
});

describe("what is nearly equal", () => {
  it("is told and no warning", async () => {
    const close = `${table}30.0001,0,a,q1,2020-02-01\n31.0001,1,a,q2,2020-02-02\n`;
    const split = spec("train 0.9, test 0.1, by position", "drop_missing, keep(raw.age, min=0)");
    const { folder, run } = visits(split, close);
    const text = await run("train");
    expect(text.err).toBe("");
    expect(text.out).toContain(
      `split: 2 of 6 examples of the test split are nearly equal to one of the train split, as ${folder}/visits.csv:62 to `,
    );
    const { out } = await run("train", "--json");
    expect(out).toContain('{"event":"near","split":"test","total":6,"near":2,');
  });
});

describe("modelc train --resume", () => {
  const clean = "drop_missing, keep(raw.age, min=0)";
  it.each([
    ["grouped by raw.patient", "grouped by raw.kind", /split\.column: raw\.patient, now raw\.kind/],
    ["grouped by raw.patient", "stratified by raw.kind", /split\.by: groups, now classes/],
    ["by raw.day -> days_since", "by raw.day -> day", /split\.reading: days_since\(.*\), now day/],
  ])("%s is another training than %s", async (before, after, message) => {
    const { folder, run } = visits(spec(`train 0.8, test 0.2, ${before}`, clean));
    expect((await run("train")).code).toBe(0);
    writeFileSync(
      join(folder, "spec.model"),
      spec(`train 0.8, test 0.2, ${after}`, clean).replace("epochs:    1", "epochs: 2"),
    );
    const { code, err } = await run("train", "--resume");
    expect(code).toBe(1);
    expect(err).toMatch(message);
  });

  it("another range of a step as well, and what the split goes by in the file", async () => {
    const { folder, run } = visits(spec("train 0.8, test 0.2, grouped by raw.patient", clean));
    expect((await run("train")).code).toBe(0);
    writeFileSync(join(folder, "visits.csv"), table.replace(",p3,", ",p4,"));
    expect((await run("train", "--resume", "--epochs", "2")).err).toContain("the data have other values");
    writeFileSync(join(folder, "visits.csv"), table);
    expect((await run("train", "--resume", "--epochs", "2")).code).toBe(0);
    writeFileSync(
      join(folder, "spec.model"),
      spec("train 0.8, test 0.2, grouped by raw.patient", "drop_missing, keep(raw.age, min=1)"),
    );
    expect((await run("train", "--resume", "--epochs", "3")).err).toContain(
      "clean: [drop_missing, keep(raw.age, min=0)], now [drop_missing, keep(raw.age, min=1)]",
    );
  });
});

describe("--fold", () => {
  const folds = spec("folds 4, test 0.2, stratified by label", "drop_missing, keep(raw.age, min=0)");

  it("trains with another fold to validate by, which is another training", async () => {
    const { run, weights } = visits(folds);
    const first = await run("train", "--json");
    const other = await run("train", "--json", "--fold", "2");
    expect(first.code + other.code).toBe(0);
    const losses = [first, other].map(({ out }) => /"validate":\{"loss":([\d.]+)/.exec(out)?.[1]);
    expect(losses[0]).toBeDefined();
    expect(losses[0]).not.toBe(losses[1]);
    expect((await run("train", "--resume", "--fold", "3")).err).toMatch(/split\.folds\.validate: 2, now 3/);
    const of = async (...more: readonly string[]) =>
      (await run("predict", "--weights", weights, "--split", "validate", ...more)).out;
    expect(await of("--fold", "2")).not.toBe(await of());
    expect(await of("--fold", "1")).toBe(await of());
  });

  it.each([
    [folds, ["train", "--fold", "5"], "Visits has 4 folds: --fold is 1 to 4, not 5."],
    [folds, ["train", "--fold", "0"], "Visits has 4 folds: --fold is 1 to 4, not 0."],
    [
      grouped,
      ["train", "--fold", "1"],
      "--fold is for data that are split into folds, and Visits is not: write `split: folds 5`.",
    ],
    [folds, ["predict", "--fold", "1"], "--fold says which examples a split has: give --split as well."],
  ])("is refused where it says nothing: %#", async (text, [command = "", ...more], message) => {
    const { code, err } = await visits(text).run(command, ...more);
    expect([code, err]).toEqual([2, expect.stringContaining(message)]);
  });
});

describe("a split that is from a column and has no validate split", () => {
  it("is told where the training watches it", async () => {
    const said = table
      .replaceAll("patient", "set")
      .replaceAll(/,p\d+,/g, (it) => (it === ",p1," ? ",test," : ",train,"));
    const text = spec("from raw.set", "drop_missing, keep(raw.age, min=0)").replace(
      "epochs:    1",
      "epochs: 1\n  save: best(validate.loss)",
    );
    const { code, err } = await visits(text, said).run("train");
    expect([code, err]).toEqual([1, expect.stringContaining("leaves no examples for the validate split")]);
  });
});

const folder = dataFolder("tables");
if (folder === undefined) console.warn("SKIPPED: no tables of real data beside the repository");

describe.skipIf(folder === undefined)("tables of real data", () => {
  const wine = `
model Wine: (x: f32[B, 11]) -> logits: f32[B, 2] {
  x -> Dense(16) -> relu -> Dense(2)
}
data Bottles {
  source: csv("wine-red.csv")
  split:  train 0.6, validate 0.2, test 0.2, stratified by raw.quality, seed 3
  clean:  drop_duplicates, drop_outliers(raw.chlorides, 0.001, 0.999), keep_words(raw.quality, ["4", "5", "6", "7", "8"])
  x:      f32[11] = raw.columns(numeric, except=["quality"]) -> standardize
  good:   class(2) = cast(raw.quality >= 6, i32)
}
train Wine on Bottles {
  loss:      cross_entropy(logits, good)
  optimizer: adam(lr=0.01)
  metrics:   accuracy(logits, good)
  epochs:    5
}
`;

  it("wine-red.csv is cleaned, split by classes and trained", async () => {
    const place = folderWith({ "wine.model": wine });
    const { code, out, err } = await cli(["train", join(place, "wine.model"), "--data", folder ?? "", "--out", place]);
    expect(err).not.toContain("error");
    expect(code).toBe(0);
    // NumPy finds as many rows that are not distinct.
    expect(out).toContain("clean: drop_duplicates left out 240 of 1599 rows (15.0 %)");
    expect(out).toContain("clean: drop_outliers(raw.chlorides, low=0.001, high=0.999) left out 4 of 1359 rows");
    expect(out).toContain('clean: keep_words(raw.quality, words=["4", "5", "6", "7", "8"]) left out 10 of 1355 rows');
    expect(Number(/test\.accuracy ([\d.]+)/.exec(out)?.[1])).toBeGreaterThan(0.65);
  });
});
