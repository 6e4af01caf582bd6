import { asConstant, formatDim, substitute, constant, variablesOf, type Dim } from "../../dims/dim.ts";
import { measure } from "../../passes/measure.ts";
import type { ProgramFile } from "../../std/program-file.ts";
import { nearest } from "../../support/nearest.ts";
import type { BudgetDeclaration, ComparisonOperator, Limit } from "../../syntax/ast.ts";
import type { Elaborator } from "../context.ts";
import { findModel, type LowerModel } from "./lower-train.ts";
import { settingValue, type SettingScope } from "./read-setting.ts";
import { settingScope, sourceText } from "./section-context.ts";

const measures = ["params", "flops", "memory"] as const;

const holds: Readonly<Record<ComparisonOperator, (a: bigint, b: bigint) => boolean>> = {
  "<": (a, b) => a < b,
  "<=": (a, b) => a <= b,
  ">": (a, b) => a > b,
  ">=": (a, b) => a >= b,
  "==": (a, b) => a === b,
  "!=": (a, b) => a !== b,
};

/** Checks a `budget` section: every limit must hold for the model as it stands, at the dims that it names. */
export function checkBudget(
  elaborator: Elaborator,
  file: ProgramFile,
  declaration: BudgetDeclaration,
  lowerModel: LowerModel,
): void {
  const callable = findModel(elaborator, file, declaration.target);
  const lowered = callable && lowerModel(callable, declaration.target, new Map());
  if (lowered === undefined) return;
  const scope = settingScope(elaborator, file);
  const measured = measure(lowered.module);
  const figures: Readonly<Record<(typeof measures)[number], Dim>> = {
    params: measured.total,
    flops: measured.flops,
    memory: measured.activationBytes,
  };
  for (const entry of declaration.entries) {
    if (entry.kind !== "limit") {
      elaborator.collector.report("MC4001", entry.span, { key: entry.kind, section: "budget", known: measures });
      continue;
    }
    checkLimit(entry, figures, scope);
  }
}

function checkLimit(limit: Limit, figures: Readonly<Record<string, Dim>>, scope: SettingScope): void {
  const { condition } = limit;
  const [left, right, more] = condition.kind === "comparison" ? condition.operands : [];
  const operator = condition.kind === "comparison" ? condition.operators[0] : undefined;
  const bound = right === undefined ? undefined : settingValue(right, scope);
  const name = left?.kind === "reference" ? left.text : "";
  const figure = Object.hasOwn(figures, name) ? figures[name] : undefined;
  if (figure === undefined || operator === undefined || more !== undefined || typeof bound !== "number") {
    if (name === "depth") scope.collector.report("MC4011", condition.span, { what: "A budget of `depth`" });
    else {
      const near = nearest(name, measures);
      const found = name === "" ? sourceText(condition) : name;
      const help = near === undefined ? {} : { help: `Did you mean \`${near}\`?` };
      scope.collector.report("MC4021", condition.span, { found, known: measures }, help);
    }
    return;
  }
  const sizes = new Map<string, Dim>();
  for (const { name: dim, value } of limit.at) {
    const size = settingValue(value, scope);
    if (dim !== undefined && typeof size === "number" && Number.isInteger(size) && size >= 1)
      sizes.set(dim.text, constant(size));
  }
  const value = substitute(figure, (dim) => sizes.get(dim));
  const known = asConstant(value);
  if (known === undefined) {
    const free = [...variablesOf(value)].map((it) => `${it}=1`).join(", ");
    scope.collector.report("MC4018", condition.span, { figure: name, value: formatDim(value), at: free });
  } else if (!holds[operator](known, BigInt(Math.round(bound)))) {
    scope.collector.report("MC4019", condition.span, {
      figure: name,
      value: known.toLocaleString("en"),
      limit: `${operator} ${bound.toLocaleString("en")}`,
    });
  }
}
