import { spawnSync } from "node:child_process";
import { chmodSync, existsSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { delimiter, dirname, join, resolve } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { fencesOf, tableRowsOf } from "../docs/markdown.ts";
import { validateBy, type Json } from "../emit/onnx/json-schema.ts";
import { sarifSubset } from "../diagnostics/sarif-subset.ts";
import { readYaml, type Yaml } from "./read-yaml.ts";
import { cli, folderWith } from "./run-cli.ts";

const dist = resolve(".cache", "test-dist-action");
const hasTools = ["git", "bash"].every((it) => spawnSync(it, ["--version"]).status === 0);
if (!hasTools) console.warn("SKIPPED: the action needs git and bash");

beforeAll(() => {
  expect(spawnSync(process.execPath, ["scripts/build.mjs", "--out", dist], { encoding: "utf8" }).stderr).toBe("");
}, 120_000);

type Map = Readonly<Record<string, Yaml>>;
const mapOf = (value: Yaml | undefined): Map =>
  typeof value === "object" && !Array.isArray(value) ? (value as Map) : expect.fail("a map");
const action = mapOf(readYaml(readFileSync("action.yml", "utf8")));
const hooks = readYaml(readFileSync(".pre-commit-hooks.yaml", "utf8")) as readonly Map[];

function write(folder: string, files: Readonly<Record<string, string>>): void {
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), text);
  }
}

function git(folder: string, ...argv: readonly string[]): void {
  const given = ["-c", "user.name=a", "-c", "user.email=a@b", "-c", "init.defaultBranch=main", ...argv];
  const { status, stderr } = spawnSync("git", given, { cwd: folder, encoding: "utf8" });
  expect({ argv, status, stderr: status === 0 ? "" : stderr }).toEqual({ argv, status: 0, stderr: "" });
}

/** A repository with a commit on `main`. */
function repository(files: Readonly<Record<string, string>>): string {
  const folder = folderWith({});
  write(folder, files);
  git(folder, "init", "-q");
  git(folder, "add", "-A");
  git(folder, "commit", "-qm", "one");
  return folder;
}

interface Ran {
  readonly code: number | null;
  readonly log: string;
  readonly summary: string;
  readonly outputs: Readonly<Record<string, string>>;
}

/** Runs the steps of action.yml as GitHub's runner does: inputs by their defaults, the environment of a job, bash. */
function runAction(workspace: string, given: Readonly<Record<string, string>> = {}, baseRef = ""): Ran {
  const home = folderWith({ output: "", summary: "" });
  symlinkSync(resolve("action"), join(home, "action"));
  symlinkSync(dist, join(home, "dist"));
  const context = (text: string, inputs: Readonly<Record<string, string>>): string =>
    text.replaceAll(/\$\{\{ (\S+) \}\}/g, (_, name: string) =>
      name === "github.base_ref" ? baseRef : (inputs[name.replace(/^inputs\./, "")] ?? expect.fail(name)),
    );
  const inputs = Object.fromEntries(
    Object.entries(mapOf(action["inputs"])).map(([name, it]) => [
      name,
      given[name] ?? context(String(mapOf(it)["default"]), {}),
    ]),
  );
  const [step, ...others] = mapOf(action["runs"])["steps"] as readonly Yaml[];
  expect(others).toEqual([]);
  const { shell, run, env, ...rest } = mapOf(step);
  expect({ shell, id: rest["id"] }).toEqual({ shell: "bash", id: "modelc" });
  // What a person writes is no part of the script.
  expect(String(run)).not.toContain("${{");
  const environment = Object.entries(mapOf(env)).map(([name, it]) => [name, context(String(it), inputs)] as const);
  const { status, stdout, stderr } = spawnSync(
    "bash",
    ["--noprofile", "--norc", "-eo", "pipefail", "-c", String(run)],
    {
      cwd: join(workspace, context(String(rest["working-directory"]), inputs)),
      encoding: "utf8",
      env: {
        PATH: process.env["PATH"],
        HOME: home,
        GITHUB_ACTIONS: "true",
        CI: "true",
        GITHUB_ACTION_PATH: home,
        GITHUB_OUTPUT: join(home, "output"),
        GITHUB_STEP_SUMMARY: join(home, "summary"),
        ...Object.fromEntries(environment),
      },
    },
  );
  const outputs = readFileSync(join(home, "output"), "utf8")
    .split("\n")
    .filter((it) => it !== "");
  return {
    code: status,
    log: stdout + stderr,
    summary: readFileSync(join(home, "summary"), "utf8"),
    outputs: Object.fromEntries(outputs.map((it) => it.split("="))) as Readonly<Record<string, string>>,
  };
}

const model = (name: string, body = "Dense(2)"): string =>
  `model ${name}: (x: f32[B, 3]) -> y: f32[B, 2] {\n  x -> ${body}\n}\n`;

describe.skipIf(!hasTools)("the action", () => {
  it("is quiet where all is well", () => {
    const folder = repository({ "a.model": model("A"), "sub/b.model": model("B") });
    expect(runAction(folder)).toEqual({
      code: 0,
      log: "2 files checked, no problems\n",
      summary: "### modelc\n\n2 files checked, no problems\n",
      outputs: { errors: "0", warnings: "0" },
    });
  });

  it("annotates, sums up, writes SARIF and fails", () => {
    const folder = repository({ "sub/a.model": model("A", "Denze(2)"), "sub/b c.model": model("B") });
    const { code, log, summary, outputs } = runAction(folder, {
      "working-directory": "sub",
      paths: "a.model\nb c.model\n",
      sarif: "modelc.sarif",
    });
    expect(code).toBe(1);
    expect(log).toMatch(
      /^::error file=sub\/a\.model,line=2,endLine=2,col=8,endColumn=13,title=modelc MC2001::sub\/a\.model:2:8: /,
    );
    expect(summary).toMatch(/\n2 files checked, 1 error\n\n~~~~~~text\nerror\[MC2001\][^]*\n~~~~~~\n$/);
    expect(outputs).toEqual({ errors: "1", warnings: "0" });
    const log_ = JSON.parse(readFileSync(join(folder, "sub", "modelc.sarif"), "utf8")) as Json;
    expect(validateBy(sarifSubset, log_)).toEqual([]);
    expect(JSON.stringify(log_)).toContain('"uri":"sub/a.model"');
    expect(runAction(folder, { "fail-level": "never" }).code).toBe(0);
  });

  it("compares with the base branch of a pull request, which it fetches", () => {
    const origin = repository({ "net.model": model("Net") });
    git(origin, "checkout", "-qb", "change");
    write(origin, { "net.model": model("Net", "Dense(8) -> Dense(2)") });
    git(origin, "commit", "-qam", "two");
    const clone = join(folderWith({}), "clone");
    git(origin, "clone", "-q", "--depth=1", "--branch", "change", `file://${origin}`, clone);
    const { code, log, summary, outputs } = runAction(clone, {}, "main");
    expect(code).toBe(0);
    expect(log).toMatch(/::warning title=modelc breaking::Models break what relies on them as they are at main/);
    expect(outputs).toMatchObject({ breaks: "true" });
    expect(summary).toMatch(
      /### Models: 1 model compared, 4 changes break\n\n\| Model \|[^]*\| `Net` \| \*\*breaks\*\* \|/,
    );
    expect(runAction(clone, { breaking: "error" }, "main")).toMatchObject({ code: 1, outputs: { breaks: "true" } });
    const off = runAction(clone, { breaking: "off" }, "main");
    expect({ code: off.code, outputs: off.outputs }).toEqual({ code: 0, outputs: { errors: "0", warnings: "0" } });
    expect(runAction(clone, {}, "HEAD").outputs).toMatchObject({ breaks: "false" });
    // What does not check is not compared, and that is all that is said.
    write(clone, { "net.model": model("Net", "Denze(2)") });
    expect(runAction(clone, {}, "main")).toMatchObject({ code: 1, outputs: { errors: "1" } });
  });

  it("fails where it cannot do what it is asked", () => {
    const folder = repository({ "a.model": model("A") });
    const noBase = runAction(folder, {}, "no-such-branch");
    expect(noBase.code).toBe(2);
    expect(noBase.log).toMatch(/git knows no commit no-such-branch/);
    const noFile = runAction(folder, { paths: "no.model" });
    expect(noFile).toMatchObject({ code: 2, outputs: { errors: "0" } });
    expect(noFile.log).toMatch(/^::error file=no\.model,title=modelc::There is no file no\.model\./);
    expect(runAction(folder, { breaking: "fatal\n::x::" })).toMatchObject({ code: 2, summary: "" });
    const noLevel = runAction(folder, { "fail-level": "x" });
    expect(noLevel.code).toBe(2);
    expect(noLevel.log).toContain("--fail-level is error, warning or never, not x");
  });

  it("runs nothing of what a person writes in its inputs", () => {
    const folder = repository({ "a.model": model("A") });
    const evil = [
      "$(touch pwned)",
      "; touch pwned",
      "`touch pwned`",
      "--output=pwned",
      '"; touch pwned; "',
      "--upload-pack=touch pwned",
    ];
    evil.forEach((text, at) => {
      const inputs = (["paths", "fail-level", "against", "breaking"] as const)[at % 4] ?? "paths";
      for (const ran of [runAction(folder, { paths: text }), runAction(folder, { [inputs]: text }, text)]) {
        const pwned = existsSync(join(folder, "pwned"));
        expect({ text, failed: ran.code !== 0, pwned }).toEqual({ text, failed: true, pwned: false });
      }
    });
    // This is a file name, and no more.
    expect(runAction(folder, { sarif: "$(touch pwned)" }).code).toBe(0);
    expect(existsSync(join(folder, "pwned"))).toBe(false);
  });
});

/** A folder with `modelc` in it, for PATH. */
function binFolder(): string {
  const folder = folderWith({ modelc: `#!/bin/sh\nexec "${process.execPath}" "${join(dist, "cli.cjs")}" "$@"\n` });
  chmodSync(join(folder, "modelc"), 0o755);
  return folder;
}

describe.skipIf(!hasTools)("the hooks of pre-commit", () => {
  /** What pre-commit does: the entry, with the staged files that a hook is for. */
  function runHook(id: string, folder: string): { readonly code: number | null; readonly out: string } {
    const hook = hooks.find((it) => it["id"] === id) ?? expect.fail(id);
    const staged = spawnSync("git", ["diff", "--cached", "--name-only", "-z", "--diff-filter=ACMRT"], {
      cwd: folder,
      encoding: "utf8",
    });
    const files = staged.stdout.split("\0").filter((it) => new RegExp(String(hook["files"])).test(it));
    const [program = "", ...words] = String(hook["entry"]).split(" ");
    const { status, stdout, stderr } = spawnSync(program, [...words, ...files], {
      cwd: folder,
      encoding: "utf8",
      env: {
        ...process.env,
        PATH: [binFolder(), process.env["PATH"]].join(delimiter),
        NO_COLOR: "1",
        FORCE_COLOR: undefined,
      },
    });
    return { code: status, out: stdout + stderr };
  }

  it("look at what is staged, and at nothing else", () => {
    const folder = repository({ "a.model": model("A") });
    write(folder, { "b.model": model("B", "Denze(2)"), "c d.model": model("C"), "note.model.txt": "x" });
    git(folder, "add", "c d.model", "note.model.txt");
    expect(runHook("modelc-check", folder)).toEqual({ code: 0, out: "1 file checked, no problems\n" });
    git(folder, "add", "b.model");
    expect(runHook("modelc-check", folder)).toMatchObject({
      code: 1,
      out: expect.stringMatching(/b\.model:2:8/) as string,
    });
  });

  it("lay out what is staged", () => {
    const folder = repository({ "a.model": model("A") });
    write(folder, { "b.model": "model B: (x: f32[B,3])->y: f32[B,3] { x }\n" });
    git(folder, "add", "b.model");
    expect(runHook("modelc-fmt", folder)).toEqual({ code: 0, out: "b.model formatted\n" });
    expect(readFileSync(join(folder, "b.model"), "utf8")).toContain("model B: (x: f32[B, 3]) -> y");
  });

  it("are installed with what they run", () => {
    const { bin, files } = JSON.parse(readFileSync("package.json", "utf8")) as {
      readonly bin: object;
      readonly files: readonly string[];
    };
    for (const { entry, language } of hooks) {
      expect(language).toBe("node");
      expect(bin).toHaveProperty(String(entry).split(" ")[0] ?? "");
    }
    for (const it of ["action", "action.yml", "problem-matcher.json"]) expect(files).toContain(it);
  });
});

describe("the problem matcher", () => {
  it("finds every finding that is printed, with its place", async () => {
    const { problemMatcher } = JSON.parse(readFileSync("problem-matcher.json", "utf8")) as {
      readonly problemMatcher: readonly { readonly pattern: readonly Readonly<Record<string, string | number>>[] }[];
    };
    const patterns = problemMatcher[0]?.pattern ?? [];
    const folder = folderWith({
      "a b.model": `${model("A", "Denze(2)")}${model("B(depth: int = 2)")}${model("C", "Dense(3)")}`,
    });
    const lines = (await cli(["check", folder])).out.split("\n");
    // As GitHub's runner does it: the lines of one finding follow on one another.
    const found: Record<string, string>[] = [];
    lines.forEach((_, at) => {
      const problem: Record<string, string> = {};
      const isOne = patterns.every(({ regexp, ...groups }, offset) => {
        const match = new RegExp(String(regexp)).exec(lines[at + offset] ?? "");
        for (const [name, group] of Object.entries(groups)) problem[name] = match?.[Number(group)] ?? "";
        return match !== null;
      });
      if (isOne) found.push(problem);
    });
    const { diagnostics } = JSON.parse((await cli(["check", folder, "--json"])).out) as {
      readonly diagnostics: readonly Readonly<Record<string, string | number>>[];
    };
    expect(diagnostics.length).toBeGreaterThan(2);
    expect(found).toEqual(
      diagnostics.map(({ severity, code, message, file, line, column }) => ({
        severity,
        code,
        message,
        file,
        line: String(line),
        column: String(column),
      })),
    );
  });
});

describe("docs/ci.md", () => {
  const fences = fencesOf("docs/ci.md");
  const commands = fences
    .filter((it) => it.info === "sh")
    .flatMap((it) => it.text.split("\n").filter((line) => line.startsWith("modelc ")));

  it("has commands", () => {
    expect(commands.length).toBeGreaterThan(7);
  });

  it.skipIf(!hasTools).each(commands)("%s", async (command) => {
    const folder = repository({ "specs/net.model": model("Net") });
    const before = process.cwd();
    process.chdir(folder);
    try {
      const words = command
        .split(" ")
        .slice(1)
        .map((it) => it.replaceAll("'", ""));
      expect(await cli(words, { stdin: () => model("Net") })).toMatchObject({ code: 0, err: "" });
    } finally {
      process.chdir(before);
    }
  });

  it("names the inputs, the outputs and the hooks that there are", () => {
    const named = tableRowsOf("docs/ci.md").map(([name = ""]) => name.replaceAll("`", ""));
    expect(named.filter((it) => !["Input", "---"].includes(it))).toEqual(Object.keys(mapOf(action["inputs"])));
    const text = readFileSync("docs/ci.md", "utf8");
    for (const it of [...Object.keys(mapOf(action["outputs"])), ...hooks.map(({ id }) => String(id))])
      expect(text).toContain(it);
  });
});
