import type { Terminal } from "./terminal.ts";

/** What a command needs of the process, so that tests run it in theirs. */
export interface Surroundings {
  readonly terminal: Terminal;
  /** Aborted to end a training; `train` listens to the process's signals where it is left out. */
  readonly signal?: AbortSignal;
  /** The text of standard input. */
  readonly stdin?: () => string;
}
