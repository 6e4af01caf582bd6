import { describe, expect, it } from "vitest";
import { createPredictor } from "../../../src/runtime/onnx/predictor.ts";
import type { Tensor } from "../../../src/runtime/tensor.ts";
import { lower } from "../../lower/checking.ts";

const tensor = (shape: readonly number[], ...data: number[]): Tensor => ({
  dtype: "f32",
  shape,
  data: Float32Array.from(data),
});

describe("a network that draws in inference", () => {
  it("answers alike for one seed", async () => {
    const module = lower(
      "model M: (x: f32[B, 2]) -> y: f32[B, 2] {\n  param w: f32[2] = ones\n  x * w + normal_like(x)\n}\n",
      "M",
    );
    const made = await createPredictor(module, new Map([["w", tensor([2], 1, 1)]]), { threads: 1 });
    if (!made.ok) throw new Error(made.error);
    const answer = async (): Promise<readonly number[]> => {
      const result = await made.value.run(new Map([["x", tensor([2, 2], 1, 2, 3, 4)]]));
      return result.ok ? Array.from(result.value.get("y")?.data ?? [], Number) : [];
    };
    const first = await answer();
    expect(first).toHaveLength(4);
    expect(first).not.toEqual([1, 2, 3, 4]);
    expect(await answer()).toEqual(first);
    await made.value.dispose();
  });
});
