import { decodeElements, decodeIntegers } from "../support/element-bytes.ts";
import { readSafetensors, type SafeTensor } from "../support/safetensors.ts";
import { success } from "../support/result.ts";
import { showName } from "../support/show-text.ts";
import { defineSource } from "./define-source.ts";
import { damaged, lacksField, unreadable } from "./file-problems.ts";
import type { Column } from "./raw-data.ts";

/** The tensors of a `.safetensors` file. */
export const safetensors = defineSource({
  name: "safetensors",
  doc:
    "`raw.NAME` for each tensor of the file: an element of its first axis, shaped as the feature that reads it " +
    "(axes of size 1 may differ). Tensors of BOOL, U8, I8, U32, I32, I64, F16, BF16, F32 and F64 are read, those of " +
    "I64 exactly",
  arguments: { path: { kind: "string" } },
  fields: () => ({ kind: "any", shape: "declared" }),
  load: async ({ arguments: { path }, wanted, files }) => {
    const place = files.placeOf(path);
    const bytes = await files.read(place);
    if (!bytes.ok) return bytes;
    const read = readSafetensors(bytes.value);
    if (!read.ok) {
      const { message, offset, isUnsupported } = read.error;
      if (isUnsupported !== true) return damaged(place, offset, message);
      return unreadable(place, message, "Save it as one of BOOL, U8, I8, U32, I32, I64, F16, BF16, F32 and F64.");
    }
    const { tensors } = read.file;
    const columns: Column[] = [];
    for (const { name, type } of wanted) {
      const tensor = tensors.get(name);
      const from = `${showName(name)} of ${place}`;
      if (tensor === undefined) return lacksField(place, "tensor", name, [...tensors.keys()]);
      if (tensor.shape.length === 0)
        return unreadable(from, "it is one number: the first axis of a tensor counts the examples");
      columns.push({ name, shape: tensor.shape.slice(1), ...dataOf(tensor, type.dtype === "i64"), from });
    }
    return success({ kind: "columns", columns });
  },
});

/** The elements of a tensor, in what holds each exactly; those of 64 bits as integers too, where they are asked for. */
function dataOf({ dtype, bytes }: SafeTensor, isExact: boolean): Pick<Column, "data" | "integers"> {
  const data = decodeElements(dtype, bytes);
  switch (dtype) {
    case "f64":
    case "u32":
      return { data };
    case "i64":
      return isExact ? { data, integers: decodeIntegers(bytes) } : { data };
    case "f16":
    case "bf16":
    case "f32":
      return { data: Float32Array.from(data) };
    case "i8":
    case "i32":
    case "u8":
    case "bool":
      return { data: Int32Array.from(data) };
  }
}
