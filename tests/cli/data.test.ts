import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { cli, folderWith } from "./run-cli.ts";

const rows = Array.from({ length: 100 }, (_, at) => ({
  a: at % 4 === 3 ? "" : String(at % 10),
  b: String(at + 0.25),
  word: at === 7 ? "lonely" : at % 3 === 0 ? "<b>red</b>" : "blue",
  // What is left of the label when it is known: nobody has it before.
  leak: at % 2 === 0 ? "0.1" : "0.9",
  label: at % 2 === 0 ? "no" : "yes",
}));

const table = (some: readonly Readonly<Record<string, string>>[]): string =>
  `${[Object.keys(some[0] ?? {}), ...some.map((it) => Object.values(it))].map((it) => it.join(",")).join("\n")}\n`;

const spec = (more: { readonly clean?: string; readonly label?: string; readonly split?: string } = {}): string => `
model M: (x: f32[B, 3], w: f32[B, 3]) -> logits: f32[B, 2] {
  concat(x, w, axis=-1) -> Dense(2)
}

data Things {
  source: csv("things.csv")
  split:  ${more.split ?? "train 0.8, test 0.2, by position"}
  ${more.clean ?? ""}
  x:     f32[3]   = raw.columns(numeric) -> impute(median) -> standardize
  w:     f32[3]   = raw.word -> categories(["blue", "<b>red</b>"], rest=true) -> one_hot(3)
  label: class(2) = ${more.label ?? "raw.label -> categories"}
}

train M on Things {
  loss:      cross_entropy(logits, label)
  optimizer: adam
}
`;

const folder = (files: Readonly<Record<string, string>> = {}): string =>
  folderWith({ "things.csv": table(rows), "m.model": spec(), ...files });

interface Report {
  readonly rows: number;
  readonly splits: readonly unknown[];
  readonly cleaning: readonly unknown[];
  readonly columns: readonly {
    readonly name: string;
    readonly gaps: Readonly<Record<string, { readonly missing: number; readonly of: number }>>;
    readonly numbers?: Readonly<Record<string, unknown>>;
    readonly words?: Readonly<Record<string, unknown>>;
    readonly label?: { readonly measure: string; readonly value: number };
  }[];
  readonly label?: { readonly classes?: readonly unknown[]; readonly numbers?: unknown };
  readonly shared: readonly { readonly count: number; readonly example: readonly string[] }[];
  readonly notes: readonly string[];
}

async function reportOf(at: string, ...argv: readonly string[]): Promise<Report> {
  const found = await cli(["data", join(at, "m.model"), "--json", ...argv]);
  expect(found.err).toBe("");
  return JSON.parse(found.out) as Report;
}

describe("modelc data", () => {
  it("describes each column that is read, what is missing by split, and how far it tells the label", async () => {
    const { columns, splits, rows: count } = await reportOf(folder());
    expect(count).toBe(100);
    expect(splits).toEqual([
      { split: "train", examples: 80, share: 0.8 },
      { split: "test", examples: 20, share: 0.2 },
    ]);
    const [a, b, leak, word] = columns;
    expect(columns.map((it) => it.name)).toEqual(["a", "b", "leak", "word", "label"]);
    expect(a?.gaps).toEqual({
      all: { missing: 25, of: 100 },
      train: { missing: 20, of: 80 },
      test: { missing: 5, of: 20 },
    });
    expect(a?.numbers).toMatchObject({ count: 75, min: 0, max: 9, byWhole: true });
    expect(b?.numbers).toMatchObject({ count: 100, mean: 49.75, min: 0.25, max: 99.25, median: 49.75 });
    expect(leak?.label?.measure).toBe("eta");
    expect(leak?.label?.value).toBeCloseTo(1, 12);
    expect(word?.words).toMatchObject({ different: 3, single: 1 });
    expect(word?.words?.["frequent"]).toEqual([
      { word: "blue", count: 65 },
      { word: "<b>red</b>", count: 34 },
      { word: "lonely", count: 1 },
    ]);
    expect(columns[4]?.label).toBeUndefined();
  });

  it("counts classes by their words, and says what to look at", async () => {
    const { label, notes } = await reportOf(folder());
    expect(label?.classes).toEqual([
      { name: "no", counts: { train: 40, test: 10 } },
      { name: "yes", counts: { train: 40, test: 10 } },
    ]);
    expect(notes).toEqual([
      "leak alone tells the label almost wholly (eta 1.000): is it known before the label is?",
      "1 of 3 words of word stands in one row alone: nothing is learned of such a word.",
    ]);
  });

  it("finds the label where the network sees it, and rows that lie in two splits", async () => {
    const twice = [...rows.slice(0, 90), ...rows.slice(0, 10)];
    const seen = "w:     f32[2]   = raw.label -> categories -> one_hot(2)";
    const text = spec()
      .replace(/w: {5}f32.*/, seen)
      .replace("w: f32[B, 3]", "w: f32[B, 2]");
    const at = folder({ "things.csv": table(twice), "m.model": text });
    const { notes, shared, columns } = await reportOf(at);
    expect(columns.find((it) => it.name === "label")?.label).toEqual({ measure: "V", value: 1 });
    expect(notes.join("\n")).toMatch(/label alone tells the label almost wholly \(V 1\.000\)/);
    expect(shared).toMatchObject([{ split: "test", as: "train", count: 10 }]);
    expect(shared[0]?.example.map((it) => it.replace(/.*things/, "things"))).toEqual(["things.csv:92", "things.csv:2"]);
    expect(notes.join("\n")).toMatch(
      /10 rows of test are equal to one of train, as .*things\.csv:92 is to .*things\.csv:2\./,
    );
  });

  it("counts a row of several splits for the first one, with the places of the first in the file", async () => {
    const some = [...rows.slice(0, 60), rows[0], ...rows.slice(61, 80), rows[70], rows[0], rows[65], ...rows.slice(83)];
    const text = spec({ split: "train 0.6, validate 0.2, test 0.2, by position" });
    const { shared } = await reportOf(folder({ "things.csv": table(some as typeof rows), "m.model": text }));
    const bare = (place: string): string => place.replace(/.*things/, "things");
    expect(shared.map((it) => ({ ...it, example: it.example.map(bare) }))).toEqual([
      { split: "validate", as: "train", count: 1, example: ["things.csv:62", "things.csv:2"] },
      { split: "test", as: "validate", count: 2, example: ["things.csv:82", "things.csv:72"] },
      { split: "test", as: "train", count: 1, example: ["things.csv:83", "things.csv:2"] },
    ]);
  });

  it("says what each step of cleaning leaves out", async () => {
    const at = folder({
      "things.csv": table([...rows, ...rows.slice(0, 5), { ...rows[0], word: "" }] as typeof rows),
      "m.model": spec({ clean: "clean: drop_missing, drop_duplicates" }),
    });
    const { cleaning, splits } = await reportOf(at);
    expect(cleaning).toEqual([
      { step: "drop_missing", leftOut: 1 },
      { step: "drop_duplicates", leftOut: 5 },
    ]);
    expect(splits).toMatchObject([{ examples: 80 }, { examples: 20 }]);
    const { out } = await cli(["data", join(at, "m.model")]);
    expect(out).toContain("clean: drop_missing leaves out 1 row\nclean: drop_duplicates leaves out 5 rows\n");
  });

  it("notices classes that a split lacks, a class that is nearly all, and columns of one value", async () => {
    const some = rows.map((it, at) => ({ ...it, leak: "5", label: at % 20 === 19 && at < 80 ? "yes" : "no" }));
    const { notes } = await reportOf(folder({ "things.csv": table(some) }));
    expect(notes).toContain("leak is the same wherever it is not missing.");
    expect(notes).toContain("The test split has no example of yes.");
    expect(notes).toContain("95% of the train split are no: accuracy says little of the others.");
  });

  it("describes a number that is predicted", async () => {
    const text = spec({ label: "" })
      .replace("label: class(2) = ", "label: f32[] = raw.b -> standardize")
      .replace("raw.columns(numeric)", 'raw.columns(numeric, except=["b"])')
      .replaceAll("f32[3]   = raw.col", "f32[2]   = raw.col")
      .replace("x: f32[B, 3]", "x: f32[B, 2]")
      .replace("logits: f32[B, 2]", "logits: f32[B]")
      .replace("Dense(2)", "Dense(1) -> reshape([B])")
      .replace("cross_entropy", "mse");
    const at = folder({ "m.model": text });
    const { label, columns } = await reportOf(at);
    expect(label?.numbers).toMatchObject({ train: { count: 80, mean: 0 }, test: { count: 20 } });
    expect(columns.find((it) => it.name === "a")?.label?.measure).toBe("r");
    expect(columns.find((it) => it.name === "word")?.label?.measure).toBe("eta");
    expect((await cli(["data", join(at, "m.model")])).out).toMatch(/^label +mean +deviation/m);
  });

  it("lines columns up on the terminal, with a histogram of each", async () => {
    const { out, err, code } = await cli(["data", join(folder(), "m.model")]);
    expect({ err, code }).toEqual({ err: "", code: 0 });
    const lines = out.split("\n");
    expect(lines[0]).toMatch(/^Things, which M is trained on: 100 rows of .*things\.csv$/);
    expect(lines).toContain("train        80    80%");
    expect(out).toMatch(/^leak +numbers +0\.5 +0\.4 +0\.1 .* 0\.9 +█ {14}█ +eta 1\.00$/m);
    expect(out).toMatch(/^a +20 \(25%\) +5 \(25%\)$/m);
    expect(out).toMatch(/^word +categories +3 +V 0\.\d\d +blue 65 \(65%\), <b>red<\/b> 34 \(34%\), lonely 1 \(1%\)$/m);
    expect(out).toMatch(/^no +40 \(50%\) +10 \(50%\)$/m);
    expect(out).toContain("always to say no is right in 50% of test\n");
    expect(out).toMatch(/^note: leak alone/m);
  });

  it("tells of the source where the data do not fit, and fails", async () => {
    const at = folder({
      "m.model": spec()
        .replace("class(2)", "class(3)")
        .replace("f32[B, 2]", "f32[B, 3]")
        .replace("Dense(2)", "Dense(3)"),
    });
    const { out, err, code } = await cli(["data", join(at, "m.model")]);
    expect(code).toBe(1);
    expect(err).toMatch(/MC6013.*has, in the train split, 2 words \(`no`, `yes`\), but 3 are declared/s);
    expect(out).toMatch(/^label +categories +2 +no 50 \(50%\), yes 50 \(50%\)$/m);
    expect(out).not.toMatch(/^split/m);
  });

  it("writes a page that needs nothing else", async () => {
    const at = folder();
    const page = join(at, "page.html");
    const found = await cli(["data", join(at, "m.model"), "--html", page]);
    expect(found).toMatchObject({ code: 0, err: "" });
    const text = readFileSync(page, "utf8");
    expect(text).toMatch(/^<!doctype html>/);
    expect(text).not.toMatch(/<script|<link|url\(|https?:|@import/);
    expect(text).toContain("prefers-color-scheme: dark");
    expect(text).toContain("leak alone tells the label almost wholly");
    // Words of the file are text of the page.
    expect(text).toContain("&lt;b&gt;red&lt;/b&gt;");
    expect(text).not.toContain("<b>");
    expect(text.match(/<svg /g)).toHaveLength(3);
    // Ten whole numbers, and twice sixteen parts.
    expect(text.match(/<rect /g)).toHaveLength(42);
  });

  it("describes the largest numbers there are, and what their page shows of them", async () => {
    const some = rows.map((it, at) => ({ ...it, b: at % 2 === 0 ? "1.7e308" : "-1.7e308" }));
    const text = spec().replace(/x: {5}f32.*/, "x: f32[3] = clip(raw.columns(numeric) -> impute(0), -9, 9)");
    const at = folder({ "things.csv": table(some), "m.model": text });
    const page = join(at, "page.html");
    const { columns } = await reportOf(at, "--html", page);
    const wanted = { mean: 0, min: -1.7e308, max: 1.7e308, median: 0 };
    expect(columns.find((it) => it.name === "b")).toMatchObject({
      numbers: wanted,
      label: { measure: "eta", value: 1 },
    });
    expect(readFileSync(page, "utf8")).toContain("<title>1.488e+308 to 1.700e+308: 50</title>");
    expect(readFileSync(page, "utf8")).not.toMatch(/NaN|Infinity/);
  });

  it("shows images in the page, as training has them too where that differs", async () => {
    const at = folderWith({
      "m.model": `
model M: (image: f32[B, 28, 28, 1]) -> logits: f32[B, 10] { image -> Flatten -> Dense(10) }

data Digits {
  source: synthetic_digits(count=40)
  image: f32[28, 28, 1] = raw.image / 255 -> when training { dropout(rate=0.5) }
  label: class(10)      = raw.label
}

train M on Digits {
  loss:      cross_entropy(logits, label)
  optimizer: adam
}
`,
    });
    const page = join(at, "page.html");
    const found = await cli(["data", join(at, "m.model"), "--html", page]);
    expect(found).toMatchObject({ code: 0, err: "" });
    expect(found.out).toMatch(/^image +numbers 28 x 28 x 1 /m);
    const images = [...readFileSync(page, "utf8").matchAll(/src="data:image\/png;base64,([^"]+)"/g)].map((it) => it[1]);
    expect(images).toHaveLength(16);
    expect(new Set(images).size).toBe(16);
    expect(readFileSync(page, "utf8")).toContain("image, as the first epoch of training has it");
  });

  it("describes a text by its characters", async () => {
    const at = folderWith({
      "t.txt": "abca ".repeat(100),
      "m.model": `
model M: (text: class(4)[B, 8]) -> logits: f32[B, 8, 4] { text -> Embedding(4, 4) -> Dense(4) }

data T {
  source: text("t.txt", unit=character)
  split:  train 0.8, validate 0.2
  text: class(4)[8] = raw.window(8)
  next: class(4)[8] = raw.window(8, shift=1)
}

train M on T {
  loss:      cross_entropy(logits, next)
  optimizer: adam
}
`,
    });
    const { out, code } = await cli(["data", join(at, "m.model")]);
    expect(code).toBe(0);
    expect(out).toMatch(/500 characters of .*t\.txt/);
    expect(out).toMatch(/^text +characters +4 +a 200 \(40%\), " " 100 \(20%\), b 100 \(20%\), c 100 \(20%\)$/m);
  });

  it.each([
    [["--html", "page.txt"], 2, /--html is a file that ends in \.html, not page\.txt/],
    [["--html", "/nowhere/page.html"], 2, /there is no folder \/nowhere/],
    [["--html", ""], 2, /--html is empty/],
    [["--html"], 2, /--html lacks its value: it is given as --html <file>/],
    [["--html", "a.html", "--html", "b.html"], 2, /--html is given twice/],
    [["--data", "/nowhere/things.csv"], 1, /MC6001.*no such file/s],
    [["--model", "Mm"], 2, /has no model Mm; it has M/],
    [["--set", "Q=3"], 2, /neither a hyperparameter nor a dim Q/],
    [["--jsn"], 2, /no option --jsn\. Did you mean --json\?/],
    [["more"], 2, /too many arguments/],
  ])("refuses what has no meaning: %j", async (options, code, message) => {
    const found = await cli(["data", join(folder(), "m.model"), ...options]);
    expect(found.err).toMatch(message);
    expect(found).toMatchObject({ code, out: "" });
    expect(existsSync("page.txt")).toBe(false);
  });

  it("needs a training", async () => {
    const at = folderWith({ "m.model": "model M: (x: f32[B, 2]) -> y: f32[B, 1] { x -> Dense(1) }\n" });
    const found = await cli(["data", join(at, "m.model")]);
    expect(found).toMatchObject({ code: 2, out: "" });
    expect(found.err).toMatch(/has no `train` section for M/);
    expect(await cli(["data"])).toMatchObject({ code: 2 });
    expect(await cli(["data", join(at, "none.model")])).toMatchObject({ code: 2 });
  });
});
