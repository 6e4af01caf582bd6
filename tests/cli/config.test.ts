import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import fc from "fast-check";
import { describe, expect, it, onTestFinished } from "vitest";
import { configKeys, readConfig } from "../../src/cli/config/read-config.ts";
import { catalog } from "../../src/diagnostics/catalog.ts";
import { configCatalog } from "../../src/diagnostics/catalog/config.ts";
import { parseJsonTree, type JsonTree } from "../../src/support/json-tree.ts";
import { textOf } from "../../src/support/source.ts";
import { validateAgainst, type Json } from "../emit/onnx/json-schema.ts";
import { cli, folderWith } from "./run-cli.ts";

const good = "model Net: (x: f32[B, 3]) -> y: f32[B, 2] { x -> Dense(2) }\n";
const warned = good.replace("Net:", "Net(depth: int = 2):");

/** A folder with a tree of files; the working folder is `at` in it until the test ends. */
function inside(files: Readonly<Record<string, string>>, at = "."): string {
  const folder = folderWith({});
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(join(folder, dirname(path)), { recursive: true });
    writeFileSync(join(folder, path), text);
  }
  const before = process.cwd();
  process.chdir(join(folder, at));
  onTestFinished(() => process.chdir(before));
  return folder;
}

const config = (value: unknown): string => JSON.stringify(value);

describe("modelc.config.json", () => {
  it.each([
    [undefined, []],
    ["off", []],
    ["warning", ["warning"]],
    ["error", ["error"]],
  ] as const)("asks for what is told to those who ask by its level: %s", async (level, told) => {
    const bad = catalog.MC3202.bad;
    inside({ "a.model": bad, "modelc.config.json": config(level === undefined ? {} : { levels: { MC3202: level } }) });
    for (const more of [[], ["--fix"]]) {
      const { out } = await cli(["check", "--json", ...more]);
      const { diagnostics } = JSON.parse(out) as { diagnostics: { code: string; severity: string }[] };
      expect(diagnostics.filter(({ code }) => code === "MC3202").map(({ severity }) => severity)).toEqual(told);
    }
  });

  it("turns warnings off, or makes errors of them", async () => {
    for (const [level, code, summary] of [
      ["off", 0, "1 file checked, no problems"],
      ["warning", 0, "1 file checked, 1 warning"],
      ["error", 1, "1 file checked, 1 error"],
    ] as const) {
      inside({ "a.model": warned, "modelc.config.json": config({ levels: { MC2006: level } }) });
      const result = await cli(["check"]);
      expect({ code: result.code, last: result.out.split("\n").at(-2), err: result.err }).toEqual({
        code,
        last: summary,
        err: "",
      });
    }
  });

  it("cannot make less of an error", () => {
    for (const level of ["off", "warning"]) {
      const { diagnostics } = readConfig({ path: "c", text: config({ levels: { MC2001: level } }) });
      expect(diagnostics.map((it) => it.message)).toEqual([
        `\`MC2001\` is an error, and can be nothing but "error", not "${level}".`,
      ]);
    }
    expect(readConfig({ path: "c", text: config({ levels: { MC2001: "error" } }) }).diagnostics).toEqual([]);
  });

  it("is found from the working folder upwards, the nearest one alone, and its paths are in its folder", async () => {
    const files = {
      "modelc.config.json": config({ exclude: ["old/"], failLevel: "warning" }),
      "old/a.model": warned,
      "sub/old/a.model": warned,
      "sub/b.model": warned,
      "sub/inner/modelc.config.json": config({ levels: { MC2006: "off" } }),
      "sub/inner/old/c.model": warned,
    };
    inside(files, "sub");
    const { code, out } = await cli(["check"]);
    // One above alone is read: that of `inner` is for who works there.
    expect({ code, files: out.match(/--> .*/g) }).toEqual({ code: 1, files: ["--> b.model:1:11"] });
    process.chdir("inner");
    expect(await cli(["check"])).toEqual({ code: 0, out: "1 file checked, no problems\n", err: "" });
    expect(await cli(["check", "--config", "../../modelc.config.json"])).toMatchObject({
      code: 2,
      err: expect.stringMatching(/^error: There are no \.model files in this folder/) as string,
    });
    expect(await cli(["fmt", "--check", "../.."])).toMatchObject({ code: 0 });
    // What a person names is meant.
    expect((await cli(["check", "../old/a.model"])).out).toBe("1 file checked, no problems\n");
  });

  it.each(["drafts/", "drafts", "/drafts/", "drafts/**"])("leaves %s out, in patterns as well", async (line) => {
    inside({
      "modelc.config.json": config({ exclude: [line, "*.old.model"] }),
      "drafts/a.model": warned,
      "drafts/deep/b.model": warned,
      "specs/c.model": warned,
      "specs/d.old.model": warned,
    });
    for (const paths of [[], ["**/*.model"], ["{drafts,specs}/*.model"], ["drafts", "specs"]]) {
      const { out } = await cli(["check", ...paths]);
      expect(out.match(/(?<=--> )[^:]*/g)).toEqual(["specs/c.model"]);
    }
    for (const path of ["drafts/*.model", "drafts/**/*.model", "drafts/deep", "drafts"])
      expect(await cli(["check", path])).toMatchObject({ code: 2 });
    // What a person names is meant.
    expect((await cli(["check", "drafts/a.model"])).out).toContain("1 warning");
  });

  it("turns findings off for other commands, which go on where one is to be an error", async () => {
    const at = (level: string): string => config({ levels: { MC2006: level } });
    inside({ "modelc.config.json": at("off"), "a.model": warned });
    expect((await cli(["summary", "a.model"])).err).toBe("");
    for (const level of ["error", "warning"]) {
      writeFileSync("modelc.config.json", at(level));
      expect(await cli(["summary", "a.model"])).toMatchObject({
        code: 0,
        err: expect.stringMatching(/^warning\[MC2006\]/) as string,
      });
    }
    expect((await cli(["check", "a.model"])).code).toBe(0);
  });

  it("says what is looked at in folders", async () => {
    inside({
      "modelc.config.json": config({ include: ["specs", "/*.model", "!specs/draft.model"] }),
      "a.model": warned,
      "specs/b.model": warned,
      "specs/deep/c.model": warned,
      "specs/draft.model": warned,
      "other/d.model": warned,
    });
    const { out } = await cli(["check"]);
    expect(out.match(/(?<=--> )[^:]*/g)).toEqual(["a.model", "specs/b.model", "specs/deep/c.model"]);
  });

  it("keeps --fix from what is off", async () => {
    const use = 'import { A1, B1 } from "./layers.model"\n\nmodel M: (x: f32[B, 3]) -> y: f32[B, 3] {\n  x -> A1\n}\n';
    const block = (name: string): string => `block ${name}: (x: f32[B, 3]) -> f32[B, 3] {\n  x -> Dense(3)\n}\n`;
    const files = { "a.model": use, "layers.model": `${block("A1")}\n${block("B1")}` };
    inside({ ...files, "modelc.config.json": config({ levels: { MC2031: "off" } }) });
    expect(await cli(["check", "--fix"])).toMatchObject({ code: 0, out: "2 files checked, no problems\n" });
    expect(readFileSync("a.model", "utf8")).toBe(use);
    writeFileSync("modelc.config.json", "{}");
    expect((await cli(["check", "--fix"])).out).toContain("1 fixed");
    expect(readFileSync("a.model", "utf8")).toBe(use.replace(", B1", ""));
  });

  it("says how many findings are shown and what fails, unless an option does", async () => {
    const levels = { failLevel: "never", maxProblems: 0 };
    inside({ "a.model": good.replace("Dense", "Denze"), "modelc.config.json": config(levels) });
    expect(await cli(["check"])).toMatchObject({ code: 0, out: "1 file checked, 1 error, 1 of them not shown\n" });
    const { code, out } = await cli(["check", "--fail-level", "error", "--max-problems", "5"]);
    expect(code).toBe(1);
    expect(out).toContain("MC2001");
  });

  it("with `gitignore` false has what git ignores looked at", async () => {
    const files = { ".gitignore": "a.model\n", "a.model": good, "b.model": good };
    inside(files);
    expect((await cli(["check"])).out).toContain("1 file checked");
    inside({ ...files, "modelc.config.json": config({ gitignore: false }) });
    expect((await cli(["check"])).out).toContain("2 files checked");
  });

  it("names a code that there is not, and no other one for it", async () => {
    inside({ "a.model": good, "modelc.config.json": config({ levels: { MC9999: "off" } }) });
    const { code, out } = await cli(["check"]);
    expect([code, out]).toEqual([1, expect.stringContaining("There is no code `MC9999`.")]);
    expect(out).not.toContain("Did you mean");
  });

  it("that is wrong is found, with its place, beside all other findings", async () => {
    const text = '{\n  "levles": {},\n  "failLevel": "warn",\n  "levels": { "MC2OO6": "off", "MC2006": "error" }\n}\n';
    inside({ "a.model": warned, "modelc.config.json": text });
    const { code, out, err } = await cli(["check"]);
    expect({ code, err }).toEqual({ code: 1, err: "" });
    expect(out).toMatchInlineSnapshot(`
      "error[MC7002]: The configuration has no key \`levles\`; it has $schema, include, exclude, gitignore, levels, budget, failLevel, maxProblems.
       --> modelc.config.json:2:3
        |
      2 |   "levles": {},
        |   ^^^^^^^^
        |
        = help: Did you mean \`levels\`?

      error[MC7003]: \`failLevel\` is one of "error", "warning" and "never", not "warn".
       --> modelc.config.json:3:16
        |
      3 |   "failLevel": "warn",
        |                ^^^^^^

      error[MC7002]: There is no code \`MC2OO6\`.
       --> modelc.config.json:4:15
        |
      4 |   "levels": { "MC2OO6": "off", "MC2006": "error" }
        |               ^^^^^^^^
        |
        = help: Did you mean \`MC2006\`?

      error[MC2006]: \`Net\` never uses its hyperparameter \`depth\`.
       --> a.model:1:11
        |
      1 | model Net(depth: int = 2): (x: f32[B, 3]) -> y: f32[B, 2] { x -> Dense(2) }
        |           ^^^^^

      1 file checked, 4 errors
      "
    `);
    expect((await cli(["check", "--json"])).out).toContain('"file": "modelc.config.json"');
  });

  it("is not written over by --output", async () => {
    const folder = inside({ "a.model": good, "modelc.config.json": config({ failLevel: "never" }) });
    const { code, err } = await cli(["check", "--output", "modelc.config.json"]);
    expect([code, err]).toEqual([2, expect.stringContaining("modelc.config.json is the configuration")]);
    expect(readFileSync(join(folder, "modelc.config.json"), "utf8")).toBe(config({ failLevel: "never" }));
  });

  it("that cannot be read is an error", async () => {
    inside({ "a.model": good });
    mkdirSync("modelc.config.json");
    expect(await cli(["check"])).toMatchObject({
      code: 2,
      err: expect.stringMatching(/it is a folder\.\n$/) as string,
    });
    expect(await cli(["check", "--config", "no.json"])).toMatchObject({
      code: 2,
      err: "error: There is no file no.json.\n",
    });
  });
});

describe("the budget of a project", () => {
  it("bounds every model of files without errors, at the sizes that are given", async () => {
    const entry = configCatalog.MC7004;
    expect(validateAgainst("config.schema.json", JSON.parse(entry.good) as Json)).toEqual([]);
    inside({ "a.model": `${good}${good.replace("Net", "Other")}`, "b.model": good, "modelc.config.json": entry.bad });
    const { code, out } = await cli(["check", "a.model"]);
    expect(code).toBe(1);
    expect(out.match(/MC7004[^\n]*\n[^\n]*/g)).toEqual([
      "MC7004]: `Net` has params of 8, and modelc.config.json allows 5.\n --> a.model:1:7",
      "MC7004]: `Other` has params of 8, and modelc.config.json allows 5.\n --> a.model:2:7",
    ]);
    writeFileSync("modelc.config.json", entry.good);
    expect((await cli(["check"])).code).toBe(0);
    const flops = async (at: object): Promise<number> => {
      writeFileSync("modelc.config.json", config({ budget: { flops: 30, memory: 1e9, depth: 1, at } }));
      return (await cli(["check", "b.model"])).code;
    };
    expect([await flops({}), await flops({ B: 1 }), await flops({ B: 32 })]).toEqual([0, 0, 1]);
    writeFileSync("modelc.config.json", config({ budget: { depth: 0 } }));
    writeFileSync("b.model", good.replace("Dense", "Denze"));
    expect((await cli(["check", "b.model"])).out).not.toContain("MC7004");
  });
});

describe("findings of a configuration", () => {
  it.each(Object.entries(configCatalog).filter(([code]) => code !== "MC7004"))(
    "%s: the bad example yields it, the good one nothing",
    (code, entry) => {
      const codesOf = (text: string) => readConfig({ path: "c", text }).diagnostics.map((it) => it.code);
      expect(codesOf(entry.bad)).toEqual([code]);
      expect(codesOf(entry.good)).toEqual([]);
      expect(validateAgainst("config.schema.json", JSON.parse(entry.good) as Json)).toEqual([]);
    },
  );

  it.each([
    ["", "MC7001", "", /no JSON: here should be a value/],
    ["[]", "MC7003", "[]", /^`The configuration` is an object, not a list/],
    ['{"exclude": "old"}', "MC7003", '"old"', /^`exclude` is a list of texts, not "old"/],
    ['{"exclude": ["a", 3]}', "MC7003", "3", /a list of texts, not 3/],
    ['{"gitignore": "yes"}', "MC7003", '"yes"', /true or false/],
    ['{"maxProblems": -1}', "MC7003", "-1", /a whole number of at least 0, not -1/],
    ['{"maxProblems": 1.5}', "MC7003", "1.5", /not 1\.5/],
    ['{"maxProblems": null}', "MC7003", "null", /not null/],
    ['{"failLevel": {}}', "MC7003", "{}", /not an object/],
    ['{"levels": []}', "MC7003", "[]", /`levels` is an object/],
    ['{"include": [], "include": []}', "MC7002", '"include"', /given twice/],
    ['{"levels": {"MC2004": "off", "MC2004": "off"}}', "MC7002", '"MC2004"', /given twice/],
    ['{"__proto__": 1}', "MC7002", '"__proto__"', /no key `__proto__`/],
    ['{"levels": {"constructor": "off"}}', "MC7002", '"constructor"', /no code `constructor`/],
    ['{"a\u001b[31m": 1}', "MC7001", '"', /JSON/],
    ['{"budget": {"flop": 3}}', "MC7002", '"flop"', /no key `flop`; it has params, flops/],
    ['{"budget": {"params": "5M"}}', "MC7003", '"5M"', /`params` is a whole number of at least 0/],
    ['{"budget": {"at": {"B": 0}}}', "MC7003", "0", /`B` is a whole number of at least 1, not 0/],
    ["{} x", "MC7001", "x", /the end of the file/],
    ["// no\n{}", "MC7001", "/", /a value/],
    ["[".repeat(100_000), "MC7001", "[", /less depth/],
  ])("%j", (text, code, place, message) => {
    const { diagnostics } = readConfig({ path: "c", text });
    expect(diagnostics.map((it) => [it.code, textOf(it.span)])).toEqual([[code, place]]);
    expect(diagnostics[0]?.message).toMatch(message);
  });

  it("offer the word that was meant", () => {
    const helpOf = (text: string) => readConfig({ path: "c", text }).diagnostics[0]?.help;
    expect(helpOf('{"exclud": []}')).toBe("Did you mean `exclude`?");
    expect(helpOf('{"failLevel": "warnig"}')).toBe("Did you mean `warning`?");
    expect(helpOf('{"levels": {"mc2004": "off"}}')).toBe("Did you mean `MC2004`?");
    expect(helpOf('{"levels": {"MC20004": "off"}}')).toMatch(/^Did you mean `MC2\d{3}`\?$/);
  });
});

describe("the published schema", () => {
  const schema = JSON.parse(readFileSync("docs/schemas/config.schema.json", "utf8")) as {
    readonly properties: Readonly<Record<string, unknown>>;
  };

  it("has the keys that are read, in their order", () => {
    expect(Object.keys(schema.properties)).toEqual(configKeys);
  });

  it("takes what is taken, and refuses what is refused (any values)", () => {
    const value = fc.oneof(
      fc.constantFrom("off", "error", "warning", "never", "x", true, false, null, 0, 3, -1, 1.5),
      fc.array(fc.constantFrom("a", 3), { maxLength: 2 }),
      fc.dictionary(
        fc.constantFrom("params", "depth", "at", "x"),
        fc.oneof(fc.constantFrom(3, -1, "3"), fc.dictionary(fc.constant("B"), fc.constantFrom(0, 1, "1"))),
        { maxKeys: 2 },
      ),
      fc.dictionary(fc.constantFrom("MC2004", "MC2006"), fc.constantFrom("off", "error", "warning", 3, "on"), {
        maxKeys: 2,
      }),
    );
    fc.assert(
      fc.property(fc.dictionary(fc.constantFrom(...configKeys, "other"), value, { maxKeys: 3 }), (document) => {
        const { diagnostics } = readConfig({ path: "c", text: JSON.stringify(document) });
        const refused = validateAgainst("config.schema.json", document as Json).length > 0;
        expect(diagnostics.length > 0).toBe(refused);
      }),
      { numRuns: 500, seed: 7 },
    );
  });
});

describe("parseJsonTree", () => {
  const plain = (tree: JsonTree): unknown => {
    if (tree.kind === "plain") return tree.value;
    if (tree.kind === "list") return tree.items.map(plain);
    return Object.fromEntries(tree.entries.map(({ key, value }) => [key, plain(value)]));
  };

  it("reads what JSON.parse reads, and nothing else (any text)", () => {
    const written = fc.json().map((it) => JSON.stringify(JSON.parse(it), undefined, 2));
    const broken = fc
      .tuple(written, fc.nat(200), fc.constantFrom("", ",", "}", '"', "x", "\n", "\u0000"))
      .map(([text, at, sign]) => `${text.slice(0, at)}${sign}${text.slice(at + 1)}`);
    fc.assert(
      fc.property(fc.oneof(written, broken, fc.string()), (text) => {
        let expected: unknown;
        try {
          expected = { value: JSON.parse(text) as unknown };
        } catch {
          expected = undefined;
        }
        const read = parseJsonTree(text);
        expect(read.ok ? { value: plain(read.value) } : undefined).toEqual(expected);
      }),
      { numRuns: 2000, seed: 7 },
    );
  });
});
