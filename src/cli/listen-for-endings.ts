import { exitCode } from "./exit-code.ts";
import type { Surroundings } from "./surroundings.ts";

/** What ends a training: Ctrl-C, a polite kill, and a terminal that is closed. */
const endings = ["SIGINT", "SIGTERM", "SIGHUP"] as const;

/**
 * Listens for signals until it is released: the first one ends a training after the step in flight, a second one ends it
 * at once. A signal of whoever runs the command as a function takes their place.
 */
export function listenForEndings(
  terminal: Surroundings["terminal"],
  given: AbortSignal | undefined,
): { readonly signal: AbortSignal; release(): void } {
  if (given !== undefined) return { signal: given, release: () => undefined };
  const controller = new AbortController();
  const deaf = (): void => undefined;
  const onSignal = (name: NodeJS.Signals): void => {
    if (controller.signal.aborted) process.exit(exitCode.interrupted);
    controller.abort();
    // A terminal that is gone takes no bars: that must not keep the training from saving.
    if (name === "SIGHUP") process.stderr.on("error", deaf);
    terminal.error("\nstopping after this step (again: at once, without saving)\n");
  };
  for (const name of endings) process.on(name, onSignal);
  return {
    signal: controller.signal,
    release: () => {
      for (const name of endings) process.off(name, onSignal);
    },
  };
}
