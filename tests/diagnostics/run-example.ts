import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect } from "vitest";
import { cli, folderWith } from "../cli/run-cli.ts";

/** Runs the commands in an example's first line, and gives the codes that the last of them reports. */
export async function codesOfCommands(text: string): Promise<readonly string[]> {
  const [first = ""] = text.split("\n");
  expect(first).toMatch(/^# modelc /);
  const folder = folderWith({ "net.model": text });
  const commands = first.slice(2).split(" && ");
  for (const [at, command] of commands.entries()) {
    const [program, ...words] = command.split(" ");
    if (program === "sed") {
      edit(join(folder, words.at(-1) ?? ""), words.at(-2) ?? "");
      continue;
    }
    const argv = words.map((it, i) =>
      it === "net.model" || ["--out", "--weights", "--data"].includes(words[i - 1] ?? "") ? join(folder, it) : it,
    );
    const { code, err } = await cli(argv);
    if (at < commands.length - 1) expect({ command, code, err }).toEqual({ command, code: 0, err: "" });
    else {
      expect(err).not.toMatch(/defect/);
      return [...err.matchAll(/^(?:error|warning)\[(MC\d+)\]/gm)].map((it) => it[1] ?? "");
    }
  }
  return [];
}

/** What `sed -i s/THIS/THAT/ FILE` does to the first place in a file. */
function edit(path: string, script: string): void {
  const [, from = "", to = ""] = script.split("/");
  expect(from.length).toBe(to.length);
  writeFileSync(path, readFileSync(path, "latin1").replace(from, to), "latin1");
}
