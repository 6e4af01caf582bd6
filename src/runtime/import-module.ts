/**
 * Imports an ES module by its URL. The build leaves this file by itself, as `import-module.cjs`: code that comes from V8's
 * cache, as the bundles do, has no `import()`.
 */
export const importModule = (url: string): Promise<unknown> => import(url);
