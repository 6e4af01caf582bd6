/** Layers that drafted models are made of: what is called so in a file is that in its own body. */
const used: ReadonlySet<string> = new Set(["Dense", "Dropout", "Conv2D", "BatchNorm", "MaxPool2D", "GlobalAvgPool2D"]);

/** What a model is called after a file or folder: `WineRed` after `wine-red`. */
export function modelName(name: string): string {
  const words = name.match(/[A-Za-z0-9]+/g) ?? [];
  const joined = words.map((it) => `${it.charAt(0).toUpperCase()}${it.slice(1)}`).join("");
  const model = /^[A-Z]/.test(joined) ? joined : `Table${joined}`;
  return used.has(model) ? `${model}Net` : model;
}
