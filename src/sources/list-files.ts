import { byCodePoints } from "../support/by-code-points.ts";
import type { SourceFiles } from "./define-source.ts";

/** What systems leave in folders for themselves, besides hidden files. */
const litter: ReadonlySet<string> = new Set(["Thumbs.db", "desktop.ini", "__MACOSX"]);

/**
 * The files in a folder and those below it, by their paths from there, in the order of code points, so that nothing depends
 * on the file system. What is hidden, and what systems leave there, is none, and nothing is found in a link that leads back
 * to a folder that it lies in. Undefined where there is no such folder.
 */
export function listFiles(
  { list, real }: Pick<SourceFiles, "list" | "real">,
  folder: string,
): readonly string[] | undefined {
  const names = list(folder);
  if (names === undefined) return undefined;
  const found: string[] = [];
  const walk = (place: string, path: string, around: readonly string[]): void => {
    const inside = list(place);
    if (inside === undefined) {
      found.push(path);
      return;
    }
    const own = real(place);
    if (around.includes(own)) return;
    for (const name of inside) if (isPlain(name)) walk(`${place}/${name}`, `${path}/${name}`, [...around, own]);
  };
  for (const name of names) if (isPlain(name)) walk(`${folder}/${name}`, name, [real(folder)]);
  return found.sort(byCodePoints);
}

/** Whether a name is that of a person's own file or folder. */
export const isPlain = (name: string): boolean => !name.startsWith(".") && !litter.has(name);
