/** Where a command writes, and what may be written there. */
export interface Terminal {
  out(text: string): void;
  error(text: string): void;
  /** Whether errors may be coloured. */
  readonly color: boolean;
  /** Whether progress may be redrawn in place. */
  readonly interactive: boolean;
}

/** The process's own streams: colours and progress bars on a terminal alone, never where NO_COLOR is set. */
export function processTerminal(): Terminal {
  const { NO_COLOR: noColor, FORCE_COLOR: forceColor, CI: ci } = process.env;
  const color = forceColor !== undefined && forceColor !== "0" ? true : process.stderr.isTTY && (noColor ?? "") === "";
  return {
    out: (text) => void process.stdout.write(text),
    error: (text) => void process.stderr.write(text),
    color,
    interactive: process.stderr.isTTY && (ci ?? "") === "",
  };
}
