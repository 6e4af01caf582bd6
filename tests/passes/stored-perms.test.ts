import { describe, expect, it } from "vitest";
import { storedPermsOf } from "../../src/passes/stored-perms.ts";
import { lower } from "../lower/checking.ts";

describe("storedPermsOf", () => {
  it("has the kernels of images, OIHW, of both modes, and no other parameters", () => {
    const text = `block Net: (x: f32[B, 8, 8, 2]) {
  param plain: f32[3, 3, 2, 4] = zeros
  y = x -> Conv2D(4, 3, padding=same)
  wide = when training { y -> Conv2D(4, 3, padding=same) } else { y -> Conv2D(4, 5, padding=same) }
  wide + sum(plain) -> GlobalAvgPool2D -> Dense(3)
}
`;
    expect(storedPermsOf(lower(text, "Net"))).toEqual(
      new Map(["y", "conv2d_0", "conv2d_1"].map((it) => [`${it}.kernel`, [3, 2, 0, 1]])),
    );
  });

  it("has nothing of a model without images", () => {
    expect(storedPermsOf(lower("block Net: (x: f32[B, 8]) { x -> Dense(3) }\n", "Net"))).toEqual(new Map());
  });
});
