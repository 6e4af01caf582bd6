import { describe, expect, it } from "vitest";
import { checkSource, compile, type CompileRequest } from "../../src/compiler.ts";
import { targetsCatalog } from "../../src/diagnostics/catalog/targets.ts";

const host = { read: () => undefined, resolve: (_from: string, to: string) => to };

/** Builds an example as the command in its first line says; any file of weights holds those of another model. */
async function codesOf(text: string): Promise<readonly string[]> {
  const [first = ""] = text.split("\n");
  if (first === "# modelc check") return checkSource({ path: "example.model", text }, host).map((it) => it.code);
  expect(first).toMatch(/^# modelc build --target (onnx|tfjs)/);
  const option = (name: string): string | undefined => new RegExp(`--${name} (\\S+)`).exec(first)?.[1];
  const opset = option("opset");
  const [dim, size] = option("set")?.split("=") ?? [];
  const other = { name: "other", dtype: "f32", shape: [1], bytes: new Uint8Array(4) } as const;
  const request: CompileRequest = {
    targets: option("target") === "tfjs" ? ["tfjs"] : ["onnx"],
    ...(opset !== undefined && { opset: Number(opset) }),
    ...(dim !== undefined && { dims: { [dim]: Number(size) } }),
    ...(option("weights") !== undefined && { weights: new Map([["other", other]]) }),
  };
  const { diagnostics } = await compile({ path: "example.model", text }, host, request);
  return diagnostics.map((it) => it.code);
}

describe("the catalog of targets", () => {
  it.each(Object.entries(targetsCatalog))(
    "%s: the bad example yields it, the good one nothing",
    async (code, entry) => {
      expect(await codesOf(entry.bad)).toEqual([code]);
      expect(await codesOf(entry.good)).toEqual([]);
    },
  );
});
