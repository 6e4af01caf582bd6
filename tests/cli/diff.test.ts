import { spawnSync } from "node:child_process";
import { mkdirSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import fc from "fast-check";
import { describe, expect, it, onTestFinished } from "vitest";
import { createMemoryHost } from "../../src/analyze/memory-host.ts";
import { compareFaces, type Change } from "../../src/cli/diff/compare-faces.ts";
import { loadFaces } from "../../src/cli/diff/load-faces.ts";
import { validateAgainst, type Json } from "../emit/onnx/json-schema.ts";
import { cli, folderWith } from "./run-cli.ts";

/** What differs between two models, as `break` or `change` and the message. */
function changes(before: string, after: string): readonly string[] {
  const [old, now] = [before, after].map((text) => {
    const { faces, errors } = loadFaces({ path: "a.model", text }, createMemoryHost({}), {});
    expect(errors.map((it) => it.message)).toEqual([]);
    return faces[0] ?? expect.fail("a model");
  });
  const show = ({ breaks, message }: Change): string => `${breaks ? "break" : "change"}: ${message}`;
  return compareFaces(old ?? expect.fail(), now ?? expect.fail()).changes.map(show);
}

const net = (header: string, body = "x"): string => `model Net: ${header} { ${body} }\n`;

/** A model with a mask that may be left out. */
const masked = (length: string, given: string): string =>
  net(
    `(x: f32[B, ${length}], m: bool[B, ${length}]?) -> y: f32[B, ${length}]`,
    `when given(m) { ${given} } else { x }`,
  );

/** A model with two inputs that may be left out: what it computes where both are given, and where one is. */
const both = (together: string, alone = "x + m"): string =>
  net(
    "(x: f32[B, 3], m: f32[B, 3]?, n: f32[B, 3]?) -> y: f32[B, 3]",
    `when given(m) { when given(n) { ${together} } else { ${alone} } } else { x }`,
  );

/** A model with three inputs that may be left out: what it computes where the first and the last alone are given. */
const three = (ends: string): string =>
  net(
    "(x: f32[B, 3], a: f32[B, 3]?, b: f32[B, 3]?, c: f32[B, 3]?) -> y: f32[B, 3]",
    `when given(a) and given(c) and not given(b) { ${ends} } else { x }`,
  );

/** A model with six inputs that may be left out: what it computes where all are given but the last. */
const six = (most: string): string => {
  const names = ["a", "b", "c", "d", "e"];
  return net(
    `(x: f32[B, 3], ${names.map((it) => `${it}: f32[B, 3]?`).join(", ")}, f: f32[B, 3]?) -> y: f32[B, 3]`,
    `when ${names.map((it) => `given(${it})`).join(" and ")} { when given(f) { x } else { ${most} } } else { x }`,
  );
};

describe("what others rely on", () => {
  it.each<[what: string, before: string, after: string, expected: readonly string[]]>([
    ["names of dims are nobody's", net("(x: f32[B, D]) -> y: f32[B, D]"), net("(x: f32[N, M]) -> y: f32[N, M]"), []],
    [
      "an input that is gone, and a new one that must be given",
      net("(x: f32[B, 3], a: f32[B, 3]) -> y: f32[B, 3]", "x + a"),
      net("(x: f32[B, 3], b: i32[B]) -> y: f32[B, 3]"),
      ["break: input `a`: `f32[B, 3]` is gone", "break: input `b` (`i32[B]`) is new, and must be given"],
    ],
    [
      "a new input that may be left out, and one that must be given now",
      net("(x: f32[B, 3], m: bool[B, 3]?) -> y: f32[B, 3]"),
      net("(x: f32[B, 3], m: bool[B, 3], n: bool[B]?) -> y: f32[B, 3]"),
      ["break: input `m`: `bool[B, 3]` must be given now", "change: input `n` (`bool[B]`) is new, and may be left out"],
    ],
    [
      "an input that needs not be given any more",
      net("(x: f32[B, 3], m: bool[B, 3]) -> y: f32[B, 3]"),
      net("(x: f32[B, 3], m: bool[B, 3]?) -> y: f32[B, 3]"),
      [],
    ],
    [
      "another element type",
      net("(x: f32[B, 3], a: i32[B]) -> y: f32[B, 3]"),
      net("(x: f32[B, 3], a: i64[B]) -> y: f32[B, 3]"),
      ["break: input `a`: `i32[B]` is now `i64[B]`"],
    ],
    [
      "another rank",
      net("(x: f32[B, 3]) -> y: f32[B, 3]"),
      net("(x: f32[B, 3, 1]) -> y: f32[B, 3]", "x[..., 0]"),
      ["break: input `x`: `f32[B, 3]` is now `f32[B, 3, 1]`"],
    ],
    [
      "a size that was free",
      net("(x: f32[B, D]) -> y: f32[B, D]"),
      net("(x: f32[B, 3]) -> y: f32[B, 3]"),
      [
        "break: input `x`: `f32[B, D]` is now `f32[B, 3]`, which takes not all of these sizes",
        "break: output `y`: `f32[B, D]` is now `f32[B, 3]`",
      ],
    ],
    [
      "a size that becomes free",
      net("(x: f32[B, 3]) -> y: f32[B]", "sum(x, axis=-1)"),
      net("(x: f32[B, D]) -> y: f32[B]", "sum(x, axis=-1)"),
      ["change: input `x`: `f32[B, 3]` is now `f32[B, D]`, which takes more sizes"],
    ],
    [
      "two sizes that must be one",
      net("(x: f32[A, B]) -> y: f32[A, B]"),
      net("(x: f32[A, A]) -> y: f32[A, A]"),
      [
        "break: input `x`: `f32[A, B]` is now `f32[A, A]`, which takes not all of these sizes",
        "break: output `y`: `f32[A, B]` is now `f32[A, A]`",
      ],
    ],
    [
      "a condition that asks more",
      net("(x: f32[B, T]) -> y: f32[B, T] where T % 2 == 0"),
      net("(x: f32[N, L]) -> y: f32[N, L] where L % 4 == 0"),
      ["break: `L % 4 == 0` is asked now, and fails at T = 2"],
    ],
    [
      "a condition that asks less",
      net("(x: f32[B, T]) -> y: f32[B, T] where T % 4 == 0, T >= 8"),
      net("(x: f32[B, T]) -> y: f32[B, T] where T % 2 == 0"),
      ["change: `T % 4 == 0` is not asked any more", "change: `T >= 8` is not asked any more"],
    ],
    [
      "a condition that follows from another",
      net("(x: f32[B, T]) -> y: f32[B, T] where T % 4 == 0"),
      net("(x: f32[B, T]) -> y: f32[B, T] where T % 4 == 0, T % 2 == 0"),
      [],
    ],
    [
      "outputs",
      net("(x: f32[B, 3]) -> (y: f32[B, 3], z: f32[B, 3])", "(x, x)"),
      net("(x: f32[B, 3]) -> (y: f32[B, 1], w: f32[B, 3])", "(sum(x, axis=-1, keep=true), x)"),
      [
        "break: output `y`: `f32[B, 3]` is now `f32[B, 1]`",
        "break: output `z`: `f32[B, 3]` is gone",
        "change: output `w` (`f32[B, 3]`) is new",
      ],
    ],
    [
      "paths and shapes of weights",
      net("(x: f32[B, 3]) -> y: f32[B, 3]", "x -> a: Dense(3) -> b: Dense(3) -> BatchNorm"),
      net("(x: f32[B, 3]) -> y: f32[B, 3]", "x -> a: Dense(4) -> c: Dense(3)"),
      [
        "break: weights `a.kernel`: `f32[3, 3]` are now `f32[3, 4]`",
        "break: weights `a.bias`: `f32[3]` are now `f32[4]`",
        "break: weights `b.kernel`: `f32[3, 3]` are gone",
        "break: weights `b.bias`: `f32[3]` are gone",
        "break: weights `batch_norm_0.scale`: `f32[3]` are gone",
        "break: weights `batch_norm_0.bias`: `f32[3]` are gone",
        "break: weights `batch_norm_0.mean`: `f32[3]` are gone",
        "break: weights `batch_norm_0.variance`: `f32[3]` are gone",
        "break: weights `c.kernel` (`f32[4, 3]`) are new",
        "break: weights `c.bias` (`f32[3]`) are new",
      ],
    ],
    [
      "fewer labels, which were taken",
      net("(x: class(10)[B]) -> y: i32[B]"),
      net("(x: class(5)[B]) -> y: i32[B]"),
      ["break: input `x`: `class(10)[B]` is now `class(5)[B]`, which takes not all of these labels"],
    ],
    [
      "labels where any number was taken",
      net("(x: i32[B]) -> y: i32[B]"),
      net("(x: class(5)[N]) -> y: i32[N]"),
      ["break: input `x`: `i32[B]` is now `class(5)[N]`, which takes not all of these labels"],
    ],
    [
      "more labels, and any number",
      net("(x: class(5)[B], z: class(5)[B]) -> y: i32[B]", "x + z"),
      net("(x: class(10)[B], z: i32[B]) -> y: i32[B]", "x + z"),
      [
        "change: input `x`: `class(5)[B]` is now `class(10)[B]`, which takes more labels",
        "change: input `z`: `class(5)[B]` is now `i32[B]`, which takes more labels",
      ],
    ],
    [
      "labels that come out",
      net("(x: f32[B, 5]) -> (y: class(9)[B], z: class(5)[B])", "(argmax(x), argmax(x))"),
      net("(x: f32[B, 5]) -> (y: class(5)[B], z: class(7)[B])", "(argmax(x), argmax(x))"),
      [
        "change: output `y`: `class(9)[B]` is now `class(5)[B]`, which has fewer values",
        "break: output `z`: `class(5)[B]` is now `class(7)[B]`, and may have other values",
      ],
    ],
    [
      "another activation",
      net("(x: f32[B, 3]) -> y: f32[B, 3]", "x -> relu"),
      net("(x: f32[B, 3]) -> y: f32[B, 3]", "x -> tanh"),
      ["change: the computation differs"],
    ],
    [
      "the halves in each other's place",
      net("(x: f32[B, 6]) -> y: f32[B, 3]", "(a, b) = split(x, axis=-1, count=2)\n  a - b"),
      net("(x: f32[B, 6]) -> y: f32[B, 3]", "(a, b) = split(x, axis=-1, count=2)\n  b - a"),
      ["change: the computation differs"],
    ],
    [
      "another number",
      net(
        "(x: f32[B, T]) -> y: f32[B, T]",
        "scan e in x over T with h: f32[B] = 0 { h <- 0.9 * h + e, emit h }".replace(", emit", "\n emit"),
      ),
      net(
        "(x: f32[B, T]) -> y: f32[B, T]",
        "scan e in x over T with h: f32[B] = 0 { h <- 0.8 * h + e, emit h }".replace(", emit", "\n emit"),
      ),
      ["change: the computation differs"],
    ],
    [
      "a rate of dropout",
      net("(x: f32[B, 3]) -> y: f32[B, 3]", "x -> Dropout(0.1)"),
      net("(x: f32[B, 3]) -> y: f32[B, 3]", "x -> Dropout(0.2)"),
      ["change: the computation differs in training alone"],
    ],
    [
      "nothing but what the text calls it, and where it stands",
      net("(x: f32[B, D], z: f32[B, D]) -> y: f32[B, D]", "\n  a = relu(x)\n  b = tanh(z)\n  a * b + zeros([B, D])\n"),
      `fn half: (u: f32[N, M]) -> f32[N, M] { tanh(u) }\n${net(
        "(x: f32[N, M], z: f32[N, M]) -> y: f32[N, M]",
        "\n  late = half(z)\n  early = relu(x)\n  early * late + zeros([N, M])\n",
      )}`,
      [],
    ],
    [
      "names of dims that an input has which may be left out",
      masked("T", "where(m, x, 0)"),
      masked("L", "where(m, x, 0)"),
      [],
    ],
    [
      "another type of an input that may be left out",
      masked("T", "where(m, x, 0)"),
      masked("T", "where(m, x, 0)").replace("m: bool[B, T]", "m: bool[1, T]"),
      ["break: input `m`: `bool[B, T]` is now `bool[1, T]`, which takes not all of these sizes"],
    ],
    [
      "what is computed where an input is given",
      masked("T", "where(m, x, 0)"),
      masked("L", "where(m, 0, x)"),
      ["change: the computation differs, where `m` is given"],
    ],
    [
      "weights where an input is given",
      net("(x: f32[B, 8], m: f32[B, 8]?) -> y: f32[B, 8]", "when given(m) { m -> extra: Dense(8) } else { x }"),
      net(
        "(x: f32[B, 8], m: f32[B, 8]?) -> y: f32[B, 8]",
        "when given(m) { m -> extra: Dense(8, bias=false) } else { x }",
      ),
      ["break: weights `extra.bias`: `f32[8]` are gone, where `m` is given"],
    ],
    [
      "what is computed where two inputs are given, and where either is",
      both("x + m * n"),
      both("x - m * n", "x + m").replace("else { x }", "else { when given(n) { -n } else { x } }"),
      ["change: the computation differs, where `n` is given"],
    ],
    [
      "what is computed where two inputs are given alone",
      both("x + m * n"),
      both("x - m * n"),
      ["change: the computation differs, where `m` and `n` are given"],
    ],
    [
      "what is computed where two of three inputs are given that may be left out",
      three("x + a * c"),
      three("x - a * c"),
      ["change: the computation differs, where `a` and `c` are given"],
    ],
    [
      "what is wrong where two of three inputs are given, and was not",
      three("x + a * c"),
      three("x + matmul(a, c)"),
      ["break: model Net has errors now, where `a` and `c` are given"],
    ],
    ["what was wrong where two of three inputs are given", three("x + matmul(a, c)"), three("x + a * c"), []],
    [
      "what is computed where all are given but one of many",
      six("x + a * b * c * d * e"),
      six("x - a * b * c * d * e"),
      ["change: the computation differs, where `a` and `b` and `c` and `d` and `e` are given"],
    ],
    [
      "an input that was given always, with weights of its own",
      net("(x: f32[B, 8], m: f32[B, 8]) -> y: f32[B, 8]", "x + (m -> extra: Dense(8))"),
      net("(x: f32[B, 8], m: f32[B, 8]?) -> y: f32[B, 8]", "when given(m) { x + (m -> extra: Dense(8)) } else { x }"),
      [],
    ],
    [
      "labels of a training",
      ...([10, 5].map(
        (classes) =>
          `${net("(image: f32[B, 28, 28, 1]) -> logits: f32[B, 10]", "image -> Flatten -> Dense(10)")}
data D { source: synthetic_digits(count=640), image: f32[28, 28, 1] = raw.image, label: class(${classes}) = raw.label }
train Net on D { loss: cross_entropy(logits, label), optimizer: adam }
`,
      ) as [string, string]),
      ["change: labels `label` of the training: `class(10)` is now `class(5)`"],
    ],
  ])("%s", (_, before, after, expected) => {
    expect(changes(before, after)).toEqual(expected);
    expect(changes(before, before)).toEqual([]);
  });

  it("has no weights that could load where it has none", async () => {
    const folder = folderWith({
      "a.model": net("(x: f32[B, 3]) -> y: f32[B, 3]", "relu(x)"),
      "b.model": net("(x: f32[B, 3]) -> y: f32[B, 3]", "tanh(x)"),
    });
    const names = [join(folder, "a.model"), join(folder, "b.model")];
    const text = await cli(["diff", ...names]);
    expect(text).toMatchObject({ code: 0, err: "" });
    expect(text.out).toMatch(/\n {2}change {2}the computation differs\n1 model compared, nothing breaks\n$/);
    const { out } = await cli(["diff", ...names, "--format", "json"]);
    expect(validateAgainst("diff.schema.json", JSON.parse(out) as Json)).toEqual([]);
    expect(JSON.parse(out)).toMatchObject({ files: [{ models: [{ checkpointLoads: null }] }] });
    const table = await cli(["diff", ...names, "--format", "markdown"]);
    expect(table.out).toContain("| `Net` | changes | the computation differs |\n");
    expect(table.out).not.toContain("load");
  });

  it("is taken where every size is, and refused where one is not (by counting)", () => {
    const dims = ["A", "C", "2", "3"] as const;
    const facts = ["A % 2 == 0", "A >= C", "A == C", "A <= 4", "C >= 2", "C * 2 == A"] as const;
    const header = fc
      .record({
        shape: fc.tuple(fc.constantFrom(...dims), fc.constantFrom(...dims), fc.constantFrom(...dims)),
        where: fc.uniqueArray(fc.constantFrom(...facts), { maxLength: 2 }),
      })
      .filter(({ shape, where }) =>
        where.every((it) => ["A", "C"].every((name) => !it.includes(name) || shape.some((dim) => dim === name))),
      );
    interface Header {
      readonly shape: readonly string[];
      readonly where: readonly string[];
    }
    const textOf = ({ shape: [a, b, c], where }: Header): string =>
      net(
        `(x: f32[${a}, ${b}], z: f32[${c}]) -> y: f32[${a}, ${b}]${where.length === 0 ? "" : ` where ${where.join(", ")}`}`,
      );
    const holds = (fact: string, A: number, C: number): boolean =>
      ({
        "A % 2 == 0": A % 2 === 0,
        "A >= C": A >= C,
        "A == C": A === C,
        "A <= 4": A <= 4,
        "C >= 2": C >= 2,
        "C * 2 == A": C * 2 === A,
      })[fact] ?? expect.fail(fact);
    const takes = ({ shape, where }: Header, sizes: readonly number[]): boolean => {
      const values = new Map<string, number>();
      const fits = shape.every((dim, at) => {
        const size = sizes[at] ?? 0;
        if (/\d/.test(dim)) return Number(dim) === size;
        if (!values.has(dim)) values.set(dim, size);
        return values.get(dim) === size;
      });
      return fits && where.every((it) => holds(it, values.get("A") ?? 0, values.get("C") ?? 0));
    };
    const range = [1, 2, 3, 4, 5, 6];
    const all = range.flatMap((a) => range.flatMap((b) => range.map((c) => [a, b, c])));
    const host = createMemoryHost({});
    fc.assert(
      fc.property(header, header, (before, after) => {
        const [old, now] = [before, after].map((it) => loadFaces({ path: "a.model", text: textOf(it) }, host, {}));
        const [was, is] = [old?.faces[0], now?.faces[0]];
        // A header that no sizes fit is an error by itself.
        if (was === undefined || is === undefined) return;
        const refused = all.some((sizes) => takes(before, sizes) && !takes(after, sizes));
        const breaks = compareFaces(was, is).changes.filter(({ about }) => about === "input" || about === "where");
        expect({ before: textOf(before), after: textOf(after), breaks: breaks.some((it) => it.breaks) }).toEqual({
          before: textOf(before),
          after: textOf(after),
          breaks: refused,
        });
      }),
      { numRuns: 400, seed: 7 },
    );
  });
});

const head = (width: string): string =>
  `block Head(n: int): (x: f32[B, D]) -> f32[B, n] {\n  x -> ${width}Dense(n)\n}\n`;
const main = 'import { Head } from "./head.model"\n\nmodel Net: (x: f32[B, 4]) -> y: f32[B, 2] {\n  x -> Head(2)\n}\n';
const other = (name: string): string => `model ${name}: (x: f32[B, 2]) -> y: f32[B, 2] {\n  x -> Dense(2)\n}\n`;

/** A git repository with a commit of some files, the working folder until the test ends. */
function repository(files: Readonly<Record<string, string>>): (...argv: readonly string[]) => void {
  const folder = folderWith({});
  const git = (...argv: readonly string[]): void => {
    const { status, stderr } = spawnSync("git", ["-c", "user.name=a", "-c", "user.email=a@b", ...argv], {
      cwd: folder,
      encoding: "utf8",
    });
    expect({ argv, status, stderr: status === 0 ? "" : stderr }).toEqual({ argv, status: 0, stderr: "" });
  };
  const before = process.cwd();
  process.chdir(folder);
  onTestFinished(() => process.chdir(before));
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, text);
  }
  git("init", "-q");
  git("add", "-A");
  git("commit", "-qm", "one");
  return git;
}

const hasGit = spawnSync("git", ["--version"]).status === 0;
if (!hasGit) console.warn("SKIPPED: comparisons with a commit need git, and there is none");

describe.skipIf(!hasGit)("modelc breaking", () => {
  it("compares with a commit, imports as they were there", async () => {
    repository({ "specs/head.model": head(""), "specs/net.model": main, "specs/gone.model": other("Gone") });
    expect(await cli(["breaking", "--against", "HEAD"])).toEqual({
      code: 0,
      out: expect.stringContaining("2 models compared, nothing breaks\n") as string,
      err: "",
    });
    writeFileSync("specs/head.model", head("Dense(8) -> "));
    rmSync("specs/gone.model");
    writeFileSync("specs/new.model", other("New"));
    const { code, out, err } = await cli(["breaking", "--against", "HEAD"]);
    expect({ code, err }).toEqual({ code: 1, err: "" });
    expect(out).toMatchInlineSnapshot(`
      "Net (HEAD -> specs/net.model)
        break   weights \`head_0.dense_0.kernel\`: \`f32[4, 2]\` are now \`f32[4, 8]\`
        break   weights \`head_0.dense_0.bias\`: \`f32[2]\` are now \`f32[8]\`
        break   weights \`head_0.dense_1.kernel\` (\`f32[8, 2]\`) are new
        break   weights \`head_0.dense_1.bias\` (\`f32[2]\`) are new
                parameters: 10 -> 58 (+480.0 %)
                FLOPs: \`18 * B\` -> \`106 * B\`
                bytes of activations: \`16 * B\` -> \`80 * B\`
                depth: 1 -> 2
        Weights of the old model do not load.
      New (HEAD -> specs/new.model)
        change  model New is new
      Gone (HEAD -> specs/gone.model)
        break   model Gone is gone
      3 models compared, 5 changes break
      "
    `);
    expect((await cli(["breaking", "specs/new.model", "--against", "HEAD"])).code).toBe(0);
    expect((await cli(["breaking", "specs/gone.model", "--against", "HEAD"])).out).toContain(
      "break   model Gone is gone",
    );
    // From within a folder as well.
    process.chdir("specs");
    expect((await cli(["breaking", "--against", "HEAD"])).code).toBe(1);
    expect((await cli(["diff", "HEAD:net.model", "net.model"])).code).toBe(1);
    expect((await cli(["diff", "net.model", "net.model"])).out).toBe(
      "Net (net.model -> net.model): no difference\n1 model compared, nothing breaks\n",
    );
  });

  it("is data of the published schema, and a table in Markdown", async () => {
    repository({ "head.model": head(""), "net.model": main });
    writeFileSync("head.model", head("Dense(8) -> "));
    for (const argv of [
      ["breaking", "--against", "HEAD"],
      ["diff", "HEAD:net.model", "net.model"],
    ]) {
      const { out } = await cli([...argv, "--format", "json"]);
      expect(validateAgainst("diff.schema.json", JSON.parse(out) as Json)).toEqual([]);
      expect(JSON.parse(out)).toMatchObject({ breaks: true });
    }
    const { out } = await cli(["breaking", "--against", "HEAD", "--format", "markdown"]);
    expect(out).toMatchInlineSnapshot(`
      "### Models: 1 model compared, 4 changes break

      | Model |  | Change |
      | --- | --- | --- |
      | \`Net\` | **breaks** | weights \`head_0.dense_0.kernel\`: \`f32[4, 2]\` are now \`f32[4, 8]\` |
      | \`Net\` | **breaks** | weights \`head_0.dense_0.bias\`: \`f32[2]\` are now \`f32[8]\` |
      | \`Net\` | **breaks** | weights \`head_0.dense_1.kernel\` (\`f32[8, 2]\`) are new |
      | \`Net\` | **breaks** | weights \`head_0.dense_1.bias\` (\`f32[2]\`) are new |
      | \`Net\` |  | parameters: 10 -> 58 (+480.0 %) |
      | \`Net\` |  | FLOPs: \`18 * B\` -> \`106 * B\` |
      | \`Net\` |  | bytes of activations: \`16 * B\` -> \`80 * B\` |
      | \`Net\` |  | depth: 1 -> 2 |
      | \`Net\` | **breaks** | Weights of the old model do not load. |
      "
    `);
  });

  it("knows a model again that moved to another file, and one that has another name now", async () => {
    const git = repository({ "a.model": other("Net") });
    renameSync("a.model", "b.model");
    expect(await cli(["breaking", "--against", "HEAD"])).toMatchObject({ code: 0 });
    // The file alone is named, as a hook does.
    writeFileSync("b.model", other("Net").replace("Dense(2)", "Dense(4) -> Dense(2)"));
    const alone = await cli(["breaking", "--against", "HEAD", "b.model"]);
    expect(alone).toMatchObject({ code: 1, out: expect.stringContaining("parameter") as string });
    writeFileSync("b.model", other("Net"));
    expect(await cli(["breaking", "--against", "HEAD", "b.model"])).toMatchObject({ code: 0 });
    git("add", "-A");
    git("commit", "-qm", "two");
    writeFileSync("b.model", other("Other"));
    expect((await cli(["breaking", "--against", "HEAD"])).out).toContain("break   model Net is called Other now");
  });

  it("leaves models that need values, and says so; diff takes them", async () => {
    const open = other("Open").replace("Open:", "Open(d: int):").replace("Dense(2)", "Dense(d) -> Dense(2)");
    repository({ "a.model": open + other("Net"), "b.model": other("Late") });
    writeFileSync("b.model", open.replaceAll("Open", "Late"));
    expect(await cli(["breaking", "--against", "HEAD"])).toEqual({
      code: 0,
      out:
        "a.model: not compared: Open needs d\nNet (HEAD -> a.model): no difference\n" +
        "b.model: not compared: Late needs d\n1 model compared, nothing breaks\n",
      err: "",
    });
    const diff = ["diff", "HEAD:a.model", "a.model", "--model", "Open"];
    expect((await cli(diff)).err).toContain("MC2013");
    expect(await cli([...diff, "--set", "d=3"])).toMatchObject({ code: 0, err: "" });
    const table = await cli(["breaking", "--against", "HEAD", "--format", "markdown"]);
    expect(table.out).toContain("| `a.model` |  | not compared: Open needs d |");
  });

  it("leaves what was wrong there and what is wrong here, tells the latter, and compares all else", async () => {
    repository({
      "a.model": other("Net").replace("Dense", "Denze"),
      "b.model": other("Good"),
      "c.model": other("Late"),
    });
    writeFileSync("a.model", other("Net"));
    expect(await cli(["breaking", "--against", "HEAD"])).toEqual({
      code: 0,
      out: expect.stringMatching(
        /^a\.model: not compared: it has errors at HEAD\n[^]*\n2 models compared, nothing breaks\n$/,
      ),
      err: "",
    });
    writeFileSync("b.model", other("Good").replace("Dense", "Denze"));
    const { code, out, err } = await cli(["breaking", "--against", "HEAD"]);
    expect(code).toBe(1);
    expect(out).toMatch(/^a\.model: [^\n]*\nb\.model: not compared: it has errors\nLate [^]*\n1 model compared/);
    expect(err).toContain("MC2001");
    const asData = await cli(["breaking", "--against", "HEAD", "--format", "json"]);
    expect(JSON.parse(asData.out)).toMatchObject({ files: [{}, { skipped: "it has errors" }, { skipped: null }] });
  });

  it("says what it cannot", async () => {
    repository({ "a.model": other("Net") });
    for (const [argv, message] of [
      [["breaking"], /`modelc breaking` needs --against <what>\./],
      [["breaking", "--against", "no-such"], /git knows no commit no-such in [^]*git fetch/],
      [["breaking", "--against", "--output=x"], /git knows no commit --output=x/],
      [["breaking", "no.model", "--against", "HEAD"], /There is no file no\.model/],
      [["breaking", "--against", "a.model"], /give the one file/],
      [["diff", "HEAD:no.model", "a.model"], /There is no file no\.model at HEAD/],
      [["diff", "a.model", "no.model"], /There is no file no\.model/],
      [
        ["diff", "a.model", "a.model", "--model", "Nett"],
        /Neither a\.model nor a\.model has a model Nett\. Did you mean Net\?/,
      ],
      [["diff", "a.model", "a.model", "--format", "xml"], /--format is text, json or markdown, not xml\./],
    ] as const) {
      const { code, out, err } = await cli(argv);
      expect({ argv, code, out }).toEqual({ argv, code: 2, out: "" });
      expect(err).toMatch(message);
    }
    expect(await cli(["breaking", "a.model", "--against", "a.model"])).toMatchObject({ code: 0 });
    const alone = join(folderWith({ "a.model": other("Net") }), "a.model");
    expect(await cli(["breaking", alone, "--against", "HEAD"])).toMatchObject({
      code: 2,
      err: expect.stringMatching(/lies in no git repository/) as string,
    });
  });

  it("does not write what git would obey, nor what a terminal would", async () => {
    repository({ "a.model": other("Net") });
    const { code, err } = await cli(["breaking", "--against", "x\u001b[31m$(touch pwned)"]);
    expect(code).toBe(2);
    expect(err).toContain("\\u{1b}");
  });
});
