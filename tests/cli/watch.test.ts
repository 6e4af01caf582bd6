import { rmSync, writeFileSync } from "node:fs";
import { describe, expect, it, onTestFinished } from "vitest";
import { run } from "../../src/cli/main.ts";
import { folderWith } from "./run-cli.ts";

const use = 'import { Part } from "./part.model"\n\nmodel Net: (x: f32[B, 3]) -> y: f32[B, 2] {\n  x -> Part\n}\n';
const part = "block Part: (x: f32[B, D]) -> f32[B, 2] {\n  x -> Dense(2)\n}\n";
const other = "model Other(depth: int = 2): (x: f32[B, 3]) -> y: f32[B, 2] {\n  x -> Dense(2)\n}\n";

/** A watch in a folder of its own, with what it has said since it was last asked. */
function watching(files: Readonly<Record<string, string>>, ...options: readonly string[]) {
  const folder = folderWith(files);
  const before = process.cwd();
  process.chdir(folder);
  const control = new AbortController();
  let said = "";
  const write = (text: string): void => void (said += text);
  const terminal = { out: write, error: write, color: false, outColor: false, interactive: false };
  const code = run(["check", "--watch", ...options], { terminal, signal: control.signal });
  onTestFinished(async () => {
    control.abort();
    await code;
    process.chdir(before);
  });
  return {
    /** Waits until the text fits, and takes it. */
    async says(pattern: RegExp): Promise<string> {
      while (!pattern.test(said)) await new Promise((done) => setTimeout(done, 10));
      const text = said;
      said = "";
      return text;
    },
    async end(): Promise<number> {
      control.abort();
      return code;
    },
  };
}

describe("modelc check --watch", () => {
  it("checks again when a file, an import or the configuration changes, comes or goes", async () => {
    const { says, end } = watching({ "a.model": use, "part.model": part });
    expect(await says(/Watching/)).toBe("2 files checked, no problems\nWatching for changes; Ctrl-C ends.\n");
    writeFileSync("part.model", part.replace("Dense", "Denze"));
    expect(await says(/checked/)).toMatch(/^\nChanged: part\.model\nerror\[MC2001\][^]*\n2 files checked, 1 error\n$/);
    rmSync("part.model");
    expect(await says(/checked/)).toMatch(/^\nChanged: part\.model\nerror\[MC2007\][^]*\n1 file checked, 1 error\n$/);
    writeFileSync("part.model", part);
    await says(/2 files checked, no problems\n/);
    writeFileSync("new.model", other);
    expect(await says(/checked/)).toMatch(/^\nChanged: new\.model\nwarning\[MC2006\][^]*1 warning\n$/);
    writeFileSync("modelc.config.json", '{ "levels": { "MC2006": "error" } }');
    expect(await says(/checked/)).toMatch(/^\nChanged: modelc\.config\.json\nerror\[MC2006\][^]*1 error\n$/);
    writeFileSync("modelc.config.json", "{");
    expect(await says(/checked/)).toMatch(/error\[MC7001\]/);
    expect(await end()).toBe(1);
  });

  it("goes on where there is nothing to check, and fixes what it is asked to", async () => {
    const { says, end } = watching({}, "--fix");
    await says(/There are no \.model files[^]*Watching/);
    writeFileSync("a.model", other.replace("Dense", "Denze").replace("(depth: int = 2)", ""));
    expect(await says(/checked/)).toMatch(
      /a\.model: fixed MC2001: change to Dense\n1 file checked, no problems, 1 fixed\n$/,
    );
    expect(await end()).toBe(0);
  });
});
