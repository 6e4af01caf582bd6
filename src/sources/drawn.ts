import { success } from "../support/result.ts";
import { count } from "./common-arguments.ts";
import { defineSource } from "./define-source.ts";

/** So many examples of which nothing is read: features draw them. */
export const drawn = defineSource({
  name: "drawn",
  doc: "nothing is read: so many examples, for features that are [drawn](#drawn-features); `raw.number` counts them from 0",
  arguments: { count },
  isDrawn: true,
  fields: () => ({ kind: "listed", shapes: { number: [] } }),
  load: ({ arguments: { count } }) => {
    const data = Int32Array.from({ length: count }, (_, number) => number);
    return success({ kind: "columns", columns: [{ name: "number", shape: [], data, from: "drawn" }] });
  },
});
