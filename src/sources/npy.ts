import { success } from "../support/result.ts";
import { defineSource } from "./define-source.ts";
import { parseNpy } from "./parse-npy.ts";
import type { Column } from "./raw-data.ts";

/** One array of `numpy.save` for each field: `x="inputs.npy"` is read as `raw.x`. */
export const npy = defineSource({
  name: "npy",
  doc:
    "`raw.x`, `raw.y`: the names of the arguments; an element of the first axis of each file of `numpy.save`, shaped " +
    "as the feature that reads it. What arrays may hold is as with `npz`",
  arguments: {},
  fieldArguments: { schema: { kind: "string" }, like: ["x", "y"], fieldOf: (argument) => argument },
  fields: ({ byField }) => ({
    kind: "listed",
    shapes: Object.fromEntries(Object.keys(byField).map((name) => [name, "declared"])),
  }),
  load: async ({ byField, wanted, files }) => {
    const columns: Column[] = [];
    for (const [name, file] of Object.entries(byField)) {
      const field = wanted.find((it) => it.name === name);
      if (field === undefined) continue;
      const from = files.placeOf(file);
      const bytes = await files.read(from);
      if (!bytes.ok) return bytes;
      const array = parseNpy(bytes.value, from, field.type.dtype === "i64");
      if (!array.ok) return array;
      const { shape, ...data } = array.value;
      columns.push({ name, shape: shape.slice(1), ...data, from });
    }
    return success({ kind: "columns", columns });
  },
});
