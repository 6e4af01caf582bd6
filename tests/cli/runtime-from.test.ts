import { spawnSync, type SpawnSyncReturns } from "node:child_process";
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join, resolve } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { writeSqlite } from "../sources/write-sqlite.ts";
import { folderWith } from "./run-cli.ts";

const dist = resolve(".cache", "test-dist-runtime");
const spec = `model Net: (x: f32[B, 2]) -> logits: f32[B, 2] { x -> Dense(2) }
data Points {
  source: synthetic_blobs(count=40, classes=2, features=2, seed=1)
  split: train 0.5, test 0.5, seed 1
  x: f32[2] = raw.x
  label: class(2) = raw.label
}
train Net on Points {
  loss: cross_entropy(logits, label)
  optimizer: sgd(lr=0.1)
  epochs: 1
}
`;
/** All that modelc loads at any time, as the working folder could have it. */
const packages = [
  "@tensorflow/tfjs",
  "@tensorflow/tfjs-backend-wasm",
  "onnxruntime-node",
  "onnxruntime-common",
  "onnx-proto",
  "prettier",
  "commander",
  "csv-parse",
  "cli-progress",
  "chevrotain",
  "hyparquet",
  "sharp",
  "sql.js",
  "@huggingface/tokenizers",
];

/** A working folder in which everything that is run leaves a mark. */
function trap(): { readonly folder: string; readonly mark: string } {
  const folder = folderWith({ "net.model": spec, "net2.model": spec.replaceAll("  ", "      ") });
  const mark = join(folder, "mark");
  const code = `require("node:fs").appendFileSync(${JSON.stringify(mark)}, __filename + "\\n");`;
  for (const name of packages) {
    const at = join(folder, "node_modules", name);
    mkdirSync(at, { recursive: true });
    writeFileSync(join(at, "index.js"), code);
    writeFileSync(join(at, "package.json"), JSON.stringify({ name, version: "9.9.9", main: "index.js" }));
  }
  for (const name of [".prettierrc.cjs", "prettier.config.cjs", ".prettierrc.js", "modelc.config.js"])
    writeFileSync(join(folder, name), code);
  writeFileSync(join(folder, ".prettierrc.json"), JSON.stringify({ plugins: ["./.prettierrc.cjs"], printWidth: 20 }));
  writeFileSync(join(folder, "package.json"), JSON.stringify({ name: "trap", prettier: "./prettier.config.cjs" }));
  return { folder, mark };
}

function modelc(cwd: string, ...argv: readonly string[]): SpawnSyncReturns<string> {
  return spawnSync(process.execPath, [join(dist, "cli.cjs"), ...argv], { encoding: "utf8", cwd });
}

beforeAll(() => {
  expect(spawnSync(process.execPath, ["scripts/build.mjs", "--out", dist], { encoding: "utf8" }).stderr).toBe("");
});

describe("the working folder", () => {
  it("is never run, whatever it holds", () => {
    const { folder, mark } = trap();
    const commands = [
      ["check"],
      ["fmt", "net2.model"],
      ["summary", "net.model"],
      ["ir", "net.model"],
      ["build", "net.model", "--out", "out"],
      ["train", "net.model", "--runtime", "tfjs", "--backend", "cpu"],
      ["train", "net.model", "--runtime", "tfjs", "--backend", "wasm"],
      ["train", "net.model"],
      ["test", "net.model"],
      ["predict", "net.model", "--split", "test"],
    ];
    for (const argv of commands) {
      const { status, stderr } = modelc(folder, ...argv);
      expect({ argv, stderr, status, marked: existsSync(mark) }).toEqual({
        argv,
        stderr: "",
        status: 0,
        marked: false,
      });
    }
  });

  it("is run where --runtime-from names it", () => {
    for (const argv of [
      ["train", "net.model", "--runtime", "tfjs", "--backend", "cpu"],
      ["train", "net.model"],
    ]) {
      const { folder, mark } = trap();
      // What the packages export is of no use: they load, and that is seen.
      expect(modelc(folder, ...argv, "--runtime-from", ".").status).toBe(2);
      expect(existsSync(mark)).toBe(true);
    }
  });
});

describe("a package that a source needs", () => {
  const files = "tests/sources/files";
  it.each([
    [
      'parquet("people.parquet")',
      "x: f32[1] = stack(raw.age -> impute(mean), axis=-1)",
      () => readFileSync(`${files}/people.parquet`),
    ],
    [
      'sqlite("people.db")',
      "x: f32[1] = stack(raw.age, axis=-1)",
      () => writeSqlite("CREATE TABLE p (age); INSERT INTO p VALUES (1), (2)"),
    ],
    [
      'text("book.txt", tokenizer="tokenizer.json")',
      "x: f32[1] = stack(mean(cast(raw.window(1), f32), axis=-1), axis=-1)",
      () => "The cat sleeps.",
    ],
  ])(
    "is loaded by the command that is installed, at the first start and from the kept code: %s",
    async (source, feature, content) => {
      const text = `model Net: (x: f32[B, 1]) -> y: f32[B, 1] { x -> Dense(1) }
data People {
  source: ${source}
  ${feature}
}
train Net on People { loss: mean(square(y)), optimizer: sgd(lr=1e-6), epochs: 1 }
`;
      const folder = folderWith({ "net.model": text });
      writeFileSync(join(folder, /"(.+?)"/.exec(source)?.[1] ?? ""), await content());
      cpSync(`${files}/byte-level.tokenizer.json`, join(folder, "tokenizer.json"));
      for (const start of ["first", "second"]) {
        const { status, stderr } = modelc(folder, "train", "net.model");
        expect({ start, status, stderr }).toEqual({ start, status: 0, stderr: "" });
      }
    },
  );
});

describe("ONNX Runtime", () => {
  it("keeps no number of the user's machine, and leaves nothing in the working folder", () => {
    const folder = folderWith({ "net.model": spec });
    const home = folderWith({});
    // A home; none, where it would write into the working folder. Of tests, as of CI, it tells nothing by itself.
    const { PATH = "" } = process.env;
    for (const env of [
      { PATH, HOME: home },
      { PATH, HOME: "/nowhere/at/all" },
    ]) {
      const argv = [join(dist, "cli.cjs"), "train", "net.model", "--out", "out"];
      const { status, stderr } = spawnSync(process.execPath, argv, { encoding: "utf8", cwd: folder, env });
      expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
    }
    expect(readdirSync(home)).toEqual([]);
    expect(readdirSync(folder).sort()).toEqual(["net.model", "out"]);
  });
});

describe("--runtime-from", () => {
  it("trains, tests and predicts with a project's own runtime", () => {
    const { folder } = trap();
    const project = join(folder, "project");
    // A second copy of a small part: the package itself, which finds what it needs above.
    const entry = createRequire(import.meta.url).resolve("onnxruntime-node/package.json");
    const own = join(project, "node_modules", "onnxruntime-node");
    mkdirSync(own, { recursive: true });
    writeFileSync(join(own, "package.json"), JSON.stringify({ name: "onnxruntime-node", main: "index.js" }));
    const mark = join(project, "mark");
    writeFileSync(
      join(own, "index.js"),
      `require("node:fs").writeFileSync(${JSON.stringify(mark)}, ""); module.exports = require(${JSON.stringify(dirname(entry))});`,
    );
    cpSync(join(folder, "net.model"), join(project, "net.model"));
    for (const argv of [["train"], ["test"], ["predict", "--split", "test"]]) {
      const [command = "", ...rest] = argv;
      const { status, stderr } = modelc(folder, command, "net.model", ...rest, "--runtime-from", "project");
      expect({ command, status, stderr }).toEqual({ command, status: 0, stderr: "" });
    }
    expect(existsSync(mark)).toBe(true);
  });

  it("says where nothing was found", () => {
    const folder = folderWith({ "net.model": spec });
    for (const argv of [["--runtime", "tfjs"], []]) {
      const { status, stderr } = modelc(folder, "train", "net.model", ...argv, "--runtime-from", ".");
      expect(status).toBe(2);
      expect(stderr).toMatch(/not found in \.: npm install /);
    }
  });
});
