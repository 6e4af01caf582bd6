import type { Program } from "../analyze/program.ts";
import type { Collector } from "../diagnostics/collector.ts";

import type { Expression } from "../syntax/ast.ts";
import { innerScope, type Context } from "./context.ts";
import { topContext } from "./elaborate-model.ts";
import { createElaborator } from "./elaborator.ts";
import { numberOf } from "./convert.ts";
import type { Val } from "./values.ts";

/** What a setting of a section may be: plain data. */
export type Setting = number | boolean | string | readonly Setting[];

/**
 * The value of a constant expression of a section: numbers, strings, true and false, lists, bare words (as strings) and
 * constants of the file. Undefined where it is none of these: the caller says what it wanted.
 */
export function evaluateSetting(program: Program, e: Expression, collector: Collector): Setting | undefined {
  const ctx = topContext(createElaborator(program, collector), program.entry);
  return toSetting(ctx, e);
}

function toSetting(ctx: Context, e: Expression): Setting | undefined {
  if (e.kind === "reference") {
    const found = ctx.file.scope.get(e.text);
    if (found?.kind !== "const") return e.text;
  }
  if (e.kind === "list" || e.kind === "tuple") {
    const elements = e.elements.map((it) => toSetting(ctx, it));
    return elements.every((it) => it !== undefined) ? elements : undefined;
  }
  return plain(ctx.elaborator.rules.expression({ ...ctx, scope: innerScope(undefined), nodes: [] }, e));
}

function plain(val: Val): Setting | undefined {
  switch (val.kind) {
    case "number":
    case "dim":
    case "ratio":
      return numberOf(val);
    case "boolean":
    case "string":
    case "word":
      return val.value;
    case "list":
    case "tuple": {
      const elements = val.elements.map(plain);
      return elements.every((it) => it !== undefined) ? elements : undefined;
    }
    default:
      return undefined;
  }
}

