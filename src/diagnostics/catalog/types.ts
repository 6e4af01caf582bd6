import { typesOfBodiesCatalog } from "./types-of-bodies.ts";
import { typesOfLoopsCatalog } from "./types-of-loops.ts";
import { typesOfUsesCatalog } from "./types-of-uses.ts";

/** MC3001 and on: types, shapes, facts and values known at compile time. */
export const typesCatalog = { ...typesOfUsesCatalog, ...typesOfBodiesCatalog, ...typesOfLoopsCatalog } as const;
