import { spawnSync } from "node:child_process";
import { elsewhere } from "../../scripts/counterparts-elsewhere.ts";
import { layerCounterparts } from "../../scripts/counterparts.ts";

const script = `
import json, os
os.environ["KERAS_BACKEND"] = "torch"
import keras
names = {}
for name, it in sorted(vars(keras.layers).items()):
    if isinstance(it, type):
        names.setdefault(it, []).append(name)
print(json.dumps(list(names.values())))
`;

/** Counts the layers of Keras 3 that no row of docs/library.md names; 0 where there is no Keras. */
export function compareNames(python: string): number {
  const run = spawnSync(python, ["-B", "-c", script], { encoding: "utf8" });
  if (run.status !== 0) {
    console.warn("SKIPPED: the names of Keras' layers, which cannot be had");
    return 0;
  }
  const theirs = JSON.parse(run.stdout) as readonly (readonly string[])[];
  const named = [...Object.values(layerCounterparts).map(({ keras }) => keras), ...elsewhere.flatMap(([, it]) => it)];
  // `SpatialDropout1D, 2D, 3D` and `Random...` stand for several.
  const known = named.flatMap((text) => {
    const [first = "", ...more] = text.split(", ");
    return [first.replace("(-1)", ""), ...more, ...more.map((it) => first.replace(/\dD$/, it))];
  });
  const isKnown = (name: string): boolean =>
    known.some((it) => it === name || (it.endsWith("...") && name.startsWith(it.slice(0, -3))));
  // A layer may have several names.
  const missing = theirs.filter((names) => !names.some(isKnown)).map((names) => names.join(" or "));
  if (missing.length > 0) console.log(`layers of Keras without a word in docs/library.md: ${missing.join(", ")}`);
  console.log(
    `names: ${String(theirs.length - missing.length)} of ${String(theirs.length)} layers of Keras have a row`,
  );
  return missing.length;
}
