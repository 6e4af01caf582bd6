import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import type { Checking } from "../../src/cli/commands/check.ts";
import { check } from "../../src/cli/commands/check.ts";
import { readCheckOptions } from "../../src/cli/check-options.ts";
import { diskHost } from "../../src/cli/read-specs.ts";
import { checkSource } from "../../src/compiler.ts";
import { cli, folderWith } from "./run-cli.ts";

const head = (units: string): string => `block Head: (x: f32[B, D]) -> f32[B, 2] {\n  x -> Dense(${units})\n}\n`;
const net = 'import { Head } from "./head.model"\n\nmodel Net: (x: f32[B, 4]) -> y: f32[B, 2] {\n  x -> Head\n}\n';
const other = "model Other(n: int = 3): (x: f32[B, 4]) -> y: f32[B, 3] {\n  x -> Dense(3)\n}\n";

function inside(files: Readonly<Record<string, string>>): void {
  const folder = folderWith({});
  const before = process.cwd();
  process.chdir(folder);
  onTestFinished(() => process.chdir(before));
  write(files);
}

function write(files: Readonly<Record<string, string>>): void {
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, text);
  }
}

/** Checks with the cache, and the same without; gives which files were looked at. */
function looked(...argv: readonly string[]): readonly string[] {
  const files: string[] = [];
  const run = (words: readonly string[], note: (path: string) => void): readonly [number, string] => {
    let out = "";
    const terminal = { out: (it: string) => void (out += it), error: () => undefined, color: false, outColor: false };
    const checking: Checking = {
      host: diskHost,
      check(source, ...others) {
        note(source.path);
        return checkSource(source, ...others);
      },
    };
    const code = check(readCheckOptions(words), { terminal: { ...terminal, interactive: false } }, checking);
    return [code, out];
  };
  const wanted = run([...argv, "--format", "json"], () => undefined);
  expect(run([...argv, "--format", "json", "--cache"], (it) => files.push(it))).toEqual(wanted);
  return files;
}

describe("modelc check --cache", () => {
  it("looks again at what changed, or whose imports did, and finds what it would find without", () => {
    inside({ "head.model": head("2"), "net.model": net, "other.model": other });
    expect(looked()).toEqual(["head.model", "net.model", "other.model"]);
    expect(looked()).toEqual([]);
    write({ "other.model": other.replace("(n: int = 3)", "") });
    expect(looked()).toEqual(["other.model"]);
    write({ "head.model": head("3") });
    expect(looked()).toEqual(["head.model", "net.model"]);
    expect(looked("net.model")).toEqual([]);
    write({ "head.model": head("2") });
    expect(looked("net.model")).toEqual(["net.model"]);
    expect(looked()).toEqual(["head.model"]);
  });

  it("knows imports that are not there, and packages", () => {
    inside({ "net.model": net, "a.model": net.replace("./head.model", "nets/head.model") });
    expect(looked()).toEqual(["a.model", "net.model"]);
    expect(looked()).toEqual([]);
    write({ "head.model": head("2") });
    expect(looked("net.model")).toEqual(["net.model"]);
    write({ "node_modules/nets/package.json": "{}", "node_modules/nets/head.model": head("2") });
    expect(looked("a.model")).toEqual(["a.model"]);
    write({
      "node_modules/nets/package.json": '{ "exports": { "./head.model": "./new.model" } }',
      "node_modules/nets/new.model": head("3"),
    });
    expect(looked("a.model")).toEqual(["a.model"]);
  });

  it("goes by the configuration", () => {
    inside({
      "a.model":
        "model M: (x: f32[B, 8]) -> y: f32[B, 4] {\n  x -> Dense(4) -> BatchNorm\n}\n" +
        "data D {\n  source: drawn(count=640)\n  x: f32[8] = noise.normal\n}\n" +
        "train M on D {\n  loss: mean(square(y))\n  optimizer: adam\n}\n",
    });
    expect(looked()).toEqual(["a.model"]);
    write({ "modelc.config.json": '{ "levels": { "MC3202": "warning" } }' });
    expect(looked()).toEqual(["a.model"]);
    write({ "modelc.config.json": '{ "levels": { "MC3202": "error" }, "budget": { "params": 100 } }' });
    expect(looked()).toEqual([]);
    write({ "modelc.config.json": '{ "budget": { "params": 10 } }' });
    looked();
    write({ "modelc.config.json": '{ "budget": { "params": 9 } }' });
    looked();
  });

  it("finds what is wrong with every fixture again, with its places and fixes", async () => {
    const folder = join("tests", "fixtures");
    const location = join(folderWith({}), "cache");
    const argv = ["check", folder, "--format", "json"];
    const wanted = await cli(argv);
    for (let round = 0; round < 2; round++)
      expect(await cli([...argv, "--cache", "--cache-location", location])).toEqual(wanted);
  });

  it("passes over a cache that is damaged, or of another version", () => {
    inside({ "head.model": head("3"), "net.model": net });
    const all = looked();
    const whole = readFileSync(".modelccache");
    for (let at = 0; at < whole.length; at += 37) {
      const damaged = Buffer.from(whole);
      damaged[at] = (damaged[at] ?? 0) ^ 1;
      writeFileSync(".modelccache", damaged);
      expect({ at, files: looked() }).toEqual({ at, files: all });
    }
    for (const text of ["", "modelc", "{}", whole.toString().slice(0, -20), whole.toString().replace(/ \d/, " 9")]) {
      writeFileSync(".modelccache", text);
      expect(looked()).toEqual(all);
      expect(looked()).toEqual([]);
    }
  });

  it("keeps what is left after --fix", async () => {
    inside({ "a.model": "model M: (x: f32[B, 4]) -> y: f32[B, 2] {\n  x -> Dnse(2)\n}\n" });
    expect(await cli(["check", "--cache", "--fix"])).toMatchObject({ code: 0 });
    expect(readFileSync("a.model", "utf8")).toContain("x -> Dense(2)");
    expect(looked()).toEqual([]);
  });

  it("forgets files that are gone", () => {
    inside({ "a.model": other, "b.model": other.replace("Other", "Another") });
    looked();
    expect(readFileSync(".modelccache", "utf8")).toContain("Another");
    rmSync("b.model");
    looked();
    expect(readFileSync(".modelccache", "utf8")).not.toContain("Another");
  });

  it("leaves what is no cache as it is, and checks where it cannot be written", async () => {
    inside({ "a.model": other, "notes.txt": "notes\n" });
    expect(await cli(["check", "--cache", "--cache-location", "notes.txt"])).toEqual({
      code: 2,
      out: "",
      err: "error: notes.txt is there, and is no cache of modelc: it is left as it is.\n",
    });
    expect(readFileSync("notes.txt", "utf8")).toBe("notes\n");
    const { code, out, err } = await cli(["check", "--cache", "--cache-location", "none/cache"]);
    expect({ code, out }).toMatchObject({ code: 0, out: expect.stringContaining("1 warning") as string });
    expect(err).toBe(
      "warning: I cannot write none/cache: there is no folder none. The next check looks at everything again.\n",
    );
  });

  it.each([
    [["--cache-location", "x"], /give --cache as well/],
    [["--cache", "--cache-location", "a.model"], /the name of a spec/],
    [["--cache", "--cache-location", "modelc.config.json"], /the name of a spec or a configuration/],
    [["--cache", "--watch"], /--watch remembers by itself/],
    [["--cache", "-"], /standard input is always looked at/],
    [["--cache=yes"], /--cache takes no value/],
    [["--cache", "--cache-location="], /--cache-location is empty/],
  ])("refuses %j", async (argv, message) => {
    const { code, out, err } = await cli(["check", ...argv]);
    expect({ code, out }).toEqual({ code: 2, out: "" });
    expect(err).toMatch(message);
  });
});
