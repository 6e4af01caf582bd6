import type { Limits } from "./limits.ts";
import type { SettingValue } from "./program.ts";

/** What the argument of a setting may be. */
export interface ArgumentSchema extends Limits {
  readonly kind: "number" | "integer" | "boolean" | "string" | "word" | "call";
  /** Left out: the argument is required. */
  readonly default?: SettingValue;
  readonly oneOf?: readonly string[];
}

/** Arguments by name; their order is that of positional arguments. */
export type CallSchema = Readonly<Record<string, ArgumentSchema>>;

/** The names of a schema's arguments of some kinds. */
type NamesOf<S extends CallSchema, Kind extends ArgumentSchema["kind"]> = {
  [K in keyof S]: S[K]["kind"] extends Kind ? K : never;
}[keyof S] &
  string;

/** The names of a schema's numbers. */
export type NumberNames<S extends CallSchema> = NamesOf<S, "number" | "integer">;

/** The values of a schema's numbers and flags. */
export type PlainValues<S extends CallSchema> = Readonly<Record<NumberNames<S>, number>> &
  Readonly<Record<NamesOf<S, "boolean">, boolean>>;
