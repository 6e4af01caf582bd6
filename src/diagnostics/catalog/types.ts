import { typesOfBodiesCatalog } from "./types-of-bodies.ts";
import { typesOfUsesCatalog } from "./types-of-uses.ts";

/** MC3001 and on: types, shapes, facts and values known at compile time. */
export const typesCatalog = { ...typesOfUsesCatalog, ...typesOfBodiesCatalog } as const;
