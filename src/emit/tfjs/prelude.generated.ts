import type { PreludeDeclaration } from "./prelude.ts";
export const preludeDeclarations: readonly PreludeDeclaration[] = [];
