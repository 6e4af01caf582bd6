import type { ParameterGroup } from "../../ir/program.ts";
import { isFrozen } from "../../graph/parameters-of.ts";
import { matchPath } from "../../support/match-path.ts";
import type { Directive } from "../../syntax/ast/sections.ts";
import type { SettingScope } from "./read-setting.ts";

/** A `group` or `freeze` as it is written, and as it was read. */
export interface ReadGroup {
  readonly directive: Directive;
  readonly group: ParameterGroup;
}

/** Warns of settings of groups that no parameter takes: all that match are frozen, or take them from a later group. */
export function reportIdleGroups(all: readonly ReadGroup[], parameters: readonly string[], scope: SettingScope): void {
  const groups = all.map((it) => it.group);
  for (const [at, { directive, group }] of all.entries()) {
    const matching = parameters.filter((path) => matchPath(group.pattern, path));
    const learning = matching.filter((path) => !isFrozen(path, groups));
    for (const setting of ["decay", "scale"] as const) {
      if (group[setting] === undefined) continue;
      const isTaken = (path: string): boolean =>
        !groups.slice(at + 1).some((it) => it[setting] !== undefined && matchPath(it.pattern, path));
      if (learning.some(isTaken)) continue;
      const later = all.slice(at + 1).filter((it) => it.group[setting] !== undefined);
      const culprits = learning.length === 0 ? all.filter((it) => it.group.frozen) : later;
      const labels = culprits
        .filter((it) => matching.some((path) => matchPath(it.group.pattern, path)))
        .map((it) => ({ span: it.directive.span, message: learning.length === 0 ? "frozen here" : "set here again" }));
      const why =
        learning.length === 0 ? "all that it matches is frozen" : "later groups set it for all that it matches";
      scope.collector.report("MC4065", directive.span, { setting, pattern: group.pattern, why }, { labels });
    }
  }
}
