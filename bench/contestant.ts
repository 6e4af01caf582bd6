import { spawn, type ChildProcessWithoutNullStreams } from "node:child_process";
import * as readline from "node:readline";

/** What a contestant answers: milliseconds a step, or why it has none. */
export type Answer = { readonly ms: number } | { readonly error: string };

/** A process that runs steps on request. */
export interface Contestant {
  readonly name: string;
  ask(model: string, steps: number): Promise<Answer>;
  stop(): void;
}

/** Starts a contestant; requests and answers are JSON lines. `greets` where it says something of itself first. */
export async function startContestant(
  name: string,
  command: readonly string[],
  greets = false,
): Promise<Contestant | undefined> {
  const [program = "", ...rest] = command;
  const child: ChildProcessWithoutNullStreams = spawn(program, rest);
  child.stdin.on("error", () => undefined);
  const lines = readline.createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const next = async (): Promise<string | undefined> => {
    const line = await lines.next();
    return line.done === true ? undefined : line.value;
  };
  const failed = new Promise<undefined>((done) => {
    child.once("error", () => {
      done(undefined);
    });
  });
  if (greets && (await Promise.race([next(), failed])) === undefined) return undefined;
  return {
    name,
    async ask(model, steps) {
      child.stdin.write(`${JSON.stringify({ model, steps, size: 1024 })}\n`);
      for (;;) {
        const line = await Promise.race([next(), failed]);
        if (line === undefined) return { error: "it stopped" };
        if (line.startsWith("{")) return JSON.parse(line) as Answer;
      }
    },
    stop: () => void child.kill(),
  };
}
