import { augmentingCatalog } from "./catalog/augmenting.ts";
import { builtFilesCatalog } from "./catalog/built-files.ts";
import { configCatalog } from "./catalog/config.ts";
import { dataCatalog } from "./catalog/data.ts";
import { ignoresCatalog } from "./catalog/ignores.ts";
import { importsCatalog } from "./catalog/imports.ts";
import { learningCatalog } from "./catalog/learning.ts";
import { lintsOfModelsCatalog } from "./catalog/lints-of-models.ts";
import { lintsOfTrainingsCatalog } from "./catalog/lints-of-trainings.ts";
import { namesCatalog } from "./catalog/names.ts";
import { predictingCatalog } from "./catalog/predicting.ts";
import { resumingCatalog } from "./catalog/resuming.ts";
import { runsCatalog } from "./catalog/runs.ts";
import { syntaxCatalog } from "./catalog/syntax.ts";
import { targetsCatalog } from "./catalog/targets.ts";
import { trainingCatalog } from "./catalog/training.ts";
import { typesCatalog } from "./catalog/types.ts";

/** Every diagnostic code: MC1xxx syntax, 2xxx names, 3xxx types and shapes, 4xxx training, 5xxx targets, 6xxx data, 7xxx configuration. */
export const catalog = {
  ...syntaxCatalog,
  ...ignoresCatalog,
  ...namesCatalog,
  ...importsCatalog,
  ...typesCatalog,
  ...lintsOfModelsCatalog,
  ...trainingCatalog,
  ...augmentingCatalog,
  ...predictingCatalog,
  ...learningCatalog,
  ...lintsOfTrainingsCatalog,
  ...runsCatalog,
  ...resumingCatalog,
  ...targetsCatalog,
  ...builtFilesCatalog,
  ...dataCatalog,
  ...configCatalog,
} as const;

export type Catalog = typeof catalog;
export type Code = keyof Catalog;

/** The parameters that the message of a code takes. */
export type ParametersOf<C extends Code> = Catalog[C] extends {
  readonly message: (parameters: infer P extends object) => string;
}
  ? P
  : never;
