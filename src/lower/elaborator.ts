import type { Program } from "../analyze/program.ts";
import type { Collector } from "../diagnostics/collector.ts";
import { fault } from "../support/fault.ts";
import type { Expression } from "../syntax/ast.ts";
import { readMember } from "./apply-instance.ts";
import { lowerBinary, lowerUnary } from "./arithmetic.ts";
import { lowerCall, resolveName } from "./calls.ts";
import { lowerComparison } from "./conditions.ts";
import type { Context, Elaborator, Expected, FunctionStore, Rules } from "./context.ts";
import { lowerFor } from "./for.ts";
import { typesOfUse } from "./instantiate.ts";
import { lowerIndex } from "./indexing.ts";
import { lowerMetricBody } from "./metric-body.ts";
import { lowerScan } from "./scan.ts";
import { lowerChain, lowerPipe, lowerStage } from "./stages.ts";
import { lowerBody, lowerWhenExpression } from "./statements.ts";
import { poison, type Val } from "./values.ts";

/** The meaning of an expression where it stands. */
function lowerExpression(ctx: Context, e: Expression, expected: Expected = {}): Val {
  const { hint, ...wanted } = expected;
  switch (e.kind) {
    case "number":
      return { kind: "number", value: e.value, integer: e.integer };
    case "string":
      return { kind: "string", value: e.value };
    case "boolean":
      return { kind: "boolean", value: e.value };
    case "reference":
      return resolveName(ctx, e.text, e.span, wanted);
    case "list":
    case "tuple": {
      const elements = e.elements.map((it) => lowerExpression(ctx, it, wanted));
      return elements.some((it) => it.kind === "poison") ? poison : { kind: e.kind, elements };
    }
    case "parenthesized":
      return lowerExpression(ctx, e.inner, expected);
    case "unary":
      return lowerUnary(ctx, e, wanted);
    case "binary":
      return lowerBinary(ctx, e, wanted);
    case "comparison":
      return lowerComparison(ctx, e);
    case "call":
      return lowerCall(ctx, e, expected);
    case "index":
      return lowerIndex(ctx, e);
    case "member":
      return readMember(ctx, e);
    case "pipe":
      return lowerPipe(ctx, e, hint);
    case "when-expression":
      return lowerWhenExpression(ctx, e);
    case "scan":
      return lowerScan(ctx, e);
    case "for-expression":
      return lowerFor(ctx, e, hint);
    case "repeat-stage":
    case "for-stage":
    case "when-stage":
    case "labelled-stage":
      return fault("a stage that stands after no `->`: the grammar has none");
  }
}

const rules: Rules = {
  expression: lowerExpression,
  body: lowerBody,
  metric: lowerMetricBody,
  use: typesOfUse,
  stage: lowerStage,
  chain: lowerChain,
};

/**
 * A fresh elaborator: nothing is lowered yet but the functions of a store, which what is lowered joins. What it looks at
 * joins `visited`.
 */
export function createElaborator(
  program: Program,
  collector: Collector,
  store?: FunctionStore,
  visited: Elaborator["visited"] = new Set(),
): Elaborator {
  return {
    program,
    collector,
    functions: new Map(store?.functions),
    memo: new Map(store?.memo),
    sizes: new Map(store?.sizes),
    keys: new Map(store?.keys),
    failed: new Set(),
    doubted: new Set(),
    visited,
    rules,
    told: new Map(),
    constants: new Map(),
    blamed: new WeakSet(),
    called: new WeakMap(),
  };
}
