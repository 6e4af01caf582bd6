export const trainingCatalog = {} as const;
