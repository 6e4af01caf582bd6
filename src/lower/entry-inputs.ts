import { dimNamesOf } from "../analyze/dim-names.ts";
import { mayBeLeftOut } from "../analyze/may-be-left-out.ts";
import { constant, variable, withLabel } from "../dims/dim.ts";
import { elementAt } from "../support/element-at.ts";
import { nearest } from "../support/nearest.ts";
import type { CallableDeclaration } from "../syntax/ast.ts";
import { bindInputs, type BoundInputs } from "./bind-inputs.ts";
import { findLocal, freshValue, report, type Context } from "./context.ts";
import { resolveType, spreadKey } from "./declared-types.ts";
import type { Val } from "./values.ts";

/** What an entry's inputs are besides what its header says. */
export interface EntryOptions {
  /**
   * Inputs that are given although they may be left out: all of them, or those of these names. The others are not there,
   * or what their defaults are.
   */
  readonly given?: "all" | ReadonlySet<string>;
  /** Known sizes of dim variables. */
  readonly dims?: Readonly<Record<string, number>>;
}

/**
 * The entry's inputs in its own dim variables, each an integer >= 1 unless its size is given. What may be left out is left
 * out, unless the options give it.
 */
export function entryInputs(
  ctx: Context,
  declaration: CallableDeclaration,
  { dims: sizes = {}, given = new Set() }: EntryOptions,
): BoundInputs | undefined {
  const isGiven = (place: number): boolean => {
    const input = elementAt(declaration.inputs, place);
    return !mayBeLeftOut(input) || given === "all" || (input.name !== undefined && given.has(input.name.text));
  };
  const isBound = (name: string): boolean => {
    const val = findLocal(ctx.scope, name);
    return val !== undefined && val.kind !== "absent";
  };
  const isKnown = (name: string): boolean => isBound(name) || ctx.file.scope.get(name)?.kind === "const";
  const free = new Set<string>();
  const introduce = (places: readonly number[]): void => {
    const inputs = declaration.inputs.filter((_, place) => places.includes(place));
    const { variables, spreads, hasSpread } = dimNamesOf({ inputs }, isKnown);
    for (const name of variables) {
      free.add(name);
      const size = sizes[name];
      const dim = withLabel(size === undefined ? variable(name) : constant(size), name);
      ctx.scope.names.set(name, { kind: "dim", dim });
    }
    // A block of any rank is looked at with two leading dims.
    for (const name of [...spreads, ...(hasSpread ? [spreadKey] : [])]) {
      if (isBound(name)) continue;
      const stem = name.replace(/\W/g, "") || "Dim";
      ctx.scope.names.set(name, {
        kind: "list",
        elements: [1, 2].map((it): Val => ({ kind: "dim", dim: variable(`${stem}${String(it)}`) })),
      });
    }
  };
  const bound = bindInputs(
    ctx,
    declaration,
    isGiven,
    (places) => {
      introduce(places);
      // That compound dims are positive may rest on the header's `where`, which is read after this.
      return places.map((place) => resolveType(ctx, elementAt(declaration.inputs, place).type, "trusted"));
    },
    (type, place) => freshValue(ctx.unit, type, elementAt(declaration.inputs, place).name?.text),
  );
  const unknown = Object.keys(sizes).find((name) => !free.has(name));
  if (bound === undefined || unknown === undefined) return bound;
  const near = nearest(unknown, free);
  const help =
    near === undefined ? `Its dims are ${[...free].join(", ") || "all fixed"}.` : `Did you mean \`${near}\`?`;
  report(ctx, "MC2010", declaration.name.span, { name: unknown }, { help });
  return undefined;
}
