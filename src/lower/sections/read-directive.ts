import type { FollowSpec, ParameterGroup } from "../../ir/program.ts";
import { helpOfPaths } from "./help-of-paths.ts";
import { matchPath } from "../../support/match-path.ts";
import type { Directive } from "../../syntax/ast/sections.ts";
import { readFreeze, type Freeze } from "./read-freeze.ts";
import { readFollow } from "./read-follow.ts";
import { directiveWords } from "./section-keys.ts";
import { readArguments, type SettingScope } from "./read-setting.ts";

/** A directive of a training as it was read: what it sets of parameters, what it freezes, or what follows what. */
export type ReadDirective =
  | { readonly kind: "group"; readonly directive: Directive; readonly group: ParameterGroup }
  | { readonly kind: "freeze"; readonly directive: Directive; readonly freeze: Freeze }
  | { readonly kind: "init"; readonly directive: Directive }
  | { readonly kind: "follow"; readonly directive: Directive; readonly follow: FollowSpec };

/** The paths of what a model owns. */
export interface OwnedPaths {
  readonly parameters: readonly string[];
  readonly states: readonly string[];
}

/**
 * `group "**.bias": decay=0, scale=0.1`, `freeze "stem.**": until epoch 3` and `follow "target.**" of "online.**": decay=0.99`. A group's
 * pattern must match a parameter, the others a parameter or a state; where it is not known what there is, nothing is said.
 */
export function readDirective(
  directive: Directive,
  owned: OwnedPaths | undefined,
  model: string,
  scope: SettingScope,
): ReadDirective | undefined {
  const { word, pattern, of } = directive;
  const key = directiveWords.find((it) => it === word.text);
  if (key === undefined) {
    scope.collector.report("MC4001", word.span, { key: word.text, section: "train", known: directiveWords });
    return undefined;
  }
  if (of !== undefined && key !== "follow") {
    scope.collector.report("MC4005", of.span, { argument: "a second pattern", callee: key, known: [] });
    return undefined;
  }
  const withStates = key === "freeze" || key === "follow";
  const patterns = of === undefined ? [pattern] : [pattern, of];
  const paths = owned && (withStates ? [...owned.parameters, ...owned.states] : owned.parameters);
  const unmatched = patterns.filter((it) => paths?.some((path) => matchPath(it.value, path)) === false);
  for (const it of unmatched) {
    const what = withStates ? "no parameter and no state" : "no parameter";
    scope.collector.report("MC4012", it.span, { pattern: it.value, model, what }, helpOfPaths(paths ?? []));
  }
  const read = readSettings(key, directive, scope);
  return unmatched.length > 0 ? undefined : read;
}

function readSettings(
  key: (typeof directiveWords)[number],
  directive: Directive,
  scope: SettingScope,
): ReadDirective | undefined {
  switch (key) {
    case "group":
      return readGroup(directive, scope);
    case "init":
      return { kind: "init", directive };
    case "freeze": {
      const freeze = readFreeze(directive, scope);
      return freeze && { kind: "freeze", directive, freeze };
    }
    case "follow": {
      const follow = readFollow(directive, scope);
      return follow && { kind: "follow", directive, follow };
    }
  }
}

function readGroup(directive: Directive, scope: SettingScope): ReadDirective | undefined {
  const pattern = directive.pattern.value;
  const given = directive.phrases.flatMap((it) => it.parts);
  if (given.length === 0) {
    const missing = "what it sets: `decay=`, `scale=` or both";
    scope.collector.report("MC4003", directive.span, { missing, where: `\`group "${pattern}"\`` });
    return undefined;
  }
  const schema = {
    decay: { kind: "number", default: -1, min: 0 },
    scale: { kind: "number", default: -1, min: 0 },
  } as const;
  const settings = readArguments("group", schema, given, directive.span, scope);
  if (settings === undefined) return undefined;
  const { decay, scale } = settings.values;
  const group = {
    pattern,
    ...(typeof decay === "number" && decay >= 0 && { decay }),
    ...(typeof scale === "number" && scale >= 0 && { scale }),
  };
  return { kind: "group", directive, group };
}
