import type { SettingValue } from "../../ir/program.ts";
import type { Argument, Expression } from "../../syntax/ast.ts";
import { mapWithin } from "./map-within.ts";

/** A mention of a raw field in a feature: `raw.image`, `raw["fixed acidity"]`, `raw.window(64, shift=1)`. */
export interface RawMention {
  /** Unique for what it reads: `image`, `window_64_1`. */
  readonly name: string;
  readonly window?: { readonly size: number; readonly shift: number };
  readonly expression: Expression;
}

/** The name under which a raw field is in scope while features are lowered; no person can write it. */
export const rawName = (name: string): string => `raw.${name}`;

/**
 * Replaces each mention of a raw field by a plain reference, so that expressions of features are lowered like any
 * other, and gathers what is mentioned.
 */
export function replaceRawFields(
  expression: Expression,
  mentions: Map<string, RawMention>,
  valueOf: (expression: Expression) => SettingValue | undefined,
): Expression {
  const replace = (it: Expression): Expression => replaceRawFields(it, mentions, valueOf);
  const mention = (it: RawMention): Expression => {
    if (!mentions.has(it.name)) mentions.set(it.name, it);
    return { kind: "reference", text: rawName(it.name), span: it.expression.span };
  };
  switch (expression.kind) {
    case "member":
      if (expression.target.kind !== "reference" || expression.target.text !== "raw") break;
      return mention({ name: expression.name.text, expression });
    case "index": {
      const name = quotedName(expression);
      if (name !== undefined) return mention({ name, expression });
      break;
    }
    case "call": {
      const { callee } = expression;
      const window =
        callee.kind === "member" &&
        callee.target.kind === "reference" &&
        callee.target.text === "raw" &&
        callee.name.text === "window";
      if (window) {
        const cut = windowOf(expression.arguments, valueOf);
        if (cut !== undefined) return mention({ name: `window_${cut.size}_${cut.shift}`, window: cut, expression });
      }
      break;
    }
    default:
      break;
  }
  return mapWithin(expression, replace);
}

/** The name of `raw["..."]`, for columns whose names are no words of the language. */
function quotedName({ target, indices }: Extract<Expression, { kind: "index" }>): string | undefined {
  const [name, ...others] = indices;
  if (target.kind !== "reference" || target.text !== "raw" || others.length > 0) return undefined;
  return name?.kind === "string" ? name.value : undefined;
}

const moving: ReadonlySet<string> = new Set(["stack", "concat", "reshape", "transpose", "rearrange"]);

/**
 * Whether an expression moves raw numbers and computes nothing: `raw.x`, `stack(raw.a, raw.b, axis=-1)`. `isOwn` knows
 * the names that the file declares, in place of operators' perhaps.
 */
export function isDirect(it: Expression, isOwn: (name: string) => boolean): boolean {
  const moves = (callee: Expression): boolean =>
    callee.kind === "reference" && moving.has(callee.text) && !isOwn(callee.text);
  switch (it.kind) {
    case "reference":
      return it.text.startsWith(rawName(""));
    case "call": {
      const operands = it.arguments.filter(({ name, value }) => name === undefined && isDirect(value, isOwn));
      const plain = it.arguments.every(
        (argument) => argument.name !== undefined || operands.includes(argument) || isSetting(argument.value),
      );
      return moves(it.callee) && operands.length > 0 && plain;
    }
    case "pipe":
      return (
        isDirect(it.source, isOwn) &&
        it.stages.every((stage) =>
          stage.kind === "call" ? moves(stage.callee) && stage.arguments.every(isArgument) : moves(stage),
        )
      );
    case "parenthesized":
      return isDirect(it.inner, isOwn);
    case "index":
      return isDirect(it.target, isOwn);
    default:
      return false;
  }
}

const isSetting = ({ kind }: Expression): boolean => kind === "list" || kind === "string" || kind === "number";
const isArgument = ({ name, value }: Argument): boolean => name !== undefined || isSetting(value);

function windowOf(
  given: readonly Argument[],
  valueOf: (expression: Expression) => SettingValue | undefined,
): { readonly size: number; readonly shift: number } | undefined {
  const values = new Map<string, SettingValue | undefined>();
  for (const [at, argument] of given.entries()) {
    const name = argument.name?.text ?? ["size", "shift"][at] ?? "";
    // Given twice, it is no window that could be read.
    values.set(values.has(name) ? "" : name, valueOf(argument.value));
  }
  const size = values.get("size");
  const shift = values.get("shift") ?? 0;
  if (
    typeof size !== "number" ||
    typeof shift !== "number" ||
    [...values.keys()].some((it) => it !== "size" && it !== "shift")
  ) {
    return undefined;
  }
  return Number.isSafeInteger(size) && size > 0 && Number.isSafeInteger(shift) && shift >= 0
    ? { size, shift }
    : undefined;
}
