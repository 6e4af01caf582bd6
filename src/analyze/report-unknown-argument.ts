import type { Collector } from "../diagnostics/collector.ts";
import { nearest } from "../support/nearest.ts";
import type { Name } from "../syntax/ast.ts";

/** Reports an argument whose name the callee does not know, with the nearest right spelling. */
export function reportUnknownArgument(
  collector: Pick<Collector, "report">,
  name: Name,
  callee: string,
  known: readonly string[],
): void {
  const near = nearest(name.text, known);
  collector.report(
    "MC2011",
    name.span,
    { name: name.text, callee },
    near === undefined
      ? {
          help:
            known.length === 0 ? `\`${callee}\` takes no such arguments.` : `\`${callee}\` takes ${known.join(", ")}.`,
        }
      : {
          help: `Did you mean \`${near}\`? \`${callee}\` takes ${known.join(", ")}.`,
          fix: { title: `change to ${near}`, edits: [{ span: name.span, text: near }] },
        },
  );
}
