/**
 * Exit codes of every command: nothing found; findings in what a person wrote; wrong usage or a defect of modelc; stopped
 * by Ctrl-C (128 + SIGINT, as shells have it).
 */
export const exitCode = { clean: 0, findings: 1, failure: 2, interrupted: 130 } as const;

export type ExitCode = (typeof exitCode)[keyof typeof exitCode];

/** Wrong usage: a message for the person at the command line, ended with exit code 2. */
export class UsageError extends Error {
  override readonly name = "UsageError";
  constructor(
    message: string,
    readonly help?: string,
  ) {
    super(message);
  }
}

/** A message as the beginning of a sentence. */
export const upperFirst = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);

/** Something wrong with a file that a person gave: a message with its place, ended with exit code 1. */
export class InputError extends Error {
  override readonly name = "InputError";
}
