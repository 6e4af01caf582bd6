import { matchPath } from "../../support/match-path.ts";
import type { SettingScope } from "./read-setting.ts";
import type { ReadDirective } from "./read-directive.ts";

/** Warns of settings of groups that no parameter takes: all that match are frozen, or take them from a later group. */
export function reportIdleGroups(
  all: readonly ReadDirective[],
  parameters: readonly string[],
  scope: SettingScope,
): void {
  const groups = all.filter((it) => it.kind === "group");
  const stills = all.flatMap((it) => {
    const { directive } = it;
    if (it.kind === "group" || it.kind === "init") return [];
    if (it.kind === "freeze" && (it.freeze.from ?? it.freeze.until) !== undefined) return [];
    return it.kind === "freeze"
      ? [{ directive, pattern: it.freeze.pattern, message: "frozen here" }]
      : [{ directive, pattern: it.follow.pattern, message: "follows here" }];
  });
  for (const [at, { directive, group }] of groups.entries()) {
    const matching = parameters.filter((path) => matchPath(group.pattern, path));
    const learning = matching.filter((path) => !stills.some((it) => matchPath(it.pattern, path)));
    const reaches = (pattern: string): boolean => matching.some((path) => matchPath(pattern, path));
    for (const setting of ["decay", "scale"] as const) {
      if (group[setting] === undefined) continue;
      const later = groups.slice(at + 1).filter((it) => it.group[setting] !== undefined);
      const isTaken = (path: string): boolean => !later.some((it) => matchPath(it.group.pattern, path));
      if (learning.some(isTaken)) continue;
      const isStill = learning.length === 0;
      const again = later.map((it) => ({ ...it, pattern: it.group.pattern, message: "set here again" }));
      const culprits = (isStill ? stills : again).filter((it) => reaches(it.pattern));
      const labels = culprits.map((it) => ({ span: it.directive.span, message: it.message }));
      const how = culprits.every((it) => it.message === "follows here") ? "follows other parameters" : "is frozen";
      const why = isStill ? `all that it matches ${how}` : "later groups set it for all that it matches";
      scope.collector.report("MC4065", directive.span, { setting, pattern: group.pattern, why }, { labels });
    }
  }
}
