import { StrayPlaces } from "../runtime/train/stray-places.ts";
import { version } from "../support/version.ts";
import { exitCode, InputError, UsageError, type ExitCode } from "./exit-code.ts";
import type { Terminal } from "./terminal.ts";
import { showLines, showText } from "../support/show-text.ts";

/** Says what ended a command: wrong usage and bad input in a line, a defect of modelc with what to report. */
export function reportFailure(error: unknown, terminal: Terminal): ExitCode {
  const bold = (text: string): string => (terminal.color ? `\u001b[1;31m${text}\u001b[39;22m` : text);
  if (error instanceof UsageError || error instanceof InputError) {
    terminal.error(`${bold("error")}: ${showText(error.message)}\n`);
    if (error instanceof UsageError && error.help !== undefined) terminal.error(`${showLines(error.help)}\n`);
    return error instanceof InputError ? exitCode.findings : exitCode.failure;
  }
  if (error instanceof StrayPlaces) {
    terminal.error(`${bold("error")}: ${error.message}.\n`);
    return exitCode.findings;
  }
  if (error instanceof Error && "syscall" in error && error.syscall === "uv_cwd") {
    terminal.error(`${bold("error")}: The folder that you are in is gone: change to one that exists.\n`);
    return exitCode.failure;
  }
  const message = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
  const system = `modelc ${version}, node ${process.version}, ${process.platform}-${process.arch}`;
  terminal.error(
    `${bold("defect")} ${codeOf(message)}: modelc has failed, and not by your fault.\n  ${showLines(message)}\n` +
      `Please report it with this message, the command and the .model file (${system}).\n`,
  );
  if ((process.env["MODELC_DEBUG"] ?? "") === "") terminal.error("MODELC_DEBUG=1 shows where it happened.\n");
  else if (error instanceof Error) terminal.error(`${showLines(error.stack ?? "")}\n`);
  return exitCode.failure;
}

/** A short code of a message, the same for every occurrence of one defect: digits and names in quotes are left out. */
function codeOf(message: string): string {
  let hash = 0x811c9dc5;
  for (const character of message.replaceAll(/\d+|".*?"|`.*?`/g, "")) {
    hash = Math.imul(hash ^ (character.codePointAt(0) ?? 0), 0x01000193) >>> 0;
  }
  return `MC9-${hash.toString(16).padStart(8, "0")}`;
}
