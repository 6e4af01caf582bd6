import { existsSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import type { Diagnostic } from "../../src/diagnostics/diagnostic.ts";
import { catalog } from "../../src/diagnostics/catalog.ts";
import { formats } from "../../src/diagnostics/formats.ts";
import { createReport, type Report } from "../../src/diagnostics/report.ts";
import { checkSource } from "../../src/compiler.ts";
import { createMemoryHost } from "../../src/analyze/memory-host.ts";
import { validateAgainst, validateBy, type Json } from "../emit/onnx/json-schema.ts";
import { readXml } from "./read-xml.ts";
import { sarifSubset } from "./sarif-subset.ts";

function check(path: string, text: string): readonly Diagnostic[] {
  return checkSource({ path, text }, createMemoryHost({}));
}

const piped = "model M: (x: f32[B, 4]) -> y: f32[B, 4] {\n  w = x -> Dense(4) + x\n  w\n}\n";
/** A warning, a finding with a fix, one over two lines, and one with a place in the standard library. */
const several = `model N(depth: int = 2): (x: f32[B, 4]) -> y: f32[B, 4] { x -> Dense(4) }

model M: (x: f32[B, 4]) -> y: f32[B, 4] {
  w = x -> Denze(4)
  v = x -> Conv2D(
    4)
  u = x -> Conv2D(4, kernel=3)
  w + v + u
}
`;
/** A path as nobody names a file, with what each format has a meaning for. */
const odd = "sp ecs/100%,a:b#c?[d]&<e>\"'é.model";
const troubles = [{ path: "no.model", kind: "unreadable", message: "There is no file no.model." }] as const;

const reports: Readonly<Record<string, Report>> = {
  nothing: createReport([], []),
  "a clean file": createReport(["a.model"], []),
  findings: createReport(["a.model", "b.model"], [...check("a.model", several), ...check("b.model", piped)]),
  "an odd name": createReport([odd], check(odd, several)),
  trouble: createReport(["a.model"], check("a.model", piped), {
    troubles: [...troubles, { path: odd, kind: "defect", message: "Error: a\u0000b\u001b[31m\ud800]]>" }],
    fixed: [{ path: odd, code: "MC2001", title: "change to Dense" }],
  }),
  "too many": createReport(["a.model"], check("a.model", several), { most: 1 }),
};

describe.each(Object.entries(reports))("%s", (_, report) => {
  it("is JSON of the published schema", () => {
    expect(validateAgainst("check.schema.json", JSON.parse(formats.json(report)) as Json)).toEqual([]);
  });

  it("is SARIF as the standard has it", () => {
    for (const baseUri of [undefined, () => "file:///work/"]) {
      const log = JSON.parse(formats.sarif(report, { version: "1.2.3", ...(baseUri && { baseUri }) })) as Json;
      expect(validateBy(sarifSubset, log)).toEqual([]);
      const published = ".cache/oracles/sarif-schema-2.1.0.json";
      // tests/oracles/install.sh fetches it.
      if (!existsSync(published)) continue;
      expect(validateBy(JSON.parse(readFileSync(published, "utf8")) as Json, log)).toEqual([]);
    }
  });

  it("is XML, whose counts are right", () => {
    const { name, attributes, children } = readXml(formats.junit(report, { version: "1.2.3" }));
    expect(name).toBe("testsuites");
    const cases = children.flatMap((suite) => suite.children);
    const count = (kind: string): string =>
      String(cases.filter((it) => it.children.some((child) => child.name === kind)).length);
    expect(attributes).toMatchObject({
      tests: String(cases.length),
      failures: count("failure"),
      errors: count("error"),
    });
    // A file whose errors are not shown fails for them all the same.
    const unseen = new Set(report.hidden.filter((it) => it.severity === "error").map((it) => it.span.file.path));
    const errors = report.diagnostics.filter((it) => it.severity === "error").length;
    expect(count("failure")).toBe(String(errors + unseen.size));
    expect(count("error")).toBe(String(report.troubles.length));
  });
});

describe("json", () => {
  it("has places, what they show, and the fix", () => {
    expect(JSON.parse(formats.json(createReport(["a.model"], check("a.model", piped))))).toEqual({
      diagnostics: [
        {
          code: "MC1014",
          severity: "error",
          message: "After `->` stands one stage: `+` cannot follow it.",
          file: "a.model",
          line: 2,
          column: 21,
          endLine: 2,
          endColumn: 22,
          help: "Put the stages in parentheses, so that it is clear what the operator joins.",
          related: [
            {
              file: "a.model",
              line: 2,
              column: 7,
              endLine: 2,
              endColumn: 20,
              message: "the value before it ends with a stage",
            },
          ],
          counterexample: null,
          fix: {
            title: "put the stages in parentheses",
            edits: [
              { file: "a.model", line: 2, column: 7, endLine: 2, endColumn: 7, text: "(" },
              { file: "a.model", line: 2, column: 20, endLine: 2, endColumn: 20, text: ")" },
            ],
          },
        },
      ],
      files: 1,
      errors: 1,
      warnings: 0,
      notShown: 0,
      fixed: [],
      troubles: [],
    });
  });
});

describe("counterexamples", () => {
  const sizes = (text: string): Readonly<Record<string, number>> | undefined => {
    const [, said] = /\b(?:for example at|[Aa]t) ((?:\w+ = \d+(?:, )?)+)/.exec(text) ?? [];
    const pairs = said?.split(", ").filter((it) => it !== "");
    return pairs && Object.fromEntries(pairs.map((it) => [it.split(" = ")[0] ?? "", Number(it.split(" = ")[1])]));
  };
  const found = Object.values(catalog).flatMap(({ bad }) => check("a.model", bad));
  const model = (body: string, result = "f32[...]"): string =>
    `model M: (x: f32[B, T], z: f32[B, S]) -> y: ${result} {\n  ${body}\n}\n`;

  it.each([
    ["MC3002", model("x + z", "f32[B, T]"), { S: 2, T: 3 }],
    ["MC3012", model("x + sum(z)", "f32[B, 3]"), { T: 1 }],
    ["MC3025", model("x[:, 3] + sum(z)", "f32[B]"), { T: 1 }],
    ["MC3025", model("x[:, 2:5] + sum(z)", "f32[B, 3]"), { T: 1 }],
    ["MC3029", model('a = rearrange(x, "b (t two) -> b t two", two=2)\n  sum(a) + sum(z)', "f32[]"), { T: 1 }],
    [
      "MC3004",
      `fn half: (x: f32[B, N]) -> f32[B, N] where N % 2 == 0 {\n  x\n}\n${model("half(x) + sum(z)", "f32[B, T]")}`,
      { T: 1 },
    ],
    ["MC3005", model("reshape(x, [B, T / 2, 2]) + sum(z)", "f32[B, T / 2, 2]"), { T: 1 }],
  ])("%s %s", (code, text, sizes) => {
    expect(check("a.model", text).map((it) => [it.code, it.counterexample])).toContainEqual([code, sizes]);
  });

  it("are data where messages name them, and the same", () => {
    // A condition that differs names two, and which is which.
    const own = found.filter((it) => it.code !== "MC3016");
    for (const { code, message, help = "", counterexample } of own)
      expect({ code, message, sizes: counterexample }).toEqual({ code, message, sizes: sizes(message) ?? sizes(help) });
    expect(own.filter((it) => it.counterexample !== undefined).length).toBeGreaterThan(3);
  });
});

interface Location {
  readonly physicalLocation: { readonly artifactLocation: { readonly uri: string; readonly uriBaseId?: string } };
}
interface Result {
  readonly ruleId: string;
  readonly ruleIndex: number;
  readonly level: string;
  readonly locations: readonly Location[];
  readonly relatedLocations: readonly Location[];
  readonly partialFingerprints: Readonly<Record<string, string>>;
}
interface Run {
  readonly tool: { readonly driver: { readonly rules: readonly { readonly id: string; readonly helpUri?: string }[] } };
  readonly invocations: readonly { readonly executionSuccessful: boolean }[];
  readonly results: readonly Result[];
}

function sarifOf(report: Report, placeOf: (path: string) => string = (path) => path): Run {
  const log = JSON.parse(formats.sarif(report, { version: "1.2.3", placeOf })) as { readonly runs: readonly Run[] };
  return log.runs[0] ?? expect.fail();
}

const uris = (locations: readonly Location[]): readonly string[] =>
  locations.map((it) => it.physicalLocation.artifactLocation.uri);

describe("sarif", () => {
  it("names places of the repository alone: what lies in the library is left out", () => {
    const { results } = sarifOf(reports["findings"] ?? expect.fail());
    expect(reports["findings"]?.diagnostics.flatMap((it) => it.labels).some((it) => it.span.file.library)).toBe(true);
    const all = results.flatMap((it) => [...uris(it.locations), ...uris(it.relatedLocations)]);
    expect([...new Set(all)].sort()).toEqual(["a.model", "b.model"]);
  });

  it("escapes names, ties them to the repository, and says where others are", () => {
    const report = createReport([odd], check(odd, piped));
    const [first] = sarifOf(report).results[0]?.locations ?? [];
    const { uri, uriBaseId } = first?.physicalLocation.artifactLocation ?? expect.fail();
    expect(uriBaseId).toBe("%SRCROOT%");
    expect(uri).not.toMatch(/[^\w./%!~*'()-]/);
    expect(decodeURIComponent(new URL(uri, "file:///").pathname)).toBe(`/${odd}`);
    for (const [place, expected] of [
      ["/tmp/a b.model", "file:///tmp/a%20b.model"],
      ["C:/a b.model", "file:///C:/a%20b.model"],
    ] as const) {
      const [other] = sarifOf(report, () => place).results[0]?.locations ?? [];
      expect(other?.physicalLocation.artifactLocation).toEqual({ uri: expected });
    }
  });

  it("has fingerprints that stay when lines come and go, and tell findings apart", () => {
    const fingerprints = (text: string): readonly string[] =>
      sarifOf(createReport(["a.model"], check("a.model", text))).results.map(
        (it) => it.partialFingerprints["modelcLine/v1"] ?? "",
      );
    const before = fingerprints(several);
    expect(before.length).toBeGreaterThan(2);
    expect(new Set(before).size).toBe(before.length);
    expect(fingerprints(`# one more line\n\n${several}`)).toEqual(before);
    const twice = fingerprints(several.replace("  w +", "  t = x -> Denze(4)\n  w + t +"));
    expect(new Set(twice).size).toBe(twice.length);
  });

  it("has rules for the codes that occur, and says so where files were not checked", () => {
    const { tool, results, invocations } = sarifOf(reports["findings"] ?? expect.fail());
    for (const { ruleId, ruleIndex } of results) expect(tool.driver.rules[ruleIndex]?.id).toBe(ruleId);
    expect(tool.driver.rules.some((it) => "helpUri" in it)).toBe(false);
    expect(invocations[0]?.executionSuccessful).toBe(true);
    expect(sarifOf(reports["trouble"] ?? expect.fail()).invocations[0]?.executionSuccessful).toBe(false);
  });
});

/** A workflow command as GitHub's runner reads it. */
function readCommand(line: string) {
  const [, name = "", list = "", message = ""] = /^::(\w+) (.*?)::(.*)$/s.exec(line) ?? expect.fail(line);
  const plain = (text: string): string => text.replaceAll("%0D", "\r").replaceAll("%0A", "\n").replaceAll("%25", "%");
  const properties = list.split(",").map((it): [string, string] => {
    const [key = "", value = ""] = [it.slice(0, it.indexOf("=")), it.slice(it.indexOf("=") + 1)];
    return [key, plain(value.replaceAll("%3A", ":").replaceAll("%2C", ","))];
  });
  return { name, message: plain(message), ...Object.fromEntries(properties) };
}

describe("github", () => {
  it("escapes what the runner would read otherwise", () => {
    const text = formats.github(createReport([odd], check(odd, piped)), { version: "1" });
    const [line = "", summary] = text.split("\n");
    expect(readCommand(line)).toEqual({
      name: "error",
      file: odd,
      line: "2",
      endLine: "2",
      col: "21",
      endColumn: "22",
      title: "modelc MC1014",
      message: `${odd}:2:21: After \`->\` stands one stage: \`+\` cannot follow it.\nPut the stages in parentheses, so that it is clear what the operator joins.`,
    });
    expect(summary).toBe("1 file checked, 1 error");
  });

  it("has no columns where a finding ends on another line, and warnings are warnings", () => {
    const lines = formats
      .github(reports["findings"] ?? expect.fail(), { version: "1", quiet: true })
      .trimEnd()
      .split("\n");
    const read = lines.map(readCommand) as readonly Readonly<Record<string, string>>[];
    const long = read.find((it) => it["line"] !== it["endLine"]) ?? expect.fail("there is one over two lines");
    expect(long).not.toHaveProperty("col");
    expect(read.map((it) => it["name"])).toContain("warning");
  });
});

describe("junit", () => {
  it("has what fails the check as failures, and all else as cases that pass", () => {
    const report = reports["findings"] ?? expect.fail();
    const failures = (fails: (it: Diagnostic) => boolean): number =>
      readXml(formats.junit(report, { version: "1", fails }))
        .children.flatMap((it) => it.children)
        .filter((it) => it.children.some(({ name }) => name === "failure")).length;
    expect(report.warnings).toBeGreaterThan(0);
    expect(failures(() => true)).toBe(report.diagnostics.length);
    expect(failures(() => false)).toBe(0);
    const [suite] = readXml(formats.junit(createReport(["a.model"], []), { version: "1" })).children;
    expect(suite).toMatchObject({ attributes: { name: "a.model", tests: "1", failures: "0" } });
  });
});

describe("a report", () => {
  it("shows errors before warnings where it may not show all, in the order of the file", () => {
    const all = check("a.model", several);
    expect(all.map((it) => it.severity)).toEqual(["warning", "error", "error", "error"]);
    const shown = (most: number): readonly string[] =>
      createReport(["a.model"], all, { most }).diagnostics.map((it) => it.severity);
    expect([shown(0), shown(2), shown(4)]).toEqual([[], ["error", "error"], ["warning", "error", "error", "error"]]);
    expect(formats.pretty(createReport([], [], { troubles }), { version: "1" })).toBe(
      "0 files checked; 1 file could not be checked\n",
    );
    const report = createReport(["a.model"], all, { troubles, most: 1 });
    expect(formats.pretty(report, { version: "1" })).toMatch(
      /\n1 file checked, 3 errors and 1 warning, 3 of them not shown; 1 file could not be checked\n$/,
    );
  });
});
