export const targetsCatalog = {} as const;
