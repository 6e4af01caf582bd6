import { readdirSync, readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { tokenize } from "../../grammar/tokens.ts";
import { createCollector } from "../../src/diagnostics/collector.ts";
import { formatFile, formatSource } from "../../src/format/format.ts";
import { parseFile } from "../../src/syntax/parse.ts";
import { plainTree } from "../syntax/plain-tree.ts";
import { program } from "../syntax/programs.ts";

function parse(text: string): ReturnType<typeof parseFile> {
  const collector = createCollector();
  const file = parseFile({ path: "a.model", text }, collector);
  expect(
    collector.diagnostics.map((it) => `${it.code} ${it.message} at ${text.slice(it.span.start, it.span.end + 20)}`),
  ).toEqual([]);
  return file;
}

const commentsOf = (text: string): readonly string[] => tokenize(text).comments.map((it) => it.image.trimEnd());

/** Checks the three promises: the tree and every comment are kept, and formatting again changes nothing. */
async function checkFormat(text: string): Promise<string> {
  const before = parse(text);
  const formatted = await formatSource(text, "a.model");
  expect(plainTree(parse(formatted))).toEqual(plainTree(before));
  expect([...commentsOf(formatted)].sort()).toEqual([...commentsOf(text)].sort());
  expect(await formatSource(formatted, "a.model")).toBe(formatted);
  return formatted;
}

const specs = [
  ...readdirSync("specs")
    .filter((it) => it.endsWith(".model"))
    .map((it) => `specs/${it}`),
  ...readdirSync("tests/cases/examples").map((it) => `tests/cases/examples/${it}`),
  ...readdirSync("src/std")
    .filter((it) => it.endsWith(".model"))
    .map((it) => `src/std/${it}`),
];

describe("the formatter", () => {
  it.each(specs)("keeps %s", async (path) => {
    await checkFormat(readFileSync(path, "utf8"));
  });

  it("keeps random programs and is idempotent on them", async () => {
    const runs = Number(process.env["MODELC_FUZZ"] ?? 150);
    await fc.assert(
      fc.asyncProperty(program, async (text) => void (await checkFormat(text))),
      { numRuns: runs },
    );
  }, 600_000);

  const shaped = async (text: string): Promise<string> => (await checkFormat(text)).trimEnd();

  it("leaves what is on one line there where it fits, and breaks what does not", async () => {
    expect(await shaped("fn scaled( by:float ):(x:float[...S])->float[...S]{x*by}\n")).toBe(
      "fn scaled(by: float): (x: float[...S]) -> float[...S] { x * by }",
    );
    expect(await shaped("budget M {params<=250k,flops<=12M at B=1}\n")).toBe(
      "budget M { params <= 250k, flops <= 12M at B=1 }",
    );
    expect(await shaped("train M on D{loss:a,predict{price:invert(y),n:m}}\n")).toBe(
      "train M on D { loss: a, predict { price: invert(y), n: m } }",
    );
    expect(await shaped("train M on D {\n loss: a\n predict { # units\n price:invert(y)\n n:m\n}\nseed: 3}\n")).toBe(
      "train M on D {\n  loss: a\n  predict {\n    # units\n    price: invert(y)\n    n:     m\n  }\n  seed: 3\n}",
    );
    expect(await shaped("const a=f(n)[ None,: ,... , 0 ]-x[None]\n")).toBe("const a = f(n)[None, :, ..., 0] - x[None]");
    const long = `const limits = [${Array.from({ length: 12 }, (_, i) => `value_${String(i)}`).join(", ")}, f(1)]\n`;
    expect((await shaped(long)).split("\n")).toHaveLength(15);
  });

  it("breaks headers before the result, after the colon, or between hyperparameters", async () => {
    const inputs = "(image: f32[B, 28, 28, 1])";
    const results = "(recon: f32[B, 28, 28, 1], mu: f32[B, latent], logvar: f32[B, latent], z: f32[B, latent])";
    expect(await shaped(`model Vae(latent: int = 16): ${inputs} -> ${results} { image }\n`)).toBe(
      `model Vae(latent: int = 16): ${inputs}\n  -> ${results} { image }`,
    );
    const layers = "layers: [int] = [3, 4, 6, 3], Unit: block = Bottleneck, classes: int = 1000, width: int = 64";
    expect(await shaped(`model ResNet(${layers}): ${inputs} -> y: f32[B, classes] where B > 1 { image }\n`)).toBe(
      `model ResNet(${layers}):\n  ${inputs} -> y: f32[B, classes]\n  where B > 1 { image }`,
    );
    expect(
      await shaped(`model Wide(${layers}, ${layers.replaceAll("s:", "s2:")}): ${inputs} -> y: f32[B] { image }\n`),
    ).toContain("model Wide(\n  layers: [int] = [3, 4, 6, 3],\n");
  });

  it("keeps the lines of a pipe as they were chosen, below the first arrow or two columns in", async () => {
    expect(
      await shaped(
        "block B: (x: f32[4]) {\n h=x -> Dense(4) -> relu\n   -> Dense(4)\n h\n      -> Dense(2)\n  -> relu\n}\n",
      ),
    ).toBe(
      "block B: (x: f32[4]) {\n  h = x -> Dense(4) -> relu\n        -> Dense(4)\n  h\n    -> Dense(2)\n    -> relu\n}",
    );
  });

  it("aligns the keys of a section, the parts of params, and bindings that were aligned", async () => {
    expect(await shaped('train M on D {\n loss: a\n optimizer: b\n freeze "x"\n\n epochs: 1\n}\n')).toBe(
      'train M on D {\n  loss:      a\n  optimizer: b\n  freeze "x"\n\n  epochs: 1\n}',
    );
    expect(
      await shaped(
        "block B: (x: f32[4]) {\n  param a: f32[4,2]=zeros\n  state bcd: f32[]=ones\n  one   = x\n  three = x\n  z = x\n  z\n}\n",
      ),
    ).toBe(
      "block B: (x: f32[4]) {\n  param a:   f32[4, 2] = zeros\n  state bcd: f32[]     = ones\n  one   = x\n  three = x\n  z = x\n  z\n}",
    );
  });

  it("aligns the accumulators of a metric, and says what is better where others have a result", async () => {
    const text =
      "metric f(a:float=0.5):(x:f32[B],y:f32[B])->more{\n  h=x*a # all\n  total both:f32[]=sum(h*y)\n  largest b:f32[2,2]=ones([2,2])\n  smallest c:f32[]=min(x)\n\n  finish both-c\n}\n";
    const laid =
      "metric f(a: float = 0.5): (x: f32[B], y: f32[B]) -> more {\n  h = x * a # all\n  total both: f32[]     = sum(h * y)\n  largest b:  f32[2, 2] = ones([2, 2])\n  smallest c: f32[]     = min(x)\n\n  finish both - c\n}";
    expect(await shaped(text)).toBe(laid);
    expect(await shaped(`${laid}\n`)).toBe(laid);
  });

  it("puts one empty line between declarations and keeps one at most elsewhere", async () => {
    expect(
      await shaped(
        "const a = 1\nconst b = 2\nfn f: (x: f32[]) -> f32[] { x }\n\n\n\ndata D {\n\n  a: 1\n\n\n  b: 2\n\n}\n",
      ),
    ).toBe("const a = 1\nconst b = 2\n\nfn f: (x: f32[]) -> f32[] { x }\n\ndata D {\n  a: 1\n\n  b: 2\n}");
  });

  it("moves a comment above the statement that it is in the middle of", async () => {
    expect(
      await shaped("block B: (x: f32[4]) {\n  y = # why\n    x\n  y # end\n}\n\ndata D {\n  # nothing yet\n}\n"),
    ).toBe("block B: (x: f32[4]) {\n  # why\n  y = x\n  y # end\n}\n\ndata D {\n  # nothing yet\n}");
  });

  it("formats no file with syntax errors", async () => {
    const text = "const a = (1\n";
    await expect(formatSource(text, "a.model")).rejects.toThrow("never closed");
    const collector = createCollector();
    expect(await formatFile({ path: "a.model", text }, collector)).toBeUndefined();
    expect(collector.diagnostics.map((it) => it.code)).toEqual(["MC1002"]);
    expect(await formatFile({ path: "a.model", text: "const  a=1" }, createCollector())).toBe("const a = 1\n");
  });
});
