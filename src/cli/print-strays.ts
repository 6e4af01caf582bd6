import { describeStrays } from "../runtime/train/describe-strays.ts";
import { StrayPlaces } from "../runtime/train/stray-places.ts";
import { exitCode, type ExitCode } from "./exit-code.ts";
import { printFindings } from "./load-unit.ts";
import type { OpenTraining } from "./open-training.ts";
import { printDataFault } from "./print-data-fault.ts";
import type { Terminal } from "./terminal.ts";

/** Says which places were out of range, or which data could not be read, where that ended a command; any other error goes on. */
export async function printStrays(open: OpenTraining, error: unknown, terminal: Terminal): Promise<ExitCode> {
  if (!(error instanceof StrayPlaces)) return printDataFault(open, error, terminal);
  const { collector } = open.spec;
  await describeStrays(open, error, collector);
  printFindings(collector, terminal);
  return exitCode.findings;
}
