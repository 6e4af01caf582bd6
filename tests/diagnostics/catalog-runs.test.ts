import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { runsCatalog } from "../../src/diagnostics/catalog/runs.ts";
import { cli, folderWith, type CliResult } from "../cli/run-cli.ts";

async function trained(text: string, runtime: string): Promise<CliResult> {
  const folder = folderWith({ "net.model": `${text}\n` });
  const where = [
    "--out",
    join(folder, "out"),
    ...(runtime === "tfjs" ? ["--runtime", runtime, "--backend", "cpu"] : []),
  ];
  return cli(["train", join(folder, "net.model"), ...where]);
}

describe.each(["onnx", "tfjs"])("the catalog of runs (%s)", (runtime) => {
  // TensorFlow.js has no f16, and so no loss scale.
  it.each(Object.entries(runsCatalog).filter(([code]) => runtime === "onnx" || code !== "MC4045"))(
    "%s: the bad example yields it alone, the good one nothing",
    async (code, entry) => {
      const bad = await trained(entry.bad, runtime);
      expect(bad.code).toBe(entry.severity === "error" ? 1 : 0);
      expect(bad.err.match(/\bMC\d{4}\b/g)).toEqual([code]);
      expect(bad.err).toMatch(/net\.model:\d+:\d+/);
      expect(await trained(entry.good, runtime)).toMatchObject({ code: 0, err: "" });
      expect(entry.explanation.length).toBeGreaterThan(20);
    },
  );
});
