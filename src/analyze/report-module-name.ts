import type { Collector } from "../diagnostics/collector.ts";
import { textOf } from "../support/source.ts";
import type { MemberExpression } from "../syntax/ast.ts";
import { answerOfName, isModule } from "./names-elsewhere.ts";

/** What draws in the place of a tensor, by what it is called behind `random`. */
const draws: Readonly<Record<string, string>> = { normal: "normal_like", uniform: "uniform_like" };

/**
 * Reports `nn.Linear`, a name behind that of another framework's package; false where it is none, or the package's name
 * means something. `isKnown` knows the names that mean something here.
 */
export function reportModuleName(
  collector: Pick<Collector, "report">,
  e: MemberExpression,
  isKnown: (name: string) => boolean,
): boolean {
  const root = rootOf(e);
  if (root === undefined || !isModule(root) || isKnown(root)) return false;
  const name = e.name.text;
  // `np.random.normal` draws numbers; the name alone is that of an initialiser.
  const drawn = /\brandom\b/.test(textOf(e.target.span)) ? draws[name] : undefined;
  const instead = drawn ?? (isKnown(name) ? name : answerOfName(name)?.instead);
  const alone = `Names stand alone here: \`${instead ?? ""}\`.`;
  const help = instead === undefined ? (answerOfName(name) ?? answerOfName(root))?.help : alone;
  const fix = instead && { title: `change to ${instead}`, edits: [{ span: e.span, text: instead }] };
  const parameters = { name: textOf(e.span), what: "name" };
  collector.report("MC2001", e.span, parameters, { ...(help !== undefined && { help }), ...(fix && { fix }) });
  return true;
}

/** The name with which a chain of members begins, if it begins with one. */
function rootOf({ target }: MemberExpression): string | undefined {
  if (target.kind === "member") return rootOf(target);
  return target.kind === "reference" ? target.text : undefined;
}
