import { matchPath } from "../../support/match-path.ts";
import type { SettingScope } from "./read-setting.ts";
import type { ReadDirective } from "./read-training.ts";

/** Warns of settings of groups that no parameter takes: all that match are frozen, or take them from a later group. */
export function reportIdleGroups(
  all: readonly ReadDirective[],
  parameters: readonly string[],
  scope: SettingScope,
): void {
  const groups = all.filter((it) => it.kind === "group");
  const freezes = all.filter((it) => it.kind === "freeze");
  for (const [at, { directive, group }] of groups.entries()) {
    const matching = parameters.filter((path) => matchPath(group.pattern, path));
    const learning = matching.filter((path) => !freezes.some((it) => matchPath(it.pattern, path)));
    const reaches = (pattern: string): boolean => matching.some((path) => matchPath(pattern, path));
    for (const setting of ["decay", "scale"] as const) {
      if (group[setting] === undefined) continue;
      const later = groups.slice(at + 1).filter((it) => it.group[setting] !== undefined);
      const isTaken = (path: string): boolean => !later.some((it) => matchPath(it.group.pattern, path));
      if (learning.some(isTaken)) continue;
      const isFrozen = learning.length === 0;
      const culprits = isFrozen
        ? freezes.filter((it) => reaches(it.pattern))
        : later.filter((it) => reaches(it.group.pattern));
      const message = isFrozen ? "frozen here" : "set here again";
      const labels = culprits.map((it) => ({ span: it.directive.span, message }));
      const why = isFrozen ? "all that it matches is frozen" : "later groups set it for all that it matches";
      scope.collector.report("MC4065", directive.span, { setting, pattern: group.pattern, why }, { labels });
    }
  }
}
