import type { Initializer } from "../../ir/graph.ts";
import type { ParameterInfo } from "../../graph/parameters-of.ts";
import { matchPath } from "../../support/match-path.ts";
import type { Directive } from "../../syntax/ast/sections.ts";
import type { Context } from "../context.ts";
import { toInitializer } from "../initializer-of.ts";
import { reportUnknownNames } from "../unknown-names.ts";
import { onlyPart, type SettingScope } from "./read-setting.ts";

/**
 * How parameters begin by `init "**.kernel": he_normal`, by path: of several patterns that match, the last one says it. What
 * does not fit the type of a parameter is reported once for each of the patterns.
 */
export function readInitials(
  directives: readonly Directive[],
  parameters: readonly ParameterInfo[],
  ctx: Context,
  scope: SettingScope,
): ReadonlyMap<string, Initializer> {
  const initials = new Map<string, Initializer>();
  for (const { pattern, phrases, span } of directives) {
    const [phrase, extra] = phrases;
    const expression = phrase === undefined || extra !== undefined ? undefined : onlyPart(phrase);
    if (expression === undefined) {
      const missing = "how they begin, as in `normal(stddev=0.02)` or `0`";
      scope.collector.report("MC4003", span, { missing, where: `\`init "${pattern.value}"\`` });
      continue;
    }
    if (!reportUnknownNames(ctx, expression)) continue;
    const value = ctx.elaborator.rules.expression(ctx, expression, { recipe: true });
    for (const { path, type } of parameters) {
      if (!matchPath(pattern.value, path)) continue;
      const initial = toInitializer(ctx, value, type, expression.span);
      if (initial === undefined) break;
      initials.set(path, initial);
    }
  }
  return initials;
}
