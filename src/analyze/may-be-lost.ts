import type { ProgramFile } from "../std/program-file.ts";
import { lostName } from "../syntax/lost-name.ts";

/** Whether a name that means nothing in a file may belong to what an error left out of it: that has been reported. */
export function mayBeLost({ scope }: Pick<ProgramFile, "scope">, name: string): boolean {
  return name === lostName || scope.get(name)?.kind === "missing" || scope.has(lostName);
}
