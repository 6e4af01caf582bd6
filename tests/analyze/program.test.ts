import { describe, expect, it } from "vitest";
import { loadProgram } from "../../src/analyze/program.ts";
import { createCollector } from "../../src/diagnostics/collector.ts";
import { checkProgram } from "../../src/lower/check-program.ts";
import { elaborateModel } from "../../src/lower/elaborate-model.ts";
import { textOf } from "../../src/support/source.ts";
import { check, codesOf, countOf, lower, onlyFinding } from "../lower/checking.ts";

/** Loads a program of several files, the first being the entry. */
function several(files: Readonly<Record<string, string>>): {
  readonly collector: ReturnType<typeof createCollector>;
  readonly program: ReturnType<typeof loadProgram>;
} {
  const collector = createCollector();
  const [path = "", text = ""] = Object.entries(files)[0] ?? [];
  const program = loadProgram(
    { path, text },
    {
      read: (at) => (files[at] === undefined ? undefined : { path: at, text: files[at] }),
      resolve: (from, to) => new URL(to, `file:///${from}`).pathname.slice(1),
    },
    collector,
  );
  checkProgram(program, collector);
  return { collector, program };
}

describe("imports", () => {
  it("bring declarations whose text means the names of their own file", () => {
    const { collector, program } = several({
      "main.model":
        'import { Head, width } from "./lib/heads.model"\n\nconst units = 3\n\nmodel M: (x: f32[B, width]) -> y: f32[B, 7] {\n  x -> Dense(units) -> Head\n}\n',
      "lib/heads.model":
        'import { units } from "../sizes.model"\n\nconst width = 4\n\nblock Head: (x: f32[B, D]) {\n  x -> Dense(units)\n}\n',
      "sizes.model": "const units = 7\n",
    });
    expect(collector.diagnostics).toEqual([]);
    expect(program.files.map((it) => it.source.path)).toEqual(["main.model", "lib/heads.model", "sizes.model"]);
    expect(elaborateModel(program, "M", {}, collector)?.functions.size).toBe(4);
  });

  it("may meet again, but not in a circle", () => {
    const diamond = several({
      "main.model":
        'import { a } from "./a.model"\nimport { b } from "./b.model"\n\nmodel M: (x: f32[B, a]) -> y: f32[B, b] {\n  x -> Dense(b)\n}\n',
      "a.model": 'import { c } from "./c.model"\n\nconst a = c + 1\n',
      "b.model": 'import { c } from "./c.model"\n\nconst b = c + 2\n',
      "c.model": "const c = 1\n",
    });
    expect(diamond.collector.diagnostics).toEqual([]);
    const circle = several({
      "main.model": 'import { a } from "./a.model"\n\nconst m = a\n',
      "a.model": 'import { m } from "./main.model"\n\nconst a = m\n',
    });
    expect(circle.collector.diagnostics.map((it) => it.message)).toEqual([
      "These files import one another: main.model -> a.model -> main.model.",
    ]);
  });

  it("suggest the right name, and say nothing of what rests on a wrong one", () => {
    const { collector } = several({
      "main.model": 'import { Haed } from "./a.model"\n\nmodel M: (x: f32[B, 2]) -> y: f32[B, 2] {\n  x -> Haed\n}\n',
      "a.model": "block Head: (x: f32[B, D]) {\n  x -> Dense(2)\n}\n",
    });
    expect(collector.diagnostics).toMatchObject([
      { code: "MC2008", help: "Did you mean `Head`?", fix: { edits: [{ text: "Head" }] } },
    ]);
  });
});

describe("scopes", () => {
  it("put a file's own declaration before the library's, but not in the library's own text", () => {
    const text =
      "block Dense(units: int): (x: f32[B, D]) {\n  param by: f32[D, units]\n  matmul(x, by)\n}\n\nmodel M: (x: f32[B, T, 4]) -> y: f32[B, T, 4] {\n  x -> MultiHeadAttention(1)(x)\n}\n\nmodel N: (x: f32[B, 4]) -> y: f32[B, 2] {\n  x -> Dense(2)\n}\n";
    expect(countOf(lower(text, "M"))).toBe(80);
    expect(countOf(lower(text, "N"))).toBe(8);
  });

  it("let an enum's words win where the enum is expected", () => {
    const text =
      "model M: (x: f32[B, 8, 8, 1]) -> y: f32[B, 8, 8, 1] {\n  same = x * 2\n  same -> Conv2D(1, 3, padding=same)\n}\n";
    expect(codesOf(text)).toEqual([]);
  });

  it("end with the body", () => {
    const text =
      "model M: (x: f32[B, 2]) -> y: f32[B, 2] {\n  h = when true {\n    inner = x * 2\n    inner\n  } else { x }\n  h + inner\n}\n";
    expect(onlyFinding(text)).toMatchObject({ code: "MC2001", at: "inner" });
  });

  it("never make a variable of a typo", () => {
    expect(onlyFinding("model M(width: int = 3): (x: f32[B, width]) -> y: f32[B, widht] {\n  x\n}\n")).toMatchObject({
      code: "MC2001",
      at: "widht",
      help: "Did you mean `width`?",
    });
    expect(onlyFinding("model M: (x: f32[B, 2 * D]) -> y: f32[B] {\n  sum(x, axis=1)\n}\n")).toMatchObject({
      code: "MC2001",
      at: "D",
    });
  });
});

describe("what is unused", () => {
  it("is remarked unless its name begins with an underscore", () => {
    const text =
      "model M: (x: f32[B, 4], _mask: f32[B, 4]) -> y: f32[B, 2] {\n  (a, _) = split(x, axis=1, count=2)\n  _seen = a * 2\n  a\n}\n";
    expect(codesOf(text)).toEqual([]);
    expect(check(text.replaceAll("_seen", "seen")).map((it) => [it.severity, textOf(it.span)])).toEqual([
      ["warning", "seen"],
    ]);
  });

  it("counts names in messages of facts and in the arguments of a block given as a value", () => {
    const text =
      'block Net(n: int, ch: int, Unit: block): (x: f32[B, D])\n  where D > 1, "for {n} things" {\n  x -> Unit(ch)\n}\n\nmodel M: (x: f32[B, 2]) -> y: f32[B, 5] {\n  x -> Net(3, 5, Dense)\n}\n';
    expect(codesOf(text)).toEqual([]);
  });
});

describe("checking a file", () => {
  it("looks at blocks that nothing uses with their defaults, and says which it could not", () => {
    const text =
      "block A(n: int = 3): (x: f32[B, D]) -> f32[B, 4] {\n  x -> Dense(n)\n}\n\nblock C(n: int): (x: f32[B, D]) -> f32[B, 4] {\n  x -> Dense(n)\n}\n";
    const collector = createCollector();
    const program = loadProgram(
      { path: "main.model", text },
      { read: () => undefined, resolve: (_, to) => to },
      collector,
    );
    expect(checkProgram(program, collector)).toEqual({ namesOnly: ["C"] });
    expect(collector.diagnostics.map((it) => it.code)).toEqual(["MC3012"]);
  });

  it("says nothing of declarations whose text could not be read", () => {
    const found = check(
      "block Broken: (x: f32[B, D]) {\n  y = x -> Dense(\n}\n\nmodel M: (x: f32[B, 2]) -> y: f32[B, 2] {\n  x -> Broken -> Dense(2)\n}\n",
    );
    expect(found.map((it) => it.code).filter((code) => !code.startsWith("MC1"))).toEqual([]);
    expect(found.length).toBeGreaterThan(0);
  });

  it("fixes hyperparameters and sizes from outside", () => {
    const text =
      "model M(units: int = 3, act: fn = relu): (x: f32[B, T, D]) -> y: f32[B, T, units] {\n  x -> Dense(units, activation=act)\n}\n";
    const module = lower(text, "M", { hyperparameters: { units: 9, act: "tanh" }, dims: { D: 5 } });
    expect(countOf(module)).toBe(54);
    const collector = createCollector();
    const program = several({ "main.model": text }).program;
    elaborateModel(program, "M", { hyperparameters: { unit: 9 } }, collector);
    elaborateModel(program, "M", { hyperparameters: { units: "wide" } }, collector);
    elaborateModel(program, "M", { dims: { Height: 5 } }, collector);
    expect(collector.diagnostics.map((it) => [it.code, it.help])).toEqual([
      ["MC2011", "Did you mean `units`?"],
      ["MC2001", undefined],
      ["MC2010", "Its dims are B, T, D."],
    ]);
  });
});
