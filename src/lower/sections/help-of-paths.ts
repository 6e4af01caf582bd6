/** The most names that a help lists. */
const most = 8;

/** With what the paths of a model begin, for who has named one that it lacks. */
export function helpOfPaths(paths: readonly string[]): { readonly help?: string } {
  const begins = [...new Set(paths.map((it) => it.split(".")[0] ?? it))];
  if (begins.length === 0) return {};
  const shown = begins.slice(0, most).map((it) => `\`${it}\``);
  const more = begins.length > most ? " and others" : "";
  return { help: `Its paths begin with ${shown.join(", ")}${more}; \`modelc summary\` lists them.` };
}
