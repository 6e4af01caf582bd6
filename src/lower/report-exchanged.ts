import type { Fix } from "../diagnostics/diagnostic.ts";
import type { DType } from "../ir/types.ts";
import { textOf, type Span } from "../support/source.ts";
import { report, type Context } from "./context.ts";
import type { GivenInput } from "./declared-types.ts";

/** What a call wants at one place, and what it is given there. */
export interface WantedElement {
  readonly name: string | undefined;
  /** The element type as the place declares it. */
  readonly element: string;
  readonly takes: (dtype: DType) => boolean;
  readonly given: GivenInput | undefined;
}

/**
 * Reports two arguments that stand in each other's place, by their element types: one does not fit where it stands, and
 * both would fit exchanged. Tells whether there are such.
 */
export function reportExchanged(ctx: Context, callee: string, wanted: readonly WantedElement[]): boolean {
  if (ctx.file.library) return false;
  for (const [place, first] of wanted.entries()) {
    for (const second of wanted.slice(place + 1)) {
      const [a, b] = [first.given, second.given];
      if (a === undefined || b === undefined || !isExchanged(first, second, a, b)) continue;
      const [wrong, it] = first.takes(dtypeOf(a)) ? [second, b] : [first, a];
      report(
        ctx,
        "MC3003",
        it.span,
        {
          what: `\`${wrong.name ?? "an input"}\` of \`${callee}\``,
          expected: wrong.element,
          actual: dtypeOf(it),
        },
        {
          help: `Two arguments are in each other's place: give \`${textOf(b.span)}\` before \`${textOf(a.span)}\`.`,
          ...exchange(a.span, b.span),
        },
      );
      return true;
    }
  }
  return false;
}

function dtypeOf({ val }: GivenInput): DType {
  return val.value.type.dtype;
}

function isExchanged(first: WantedElement, second: WantedElement, a: GivenInput, b: GivenInput): boolean {
  const [left, right] = [dtypeOf(a), dtypeOf(b)];
  return (!first.takes(left) || !second.takes(right)) && first.takes(right) && second.takes(left);
}

/** What exchanges two texts that are names: of others it depends on what stands around them. */
function exchange(a: Span, b: Span): { readonly fix?: Fix } {
  const [left, right] = [textOf(a), textOf(b)];
  if (![left, right].every((it) => /^[\w.]+$/.test(it))) return {};
  const edits = [
    { span: a, text: right },
    { span: b, text: left },
  ];
  return { fix: { title: `exchange ${left} and ${right}`, edits } };
}
