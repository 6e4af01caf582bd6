import type { ProgramHost } from "./program.ts";
import { readImportPath } from "./import-path.ts";

/** Where packages are: the path of a file by what an import says, or nothing. */
export type PackageMap = Readonly<Record<string, string>> | ((path: string, from: string) => string | undefined);

/**
 * A host of files that are in memory, as in a browser, by their paths. `packages` says where what is imported from packages
 * lies among them: by a function, or by a record as import maps of browsers have it, whose keys are whole paths
 * (`"nets/encoder.model"`) or end in a slash (`"nets/": "vendor/nets/"`), the longest that fits being used.
 */
export function createMemoryHost(files: Readonly<Record<string, string>>, packages: PackageMap = {}): ProgramHost {
  return {
    read(path) {
      const text = Object.hasOwn(files, path) ? files[path] : undefined;
      return text === undefined ? undefined : { path, text };
    },
    resolve(from, to) {
      const read = readImportPath(to);
      if (read.kind === "refused") return { unreadable: read.reason };
      if (read.kind === "file") return to.startsWith("/") ? normal(to) : normal(`${from.replace(/[^/]*$/, "")}${to}`);
      const found = typeof packages === "function" ? packages(to, from) : mapped(packages, to);
      return found ?? { missing: `the map of packages has no \`${to}\`, and no \`${read.name}/\`` };
    },
  };
}

function mapped(packages: Readonly<Record<string, string>>, to: string): string | undefined {
  if (Object.hasOwn(packages, to)) return packages[to];
  const [longest] = Object.entries(packages)
    .filter(([key]) => key.endsWith("/") && to.startsWith(key))
    .sort(([a], [b]) => b.length - a.length);
  return longest && `${longest[1]}${to.slice(longest[0].length)}`;
}

/** A path without `.` and `..`; what leads above the first folder stays there. */
function normal(path: string): string {
  const parts: string[] = [];
  for (const it of path.split("/")) {
    if (it === "..") parts.pop();
    else if (it !== "." && it !== "") parts.push(it);
  }
  return `${path.startsWith("/") ? "/" : ""}${parts.join("/")}`;
}
