import { describe, expect, it } from "vitest";
import { layerForm, type LayerForm } from "../../src/lint/layer-form.ts";
import { lower } from "../lower/checking.ts";

/** The form of a block, by its text, or of a layer of the library, on f32[B, 4, 6, 8] or what `shape` says. */
function formOf(text: string, shape = "B, 4, 6, 8"): LayerForm {
  const own = text.startsWith("block");
  const use = own ? "Own" : text;
  const module = lower(
    `${own ? text : ""}\nmodel M: (x: f32[${shape}]) -> y: f32[] {\n  h = x -> ${use}\n  mean(h)\n}\n`,
    "M",
  );
  const name = own ? "Own" : text.replace(/\(.*/, "");
  const func = [...module.functions.values()].find((it) => it.name === name);
  if (func === undefined) throw new Error(`no function ${name}`);
  return layerForm(func);
}

const own = (body: string, inputs = "x: f32[...S, D]"): string => `block Own: (${inputs}) {\n  ${body}\n}\n`;
const weights = "param w: f32[D, 5] = glorot_uniform\n  param b: f32[5] = zeros\n  ";

describe("the form of a layer", () => {
  it.each<[string, Partial<Omit<LayerForm, "product">> & { readonly op?: "matmul" | "conv" }]>([
    ["Dense(5)", { op: "matmul", isAffine: true, hasBias: true }],
    ["Dense(5, bias=false)", { op: "matmul", isAffine: true }],
    ["Dense(5, activation=relu)", { op: "matmul" }],
    ["Conv2D(5, 3)", { op: "conv", isAffine: true, hasBias: true }],
    ["Conv2D(5, 3, activation=relu)", { op: "conv" }],
    ["BatchNorm", { isBatchNorm: true }],
    ["Dropout(0.3)", { isDropout: true }],
    ["Dropout(0)", { isView: true }],
    ["Flatten", { isView: true }],
    ["LayerNorm", {}],
    ["InstanceNorm", { centres: true }],
    ["GroupNorm(2)", {}],
    ["RMSNorm", {}],
    [own("x - mean(x, axis=0, keep=true)"), { centres: true }],
    [own("x - mean(x, axis=-1, keep=true)"), {}],
    [own("x * x - mean(x, axis=0, keep=true)"), {}],
    [own("(x - mean(x, axis=0, keep=true)) * x"), {}],
    ["MaxPool2D(2)", {}],
    [own(`${weights}matmul(x, w) + b`), { op: "matmul", isAffine: true, hasBias: true }],
    [own(`${weights}b + matmul(x, w)`), { op: "matmul", isAffine: true, hasBias: true }],
    [own(`${weights}matmul(x[None], w) + b`), { op: "matmul", isAffine: true, hasBias: true }],
    [own(`${weights}matmul(x * 2, w) + b`), {}],
    [own(`${weights}matmul(x, w) * b`), { op: "matmul" }],
    [own(`${weights}matmul(x, w) + mean(matmul(x, w)) + b`), {}],
    [own(`${weights}matmul(x, w) + sum(x) + b`), {}],
    [own(`${weights}matmul(x, 2 * w) + b`), {}],
    [own("matmul(x, transpose(x))"), {}],
    [own(`${weights}matmul(concat(x, x, axis=0), w) + b`), {}],
    [own("concat(x, x, axis=-1)"), {}],
    [own("x"), { isView: true }],
    [own("h = x\n  h -> Dropout(0.2) -> relu"), {}],
    [own("when training { dropout(x, 0.2) } else { x }"), { isDropout: true }],
    [own("when training { dropout(relu(x), 0.2) } else { x }"), {}],
    [own("when training { relu(x) } else { x }"), {}],
    [own("h = x[:, None]\n  h"), { isView: true }],
  ])("%s", (text, wanted) => {
    const { product, ...form } = formOf(text);
    expect({ op: product?.op, ...form }).toEqual({
      op: undefined,
      isView: false,
      isAffine: false,
      hasBias: false,
      isBatchNorm: false,
      centres: wanted.isBatchNorm === true,
      isDropout: false,
      ...wanted,
    });
  });

  it("is none of several results", () => {
    const text =
      "block Own: (x: f32[B, D]) {\n  (x, x)\n}\nmodel M: (x: f32[B, 2]) -> y: f32[B, 2] {\n  (a, b) = x -> Own\n  a + b\n}\n";
    const func = lower(text, "M").functions.get("Own");
    expect(func && layerForm(func)).toEqual({
      isView: false,
      product: undefined,
      isAffine: false,
      hasBias: false,
      isBatchNorm: false,
      centres: false,
      isDropout: false,
    });
  });

  it("of a vector", () => {
    expect(formOf("Dense(5)", "8")).toMatchObject({ isAffine: true, hasBias: true, product: { op: "matmul" } });
  });
});
