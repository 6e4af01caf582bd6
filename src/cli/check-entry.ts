import { check } from "./commands/check.ts";
import { readCheckArguments } from "./check-arguments.ts";
import { processTerminal } from "./process-terminal.ts";
import { reportFailure } from "./report-failure.ts";
import { guardTerminal, type Terminal } from "./terminal.ts";

/** `modelc check` by itself: the arguments after `check`; returns the exit code. */
export function run(argv: readonly string[], given: Terminal = processTerminal()): number {
  const terminal = guardTerminal(given);
  try {
    const { paths, options } = readCheckArguments(argv);
    return check(paths, options, terminal);
  } catch (error) {
    return reportFailure(error, terminal);
  }
}
