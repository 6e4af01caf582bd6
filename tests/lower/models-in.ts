import { readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import type { ProgramHost } from "../../src/analyze/program.ts";

/** Every `.model` file of a folder and those in it, by path. */
export function modelsIn(folder: string): readonly (readonly [string, string])[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((it) => {
    const path = join(folder, it.name);
    if (it.isDirectory()) return modelsIn(path);
    return it.name.endsWith(".model") ? [[path, readFileSync(path, "utf8")] as const] : [];
  });
}

/** A host whose files are texts by path. */
export function hostOf(files: ReadonlyMap<string, string>): ProgramHost {
  return {
    read(path) {
      const text = files.get(path);
      return text === undefined ? undefined : { path, text };
    },
    resolve: (from, to) => join(dirname(from), to),
  };
}
