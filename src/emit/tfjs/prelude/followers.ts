import * as tf from "@tensorflow/tfjs";
import type { OwnedVariable } from "./variables.ts";

/** What follows what, by path with a dot at its end, how slowly, and after how many steps each time. */
export interface Follow {
  readonly pattern: RegExp;
  readonly of: string;
  readonly decay: number;
  readonly every: number;
}

/** A variable that follows another one. */
export interface Follower extends Omit<Follow, "pattern" | "of"> {
  readonly variable: tf.Variable;
  readonly followed: tf.Variable;
}

/** The parameters and the states that follow others; states are copied. */
export function followersAmong(
  follows: readonly Follow[],
  parameters: readonly OwnedVariable[],
  states: readonly OwnedVariable[],
): Follower[] {
  const known = new Map([...parameters, ...states].map(({ path, variable }) => [path, variable]));
  return [...known].flatMap(([path, variable]) =>
    follows.flatMap(({ pattern, of, decay, every }) => {
      if (!pattern.test(`${path}.`)) return [];
      const followed = known.get(`${path}.`.replace(pattern, of).slice(0, -1));
      const isState = states.some((it) => it.path === path);
      return followed === undefined ? [] : [{ variable, followed, decay: isState ? 0 : decay, every }];
    }),
  );
}

/** Lets followers begin as what they follow. */
export function startFollowers(followers: readonly Follower[]): void {
  for (const { variable, followed } of followers) variable.assign(followed);
}

/** Moves the followers whose turn it is when so many steps are taken. */
export function moveFollowers(followers: readonly Follower[], taken: number): void {
  for (const { variable, followed, decay, every } of followers) {
    if (taken % every !== 0) continue;
    variable.assign(decay === 0 ? followed : tf.add(tf.mul(variable, decay), tf.mul(followed, 1 - decay)));
  }
}
