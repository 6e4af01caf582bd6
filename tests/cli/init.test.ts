import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { dataFolder } from "../specs/spec-testing.ts";
import { initSpec } from "./init-spec.ts";
import { cli, folderWith } from "./run-cli.ts";

const tables = dataFolder("tables");
if (tables === undefined) console.warn("SKIPPED: no tables of real data beside the repository");

/** Rows of cells, and the lines that name the columns before them. */
const tableOf = (head: readonly string[], count: number, row: (at: number) => string): string =>
  [...head, ...Array.from({ length: count }, (_, at) => row(at)), ""].join("\n");

/** Trains, which must succeed without a word but that rows of two splits are equal: tables as small as these have such rows. */
async function train(path: string, ...argv: readonly string[]): Promise<void> {
  const { code, err } = await cli(["train", path, ...argv]);
  expect(err.replaceAll(/^warning\[MC6062\](?:.*\n)+?\s*\n/gm, "")).toBe("");
  expect(code).toBe(0);
}

/** The spec that is written for a table, which must check clean and be formatted. */
async function draft(text: string, target: string, file = "things.csv"): Promise<string> {
  const folder = folderWith({ [file]: text });
  const path = join(folder, "things.model");
  await initSpec(path, "--from", join(folder, file), "--target", target);
  await train(path, "--steps", "2", "--out", join(folder, "out"));
  return readFileSync(path, "utf8").replaceAll(/\s+/g, " ");
}

const letter = (at: number): string => "abc".charAt(at % 3);

describe("modelc init", () => {
  it("says what each kind of column becomes, fills what is missing, and leaves out what tells nothing", async () => {
    const text = tableOf(["id,size,paid,port,note,same,when,mood"], 60, (at) =>
      [
        at + 1,
        at % 7 === 0 ? "" : (at * 37) % 50,
        at % 2 === 0 ? "yes" : "no",
        at % 9 === 0 ? "" : `port ${letter(at)}`,
        `note ${at * at}`,
        "always",
        `2021-0${1 + (at % 9)}-1${at % 9}`,
        at % 3 === 0 ? "good" : "bad",
      ].join(","),
    );
    const spec = await draft(text, "mood");
    expect(spec).toContain("stack(raw.size -> impute(median), axis=-1) -> standardize");
    expect(spec).toContain("stack(cast(raw.paid -> truth, f32), axis=-1)");
    expect(spec).toContain("raw.port -> impute(mode) -> categories -> one_hot(3)");
    expect(spec).toContain('raw["when"] -> weekday -> cyclic(7)');
    expect(spec).toContain("mood: class(2) = raw.mood -> categories");
    expect(spec).toContain("# What is predicted: bad (67%) and good (33%).");
    expect(spec).toContain(
      "# - id: it numbers the rows. # - note: it holds 60 texts in 60 rows, as names and notes do.",
    );
    expect(spec).toContain("# - same: it is the same in every row.");
    expect(spec).not.toMatch(/raw\.(?:id|note|same)/);
    expect(spec).toContain("expect accuracy > 0.666");
  });

  it("reads numbers, amounts and dates as they are written, and marks of nothing", async () => {
    const text = tableOf(["a;b;c;d;e;y"], 50, (at) =>
      [
        `1.${100 + at},5`,
        `${at},25`,
        `$${at}.50`,
        `${at}.5%`,
        at % 20 === 3 ? "-" : at * 3,
        `${at % 28 === 0 ? 1 : at % 28}.02.2020`,
      ].join(";"),
    );
    const target = text.replace("a;b;c;d;e;y", "a;b;c;d;e;day").split("\n");
    const spec = await draft(target.join("\n"), "b");
    expect(spec).toContain('missing=["-"]');
    expect(spec).toContain('raw.a -> number(decimal=",", thousands=".")');
    expect(spec).toContain("raw.c -> currency");
    expect(spec).toContain("raw.d -> percent");
    expect(spec).toContain("raw.e -> impute(median)");
    expect(spec).toContain('raw.day -> weekday("%d.%m.%Y") -> cyclic(7)');
    expect(spec).toContain('b: f32[] = raw.b -> number(decimal=",") -> standardize');
    expect(spec).toContain("expect r2 > 0");
    expect(spec).toContain("mean_absolute_error(invert(guess, of=b), invert(b))");
    expect(spec).toMatch(/predict \{ ?\n? *b: invert\(guess\)/);
  });

  it("gives rare words one number, and says whether what is mostly missing is there", async () => {
    const text = tableOf(["word,cabin,y"], 80, (at) =>
      [at < 3 ? `rare ${at}` : letter(at), at % 4 === 0 ? `C${at}` : "", at % 2].join(","),
    );
    const spec = await draft(text, "y");
    expect(spec).toContain("raw.word -> categories(rest=true) -> one_hot(4)");
    expect(spec).toContain("The frequent words of word (3 of 6)");
    expect(spec).toContain("cast(missing(raw.cabin), f32)");
    expect(spec).toContain("# Only whether a cell is missing, of cabin (75%).");
  });

  it("takes the time between two dates", async () => {
    const text = tableOf(["from,to,cost"], 40, (at) =>
      [`2020-03-01 0${at % 9}:10:00`, `2020-03-01 ${10 + (at % 9)}:${10 + at}:00`, at * 1.5].join(","),
    );
    const spec = await draft(text, "cost");
    expect(spec).toContain("stack((raw.to -> seconds_since) - (raw.from -> seconds_since), axis=-1) -> standardize");
    expect(spec).not.toContain("raw.to -> hour");
  });

  it("names columns where no line does, and finds single quotes", async () => {
    const spec = await draft(
      tableOf([], 40, (at) => `'${letter(at)}','${at % 5}-${(at % 5) + 1}','${at % 2 === 0 ? "x" : "z"}'`),
      "c3",
    );
    expect(spec).toContain(`quote="'", columns=["c1", "c2", "c3"]`);
  });

  it.each([
    ["a word of a column is its name as well", "a,b", (at: number) => `${at * 2},${letter(at)}`, "b"],
    [
      "nothing but words stands below, none of which is a name",
      "x,y",
      (at: number) => `${letter(at)},${letter(at)}`,
      "y",
    ],
    ["the column that is asked for is named by it", "2019,2020", (at: number) => `${at * 2},${letter(at)}`, "2020"],
    ["words stand in it again below", "a,b", (at: number) => `${letter(at)},${letter(at + 1)}`, "c2"],
    ["numbers stand in it", "3,b", (at: number) => `${at * 2},${letter(at)}`, "c2"],
  ])("knows a line of names: %s", async (_, head, row, target) => {
    const spec = await draft(tableOf([head], 40, row), target);
    expect(spec.includes("columns=[")).toBe(target === "c2");
  });

  it("leaves out rows without what is predicted, and columns of one name", async () => {
    const spec = await draft(
      tableOf(["a,b,b,,y"], 40, (at) => [at * 2.5, at, at, at, at % 6 === 0 ? "" : letter(at)].join(",")),
      "y",
    );
    expect(spec).toContain("# Rows without y are left out. clean: drop_missing");
    expect(spec).toContain("# - b: other columns have its name.");
    expect(spec).toContain("# - a column: it has no name.");
  });

  it.each(["loss", "logits", "true", "Y 1", "numbers", "1st", "größe", "cross_entropy", "dense", "data", "adam"])(
    "calls what is predicted by a word that is free: %s",
    async (target) => {
      await draft(
        tableOf([`a,${target}`], 40, (at) => `${at * 1.5},${letter(at)}`),
        target,
      );
    },
  );

  it.each(["dense.csv", "2020 sales.csv", "x.tsv", "ääh.csv", "f32.csv", "data.csv"])(
    "calls the model after the table: %s",
    async (file) => {
      const folder = folderWith({});
      mkdirSync(join(folder, "in"));
      writeFileSync(
        join(folder, "in", file),
        tableOf(["a\ty"], 40, (at) => `${at * 1.5}\t${letter(at)}`),
      );
      const path = join(folder, "made.model");
      await initSpec(path, "--from", join(folder, "in", file), "--target", "y");
      expect(readFileSync(path, "utf8")).toContain(`csv("in/${file}")`);
      expect(await cli(["train", path, "--steps", "1", "--out", join(folder, "out")])).toMatchObject({ code: 0 });
    },
  );

  it("lists the columns where none is to be predicted", async () => {
    const folder = folderWith({ "t.csv": tableOf(["a,b,c"], 30, (at) => `${at},${letter(at)},x`) });
    const { code, out, err } = await cli(["init", "--from", join(folder, "t.csv"), "--out", join(folder, "t.model")]);
    expect({ code, out }).toEqual({ code: 2, out: "" });
    expect(err).toMatch(/needs --target <column>: which column is to be predicted\.\n.*has the columns\n/);
    expect(err).toMatch(
      / a +it numbers the rows +30 different\n +b +words +3 different\n +c +it is the same in every row/,
    );
    expect(existsSync(join(folder, "t.model"))).toBe(false);
  });

  it("says what to do next in a command that a shell takes as it is", async () => {
    const folder = folderWith({ "t.csv": tableOf(["a,b"], 30, (at) => `${at * 2},${letter(at)}`) });
    const nextOf = async (name: string): Promise<string | undefined> => {
      const out = join(folder, name);
      const found = await cli(["init", "--from", join(folder, "t.csv"), "--target", "b", "--out", out]);
      return found.out.split("\n")[1]?.replace(folder, "");
    };
    expect(await nextOf("größe-1.model")).toBe("Next: modelc train /größe-1.model");
    expect(await nextOf("my first.model")).toBe("Next: modelc train '/my first.model'");
    expect(await nextOf("it's $HOME.model")).toBe(String.raw`Next: modelc train '/it'\''s $HOME.model'`);
    const before = process.cwd();
    process.chdir(folder);
    try {
      const { out } = await cli(["init", "--from", "t.csv", "--target", "b", "--out=-x.model"]);
      expect(out.split("\n")[1]).toBe("Next: modelc train ./-x.model");
    } finally {
      process.chdir(before);
    }
  });

  it("writes over a file with --force alone", async () => {
    const folder = folderWith({
      "t.csv": tableOf(["a,b"], 30, (at) => `${at * 2},${letter(at)}`),
      "t.model": "# mine\n",
    });
    const argv = ["init", "--from", join(folder, "t.csv"), "--target", "b", "--out", join(folder, "t.model")];
    const refused = await cli(argv);
    expect(refused).toMatchObject({ code: 2, out: "" });
    expect(refused.err).toContain("is there already: --force writes over it");
    expect(readFileSync(join(folder, "t.model"), "utf8")).toBe("# mine\n");
    expect(await cli([...argv, "--force"])).toMatchObject({ code: 0 });
    expect(readFileSync(join(folder, "t.model"), "utf8")).toContain("raw.b -> categories");
  });

  const rows = tableOf(
    ["age,name,when,one,word"],
    30,
    (at) => `${at % 4},n${at},2020-01-0${1 + (at % 9)},1,${letter(at)}`,
  );

  it.each([
    ["t.csv", ["--target", "agee"], 2, /has no column agee: did you mean age\?/],
    ["t.csv", ["--target", "zzzz"], 2, /has no column zzzz; it has age, name, when, one, word\./],
    ["t.csv", ["--target", ""], 2, /--target is empty/],
    ["t.csv", ["--target", "name"], 1, /name is nothing to learn: it holds another word in nearly every row/],
    ["t.csv", ["--target", "when"], 1, /when is nothing to learn: it holds dates/],
    ["t.csv", ["--target", "one"], 1, /one is nothing to learn: it is the same in every row/],
    ["t.csv", ["--target", "word", "--target", "age"], 2, /--target is given twice/],
    ["t.csv", ["--target", "word", "--outt", "x"], 2, /no option --outt\. Did you mean --out\?/],
    ["t.csv", ["--target", "word", "--out", "x.txt"], 2, /--out is a file that ends in \.model, not x\.txt/],
    ["t.csv", ["--target", "word", "--out", "/nowhere/x.model"], 2, /there is no folder \/nowhere/],
    ["t.csv", ["--target", "word", "more"], 2, /too many arguments/],
    ["none.csv", ["--target", "a"], 1, /none\.csv/],
    ["short.csv", ["--target", "b"], 1, /has 3 rows with b: 20 at least are needed/],
    ["empty.csv", ["--target", "b"], 1, /the file is empty/],
    ["head.csv", ["--target", "b"], 1, /has no rows/],
    ["ragged.csv", ["--target", "b"], 1, /ragged\.csv:3:3: this line has 3 cells, and the header has 2/],
    ["j.csv", ["--target", "b"], 1, /is JSON/],
    ["bytes.csv", ["--target", "b"], 1, /is no table of text/],
    ["wide.csv", ["--target", "b"], 1, /it is UTF-16, not UTF-8: save it as UTF-8/],
    ["lone.csv", ["--target", "b"], 1, /nothing tells b\. a is left out: it numbers the rows\./],
  ])("refuses what is no table, or has no such column: %s %j", async (file, options, code, message) => {
    const folder = folderWith({
      "t.csv": rows,
      "short.csv": "a,b\n1,2\n2,3\n3,x\n",
      "empty.csv": "",
      "head.csv": "a,b\n",
      "ragged.csv": "a,b\n1,2\n1,2,3\n",
      "j.csv": '[{"a": 1}]',
      "bytes.csv": new Uint8Array([97, 44, 98, 10, 0, 1, 2, 3, 10]),
      "wide.csv": new Uint8Array([0xff, 0xfe, 97, 0, 44, 0]),
      "lone.csv": tableOf(["a,b"], 30, (at) => `${at},${letter(at)}`),
    });
    const out = options.includes("--out") ? [] : ["--out", join(folder, "made.model")];
    const found = await cli(["init", "--from", join(folder, file), ...out, ...options]);
    expect(found.err).toMatch(message);
    expect(found).toMatchObject({ code, out: "" });
    expect(existsSync(join(folder, "made.model"))).toBe(false);
  });

  it("needs a table", async () => {
    expect(await cli(["init"])).toMatchObject({ code: 2, err: expect.stringMatching(/needs --from <path>/) as string });
  });

  describe.skipIf(tables === undefined)("with tables of real data", () => {
    it.each([
      ["titanic.csv", "Survived"],
      ["penguins.csv", "species"],
      ["iris.csv", "c5"],
      ["breast-cancer.csv", "c10"],
      ["mpg.csv", "mpg"],
      ["temperatures.csv", "Temp"],
    ])(
      "%s: what is written checks, trains, and beats saying always the same",
      { timeout: 120_000 },
      async (file, target) => {
        const folder = folderWith({});
        const path = join(folder, "made.model");
        const from = join(tables ?? "", file);
        await initSpec(path, "--from", from, "--target", target);
        await train(path, "--out", folder);
        const weights = /^train (\w+)/m.exec(readFileSync(path, "utf8"))?.[1] ?? "";
        const tested = await cli(["test", path, "--weights", join(folder, `${weights}.safetensors`)]);
        expect(tested.out).toMatch(/^passed {2}(accuracy|r2) > /m);
        expect(tested.code).toBe(0);
      },
    );
  });
});
