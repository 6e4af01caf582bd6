/** What stands for names that earlier versions had, by the name: said where it means nothing else. */
export const formerNames: ReadonlyMap<string, string> = new Map([
  ["border", "`pad` has all borders: `pad(x, before=[...], after=[...], mode=reflect)`."],
]);

/** What stands for arguments that earlier versions had, by callee and argument. */
export const formerArguments: ReadonlyMap<string, string> = new Map([
  ["median.axis", "It is that of the last axis: `quantile(x, 0.5, axis=1)` goes along another."],
  ["grid_sample.extend", "What lies beyond the image is said by `mode`, as in `pad`: `extend=true` is `mode=edge`."],
]);
