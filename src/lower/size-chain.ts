import { formatDim, sameForm, type Dim } from "../dims/dim.ts";
import type { Label } from "../diagnostics/diagnostic.ts";
import type { Node, Value } from "../ir/graph.ts";
import { operandsOf } from "../ir/visit.ts";
import { required } from "../support/fault.ts";
import { textOf, type Span } from "../support/source.ts";
import type { Context } from "./context.ts";
import { makerOf } from "./maker-of.ts";

/** A stage that changed a size: what made which value, and where. */
interface Step {
  readonly name: string;
  readonly size: Dim;
  readonly span: Span | undefined;
}

/** How a size came about: what it was before the first stage that changed it, and the stages from there on. */
interface SizeChain {
  readonly axis: number;
  readonly start: Dim;
  readonly of: string | undefined;
  readonly steps: readonly Step[];
}

/** A size that changed once or not at all is plain to see. */
const fewestChanges = 2;
/** Of more stages the first ones and the last ones are shown. */
const [firstShown, lastShown] = [2, 5];
/** How many values deep a chain is followed. */
const deepest = 500;

/**
 * Labels that show where sizes come from that changed from stage to stage: `axis 1 of x: 28 -> Conv2D 26 -> MaxPool2D 13`.
 * Of each value one axis, neither the first nor the last, which layers set: one that has one of the sizes that are at
 * fault where there is one.
 */
export function sizeChains(ctx: Context, values: readonly Value[], sizes: readonly Dim[]): readonly Label[] {
  const labels = new Map<string, Label>();
  for (const value of values) {
    const { shape } = value.type;
    const atFault = axesOf(shape, (dim) => sizes.some((it) => sameForm(it, dim)));
    // The number of elements is no axis, and a padded one none either.
    const axes = atFault.length > 0 || sizes.length === 0 ? atFault : axesOf(shape, () => true);
    const chain = axes
      .filter((axis) => axis > 0 && axis < shape.length - 1)
      .map((axis) => chainOf(ctx, value, axis))
      .find(({ steps }) => steps.length >= fewestChanges);
    const span = chain?.steps.findLast((it) => it.span !== undefined)?.span;
    if (chain === undefined || span === undefined) continue;
    const message = shownChain(chain);
    labels.set(`${String(span.start)} ${message}`, { span, message });
  }
  return [...labels.values()];
}

function axesOf(shape: readonly Dim[], isWanted: (dim: Dim) => boolean): readonly number[] {
  return shape.flatMap((dim, axis) => (isWanted(dim) ? [axis] : []));
}

function shownChain({ axis, start, of, steps }: SizeChain): string {
  const all = steps.map(({ name, size }) => `${name} ${formatDim(size)}`);
  const some =
    all.length > firstShown + lastShown ? [...all.slice(0, firstShown), "...", ...all.slice(-lastShown)] : all;
  return `axis ${String(axis)}${of === undefined ? "" : ` of \`${of}\``}: ${[formatDim(start), ...some].join(" -> ")}`;
}

/** Follows an axis back through what is of one rank, out of the uses that it is in. */
function chainOf(start: Context, value: Value, axis: number): SizeChain {
  let ctx = start;
  let at = value;
  const steps: Step[] = [];
  const sizeOf = (it: Value): Dim => required(it.type.shape[axis], "size of an axis");
  for (let depth = 0; depth < deepest; depth += 1) {
    const outside = ctx.frame.given?.values.get(at.id);
    const node = outside === undefined ? makerOf(ctx, at) : undefined;
    if (ctx.frame.given !== undefined && outside !== undefined) {
      ctx = ctx.frame.given.ctx;
      at = outside;
      continue;
    }
    const before =
      node === undefined ? undefined : operandsOf(node).find((it) => it.type.shape.length === at.type.shape.length);
    if (node === undefined || before === undefined) break;
    if (!sameForm(sizeOf(before), sizeOf(at)))
      steps.unshift({ name: nameOf(node), size: sizeOf(at), span: ctx.frame.library ? undefined : node.origin });
    at = before;
  }
  return { axis, start: sizeOf(at), of: at.name, steps };
}

/** What a stage is called where it is written. */
function nameOf(node: Node): string {
  const written = node.origin === undefined ? undefined : /^[A-Za-z]\w*/.exec(textOf(node.origin))?.[0];
  return written ?? (node.kind === "operator" ? node.op : node.kind);
}
