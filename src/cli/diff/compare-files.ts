import { compareFaces, type Change, type Comparison } from "./compare-faces.ts";
import type { ModelFace } from "./model-face.ts";

/** Compares the models of files as they were and as they are: those of one name, or of one file the only ones there. */
export function compareAll(old: readonly ModelFace[], now: readonly ModelFace[]): readonly Comparison[] {
  const [was, ...others] = old;
  const [is, ...rest] = now;
  if (was !== undefined && is !== undefined && others.length === 0 && rest.length === 0) {
    const compared = compareFaces(was, is);
    return [
      was.name === is.name ? compared : { ...compared, changes: [renamed(was.name, is.name), ...compared.changes] },
    ];
  }
  const names = [...new Set([...now, ...old].map((it) => it.name))];
  return names.map((name) => {
    const [before, after] = [old.find((it) => it.name === name), now.find((it) => it.name === name)];
    if (before !== undefined && after !== undefined) return compareFaces(before, after);
    const isGone = after === undefined;
    const message = isGone ? `model ${name} is gone` : `model ${name} is new`;
    return {
      name,
      changes: [
        { about: "model", breaks: isGone, name, before: isGone ? name : null, after: isGone ? null : name, message },
      ],
      measures: [],
      checkpointLoads: null,
    };
  });
}

/** Its files and the words of other files have the name. */
function renamed(before: string, after: string): Change {
  const message = `model ${before} is called ${after} now`;
  return { about: "model", breaks: true, name: after, before, after, message };
}
