import { followersOf, type Follower } from "../../graph/followers-of.ts";
import { parametersOf, statesOf } from "../../graph/parameters-of.ts";
import type { Module } from "../../ir/graph.ts";
import type { FollowSpec } from "../../ir/program.ts";
import { matchPath } from "../../support/match-path.ts";
import { partnerPath } from "../../support/partner-path.ts";
import type { Span } from "../../support/source.ts";
import type { StringLiteral } from "../../syntax/ast.ts";
import { formatType } from "../values.ts";
import type { ReadDirective } from "./read-directive.ts";
import type { SettingScope } from "./read-setting.ts";

/**
 * Whether all that follows has what it follows. Reports followers that have no partner, or one of another type; what
 * follows twice, or is followed as well; and patterns of steps and freezes that match nothing but followers.
 */
export function checkFollowers(
  marks: readonly ReadDirective[],
  updates: readonly StringLiteral[],
  module: Module,
  scope: SettingScope,
): boolean {
  const follows = marks.filter((it) => it.kind === "follow");
  const followers = followersOf(
    module,
    follows.map((it) => it.follow),
  );
  const told = new Set<FollowSpec>();
  for (const { directive, follow } of follows) {
    const own = followers.filter((it) => it.spec === follow);
    // Of many that are wrong in the same way the first is enough, and of two that do not go together as well.
    const fault = faultsOf(own, followers, module).at(0);
    if (fault === undefined) continue;
    const other = follows.find((it) => it.follow === fault.with && it.follow !== follow);
    if (other !== undefined && (told.has(follow) || told.has(other.follow))) continue;
    told.add(follow);
    if (other !== undefined) told.add(other.follow);
    const labels = other === undefined ? [] : [{ span: other.directive.span, message: "follows here" }];
    scope.collector.report("MC4082", directive.span, { what: fault.what }, { labels });
  }
  const moved = new Set(followers.map((it) => it.variable.path));
  const owned = [...parametersOf(module), ...statesOf(module)].map((it) => it.path);
  const reportIdle = (key: "freeze" | "update", pattern: string, span: Span): void => {
    const matching = owned.filter((path) => matchPath(pattern, path));
    if (matching.length === 0 || matching.some((path) => !moved.has(path))) return;
    const labels = follows
      .filter(({ follow }) => matching.some((path) => matchPath(follow.pattern, path)))
      .map((it) => ({ span: it.directive.span, message: "follows here" }));
    scope.collector.report("MC4083", span, { key, pattern }, { labels });
  };
  for (const it of marks) if (it.kind === "freeze") reportIdle("freeze", it.freeze.pattern, it.directive.span);
  for (const it of updates) reportIdle("update", it.value, it.span);
  return told.size === 0;
}

/** What is wrong with a follower, in words, and what it does not go together with. */
interface FollowerFault {
  readonly what: string;
  readonly with?: FollowSpec;
}

/** What is wrong with the followers of a directive. */
function faultsOf(own: readonly Follower[], all: readonly Follower[], module: Module): readonly FollowerFault[] {
  const kinds = { parameter: parametersOf(module), state: statesOf(module) } as const;
  const known = new Map(
    (["parameter", "state"] as const).flatMap((kind) => kinds[kind].map((it) => [it.path, { kind, type: it.type }])),
  );
  const lone = own.flatMap(({ kind, variable: { path, type }, of, spec }): readonly FollowerFault[] => {
    const [partner, twice, chained] = [
      known.get(of),
      all.find((it) => it.variable.path === path && it.spec !== spec),
      all.find((it) => it.variable.path === of),
    ];
    if (partner === undefined) return [{ what: `\`${path}\` follows nothing: there is no \`${of}\`` }];
    if (of === path) return [{ what: `\`${path}\` follows itself` }];
    if (twice !== undefined)
      return [{ what: `\`${path}\` follows both \`${of}\` and \`${twice.of}\``, with: twice.spec }];
    if (chained !== undefined) {
      const what = `\`${path}\` follows \`${of}\`, which follows \`${chained.of}\` itself`;
      return [{ what, with: chained.spec }];
    }
    if (partner.kind !== kind)
      return [{ what: `\`${path}\` is a ${kind}, and \`${of}\`, which it follows, a ${partner.kind}` }];
    const [mine, theirs] = [formatType(type), formatType(partner.type)];
    return mine === theirs ? [] : [{ what: `\`${path}\` is ${mine}, and \`${of}\`, which it follows, ${theirs}` }];
  });
  const taken = new Set(own.map((it) => it.of));
  const left = own.slice(0, 1).flatMap(({ spec }) =>
    [...known.keys()].flatMap((path) => {
      if (taken.has(path) || !matchPath(spec.of, path)) return [];
      const partner = partnerPath({ pattern: spec.of, of: spec.pattern }, path);
      return [{ what: `\`${path}\` is followed by nothing: there is no \`${partner}\`` }];
    }),
  );
  return [...lone, ...left];
}
