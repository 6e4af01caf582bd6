import type { CallableDeclaration } from "../syntax/ast.ts";
import type { DimNames } from "./dim-names.ts";
import { referencesIn } from "./walk.ts";

/**
 * The inputs that are read for a size alone: the body uses a dim that none of those which it reads introduces, and of
 * the others the first does.
 */
export function sizeGivers({ inputs, body }: CallableDeclaration, { introducedBy }: DimNames): ReadonlySet<string> {
  const named = referencesIn(body);
  const isRead = (place: number): boolean => named.has(inputs[place]?.name?.text ?? "");
  const givers = [...introducedBy].flatMap(([dim, places]) =>
    named.has(dim) && !places.some(isRead) ? (inputs[places[0] ?? -1]?.name?.text ?? []) : [],
  );
  return new Set(givers);
}
