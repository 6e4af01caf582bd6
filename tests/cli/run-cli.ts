import { cpSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { onTestFinished } from "vitest";
import { run } from "../../src/cli/main.ts";
import type { Surroundings } from "../../src/cli/surroundings.ts";

/** What a command printed and returned. */
export interface CliResult {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

/** Runs the command line in this process, without colours and bars. */
export async function cli(
  argv: readonly string[],
  surroundings: Omit<Surroundings, "terminal"> = {},
): Promise<CliResult> {
  let out = "";
  let err = "";
  const terminal = {
    out: (text: string) => void (out += text),
    error: (text: string) => void (err += text),
    color: false,
    outColor: false,
    interactive: false,
  };
  const code = await run(argv, { terminal, ...surroundings });
  return { code, out, err };
}

/** A folder that is gone when the test ends, with files in it. */
export function folderWith(files: Readonly<Record<string, string | Uint8Array>>): string {
  const folder = mkdtempSync(join(tmpdir(), "modelc-test-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  for (const [name, content] of Object.entries(files)) writeFileSync(join(folder, name), content);
  return folder;
}

/** A folder with the project's specs and their data. */
export function folderWithSpecs(): string {
  const folder = folderWith({});
  cpSync("specs", folder, { recursive: true });
  return folder;
}
