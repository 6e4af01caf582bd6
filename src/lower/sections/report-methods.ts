import { answerOfName } from "../../analyze/names-elsewhere.ts";
import { walk } from "../../analyze/walk.ts";
import { textOf } from "../../support/source.ts";
import type { Expression, MemberExpression } from "../../syntax/ast.ts";
import { report, type Context } from "../context.ts";
import { rawName } from "./raw-fields.ts";

const casting: ReadonlySet<string> = new Set([
  "astype",
  "float",
  "int",
  "long",
  "double",
  "half",
  "to",
  "type",
  "cast",
]);
const filling: ReadonlySet<string> = new Set(["fillna", "dropna", "interpolate", "ffill", "bfill"]);
const measuring: ReadonlySet<string> = new Set(["mean", "std", "var", "min", "max", "sum", "median", "quantile"]);

/** Reports methods of raw fields, as data frames have them: each with what is written here. True where there is one. */
export function reportMethods(ctx: Context, expression: Expression): boolean {
  const told = new Set<string>();
  walk(expression, (node) => {
    if (node.kind !== "member") return;
    const field = fieldOf(node.target);
    if (field === undefined || told.has(field)) return;
    // Of what is written behind it again, nothing more is said.
    told.add(field);
    const name = node.name.text;
    report(ctx, "MC2018", node.name.span, { name, owner: field }, { help: helpOf(name, field) });
  });
  return told.size > 0;
}

/** The text of a raw field; undefined for anything else. */
function fieldOf(it: Expression): string | undefined {
  if (it.kind === "reference" && it.text.startsWith(rawName(""))) return textOf(it.span);
  return isRaw(it) ? textOf(it.span) : undefined;
}

/** `raw.a`, where it stands as a callee does: those are not replaced. */
function isRaw(it: Expression): it is MemberExpression {
  return it.kind === "member" && it.target.kind === "reference" && it.target.text === "raw";
}

function helpOf(name: string, field: string): string {
  if (casting.has(name)) return `Write \`${field}\` alone: the declared type of the feature casts.`;
  if (filling.has(name))
    return "Rows in which a value is missing are left out by `clean: drop_missing`; a missing value is not replaced.";
  if (measuring.has(name))
    return "A feature is of one example. Of all that are trained on, `-> standardize` takes mean and deviation.";
  const called = answerOfName(name)?.instead ?? name;
  return `Fields have no methods: a function takes them, \`${called}(${field})\`, or stands behind, \`${field} -> ${called}\`.`;
}
