import { createRequire } from "node:module";
import { join, resolve } from "node:path";

/**
 * Where a package is that modelc needs at run time: beside modelc, or, where the command line names a project, there.
 * Never in the working folder for its own sake: what lies in it is not the user's to run.
 */
export function resolvePackage(name: string, project?: string): string | undefined {
  try {
    return createRequire(project === undefined ? import.meta.url : join(resolve(project), "package.json")).resolve(
      name,
    );
  } catch {
    return undefined;
  }
}

/** What to tell a person who lacks packages; `purpose` begins the sentence. */
export function missingPackages(purpose: string, names: readonly string[], project?: string): string {
  const [what, are] = [names.join(" and "), names.length > 1 ? "s" : ""];
  const where = project === undefined ? "beside modelc" : `in ${project}`;
  const others = project === undefined ? ", or name a project that has it with --runtime-from DIR" : "";
  return `${purpose} needs the package${are} ${what}, not found ${where}: npm install ${names.join(" ")} --ignore-scripts${others}`;
}
