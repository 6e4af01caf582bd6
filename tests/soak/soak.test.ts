import { readdirSync } from "node:fs";
import { tmpdir } from "node:os";
import { describe, expect, it } from "vitest";
import { damageInputs } from "./inputs.ts";
import { isBuilt, killAndResume, storedNames } from "./kills.ts";
import { createRandom } from "./random.ts";

// The short version of `npm run soak`.
describe("what goes wrong from outside", () => {
  it("a training that is killed again and again ends with the bits of one that is not", async () => {
    expect(isBuilt(), "dist is built by the test command").toBe(true);
    const { kills, differences } = await killAndResume(4, createRandom(11));
    expect(differences).toEqual([]);
    expect(kills).toBe(4);
  }, 120_000);

  it("so does one whose data do not lie in memory, and nothing is left of these", async () => {
    const files = (): readonly string[] => readdirSync(tmpdir()).filter((it) => /^modelc-[0-9a-f]{8}-/.test(it));
    const before = files();
    const { kills, differences } = await killAndResume(4, createRandom(13), storedNames);
    expect(differences).toEqual([]);
    expect(kills).toBe(4);
    expect(files()).toEqual(before);
  }, 240_000);

  it("damaged input of every kind is a finding or wrong usage, never a defect", async () => {
    const reports = await damageInputs(150, createRandom(12));
    expect(reports.flatMap((it) => it.defects)).toEqual([]);
    expect(reports.every((it) => it.inputs > 0)).toBe(true);
  }, 120_000);
});
