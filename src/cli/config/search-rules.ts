import { readIgnoreLines } from "../files/gitignore.ts";
import type { SearchRules } from "../find-specs.ts";
import type { FoundConfig } from "./config.ts";

/** What a search in folders takes and leaves out by a configuration. */
export function searchRules(found: FoundConfig | undefined): SearchRules {
  if (found === undefined) return {};
  const { include, exclude, gitignore } = found.config;
  return {
    ...(include !== undefined && { include: readIgnoreLines(include, found.folder) }),
    ...(exclude !== undefined && { exclude: readIgnoreLines(exclude, found.folder) }),
    ...(gitignore !== undefined && { gitignore }),
  };
}
