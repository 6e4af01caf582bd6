import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { contextualWords, reservedWords } from "../../grammar/tokens.ts";
import { createCollector } from "../../src/diagnostics/collector.ts";
import { positionAt, textOf } from "../../src/support/source.ts";
import type * as ast from "../../src/syntax/ast.ts";
import type * as sections from "../../src/syntax/ast/sections.ts";
import { lostName } from "../../src/syntax/lost-name.ts";
import { parseFile } from "../../src/syntax/parse.ts";

function read(text: string): { readonly file: ast.File; readonly found: readonly string[] } {
  const collector = createCollector();
  const file = parseFile({ path: "a.model", text }, collector);
  const found = collector.diagnostics.map((it) => {
    const { line, column } = positionAt(it.span.file, it.span.start);
    return `${String(line)}:${String(column)} ${it.code}`;
  });
  return { file, found };
}

function sound(text: string): ast.File {
  const { file, found } = read(text);
  expect(found).toEqual([]);
  return file;
}

/** The statements of a block with this body. */
function body(text: string): readonly ast.Statement[] {
  const [declaration] = sound(`block B: (x: f32[4]) {\n${text}\n}\n`).declarations;
  if (declaration?.kind !== "callable") throw new Error("no block");
  return declaration.body.statements;
}

/** The value of a const, in parentheses where the tree groups. */
function grouped(text: string): string {
  const [declaration] = sound(`const a = ${text}\n`).declarations;
  if (declaration?.kind !== "const") throw new Error("no const");
  return show(declaration.value);
}

function show(node: ast.IndexItem): string {
  switch (node.kind) {
    case "binary":
      return `(${show(node.left)} ${node.operator} ${show(node.right)})`;
    case "unary":
      return `(${node.operator} ${show(node.operand)})`;
    case "comparison":
      return `(${node.operands.map((it, i) => (i === 0 ? show(it) : `${node.operators[i - 1] ?? ""} ${show(it)}`)).join(" ")})`;
    case "pipe":
      return `(${[node.source, ...node.stages].map(show).join(" -> ")})`;
    case "parenthesized":
      return show(node.inner);
    case "member":
      return `${show(node.target)}.${node.name.text}`;
    case "call":
      return `${show(node.callee)}(${node.arguments.map((it) => show(it.value)).join(", ")})`;
    case "index":
      return `${show(node.target)}[${node.indices.map(show).join(", ")}]`;
    default:
      return textOf(node.span);
  }
}

function entries(text: string): readonly sections.Entry[] {
  const [declaration] = sound(`train M on D ${text}\n`).declarations;
  if (declaration?.kind !== "train") throw new Error("no train");
  return declaration.entries;
}

describe("the examples", () => {
  const counts = (path: string): readonly string[] =>
    sound(readFileSync(path, "utf8")).declarations.map((it) => {
      const name = "name" in it ? it.name.text : it.kind;
      if (it.kind === "callable") return `${name} ${String(it.body.statements.length)}`;
      return `${name} ${"entries" in it ? String(it.entries.length) : "-"}`;
    });

  it.each([
    ["gan", ["Generator 1", "Critic 1", "Dcgan 4", "Digits 3", "train 4"]],
    ["gpt", ["CausalSelfAttention 4", "DecoderBlock 2", "Gpt 4", "Shakespeare 4", "train 10", "budget 1"]],
    ["resnet", ["ConvNorm 1", "BasicBlock 3", "Bottleneck 3", "Stage 1", "ResNet 1", "ResNet18 1"]],
    ["speech", ["Speech 1", "Clips 3", "train 6"]],
    ["unet", ["DoubleConv 1", "Up 2", "UNet 10"]],
    ["vae", ["Vae 6", "Digits 3", "train 4"]],
  ])("%s has these statements", (name, expected) => {
    expect(counts(`tests/cases/examples/${name}.model`)).toEqual(expected);
  });

  it.each([
    ["linear-regression", ["LinearRegression 1", "Plane 4", "train 6", "test 1"]],
    ["logistic-regression", ["LogisticRegression 1", "Blobs 4", "train 6", "test 1"]],
    ["mnist-cnn", ["MnistCnn 1", "Digits 4", "train 6", "test 1", "budget 2"]],
    ["simple-rnn", ["Recurrent 4", "SimpleRnn 1", "Waves 4", "train 7", "test 1"]],
    ["stacked-lstm", ["StackedLstm 2", "Signals 4", "train 7", "test 1"]],
    ["tiny-gpt", ["CausalSelfAttention 4", "DecoderBlock 2", "TinyGpt 4", "Text 4", "train 10", "test 1", "budget 1"]],
  ])("the spec %s has these statements", (name, expected) => {
    expect(counts(`specs/${name}.model`)).toEqual(expected);
  });
});

describe("newlines", () => {
  it.each([
    ["a stage", "y = x\n  -> Dense(4)\n  -> relu\ny", 2],
    ["an operator before", "y = x\n  + 1\ny", 2],
    ["an operator after", "y = x +\n  1\ny", 2],
    ["a minus", "y = x\n  - 1\ny", 2],
    ["a comma, a bracket", "y = f(\n  x,\n  1,\n)\ny", 2],
    ["a point", "y = x\n  .table\ny", 2],
    ["an equals sign", "y =\n  x\ny", 2],
    ["and, or", "y = a\n  and b\n  or c\ny", 2],
    ["with of a scan", "scan a in x over T\n  with h: f32[] = zeros {\n  emit h\n}", 1],
    ["with of a for", "for a in xs as k\n  with h = x, c: f32[] = zeros {\n  h <- a\n}", 1],
    ["else after a brace", "when c { 1 }\nelse { 2 }", 1],
    ["comments and empty lines between", "y = x\n\n  # note\n\n  -> relu\ny", 2],
  ])("do not end a statement at %s", (_, text, count) => {
    expect(body(text)).toHaveLength(count);
  });

  it.each([
    ["a parenthesis", "y = f\n(x)", 2],
    ["a bracket", "y = f\n[x]", 2],
    ["a name", "y = f\nx", 2],
    ["with as a name", "y = x\nwith = 3\nwith", 3],
    ["where as a name", "y = x\nwhere(mask, y, x)", 2],
  ])("end a statement before %s", (_, text, count) => {
    expect(body(text)).toHaveLength(count);
  });

  it("make no argument list of a parenthesis on a new line within brackets", () => {
    expect(read("const a = [\n  (1, 2)\n  (3, 4)\n]\n").found).toEqual(["3:3 MC1030"]);
    expect(grouped("[\n  f(1)\n  .table\n]")).toContain("table");
  });

  it("may be Windows ones", () => {
    expect(sound("model M: (x: f32[4])\r\n  -> y: f32[4] {\r\n  x\r\n    -> relu\r\n}\r\n").declarations).toHaveLength(
      1,
    );
  });
});

describe("words", () => {
  it("leaves every contextual word free as a name", () => {
    for (const word of contextualWords) {
      const text = `${word} = x + 1\nk = f(${word}=${word}, 2) -> ${word}: Dense(${word})\n(${word}, b) = k\n${word} <- ${word}.${word}\n${word}(${word})[${word}]\n${word}`;
      expect(body(text).map((it) => it.kind)).toEqual([
        "binding",
        "binding",
        "binding",
        "update",
        // `emit (value)` emits, and `finish (value)` finishes: functions of these names are called within expressions.
        word === "emit" || word === "finish" ? word : "expression-statement",
        "expression-statement",
      ]);
      expect(
        sound(
          `const ${word} = 1\n\nmodel ${word}(${word}: int): (${word}: f32[${word}]) -> ${word}: f32[1] { ${word} }\n`,
        ).declarations,
      ).toHaveLength(2);
      expect(entries(`{\n  ${word}: ${word}\n  ${word}.lr: 3\n}`)).toHaveLength(2);
    }
  });

  it("refuses the reserved ones as names, in their words", () => {
    for (const word of reservedWords) expect(read(`const ${word} = 1\n`).found).toEqual(["1:7 MC1017"]);
  });

  it("tells state, param, emit and repeat from names by what follows", () => {
    const text =
      "state mean: f32[C] = zeros\nstate -> relu\nemit mean\nemit last mean\nemit last\nemit (-y)\nemit = 3\nx -> repeat(x, 3) -> repeat (3 - 1) { relu } -> repeat 3 shared { relu }";
    const statements = body(text);
    expect(statements.map((it) => it.kind)).toEqual([
      "param",
      "expression-statement",
      "emit",
      "emit",
      "emit",
      "emit",
      "binding",
      "expression-statement",
    ]);
    expect(statements.flatMap((it) => (it.kind === "emit" ? [it.last] : []))).toEqual([false, true, false, false]);
    const pipe = statements.at(-1);
    const stages = pipe?.kind === "expression-statement" && pipe.value.kind === "pipe" ? pipe.value.stages : [];
    expect(stages.map((it) => it.kind)).toEqual(["call", "repeat-stage", "repeat-stage"]);
  });

  it("takes <- for an update only after a name at the start of a statement", () => {
    const [update, compared] = body("h <- x\ny = h <-1\ny");
    expect(update?.kind).toBe("update");
    expect(compared?.kind === "binding" ? compared.value.kind : "").toBe("comparison");
  });
});

describe("expressions", () => {
  it.each([
    ["1 + 2 * 3 - 4", "((1 + (2 * 3)) - 4)"],
    ["a // b / c % d", "(((a // b) / c) % d)"],
    ["-a.b(c)[1] * d", "((- a.b(c)[1]) * d)"],
    ["not a == b and c or d", "(((not (a == b)) and c) or d)"],
    ["1 <= t <= 512", "(1 <= t <= 512)"],
    ["a + b -> F -> g(2)", "((a + b) -> F -> g(2))"],
    ["(a -> F) + b", "((a -> F) + b)"],
    ["f(a)(b)", "f(a)(b)"],
    ["a - -b", "(a - (- b))"],
    ["f(n)[None, :] - (a)[..., None]", "(f(n)[None, :] - a[..., None])"],
  ])("groups %s", (text, expected) => {
    expect(grouped(text)).toBe(expected);
  });

  it("reads numbers exactly", () => {
    const values = (text: string): readonly [number, boolean] => {
      const [declaration] = sound(`const a = ${text}\n`).declarations;
      if (declaration?.kind !== "const" || declaration.value.kind !== "number") throw new Error("no number");
      return [declaration.value.value, declaration.value.integer];
    };
    expect(values("1_000_000")).toEqual([1_000_000, true]);
    expect(values("2.3k")).toEqual([2300, true]);
    expect(values("250k")).toEqual([250_000, true]);
    expect(values("1.5G")).toEqual([1_500_000_000, true]);
    expect(values("2T")).toEqual([2e12, true]);
    expect(values("0.5")).toEqual([0.5, false]);
    expect(values("1.0")).toEqual([1, false]);
    expect(values("1e3")).toEqual([1000, false]);
    expect(values("1e-3")).toEqual([0.001, false]);
    expect(values("0.0005k")).toEqual([0.5, false]);
  });

  it("resolves the escapes of strings", () => {
    const [declaration] = sound(String.raw`const a = "a\n\t\"\\\u{1F600}"` + "\n").declarations;
    expect(declaration?.kind === "const" && declaration.value.kind === "string" ? declaration.value.value : "").toBe(
      'a\n\t"\\😀',
    );
  });

  it("decides what a when is by its place", () => {
    const [statement, value] = body("when bias { param b: f32[4] = zeros }\nwhen c { 1 } else when d { 2 } else { 3 }");
    expect(statement?.kind).toBe("when-statement");
    const expression = value?.kind === "expression-statement" ? value.value : undefined;
    expect(expression?.kind).toBe("when-expression");
    expect(expression?.kind === "when-expression" ? expression.otherwise.kind : "").toBe("when-expression");
    const [first] = body("when c { a = 1 } else { b = 2 }\nx");
    expect(first?.kind).toBe("when-statement");
  });

  it("reads scans with everything", () => {
    const [statement] = body(
      "scan x_t in x, y_t in f(y) over T until n[0] reverse with h: f32[B] = zeros, c: f32[B] = zeros {\n  h <- x_t\n  emit h\n  emit last c\n}",
    );
    const scan = statement?.kind === "expression-statement" ? statement.value : undefined;
    if (scan?.kind !== "scan") throw new Error("no scan");
    expect(scan.sequences.map((it) => it.element.text)).toEqual(["x_t", "y_t"]);
    expect([show(scan.over), scan.until?.kind, scan.reverse, scan.carries.length, scan.body.statements.length]).toEqual(
      ["T", "index", true, 2, 3],
    );
  });
});

describe("loops", () => {
  const value = (text: string) => {
    const [statement] = body(text);
    return statement?.kind === "expression-statement" ? statement.value : undefined;
  };

  it("reads a for as stages after an arrow, and as a value elsewhere", () => {
    const pipe = value("x -> for (i, u) in enumerate(us) as k { Dense(u) -> relu }");
    const [stage] = pipe?.kind === "pipe" ? pipe.stages : [];
    if (stage?.kind !== "for-stage") throw new Error("no stage");
    expect([stage.tuple, stage.targets.map((it) => it.text), stage.label?.text]).toEqual([true, ["i", "u"], "k"]);
    const loop = value("for u in us as k with h = x, c: f32[] = zeros {\n  h <- u\n  emit h\n  emit last c\n}");
    if (loop?.kind !== "for-expression") throw new Error("no loop");
    expect([loop.tuple, show(loop.list), loop.label?.text, loop.body.statements.length]).toEqual([false, "us", "k", 3]);
    expect(loop.carries.map((it) => [it.name.text, show(it.init), it.type?.element.text])).toEqual([
      ["h", "x", undefined],
      ["c", "zeros", "f32"],
    ]);
  });

  it("reads a for wherever a value may stand", () => {
    const call = value("concat(for i in range(3) { x * i }, along=C)");
    expect(call?.kind === "call" ? call.arguments.map((it) => it.value.kind) : []).toEqual([
      "for-expression",
      "reference",
    ]);
    expect(value("for u in us { u } -> concat(along=C)")?.kind).toBe("pipe");
  });
});

describe("sections", () => {
  it("decides by what follows whether a comma ends an entry", () => {
    const one = entries(
      '{ split: train 0.8, test 0.2, loss: a, step g { loss: b, update: "g.**" }, freeze "x", predict { a: b, c: d }, expect a > -b }',
    );
    expect(one.map((it) => it.kind)).toEqual(["setting", "setting", "step", "directive", "predict", "expectation"]);
    const predicted = one.flatMap((it) => (it.kind === "predict" ? it.entries.map(({ kind }) => kind) : []));
    expect(predicted).toEqual(["setting", "setting"]);
    expect(entries("{ predict: a, predict.b: c }").map((it) => it.kind)).toEqual(["setting", "setting"]);
    const [split] = one;
    expect(split?.kind === "setting" ? split.phrases.map((it) => it.parts.length) : []).toEqual([2, 2]);
    expect(entries("{\n  metrics: a,\n    b,\n  batch: 16, bucket by T,\n}")).toHaveLength(2);
  });

  it("tells features from settings", () => {
    const [declaration] = sound(
      "data D {\n  image: f32[28, 28] = raw.image\n  next: class(65)[T] = raw.next\n  label: class(10) = raw.label\n  noise: normal(0.1)\n}\n",
    ).declarations;
    expect(declaration?.kind === "data" ? declaration.entries.map((it) => it.kind) : []).toEqual([
      "feature",
      "feature",
      "feature",
      "setting",
    ]);
  });

  it("reads limits with the dims that they hold at", () => {
    const [declaration] = sound("budget M { params <= 250k, flops <= 12M at B=1, T=64, memory <= 1G }\n").declarations;
    const limits = declaration?.kind === "budget" ? declaration.entries : [];
    expect(limits.map((it) => (it.kind === "limit" ? it.at.length : -1))).toEqual([0, 2, 0]);
  });
});

describe("documentation", () => {
  it("belongs to what follows it, or to the file where a blank line follows", () => {
    const file = sound(
      "## The file.\n\n# plain\n## A model,\n## in two lines.\nmodel M: (x: f32[]) -> y: f32[] { x }\n\ndata D {\n  ## The images.\n  image: f32[2] = raw.x # beside\n}\n",
    );
    expect(file.doc?.text).toBe("The file.");
    const [model, data] = file.declarations;
    expect(model?.doc?.text).toBe("A model,\nin two lines.");
    expect(data?.kind === "data" ? data.entries[0]?.doc?.text : "").toBe("The images.");
    expect(file.comments.map((it) => it.text)).toEqual(["# plain", "# beside"]);
  });
});

describe("recovery", () => {
  it("takes a word that joins for no new line inside brackets", () => {
    const loop =
      "block B: (x: f32[B, T, 4]) {\n  y = (for i in range(3)\n  as part\n  with h = x { h <- h })\n  y\n}\n";
    const scan = "block B: (x: f32[B, T, 4]) {\n  y = (scan a\n  in x\n  over T\n  reverse { emit a })\n  y\n}\n";
    for (const text of [loop, scan]) expect(read(text).found, text).toEqual([]);
    expect(read("block B: (x: f32[B, T, 4]) {\n  y = f(x\n  at = x\n  at\n}\n").found).toEqual(["2:8 MC1002"]);
  });

  it("closes a bracket that a stage leaves open on its line, and none that is closed below", () => {
    const model = (...lines: readonly string[]): string =>
      `model M: (x: f32[B, 4]) -> y: f32[B, 4] {\n${lines.join("\n")}\n}\n`;
    const open = read(
      model("  x", "    -> Dense(4, activation=relu", "    -> repeat 2 { Dense(4) }", "    -> Dense(4)"),
    );
    expect(open.found).toEqual(["3:13 MC1002"]);
    for (const whole of [
      model("x", "-> Add(", "x", "-> Dense(", "4", ")", ")"),
      model("  x", "    -> Add((x", "    -> Dense(4)", "    -> repeat 2 { Dense(4) }", "    ))", "    -> Dense(4)"),
    ])
      expect(read(whole).found, whole).toEqual([]);
  });

  it("finds every error of a file, each at its place, and keeps the rest", () => {
    const { file, found } = read(readFileSync("tests/syntax/broken.model", "utf8"));
    expect(found).toEqual([
      "2:1 MC1012",
      "3:13 MC1002",
      "4:9 MC1016",
      "5:9 MC1029",
      "7:21 MC1014",
      "10:11 MC1013",
      "11:15 MC1004",
      "12:7 MC1003",
      "15:16 MC1002",
      "16:15 MC1030",
      "17:3 MC1013",
      "18:8 MC1016",
    ]);
    expect(file.declarations.map((it) => [it.kind, it.broken])).toEqual([
      ["callable", true],
      ["callable", true],
      ["train", true],
      ["const", false],
    ]);
  });

  it.each([
    ["y = x -> -> relu", ["y"]],
    ["y: f32[B = x", ["y"]],
    ["y x * 2", ["y"]],
    ["y + * z", []],
    ["(a, b = x", ["a", "b"]],
    ["(a, b) = * 2", ["a", "b"]],
    ["= x", [lostName]],
    ["param w f32[4] = ones", ["w"]],
    ["y = x *\n  z: f32[4] = = x", ["y", "z"]],
    ["x -> -> relu", []],
    ["for i in range(3) with h = = x { h <- h }", []],
  ])("keeps the names that a broken statement binds: %j", (line, names) => {
    const { file, found } = read(`block M: (x: f32[B, 4]) {\n  ${line}\n  x\n}\n`);
    expect(found).toHaveLength(1);
    const [declaration] = file.declarations;
    const statements = declaration?.kind === "callable" ? declaration.body.statements : [];
    const bound = statements.flatMap((it) => (it.kind === "binding" ? it.targets.map(({ text }) => text) : []));
    expect(bound).toEqual(names);
    expect(statements.at(-1)?.kind).toBe("expression-statement");
  });

  it.each([
    ["const a (1", "const", "a"],
    ["const = 1", "const", lostName],
    ["model M(a int): (x: f32[4]) { x }", "callable", "M"],
    ["block (x: f32[4]) { x }", "callable", lostName],
    ["fn f: (x: f32[4]) -> f32[4]", "callable", "f"],
    ["metric m: x", "callable", "m"],
    ["data D (1) { source: a }", "data", "D"],
    ["data { source: a }", "data", lostName],
    ["train a: M in D { epochs: 1 }", "train", undefined],
    ["nothing of this = kind", "const", lostName],
  ])("keeps the name of a broken declaration: %j", (text, kind, name) => {
    const { file, found } = read(`${text}\n\nconst z = 1\n`);
    expect(found).toHaveLength(1);
    expect(file.declarations.map((it) => [it.kind, it.broken])).toEqual([
      [kind, true],
      ["const", false],
    ]);
    const [declaration] = file.declarations;
    expect(declaration && "name" in declaration ? declaration.name.text : undefined).toBe(name);
  });

  it("keeps the names of a broken import", () => {
    for (const [text, names] of [
      ['import { a, b } form "./a.model"', ["a", "b"]],
      ['import a, b from "./a.model"', ["a", "b"]],
      ['import { , } from "./a.model"', [lostName]],
    ] as const) {
      const [declaration] = read(`${text}\n`).file.declarations;
      expect(declaration?.kind === "import" ? declaration.names.map((it) => it.text) : [], text).toEqual(names);
    }
  });

  it("closes a brace that was left open on its line before the next one", () => {
    const head = "block B: (x: f32[B, 4]) {\n";
    expect(read(`${head}  y = x -> repeat 3 { relu\n  y\n}\n\nconst a = 1\n`).found).toEqual(["2:21 MC1002"]);
    expect(read(`${head}  y = x -> repeat 3 { relu\n  -> relu }\n  y\n}\n`).found).toEqual([]);
    expect(read("budget M { params <= 1k\nflops <= 1M at B=1 }\n").found).toEqual([]);
  });

  it("keeps the body's own errors where the header is at fault", () => {
    expect(read("model M(a int): (x: f32[4]) -> y: f32[4] {\n  x -> Dense(4) + 1\n}\n").found).toEqual([
      "1:9 MC1013",
      "2:17 MC1014",
    ]);
  });

  it("says once that lines are outside of any declaration", () => {
    expect(read("x = 1\ny = 2\n  z = 3\nconst a = 1\n").found).toEqual(["1:1 MC1001"]);
  });

  it("corrects misspelt words and words of other languages", () => {
    const { file, found } = read(
      "modle A: (x: f32[]) -> y: f32[] { x }\n\ndef g: (x: f32[]) -> f32[] { x }\n\ndataset D { source: a }\n",
    );
    expect(found).toEqual(["1:1 MC1012", "3:1 MC1012", "5:1 MC1012"]);
    expect(file.declarations.map((it) => it.kind)).toEqual(["callable", "callable", "data"]);
  });

  it("counts a stray bracket to the error of its declaration, also at the end of the file", () => {
    const broken = "model M: (x: f32[B, 4]) -> y: f32[B, 4]\n  x -> Dense(4)\n}\n";
    expect(read(broken).found).toHaveLength(1);
    expect(read(`${broken}\nconst a = 1\n`).found).toHaveLength(1);
  });

  it("offers fixes that work", () => {
    const broken = [
      "modle A: (x: f32[]) -> y: f32[] { x }\n",
      "block B: (x: f32[4]) {\n  x -> Dense(4) + x\n}\n",
      "block B: (x: f32[4]) {\n  y = f(x\n  y\n}\n",
      "block B: (x: f32[4]) {\n  f(x 3)\n}\n",
      "block B: (x: f32[4])\n{\n  f(x]\n}\n",
      "train M on D {\n  epochs 3\n  batch = 4\n}\n",
      "fn f: (x: f32[1k]) -> f32[1k] { x) }\n",
      'const a = "text\n',
      "block B: (x: f32[4]) {\n  return x\n}\n",
      "block B: (x: f32[4]) {\n  f(x: 3)\n}\n",
      "block B: (x: f32[4]) {\n  x -> repeat 3 { Dense(4) relu }\n}\n",
      "block B: (x: f32[4]) {\n  y = if a { x } else { x }\n  y\n}\n",
    ];
    for (const text of broken) {
      const collector = createCollector();
      parseFile({ path: "a.model", text }, collector);
      expect(collector.diagnostics.length).toBeGreaterThan(0);
      const edits = collector.diagnostics.flatMap((it) => it.fix?.edits ?? []);
      const fixed = [...edits]
        .sort((a, b) => b.span.start - a.span.start)
        .reduce((it, edit) => it.slice(0, edit.span.start) + edit.text + it.slice(edit.span.end), text);
      expect(read(fixed).found, fixed).toEqual([]);
    }
  });
});
