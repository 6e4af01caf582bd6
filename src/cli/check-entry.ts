import { readCheckOptions } from "./check-options.ts";
import { check } from "./commands/check.ts";
import { watch } from "./commands/watch.ts";
import { processTerminal } from "./process-terminal.ts";
import { reportFailure } from "./report-failure.ts";
import type { Surroundings } from "./surroundings.ts";
import { guardTerminal } from "./terminal.ts";

/** `modelc check` by itself: the arguments after `check`; returns the exit code. */
export function run(
  argv: readonly string[],
  given: Surroundings = { terminal: processTerminal() },
): number | Promise<number> {
  const terminal = guardTerminal(given.terminal);
  try {
    const options = readCheckOptions(argv);
    const surroundings = { ...given, terminal };
    return options.watch ? watch(options, surroundings) : check(options, surroundings);
  } catch (error) {
    return reportFailure(error, terminal);
  }
}
