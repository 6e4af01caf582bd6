import { execFileSync } from "node:child_process";
import { describe, expect, it } from "vitest";
import { startFlags } from "../../src/cli/start-flags.ts";

describe("what V8 is asked for before a check", () => {
  it("is known to the Node that runs", () => {
    const known = execFileSync(process.execPath, ["--v8-options"], { encoding: "utf8" });
    const asked = startFlags(Number.parseInt(process.versions.node)).map((it) => it.replace(/=.*$/, ""));
    expect(asked.filter((name) => !known.includes(`  ${name} (`))).toEqual([]);
  });

  it.each([20, 22, 23, 24, 25, 26])("is something for Node %i", (major) => {
    expect(startFlags(major)).not.toEqual([]);
  });

  it.each([18, 21, 27, 30])("is nothing for Node %i, which may not know it", (major) => {
    expect(startFlags(major)).toEqual([]);
  });
});
