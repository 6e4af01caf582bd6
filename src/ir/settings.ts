import { fault } from "../support/fault.ts";
import type { Limits } from "./limits.ts";
import type { SettingValue } from "./program.ts";

/** What the argument of a setting may be. */
export interface ArgumentSchema extends Limits {
  readonly kind: "number" | "integer" | "boolean" | "string" | "strings" | "word" | "call" | "column";
  /** Left out: the argument is required. */
  readonly default?: SettingValue;
  readonly oneOf?: readonly string[];
}

/** Arguments by name; their order is that of positional arguments. */
export type CallSchema = Readonly<Record<string, ArgumentSchema>>;

/** The names of a schema's numbers. */
export type NumberNames<S extends CallSchema> = {
  [K in keyof S]: S[K]["kind"] extends "number" | "integer" ? K : never;
}[keyof S] &
  string;

/** The value that one argument has. A call and a column are read apart, and have none. */
type ValueOf<A extends ArgumentSchema> = A["kind"] extends "number" | "integer"
  ? number
  : A["kind"] extends "boolean"
    ? boolean
    : A["kind"] extends "string"
      ? string
      : A["kind"] extends "strings"
        ? readonly string[]
        : A extends { readonly kind: "word"; readonly oneOf: readonly (infer Word)[] }
          ? Word
          : never;

/** The values of a schema's arguments. */
export type SettingValues<S extends CallSchema> = { readonly [K in keyof S]: ValueOf<S[K]> };

type Values = Readonly<Record<string, SettingValue>>;

/** The values of a program by the types of the schema that they were read by. */
export function typedValues<S extends CallSchema>(schema: S, values: Values): SettingValues<S> {
  return holds(schema, values) ? values : fault(`${JSON.stringify(values)} is not what the schema says`);
}

function holds<S extends CallSchema>(schema: S, values: Values): values is Values & SettingValues<S> {
  return Object.entries(schema).every(([name, { kind, oneOf }]) => {
    const value = values[name];
    switch (kind) {
      case "number":
      case "integer":
        return typeof value === "number";
      case "word":
        return typeof value === "string" && oneOf?.includes(value) !== false;
      case "boolean":
      case "string":
        return typeof value === kind;
      case "strings":
        return Array.isArray(value) && value.every((it) => typeof it === "string");
      case "call":
      case "column":
        return true;
    }
  });
}
