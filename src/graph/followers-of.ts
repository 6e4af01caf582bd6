import type { Module } from "../ir/graph.ts";
import type { FollowSpec } from "../ir/program.ts";
import { matchPath } from "../support/match-path.ts";
import { partnerPath } from "../support/partner-path.ts";
import { parametersOf, statesOf, type ParameterInfo } from "./parameters-of.ts";

/** A parameter or a state that follows another one. */
export interface Follower {
  readonly kind: "parameter" | "state";
  readonly variable: ParameterInfo;
  /** The path of what it follows. */
  readonly of: string;
  readonly spec: FollowSpec;
}

/** What follows something in a model, in the order of the program, parameters first. */
export function followersOf(module: Module, follows: readonly FollowSpec[]): readonly Follower[] {
  if (follows.length === 0) return [];
  const owned = [
    ...parametersOf(module).map((variable) => ({ kind: "parameter", variable }) as const),
    ...statesOf(module).map((variable) => ({ kind: "state", variable }) as const),
  ];
  return owned.flatMap(({ kind, variable }) =>
    follows
      .filter(({ pattern }) => matchPath(pattern, variable.path))
      .map((spec) => ({ kind, variable, of: partnerPath(spec, variable.path), spec })),
  );
}
