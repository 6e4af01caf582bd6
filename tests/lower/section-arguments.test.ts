import { expect, it } from "vitest";
import { checkSource } from "../../src/compiler.ts";

const net = `model Net(width: int = 8): (x: f32[B, 4]) -> y: f32[B, width] {
  x -> Dense(width)
}
`;
const host = {
  read: (path: string) => (path === "net.model" ? { path, text: net } : undefined),
  resolve: (_: string, to: string) => to.replace(/^\.\//, ""),
};

it("arguments of a section mean what they mean in its own file, wherever the model stands", () => {
  const text = `import { Net } from "./net.model"

const WIDTH = 3

data Rows {
  source: csv("rows.csv")
  split:  train 0.8, validate 0.1, test 0.1, seed 7
  x: f32[4] = stack(raw.a, raw.b, raw.c, raw.d, axis=-1)
  z: class(3) = raw.z
}

train Net(width=WIDTH) on Rows {
  loss: cross_entropy(y, z)
  optimizer: adam(lr=1e-3)
  epochs: 2
}
`;
  expect(checkSource({ path: "main.model", text }, host).map((it) => `${it.code} ${it.message}`)).toEqual([]);
});
