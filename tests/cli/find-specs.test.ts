import { spawnSync } from "node:child_process";
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { findSpecs } from "../../src/cli/find-specs.ts";
import { readIgnoreLines } from "../../src/cli/files/gitignore.ts";
import { cli, folderWith } from "./run-cli.ts";

const model = "model Net: (x: f32[B, 3]) -> y: f32[B, 2] { x -> Dense(2) }\n";

function treeOf(files: readonly string[], texts: Readonly<Record<string, string>> = {}): string {
  const folder = folderWith({});
  for (const file of [...files, ...Object.keys(texts)]) {
    mkdirSync(join(folder, dirname(file)), { recursive: true });
    writeFileSync(join(folder, file), texts[file] ?? model);
  }
  return folder;
}

/** The specs of a search, as they lie in a folder. */
function found(folder: string, ...paths: readonly string[]): readonly string[] {
  const given = paths.length === 0 ? [folder] : paths.map((it) => join(folder, it));
  return findSpecs(given).paths.map((it) => relative(folder, it));
}

function foundOrNone(folder: string): readonly string[] {
  try {
    return [...found(folder)].sort();
  } catch (error) {
    expect(error).toMatchObject({
      name: "UsageError",
      help: "What git ignores, or a modelc.config.json excludes, is left out.",
    });
    return [];
  }
}

/** What git itself does not ignore. */
function gitFiles(folder: string): readonly string[] {
  const env = { ...process.env, GIT_CONFIG_GLOBAL: "/dev/null", GIT_CONFIG_SYSTEM: "/dev/null" };
  const git = (...argv: readonly string[]): string => {
    const { status, stdout, stderr } = spawnSync("git", argv, { cwd: folder, encoding: "utf8", env });
    if (status !== 0) throw new Error(stderr);
    return stdout;
  };
  git("init", "-q");
  return git("ls-files", "-z", "--others", "--exclude-standard", "*.model")
    .split("\0")
    .filter((it) => it !== "");
}

const hasGit = spawnSync("git", ["--version"]).status === 0;
if (!hasGit) console.warn("SKIPPED: what git ignores is compared with git, and there is none");

describe.skipIf(!hasGit)("folders leave out what git ignores", () => {
  const files = [
    "a.model",
    "b.model",
    "ab.model",
    "x/a.model",
    "x/y/a.model",
    "x/y/b.model",
    "out/a.model",
    "x/out/c d.model",
    "x/[z].model",
  ];

  it.each([
    ["a.model"],
    ["/a.model"],
    ["x/a.model"],
    ["out/"],
    ["/out"],
    ["x/*"],
    ["x/**"],
    ["**/out"],
    ["x/**/b.model"],
    ["**"],
    ["*.model\n!b.model"],
    ["x/\n!x/a.model"],
    ["x/*\n!x/y\n"],
    ["[ab].model"],
    ["[!a].model"],
    ["[[:alpha:]].model"],
    ["?.model"],
    ["\\[z\\].model"],
    ["x/out/c d.model  "],
    ["c\\ d.model\\ "],
    ["# a.model\n\\#a.model"],
    ["a.model\r\nb.model\r"],
    ["{a,b}.model"],
    ["[a.model"],
    ["!"],
    ["/"],
    ["a*b*.model"],
    ["x/y/"],
    ["y/"],
    ["x**y"],
    ["a.model/"],
    ["[]z].model"],
    ["[\\]z].model"],
  ])("%j", (text) => {
    const folder = treeOf(files, { ".gitignore": text });
    expect(foundOrNone(folder)).toEqual([...gitFiles(folder)].sort());
  });

  it("by any lines in any of its folders (as git itself does)", () => {
    const names = ["a", "b", "ab", "x", "y"];
    const piece = fc.constantFrom(...names, "*", "**", "?", "a*", "[ab]", "[!a]", "*.model", "a.model", "b.model");
    const line = fc
      .tuple(
        fc.constantFrom("", "!", "/", "!/"),
        fc.array(piece, { minLength: 1, maxLength: 3 }),
        fc.constantFrom("", "/", " ", "*"),
      )
      .map(([before, pieces, after]) => `${before}${pieces.join("/")}${after}`);
    const lines = fc.array(line, { maxLength: 4 }).map((it) => it.join("\n"));
    const path = fc.array(fc.constantFrom(...names), { maxLength: 3 }).map((it) => [...it, ""].join("/"));
    const tree = fc.uniqueArray(
      fc.tuple(path, fc.constantFrom(...names)).map(([folder, name]) => `${folder}${name}.model`),
      {
        minLength: 1,
        maxLength: 8,
      },
    );
    fc.assert(
      fc.property(tree, lines, fc.dictionary(path, lines, { maxKeys: 2 }), (paths, top, inner) => {
        const texts = Object.entries(inner).map(([folder, text]): [string, string] => [`${folder}.gitignore`, text]);
        const folder = treeOf(paths, { ...Object.fromEntries(texts), ".gitignore": top });
        const own = foundOrNone(folder);
        const theirs = gitFiles(folder);
        rmSync(folder, { recursive: true });
        expect(own).toEqual([...theirs].sort());
      }),
      { numRuns: Number(process.env["MODELC_FUZZ"] ?? 60), seed: 7 },
    );
  });

  it("from the root of the repository on, and its own list", () => {
    const folder = treeOf(["sub/a.model", "sub/b.model", "sub/c.model"], { ".gitignore": "a.model\n" });
    mkdirSync(join(folder, ".git", "info"), { recursive: true });
    writeFileSync(join(folder, ".git", "info", "exclude"), "sub/c.model\n");
    expect(found(folder, "sub")).toEqual(["sub/b.model"]);
    // What a person names is meant.
    expect(found(folder, "sub/a.model")).toEqual(["sub/a.model"]);
  });
});

it("a file that is named in several ways is one, by its first name", () => {
  const folder = treeOf(["a.model", "b.model"]);
  const [a, again] = [join(folder, "a.model"), `${folder}/./a.model`];
  const b = join(folder, "b.model");
  expect(findSpecs([again, b, a, folder]).paths).toEqual([again, b]);
});

describe("patterns", () => {
  const files = [
    "a.model",
    "b.model",
    "sub/a.model",
    "sub/deep/a.model",
    "sub/.hidden/a.model",
    "node_modules/p/a.model",
    "sub/note.txt",
  ];

  it.each([
    ["*.model", ["a.model", "b.model"]],
    ["**/*.model", ["a.model", "b.model", "sub/a.model", "sub/deep/a.model"]],
    ["sub/**", ["sub/a.model", "sub/deep/a.model"]],
    ["sub/*/a.model", ["sub/deep/a.model"]],
    ["{sub,other}/a.model", ["sub/a.model"]],
    ["[!a].model", ["b.model"]],
    ["?.model", ["a.model", "b.model"]],
    ["./sub/../*.model", ["a.model", "b.model"]],
  ])("%s", (pattern, expected) => {
    expect(found(treeOf(files), pattern)).toEqual(expected);
  });

  it("that match nothing are an error, whatever else is found", async () => {
    const folder = treeOf(files);
    const { code, out, err } = await cli(["check", join(folder, "a.model"), join(folder, "x*.model")]);
    expect({ code, out }).toEqual({ code: 2, out: "1 file checked, no problems; 1 file could not be checked\n" });
    expect(err).toMatch(/^error: There are no \.model files that match .*x\*\.model\.\n$/);
  });

  it("are names where a file is called so", () => {
    expect(found(treeOf(["[a].model", "a.model"]), "[a].model")).toEqual(["[a].model"]);
  });

  it("of any form end in files or an error, never in a fault", () => {
    const folder = treeOf(files);
    fc.assert(
      fc.property(fc.stringMatching(/^[a*?[\]{},!\\^/.-]{1,12}$/), (text) => {
        try {
          for (const path of found(folder, `x/*${text}`)) expect(path).toMatch(/\.model$/);
        } catch (error) {
          expect(error).toMatchObject({ name: "UsageError" });
        }
        expect(readIgnoreLines([text], folder).length).toBeLessThan(2);
      }),
      { seed: 7 },
    );
  });
});
