import type { DType } from "../ir/types.ts";

/** What an element type makes of a number that it cannot hold: 0 or infinity; undefined where it holds it or rounds it. */
export function lostIn(dtype: DType, value: number): "0" | "infinity" | undefined {
  if (value === 0 || !Number.isFinite(value)) return undefined;
  switch (dtype) {
    case "f16":
      return Math.abs(value) <= 2 ** -25 ? "0" : Math.abs(value) >= 65520 ? "infinity" : undefined;
    case "f32":
    case "bf16":
      return Math.fround(value) === 0 ? "0" : Number.isFinite(Math.fround(value)) ? undefined : "infinity";
    default:
      return undefined;
  }
}
