import type { Span } from "../support/source.ts";
import type { CallableDeclaration } from "../syntax/ast.ts";
import { report, type Context, type Frame } from "./context.ts";

/**
 * Whether a construction or call with arguments, in the body of a use, is of a declaration that this use is within; then
 * it is reported. By its name that was found when the file was loaded: what is new here was given as a value. An argument
 * that was bound outside is no such thing, so that `Residual(Residual(Dense(4)))` is none; and as it is finite, every chain
 * of uses is.
 */
export function isRecursive(ctx: Context, declaration: CallableDeclaration, span: Span): boolean {
  const cycle = cycleOf(ctx.frame, declaration);
  if (cycle === undefined) return false;
  if (!isReported(ctx, cycle)) {
    report(ctx, "MC2015", span, { cycle: [...cycle.map(({ name }) => name), declaration.name.text].join(" -> ") });
  }
  return true;
}

/** Whether a use is within one of the same declaration, on a cycle that was reported where it is declared. */
export function isOnReportedCycle(ctx: Context): boolean {
  const { parent, declaration } = ctx.frame;
  const cycle = parent && declaration && cycleOf(parent, declaration);
  return cycle !== undefined && isReported(ctx, cycle);
}

/** The uses from the innermost one of a declaration on; undefined where none is. */
function cycleOf(frame: Frame, declaration: CallableDeclaration): readonly Frame[] | undefined {
  const cycle: Frame[] = [];
  for (let it: Frame | undefined = frame; it !== undefined; it = it.parent) {
    cycle.unshift(it);
    if (it.declaration === declaration) return cycle;
  }
  return undefined;
}

function isReported({ elaborator: { program } }: Context, cycle: readonly Frame[]): boolean {
  return cycle.some(({ declaration }) => declaration !== undefined && program.cyclic.has(declaration));
}
