import { mkdirSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";

/** Where tests put what they emit: inside of the repository, so that it finds its packages, and ignored by git. */
export const emittedFolder = resolve(".cache", "emitted");

/** Writes an emitted file where TypeScript, and the test runner, can take it from; gives its path. */
export function writeEmitted(name: string, text: string, suite = "run"): string {
  const folder = join(emittedFolder, suite);
  mkdirSync(folder, { recursive: true });
  const path = join(folder, `${name}.ts`);
  writeFileSync(path, text);
  return path;
}

/** Imports an emitted file as the module that it is said to be. */
export async function importEmitted<M>(name: string, text: string, suite?: string): Promise<M> {
  const loaded: unknown = await import(/* @vite-ignore */ writeEmitted(name, text, suite));
  return loaded as M;
}
