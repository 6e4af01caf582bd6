import type { DType } from "../../ir/types.ts";
import { encodeElements } from "../../support/element-bytes.ts";
import { formatFloat } from "./format-float.ts";
import type { OnnxTensor } from "./model.ts";
import type { Names } from "./names.ts";

/** The constants of a model, each distinct one once, as initializers of the outermost graph. */
export interface Constants {
  /** The name of a constant: `data` in row-major order, or one number that fills the shape. */
  add(dtype: DType, data: number | readonly number[], shape: readonly number[]): string;
  readonly tensors: readonly OnnxTensor[];
}

/** Beyond this many elements two constants are not compared. */
const sharedElements = 65_536;

/** No constants yet. */
export function createConstants(names: Names): Constants {
  const tensors: OnnxTensor[] = [];
  const known = new Map<string, string>();
  return {
    add(dtype, data, shape) {
      const count = shape.reduce((a, b) => a * b, 1);
      const bytes = encodeElements(dtype, data, count);
      const key = count <= sharedElements ? `${dtype}[${shape.join()}]${Array.from(bytes).join()}` : undefined;
      const same = key === undefined ? undefined : known.get(key);
      if (same !== undefined) return same;
      const name = names.fresh(nameOf(dtype, data, shape));
      tensors.push({ name, dtype, shape, data: bytes });
      if (key !== undefined) known.set(key, name);
      return name;
    },
    tensors,
  };
}

/** `const/0.5`, `const/i64[1,-1]`, `const/f32[3,4]`: values where they are few. */
function nameOf(dtype: DType, data: number | readonly number[], shape: readonly number[]): string {
  const single = typeof data === "number" ? data : data.length === 1 ? data[0] : undefined;
  const label = dtype === "f32" ? "" : `${dtype}:`;
  // Doubles that differ beyond f32 share a base name, which is made unique.
  if (shape.length === 0 && single !== undefined)
    return `const/${label}${/^b?f/.test(dtype) ? formatFloat(single) : single}`;
  if (shape.length === 1 && typeof data !== "number" && data.length <= 8) return `const/${label}[${data.join(",")}]`;
  return `const/${dtype}[${shape.join(",")}]`;
}
