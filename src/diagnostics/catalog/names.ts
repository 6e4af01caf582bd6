export const namesCatalog = {} as const;
