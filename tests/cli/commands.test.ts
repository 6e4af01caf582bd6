import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { catalog } from "../../src/diagnostics/catalog.ts";
import { version } from "../../src/support/version.ts";
import { validateAgainst, type Json } from "../emit/onnx/json-schema.ts";
import { cli, folderWith, folderWithSpecs } from "./run-cli.ts";

interface Summary {
  readonly models: readonly {
    readonly name: string;
    readonly parameters: { readonly trainable: number; readonly nonTrainable: number; readonly total: number };
    readonly flops: number | string;
    readonly layers: readonly {
      readonly path: string;
      readonly kind: string;
      readonly output: readonly (number | string)[];
      readonly parameters: number;
    }[];
  }[];
}

async function summaryOf(...argv: readonly string[]): Promise<Summary> {
  const { code, out } = await cli(["summary", ...argv, "--json"]);
  expect(code).toBe(0);
  const report = JSON.parse(out) as Json;
  expect(validateAgainst("summary.schema.json", report)).toEqual([]);
  return report as unknown as Summary;
}

describe("modelc summary", () => {
  it("counts the CNN as Keras does, with formulas in the batch size", async () => {
    const [model] = (await summaryOf("specs/mnist-cnn.model")).models;
    expect(model?.parameters).toEqual({ trainable: 225_034, nonTrainable: 0, total: 225_034 });
    expect(model?.layers.map((it) => [it.path, it.kind, it.output.join(" "), it.parameters])).toEqual([
      ["conv2d_0", "Conv2D", "B 26 26 32", 320],
      ["max_pool2d", "MaxPool2D", "B 13 13 32", 0],
      ["conv2d_1", "Conv2D", "B 11 11 64", 18_496],
      ["max_pool2d", "MaxPool2D", "B 5 5 64", 0],
      ["flatten", "Flatten", "B 1600", 0],
      ["dense_0", "Dense", "B 128", 204_928],
      ["dense_1", "Dense", "B 10", 1_290],
    ]);
    expect(model?.flops).toMatch(/^\d+ \* B$/);
  });

  it("counts the LSTM, with a dim or a hyperparameter fixed", async () => {
    const [model] = (await summaryOf("specs/stacked-lstm.model")).models;
    expect(model?.parameters.total).toBe(363_274);
    const one = (await summaryOf("specs/mnist-cnn.model", "--set", "B=1")).models[0]?.flops;
    const many = (await summaryOf("specs/mnist-cnn.model", "--set", "B=32")).models[0]?.flops;
    expect(many).toBe(32 * Number(one));
  });

  it("counts states, and what is frozen, as not trainable", async () => {
    const folder = folderWith({
      "net.model": `model Net: (x: f32[B, 4]) -> y: f32[B, 1] { x -> stem: Dense(8) -> BatchNorm -> Dense(1) }
data Plane {
  source: csv("plane.csv")
  x: f32[4] = stack(raw.a, raw.b, raw.c, raw.d, axis=-1)
  t: f32[1] = stack(raw.t, axis=-1)
}
train Net on Plane {
  loss: mse(y, t)
  optimizer: sgd(lr=0.1)
  freeze "stem.**"
  epochs: 1
}
`,
    });
    const [model] = (await summaryOf(join(folder, "net.model"))).models;
    // Frozen: 4 x 8 + 8. Running mean and variance: 2 x 8. Trainable: scale and shift 2 x 8, 8 + 1.
    expect(model?.parameters).toEqual({ trainable: 25, nonTrainable: 56, total: 81 });
  });

  it("prints a table for people", async () => {
    const { out } = await cli(["summary", "specs/mnist-cnn.model"]);
    expect(out).toMatch(/^MnistCnn: \(image: f32\[B, 28, 28, 1\]\) -> logits: f32\[B, 10\]\n/);
    expect(out).toMatch(/dense_0 +Dense +\[B, 128\] +204,928/);
    expect(out).toMatch(/parameters +225,034 \(900\.1 kB as f32\)/);
  });
});

describe("modelc build", () => {
  it("writes both targets, or one, whole", async () => {
    const folder = folderWithSpecs();
    const out = join(folder, "out");
    const file = join(folder, "linear-regression.model");
    expect(await cli(["build", file, "--target", "tfjs", "--out", out])).toMatchObject({ code: 0, err: "" });
    expect(readdirSync(out)).toEqual(["LinearRegression.ts"]);
    const { code, out: printed } = await cli([
      "build",
      file,
      "--target",
      "onnx",
      "--target",
      "tfjs",
      "--split",
      "--json",
      "--out",
      out,
    ]);
    const { files } = JSON.parse(printed) as {
      readonly files: readonly { readonly path: string; readonly bytes: number }[];
    };
    expect(code).toBe(0);
    expect(files.map((it) => it.path).sort()).toEqual(
      readdirSync(out)
        .sort()
        .map((it) => join(out, it)),
    );
    for (const { path, bytes } of files) expect(statSync(path).size).toBe(bytes);
    expect(existsSync(join(out, "LinearRegression.grad.onnx"))).toBe(true);
  });

  it("builds trained weights in", async () => {
    const folder = folderWithSpecs();
    const file = join(folder, "linear-regression.model");
    const [trained, out] = [join(folder, "trained"), join(folder, "out")];
    expect((await cli(["train", file, "--epochs", "1", "--out", trained])).code).toBe(0);
    const weights = join(trained, "LinearRegression.safetensors");
    expect((await cli(["build", file, "--target", "onnx", "--weights", weights, "--out", out])).code).toBe(0);
    const predict = async (path: string): Promise<string> =>
      (await cli(["predict", file, "--weights", path], { stdin: () => "[[1, 2, 3]]" })).out;
    expect(await predict(join(out, "LinearRegression.safetensors"))).toBe(await predict(weights));
  });

  it("says what it cannot", async () => {
    const file = "specs/mnist-cnn.model";
    const out = join(folderWith({}), "out");
    expect(await cli(["build", file, "--out", out, "--set", "clases=3"])).toMatchObject({
      code: 2,
      err: expect.stringContaining("did you mean classes?") as string,
    });
    expect(await cli(["build", file, "--out", out, "--set", "classes"])).toMatchObject({
      code: 2,
      err: expect.stringContaining("--set takes NAME=VALUE") as string,
    });
    expect(await cli(["build", file, "--out", out, "--target", "onx"])).toMatchObject({ code: 2 });
    expect(await cli(["build", file, "--out", out, "--opset", "7", "--target", "onnx"])).toMatchObject({
      code: 1,
      err: expect.stringContaining("MC5001") as string,
    });
    expect(await cli(["build", "no-such.model", "--out", out])).toMatchObject({
      code: 2,
      err: "error: There is no file no-such.model.\n",
    });
    expect(existsSync(out)).toBe(false);
  });
});

describe("the other commands", () => {
  it("check prints JSON as its schema says", async () => {
    const folder = folderWith({ "bad.model": "model Net: (x: f32[B, 3]) -> y: f32[B, 2] { x -> Denze(2) }\n" });
    for (const path of ["specs", folder]) {
      const { out } = await cli(["check", path, "--json"]);
      expect(validateAgainst("check.schema.json", JSON.parse(out) as Json)).toEqual([]);
    }
    expect(JSON.parse((await cli(["check", folder, "--format", "sarif"])).out)).toMatchObject({ version: "2.1.0" });
    const files = readdirSync("specs", { recursive: true, encoding: "utf8" }).filter((it) => it.endsWith(".model"));
    expect(files.length).toBeGreaterThan(6);
    const out = `${String(files.length)} files checked, no problems\n`;
    expect(await cli(["check", "specs"])).toEqual({ code: 0, out, err: "" });
  });

  it("fmt changes what is not laid out, and names it with --check", async () => {
    const folder = folderWith({ "net.model": "model Net: (x: f32[B,3])->y: f32[B,2] { x->Dense( 2 ) } # end\n" });
    const file = join(folder, "net.model");
    const before = readFileSync(file, "utf8");
    expect(await cli(["fmt", "--check", folder])).toMatchObject({ code: 1, out: `${file} is not formatted\n` });
    expect(readFileSync(file, "utf8")).toBe(before);
    expect(await cli(["fmt", folder])).toMatchObject({ code: 0, out: `${file} formatted\n` });
    expect(readFileSync(file, "utf8")).toContain("x -> Dense(2)");
    expect(await cli(["fmt", "--check", folder])).toMatchObject({ code: 0 });
    writeFileSync(file, "model Net: (");
    expect(await cli(["fmt", folder])).toMatchObject({
      code: 1,
      err: expect.stringContaining("net.model:1:") as string,
    });
    expect(readFileSync(file, "utf8")).toBe("model Net: (");
  });

  it("ir prints each stage", async () => {
    const file = "specs/linear-regression.model";
    const stages = await Promise.all(["structured", "flat", "training"].map((it) => cli(["ir", file, "--stage", it])));
    expect(stages.map((it) => it.code)).toEqual([0, 0, 0]);
    expect(stages[0]?.out).toContain('parameter "kernel"');
    expect(stages[1]?.out).not.toContain("next/param");
    expect(stages[2]?.out).toContain('"next/param/dense_0.kernel"');
  });

  it("explain prints the catalog, by code or number", async () => {
    const byCode = await cli(["explain", "MC6003"]);
    expect(byCode).toMatchObject({ code: 0, out: expect.stringContaining("label out of range") as string });
    for (const word of ["6003", "mc6003", "error[MC6003]", "error[MC6003]:", "[MC6003]"])
      expect(await cli(["explain", word])).toEqual(byCode);
    const defect = await cli(["explain", "MC9-285db7f6"]);
    expect(defect.code).toBe(0);
    expect(defect.out).toMatch(/^MC9-285db7f6 stands for a failure of modelc itself/);
    expect(await cli(["explain", "MC6999"])).toMatchObject({ code: 2 });
  });

  it("explain lists the codes, all or those about a word", async () => {
    const { code, out } = await cli(["explain"]);
    expect(code).toBe(0);
    expect(out.match(/^ {2}MC\d{4} {2}\S/gm)).toHaveLength(Object.keys(catalog).length);
    const about = await cli(["explain", "unused"]);
    expect(about.code).toBe(0);
    expect(about.out).toMatch(/^Names\n {2}MC2004 {2}unused binding \(warning\)\n/);
    expect(about.out).not.toContain("MC1001");
    expect(await cli(["explain", "nothing of the kind"])).toMatchObject({ code: 2 });
  });

  it("help teaches every command, and mistakes are met with the nearest word", async () => {
    const { out } = await cli(["--help"]);
    const commands = [
      "check",
      "build",
      "fmt",
      "summary",
      "diff",
      "breaking",
      "ir",
      "train",
      "test",
      "predict",
      "explain",
    ];
    for (const name of commands) {
      expect(out).toMatch(new RegExp(`^ {2}${name} `, "m"));
      const help = await cli([name, "--help"]);
      expect(help).toMatchObject({
        code: 0,
        out: expect.stringMatching(/^Usage: modelc [^]*\n\nExamples:\n {2}\$ .*modelc /) as string,
      });
    }
    expect(await cli(["--version"])).toMatchObject({ code: 0, out: `${version}\n` });
    expect(await cli(["trian"])).toMatchObject({
      code: 2,
      err: expect.stringContaining("Did you mean train?") as string,
    });
    expect(await cli(["summary", "x.model", "--jsn"])).toMatchObject({
      code: 2,
      err: expect.stringContaining("--json") as string,
    });
    expect(await cli(["check", "--jsn"])).toMatchObject({ code: 2, err: expect.stringContaining("--json") as string });
    expect(await cli(["summary"])).toMatchObject({ code: 2 });
  });
});
