import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { describe, expect, it, onTestFinished, vi } from "vitest";
import * as compiler from "../../src/compiler.ts";
import { processTerminal } from "../../src/cli/process-terminal.ts";
import { cli, folderWith } from "./run-cli.ts";

const good = "model Net: (x: f32[B, 3]) -> y: f32[B, 2] { x -> Dense(2) }\n";
const bad = good.replace("Dense", "Denze");
const warned = good.replace("Net:", "Net(depth: int = 2):");

/** A folder, the working folder until the test ends. */
function inside(files: Readonly<Record<string, string>>): string {
  const folder = folderWith(files);
  const before = process.cwd();
  process.chdir(folder);
  onTestFinished(() => process.chdir(before));
  return folder;
}

describe("modelc check", () => {
  it("tells findings and sums up on one stream", async () => {
    inside({ "a.model": bad, "b.model": warned });
    const { code, out, err } = await cli(["check"]);
    expect({ code, err }).toEqual({ code: 1, err: "" });
    expect(out).toMatch(/^error\[MC2001\][^]*\n\nwarning\[MC2006\][^]*\n\n2 files checked, 1 error and 1 warning\n$/);
    expect((await cli(["check", "-q"])).out).toBe(out.replace(/[^\n]*\n$/, ""));
    expect((await cli(["check", "-q", "--format", "github"])).out).not.toContain("checked");
  });

  it("tells what is wrong with an imported file once, whoever imports it and however it is named", async () => {
    const use = 'import { Part } from "./part.model"\nmodel M: (x: f32[B, 3]) -> y: f32[B, 2] { x -> Part }\n';
    inside({
      "a.model": use,
      "b.model": use.replace("M:", "N:"),
      "part.model": "block Part: (x: f32[B, 3]) -> f32[B, 2] { x -> Denze(2) }\n",
    });
    for (const paths of [[], ["a.model", "b.model"], ["./part.model", "a.model"]])
      expect((await cli(["check", ...paths])).out.match(/MC2001/g)).toHaveLength(1);
  });

  it.each([
    [bad, "error", 1],
    [bad, "warning", 1],
    [bad, "never", 0],
    [warned, "error", 0],
    [warned, "warning", 1],
    [warned, "never", 0],
    [good, "warning", 0],
  ])("%s fails at --fail-level %s: %s", async (text, level, code) => {
    inside({ "a.model": text });
    expect((await cli(["check", "--fail-level", level])).code).toBe(code);
    const { out } = await cli(["check", "--fail-level", level, "--format", "junit"]);
    expect(out.includes("<failure")).toBe(code === 1);
  });

  it("says how many findings it does not show", async () => {
    inside({ "a.model": bad, "b.model": bad });
    const { code, out } = await cli(["check", "--max-problems=1"]);
    expect(code).toBe(1);
    expect(out.match(/MC2001/g)).toHaveLength(1);
    expect(out).toMatch(/\n2 files checked, 2 errors, 1 of them not shown\n$/);
    expect((await cli(["check", "--max-problems", "0"])).out).toBe("2 files checked, 2 errors, 2 of them not shown\n");
  });

  it("goes on where one file cannot be read, or modelc fails on it", async () => {
    inside({ "a.model": bad, "b.model": good, "c.txt": "x" });
    mkdirSync("closed");
    const read = compiler.checkSource;
    const spy = vi.spyOn(compiler, "checkSource").mockImplementation((source, host) => {
      if (source.path === "b.model") throw new RangeError("too deep");
      return read(source, host);
    });
    onTestFinished(() => spy.mockRestore());
    const { code, out, err } = await cli(["check", "no.model", "c.txt", "b.model", "a.model", "--json"]);
    expect(code).toBe(2);
    expect(JSON.parse(out)).toMatchObject({
      files: 1,
      errors: 1,
      diagnostics: [{ code: "MC2001", file: "a.model" }],
      troubles: [
        { file: "no.model", kind: "unreadable", message: "There is no file no.model." },
        { file: "c.txt", kind: "unreadable" },
        { file: "b.model", kind: "defect", message: "too deep" },
      ],
    });
    expect(err).toMatch(/^error: There is no file no\.model\.\nerror: I cannot read c\.txt: [^]*\ndefect MC9-\w{8}: /);
  });
});

describe("--output", () => {
  it("gets the findings whole, and standard output the line that sums up", async () => {
    const folder = inside({ "a.model": bad, "real.sarif": "old" });
    symlinkSync("real.sarif", "link.sarif");
    for (const file of ["new.sarif", "link.sarif"]) {
      const { code, out, err } = await cli(["check", "a.model", "--format", "sarif", "--output", file]);
      expect({ code, out, err }).toEqual({ code: 1, out: `1 file checked, 1 error: see ${file}\n`, err: "" });
    }
    expect(JSON.parse(readFileSync("real.sarif", "utf8"))).toEqual(JSON.parse(readFileSync("new.sarif", "utf8")));
    expect((await cli(["check", "a.model", "-q", "--output", "/dev/null"])).out).toBe("");
    expect(readdirSync(folder).sort()).toEqual(["a.model", "link.sarif", "new.sarif", "real.sarif"]);
  });

  it("has no colours, and is text as it would be printed", async () => {
    inside({ "a.model": bad });
    const { out } = await cli(["check", "a.model"]);
    await cli(["check", "a.model", "--output", "a.txt", "--color", "always"]);
    expect(readFileSync("a.txt", "utf8")).toBe(out);
  });

  it("that cannot be written is an error, and leaves nothing", async () => {
    const folder = inside({ "a.model": bad, "closed.txt": "old" });
    chmodSync("closed.txt", 0o444);
    mkdirSync("folder");
    for (const [path, message] of [
      ["no/where.txt", "there is no folder no"],
      ["folder", "it is a folder"],
      ["closed.txt", "it is read-only"],
    ] as const) {
      const { code, out, err } = await cli(["check", "a.model", "--output", path]);
      expect({ code, out, err }).toEqual({ code: 2, out: "", err: `error: I cannot write ${path}: ${message}.\n` });
    }
    expect(readFileSync("closed.txt", "utf8")).toBe("old");
    expect(readdirSync(folder).sort()).toEqual(["a.model", "closed.txt", "folder"]);
  });
});

describe("standard input", () => {
  it("is checked under a name, which its imports are relative to", async () => {
    inside({});
    mkdirSync("sub");
    writeFileSync("sub/part.model", "block Part: (x: f32[B, 3]) -> f32[B, 2] { x -> Dense(2) }\n");
    const stdin = () =>
      '\uFEFFimport { Part } from "./part.model"\nmodel M: (x: f32[B, 3]) -> y: f32[B, 2] { x -> Part -> Denze(2) }\n';
    for (const paths of [
      ["--stdin-filepath", "sub/a.model"],
      ["-", "--stdin-filepath=sub/a.model"],
    ]) {
      const { code, out } = await cli(["check", ...paths], { stdin });
      expect(code).toBe(1);
      expect(out).toMatch(/MC2001[^]* --> sub\/a\.model:2:56\n/);
      expect(out).not.toContain("MC2007");
    }
    expect(existsSync("sub/a.model")).toBe(false);
    const { out } = await cli(["check", "-", "--format", "sarif"], { stdin: () => bad });
    expect(out).toContain('"uri": "%3Cstdin%3E"');
  });
});

describe("options of check", () => {
  it.each([
    [["--format", "jsn"], /--format is pretty, json, sarif, github or junit, not jsn\. Did you mean json\?/],
    [["--format"], /--format lacks its value: it is given as --format <format>\./],
    [["--format="], /--format is empty/],
    [["--output", ""], /--output is empty: it is given as --output <file>\./],
    [["--output", "a.model"], /--output writes findings over a file, and a\.model has the name of a spec/],
    [["--format=json", "--format=sarif"], /--format is given twice/],
    [["--sarif"], /has no option --sarif: give --format sarif\./],
    [["--junit"], /give --format junit/],
    [["--fail-level", "info"], /--fail-level is error, warning or never, not info/],
    [["--max-problems", "-1"], /--max-problems is a whole number of at least 0, not -1/],
    [["--max-problems", "1e3"], /whole number/],
    [["--max-problems", "99999999999999999999"], /whole number/],
    [["--color", "yes"], /--color is auto, always or never, not yes/],
    [["--quiet=yes"], /--quiet takes no value/],
    [["--max-problem", "3"], /Did you mean --max-problems\?/],
    [["-x"], /no option -x/],
    [["-", "a.model"], /Standard input is checked by itself/],
    [["--stdin-filepath", "a.model", "b.model"], /Standard input is checked by itself/],
  ])("%j is refused", async (argv, message) => {
    inside({ "a.model": good });
    const { code, out, err } = await cli(["check", ...argv], { stdin: () => good });
    expect({ code, out }).toEqual({ code: 2, out: "" });
    expect(err).toMatch(message);
    expect(err).toMatch(/^error: /);
  });
});

describe("colours", () => {
  const painted = async (argv: readonly string[]): Promise<boolean> => {
    inside({ "a.model": bad });
    return (await cli(["check", "a.model", ...argv])).out.includes("\u001b[31m");
  };

  it("are there where --color says so", async () => {
    expect(await painted([])).toBe(false);
    expect(await painted(["--color", "always"])).toBe(true);
    expect(await painted(["--color=never"])).toBe(false);
    expect(await painted(["--color=always", "--format", "json"])).toBe(false);
  });

  it.each([
    [{ FORCE_COLOR: "1" }, true],
    [{ FORCE_COLOR: "" }, true],
    [{ FORCE_COLOR: "0" }, false],
    [{ FORCE_COLOR: "false" }, false],
    [{ FORCE_COLOR: "1", NO_COLOR: "1" }, true],
    [{ NO_COLOR: "1" }, false],
  ])("of the environment: %j", (environment, expected) => {
    vi.stubEnv("FORCE_COLOR", undefined);
    vi.stubEnv("NO_COLOR", undefined);
    for (const [name, value] of Object.entries(environment)) vi.stubEnv(name, value);
    onTestFinished(() => void vi.unstubAllEnvs());
    const { color, outColor } = processTerminal();
    expect({ color, outColor }).toEqual({ color: expected, outColor: expected });
  });
});
