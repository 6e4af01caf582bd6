export const typesCatalog = {} as const;
