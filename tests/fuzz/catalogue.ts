import { allOperators } from "../../src/ops/registry.ts";
import type { Operator } from "../../src/ops/define/operator.ts";
import { library } from "../../src/std/library.ts";
import type { CallableDeclaration } from "../../src/syntax/ast.ts";
import { bitsOfF32 } from "../std/bits-of-f32.ts";

/** What a body can apply by name. */
export type Applied =
  | { readonly kind: "operator"; readonly name: string; readonly operator: Operator }
  | { readonly kind: "library"; readonly name: string; readonly declaration: CallableDeclaration };

/** Every operator that a file can call, and every block and function of the library that the reference can judge. */
export const catalogue: readonly Applied[] = [
  ...allOperators
    .filter((it) => it.exposed)
    .map((operator): Applied => ({ kind: "operator", name: operator.name, operator })),
  ...library.names.flatMap((name): readonly Applied[] => {
    const declaration = bitsOfF32.has(name) ? undefined : library.find(name)?.declaration;
    return declaration === undefined || declaration.flavor === "metric" ? [] : [{ kind: "library", name, declaration }];
  }),
];

/** Every metric of the library. */
export const metrics: readonly CallableDeclaration[] = library.names.flatMap((name) => {
  const declaration = library.find(name)?.declaration;
  return declaration?.flavor === "metric" ? [declaration] : [];
});
