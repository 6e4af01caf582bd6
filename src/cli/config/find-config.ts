import { existsSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";
import { readFileBytes } from "../read-specs.ts";
import type { FoundConfig } from "./config.ts";
import { readConfig } from "./read-config.ts";

/** What the file is called that a project says in how it is checked. */
const configName = "modelc.config.json";

/** The configuration at a path, or the nearest one from the working folder upwards; nothing where there is none. */
export function findConfig(path?: string): FoundConfig | undefined {
  const found = path === undefined ? nearestConfig() : resolve(path);
  if (found === undefined) return undefined;
  const shown = path ?? relative(process.cwd(), found);
  const text = Buffer.from(readFileBytes(path ?? found))
    .toString("utf8")
    .replace(/^\uFEFF/, "");
  return { ...readConfig({ path: shown, text }), path: shown, folder: dirname(found) };
}

function nearestConfig(): string | undefined {
  for (let at = process.cwd(); ; at = dirname(at)) {
    if (existsSync(join(at, configName))) return join(at, configName);
    if (dirname(at) === at) return undefined;
  }
}
