import { spawnSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { checkSource } from "../../src/compiler.ts";
import { diskHost } from "../../src/cli/read-specs.ts";

const folder = join("tests", "docs", "messages");
const files = readdirSync(folder).filter((it) => it.endsWith(".model"));

/** What a mistake is told by: one finding, with what to do where that is not plain from the sizes. */
const codes: Readonly<Record<string, string>> = {
  "01-flattened.model": "MC3002",
  "02-skip.model": "MC3002",
  "03-heads.model": "MC3004",
  "04-residual.model": "MC3002",
  "05-softmax.model": "MC3019",
  "06-target.model": "MC3006",
  "07-classes.model": "MC3020",
  "08-channels-first.model": "MC3204",
  "09-inner.model": "MC3002",
  "10-argument.model": "MC2011",
  "11-vocabulary.model": "MC3040",
  "12-window.model": "MC3028",
};

describe("the mistakes that docs/messages.md sets side by side", () => {
  it("are twelve", () => {
    expect(files.sort()).toEqual(Object.keys(codes));
  });

  it.each(files)("%s is one finding", (file) => {
    const found = checkSource({ path: file, text: readFileSync(join(folder, file), "utf8") }, diskHost);
    expect(found.map(({ code }) => code)).toEqual([codes[file]]);
  });

  it.for(["torch", "keras"])("are told by %s as it is recorded", (name, { skip }) => {
    const python = process.env["MODELC_ORACLE_PYTHON"] ?? join(".cache", "oracles", "bin", "python");
    const run = spawnSync(python, ["-B", join("tests", "oracles", `mistakes_${name}.py`)], { encoding: "utf8" });
    if (run.status !== 0) skip(`no Python with ${name}: what it says of mistakes is not asked again`);
    const recorded = JSON.parse(readFileSync(join(folder, `${name}.json`), "utf8")) as { readonly version: string };
    const told = JSON.parse(run.stdout) as { readonly version: string };
    if (told.version !== recorded.version) skip(`${name} is ${told.version}, and ${recorded.version} was asked`);
    expect(told).toEqual(recorded);
  });
});
