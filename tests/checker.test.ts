import { readdirSync, readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { ProgramHost } from "../src/analyze/program.ts";
import { checkSource, createChecker } from "../src/compiler.ts";
import type { Diagnostic } from "../src/diagnostics/diagnostic.ts";
import { textOf, type Span } from "../src/support/source.ts";

const layers = `import { WIDTH } from "./sizes.model"

block Head(units: int = WIDTH): (x: f32[B, D]) -> f32[B, units] {
  x -> Dense(units)
}
`;

/** Other files that the sources may import. */
const files: Readonly<Record<string, string>> = {
  "layers.model": layers,
  "sizes.model": "const WIDTH = 3\n",
};
const host: ProgramHost = {
  read: (path) => (files[path] === undefined ? undefined : { path, text: files[path] }),
  resolve: (_, to) => to.replace(/^\.\//, ""),
};

/** Two models that share blocks, a constant and data; imports; a section of every kind. */
const shop = `import { Head } from "./layers.model"

const DEPTH = 2

fn scaled: (x: f32[...S]) -> f32[...S] { x * 0.5 }

block Step(width: int): (x: f32[B, D]) -> f32[B, width] {
  x -> Dense(width, activation=relu) -> scaled
}

block Tail: (x: f32[B, D]) -> f32[B, D] {
  # modelc-ignore MC2004, MC3201: the next version reads it
  spare = x -> Dense(8) -> Dense(8)
  x -> LayerNorm
}

model Wide(width: int = 8): (x: f32[B, 4]) -> y: f32[B, 3] {
  x -> repeat DEPTH { Step(width) -> Step(4) } -> Head
}

model Deep: (x: f32[B, 4]) -> y: f32[B, 3] {
  x -> Step(5) -> Tail -> Head(3)
}

data Rows {
  source: csv("rows.csv")
  split:  train 0.8, validate 0.1, test 0.1, seed 7
  x: f32[4] = stack(raw.a, raw.b, raw.c, raw.d, axis=-1) -> scaled -> standardize
  z: class(3) = raw.z
}

train wide: Wide(width=6) on Rows {
  loss: cross_entropy(y, z)
  optimizer: adam(lr=1e-3)
  epochs: 2
}

train Deep on Rows {
  loss: cross_entropy(scaled(y), z)
  optimizer: sgd(lr=0.1)
  metrics: accuracy(y, z)
  epochs: 2
}

test wide on Rows { expect loss <= 2 }

test Deep on Rows { expect accuracy >= 0.5 }

budget Deep { params <= 1k }

tune Wide on Rows {
  model.width: 4, 8
}
`;

const corpus = [
  shop,
  ...["specs", "tests/cases/examples"].flatMap((folder) =>
    readdirSync(folder)
      .filter((it) => it.endsWith(".model"))
      .map((it) => readFileSync(`${folder}/${it}`, "utf8")),
  ),
];

/** What a person would see of findings. */
function shown(found: readonly Diagnostic[]): readonly unknown[] {
  const place = ({ file, start, end }: Span): string => `${file.path}:${start}-${end} of ${file.text.length}`;
  return found.map(({ span, labels, fix, ...rest }) => ({
    ...rest,
    span: place(span),
    labels: labels.map((it) => `${place(it.span)} ${it.message}`),
    fix: fix && [fix.title, ...fix.edits.map((it) => `${place(it.span)} ${it.text}`)],
  }));
}

/** How one edit changes the lines of a text; numbers are taken modulo what there is. */
type Edit =
  | { readonly kind: "delete" | "repeat" | "swap" | "move"; readonly line: number; readonly other: number }
  | { readonly kind: "insert"; readonly line: number; readonly other: number; readonly text: string }
  | { readonly kind: "rename"; readonly line: number; readonly other: number; readonly text: string }
  | { readonly kind: "back"; readonly line: number; readonly other: number };

const lines = { line: fc.nat(), other: fc.nat() };
const edit: fc.Arbitrary<Edit> = fc.oneof(
  fc.record({ kind: fc.constantFrom("delete", "repeat", "swap", "move"), ...lines }),
  fc.record({
    kind: fc.constant("insert"),
    text: fc.constantFrom("", "(", ")", "{", "}", "  x -> Tail", "const DEPTH = 3", "# note", "## Doc.", "model M {"),
    ...lines,
  }),
  fc.record({
    kind: fc.constant("rename"),
    text: fc.constantFrom("Step", "Tail", "x", "y", "DEPTH", "Unknown", "0", "1", "relu", "a b", "", "data"),
    ...lines,
  }),
  fc.record({ kind: fc.constant("back"), ...lines }),
);

/** The texts of a session: each edit changes the last one, or takes an earlier one back. */
function session(source: string, edits: readonly Edit[]): readonly string[] {
  const texts = [source];
  for (const { kind, line, other, ...rest } of edits) {
    const now = (texts.at(-1) ?? "").split("\n");
    const at = line % now.length;
    const to = other % now.length;
    if (kind === "delete") now.splice(at, 1);
    else if (kind === "repeat") now.splice(to, 0, now[at] ?? "");
    else if (kind === "swap") [now[at], now[to]] = [now[to] ?? "", now[at] ?? ""];
    else if (kind === "move") now.splice(to, 0, ...now.splice(at, 1));
    else if (kind === "insert") now.splice(at, 0, "text" in rest ? rest.text : "");
    else if (kind === "rename") {
      // One word, everywhere or on its line.
      const words = [...(now[at] ?? "").matchAll(/\w+/g)].map(([it]) => it);
      const word = words[other % Math.max(1, words.length)];
      const instead = "text" in rest ? rest.text : "";
      const renamed = (it: string): string =>
        word === undefined ? it : it.replaceAll(new RegExp(`\\b${word}\\b`, "g"), instead);
      if (other % 2 === 0) now[at] = renamed(now[at] ?? "");
      else texts.push(now.map(renamed).join("\n"));
      if (other % 2 !== 0) continue;
    } else {
      texts.push(texts[other % texts.length] ?? "");
      continue;
    }
    texts.push(now.join("\n"));
  }
  return texts;
}

const sessions = Number(process.env["MODELC_EDITS"] ?? 40);

describe("checking a file as it is edited", () => {
  it("finds what a check from scratch finds, in its order, after any edits", () => {
    fc.assert(
      fc.property(fc.constantFrom(...corpus), fc.array(edit, { minLength: 4, maxLength: 12 }), (source, edits) => {
        const checker = createChecker(host);
        for (const text of session(source, edits)) {
          const file = { path: "main.model", text };
          expect(shown(checker.check(file))).toEqual(shown(checkSource(file, host)));
        }
      }),
      { numRuns: sessions },
    );
  }, 600_000);

  const file = (text: string) => ({ path: "main.model", text });
  /** What a check after an edit lowers, after one of the text before. */
  const lowered = (text: string, search: string, replace: string): readonly string[] => {
    expect(text.split(search)).toHaveLength(2);
    const checker = createChecker(host);
    checker.check(file(text));
    checker.check(file(text.replace(search, replace)));
    const kinds = ["model", "data", "train", "test", "check"];
    return checker.made
      .filter(([kind]) => kinds.includes(kind))
      .map(([kind, key]) => `${kind} ${key.split(" ")[0] ?? ""}`)
      .sort();
  };

  it("has nothing to say of its own example", () => {
    expect(checkSource(file(shop), host).map((it) => `${it.code} ${it.message}`)).toEqual([]);
  });

  it("lowers every section, and every model at its values, once", () => {
    const checker = createChecker(host);
    checker.check(file(shop));
    const count = (kind: string) => checker.made.filter(([it]) => it === kind).length;
    expect({ data: count("data"), train: count("train"), test: count("test"), check: count("check") }).toEqual({
      data: 1,
      train: 2,
      test: 2,
      // A budget, a search, and the constants of both files.
      check: 4,
    });
    // Wide and Deep at their defaults, Wide as it is trained; the imported Head is used by both.
    expect(count("model")).toBe(3);
  });

  it("lowers nothing again where nothing was edited", () => {
    const checker = createChecker(host);
    checker.check(file(shop));
    checker.check(file(shop));
    expect(checker.made).toEqual([]);
  });

  it.each([
    ["a setting of a training", "lr=0.1", "lr=0.2", ["train Deep", "test Deep"]],
    ["an expectation", "accuracy >= 0.5", "accuracy >= 0.6", ["test Deep"]],
    ["a block that one model uses", "LayerNorm", "RMSNorm", ["check Deep", "model Deep", "test Deep", "train Deep"]],
    ["a budget", "1k", "2k", ["check Deep"]],
    [
      "a constant",
      "const DEPTH = 2",
      "const DEPTH = 3",
      ["check DEPTH", "check Wide", "model Wide", "model Wide", "test wide", "train wide"],
    ],
    ["data", "raw.z", "raw.w", ["check Wide", "data Rows", "test Deep", "test wide", "train Deep", "train wide"]],
    [
      "a comment that stands by itself",
      "data Rows {",
      "# Rows.\n\ndata Rows {",
      ["check Wide", "data Rows", "test Deep", "test wide", "train Deep", "train wide"],
    ],
  ])("lowers only what depends on %s", (_, search, replace, expected) => {
    expect(lowered(shop, search, replace)).toEqual([...expected].sort());
  });

  it("lowers nothing when text above it grows, and findings move with their text", () => {
    const broken = shop.replace("Tail -> Head(3)", "Tail -> Head(2)");
    const checker = createChecker(host);
    const before = checker.check(file(broken));
    const after = checker.check(file(broken.replace("const DEPTH", "# one more line\nconst DEPTH")));
    expect(before.length).toBeGreaterThan(0);
    expect(after.map((it) => [it.code, textOf(it.span)])).toEqual(before.map((it) => [it.code, textOf(it.span)]));
    expect(after.map((it) => it.span.start - "# one more line\n".length)).toEqual(before.map((it) => it.span.start));
    expect(checker.made.filter(([kind, key]) => kind === "model" && key.startsWith("Deep"))).toEqual([]);
  });

  it("suggests the names that there are now", () => {
    const checker = createChecker(host);
    const text = "model M: (x: f32[B, 4]) -> y: f32[B, 4] {\n  x -> Tial\n}\n";
    const help = (more: string) => checker.check(file(text + more)).map((it) => it.help);
    expect(help("")).toEqual([undefined]);
    expect(help("\nblock Tail: (x: f32[B, 4]) { x }\n")).toEqual(["Did you mean `Tail`?"]);
    expect(help("")).toEqual([undefined]);
  });

  it("suggests no name whose declaration has lost its end since", () => {
    const checker = createChecker(host);
    const whole = "model M: (x: f32[B, 4]) -> y: f32[B, 4] {\n  x -> tail\n}\n\nblock Tail: (x: f32[B, 4]) {\n  x\n}\n";
    for (const text of [whole, whole.replace("  x\n}\n", "  x\n}\n  -> relu\n}\n"), whole]) {
      expect(shown(checker.check(file(text)))).toEqual(shown(checkSource(file(text), host)));
    }
  });

  it("tells a line of a block that two models use once, by its first use", () => {
    const block = "block Half: (x: f32[B, D]) { x -> reshape([B, D / 2]) }\n";
    const model = (name: string, width: number) =>
      `model ${name}: (x: f32[B, ${width}]) -> y: f32[B, 4] {\n  x -> Half\n}\n`;
    const found = (text: string) =>
      checkSource(file(text), host).map(({ code, labels }) => [code, ...labels.map((it) => textOf(it.span))]);
    expect(found(block + model("One", 3) + model("Two", 5))).toEqual(found(block + model("One", 3)));
    expect(found(block + model("One", 3))).toHaveLength(1);
  });
});
