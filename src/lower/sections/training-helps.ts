import type { Split } from "../../ir/program.ts";

/** What a key that must be set is most often set to. */
export function helpOfMissing(key: string): { readonly help: string } {
  const text =
    key === "loss"
      ? "Write what is to become small: `loss: cross_entropy(logits, label)`, `loss: mse(y, target)`."
      : `Write one: \`${key}: adam\`, or \`${key}: sgd(lr=0.1)\`.`;
  return { help: text };
}

/** How a split of data gets examples. */
export function helpOfSplit(split: Split, data: string): { readonly help: string } {
  const shares = split === "test" ? "train 0.8, validate 0.1, test 0.1" : "train 0.8, validate 0.2";
  return { help: `Give it a share in \`${data}\`: \`split: ${shares}\`.` };
}
