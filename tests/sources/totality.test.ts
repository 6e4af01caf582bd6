import { describe, expect, it } from "vitest";
import { defineSource, type SourceFiles } from "../../src/sources/define-source.ts";
import { success } from "../../src/support/result.ts";

/** What is wrong here is found by the compiler: `npm run types` fails where an expected error is none. */
const definitions = {
  complete: () =>
    defineSource({
      name: "ones",
      doc: "`raw.x`, 1",
      arguments: { count: { kind: "integer", min: 1 }, shade: { kind: "word", oneOf: ["light", "dark"] } },
      fields: () => ({ kind: "listed", shapes: { x: [] } }),
      load: ({ arguments: { count, shade } }) => {
        const data = new Float64Array(count).fill(shade === "dark" ? 0 : 1);
        return success({ kind: "columns", columns: [{ name: "x", shape: [], data, from: "ones" }] });
      },
    }),
  "without fields": () =>
    // @ts-expect-error what it delivers is missing
    defineSource({
      name: "ones",
      doc: "",
      arguments: {},
      load: () => success({ kind: "columns", columns: [] }),
    }),
  "without load": () =>
    // @ts-expect-error how it is read is missing
    defineSource({ name: "ones", doc: "", arguments: {}, fields: () => ({ kind: "windows" }) }),
  "with an argument that its schema lacks": () =>
    defineSource({
      name: "ones",
      doc: "",
      arguments: { count: { kind: "integer" } },
      // @ts-expect-error there is no such argument
      fields: ({ arguments: { size } }) => ({ kind: "any", shape: [Number(size)] }),
      load: () => success({ kind: "columns", columns: [] }),
    }),
  "with a word that its schema lacks": () =>
    defineSource({
      name: "ones",
      doc: "",
      arguments: { shade: { kind: "word", oneOf: ["light", "dark"] } },
      // @ts-expect-error it is light or dark
      fields: ({ arguments: { shade } }) => ({ kind: "any", shape: shade === "grey" ? [] : [1] }),
      load: () => success({ kind: "columns", columns: [] }),
    }),
};

const noFiles: SourceFiles = {
  held: Infinity,
  placeOf: (name) => name,
  placeBeside: (name) => name,
  read: () => Promise.resolve(success(new Uint8Array())),
  list: () => undefined,
  real: (folder) => folder,
};

describe("a source", () => {
  it("reads its arguments by the types of their schema", async () => {
    const source = definitions.complete();
    const origin = { file: { path: "spec.model", text: "" }, start: 0, end: 0 };
    const spec = { kind: "ones", arguments: { count: 2, shade: "light" }, origin };
    const loaded = await source.load(spec, [], noFiles);
    expect(loaded).toMatchObject({ ok: true, value: { columns: [{ data: Float64Array.of(1, 1) }] } });
    expect(() => source.load({ ...spec, arguments: { count: "2", shade: "light" } }, [], noFiles)).toThrow(/schema/);
  });
});
