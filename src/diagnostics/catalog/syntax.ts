export const syntaxCatalog = {} as const;
