import type { TrainProgram } from "../ir/program.ts";
import { DataFault } from "../sources/raw-data.ts";
import { exitCode, type ExitCode } from "./exit-code.ts";
import { printFindings, type LoadedSpec } from "./load-unit.ts";
import type { Terminal } from "./terminal.ts";

/** Says which data could not be read where that ended a command; any other error goes on. */
export function printDataFault(
  { spec: { collector }, program: { data } }: { readonly spec: LoadedSpec; readonly program: TrainProgram },
  error: unknown,
  terminal: Terminal,
): ExitCode {
  if (!(error instanceof DataFault)) throw error;
  error.problem.reportTo(collector, data.source.origin);
  printFindings(collector, terminal);
  return exitCode.findings;
}
