export const dataCatalog = {} as const;
