import type { FollowSpec } from "../../ir/program.ts";
import { wildcardsOf } from "../../support/partner-path.ts";
import type { Directive } from "../../syntax/ast/sections.ts";
import { readArguments, type SettingScope } from "./read-setting.ts";

/** `follow "target.**" of "online.**": decay=0.995, every=10` */
export function readFollow(directive: Directive, scope: SettingScope): FollowSpec | undefined {
  const { pattern, of, phrases, span } = directive;
  const where = `\`follow "${pattern.value}"\``;
  if (of === undefined) {
    scope.collector.report("MC4003", span, { missing: 'what it follows: `of "PATTERN"`', where });
    return undefined;
  }
  if (wildcardsOf(pattern.value).join(" ") !== wildcardsOf(of.value).join(" ")) {
    const expected = `a pattern that has \`*\` and \`**\` as "${pattern.value}" has them, for what they take pairs the paths`;
    const found = `"${of.value}"`;
    scope.collector.report("MC4006", of.span, { argument: "of", callee: "follow", expected, found });
    return undefined;
  }
  const given = phrases.flatMap((it) => it.parts);
  if (given.length === 0) {
    scope.collector.report("MC4003", span, { missing: "how it follows: `decay=`, `every=` or both", where });
    return undefined;
  }
  const schema = {
    decay: { kind: "number", default: 0, min: 0, below: 1 },
    every: { kind: "integer", default: 1, min: 1 },
  } as const;
  const { decay, every } = readArguments("follow", schema, given, span, scope)?.values ?? {};
  if (typeof decay !== "number" || typeof every !== "number") return undefined;
  return { pattern: pattern.value, of: of.value, decay, every };
}
