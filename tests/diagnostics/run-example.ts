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
    const [, ...words] = command.split(" ");
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
