import type { ModelOptions } from "../../src/lower/elaborate-model.ts";
import type { Sizes } from "./networks.ts";

type Values = NonNullable<ModelOptions["hyperparameters"]>;

/** How a pair is compared, in small. */
export interface Comparison {
  /** What is compared, where it is not the first model of the file without the construct. */
  readonly entry?: string;
  readonly values: Values;
  /** What the file without the construct, or the one with it, is given besides. */
  readonly before?: Values;
  readonly after?: Values;
  readonly sizes?: Sizes;
  /** How far apart the two may be, in relation to the largest number: 1e-9, but for differences in the place of slopes. */
  readonly within?: number;
}

/** By construct and network. Trained networks are compared as they are trained. */
export const comparisons: Readonly<Record<string, Comparison>> = {
  "loops/unet": { values: { width: 2 }, sizes: { H: 16, W: 16 } },
  "loops/densenet": { values: { depths: [2, 1], growth: 2, width: 4, classes: 3 }, sizes: { H: 32, W: 32 } },
  "loops/wavenet": { values: { values: 6, ch: 3, skips: 4 } },
  "loops/tcn": { values: { ch: 4, depth: 3, kernel: 2 } },
  "loops/seq2seq": { values: { words: 7, width: 3 } },
  "lists/mixture-of-experts": { entry: "Mixture", values: { units: 4 }, after: { experts: 8 }, sizes: { D: 4 } },
  "lists/efficientnet": {
    values: { widths: [4, 6], depths: [1, 2], kernels: [3, 5], strides: [1, 2], first: 4, last: 6, classes: 3 },
    before: { expand: [1, 6] },
  },
  "lists/text-cnn": { values: { words: 7, width: 4, ch: 3 }, sizes: { T: 6 } },
  "lists/deeplab": { values: { ch: 3 } },
  "lists/multi-gate": { values: { units: 4 } },
  "indexing/kan": { values: { units: [2, 1] } },
  "indexing/bert": { entry: "BertBase", values: { words: 7, context: 8, width: 4, depth: 2, heads: 2 } },
  "indexing/ddpm": { values: { units: 4, depth: 2 } },
  "indexing/mamba": { values: { words: 7, width: 4, depth: 2, states: 2 } },
  "indexing/swin": { values: { side: 16, size: 2, width: 4, depths: [2, 1], heads: [2, 2], classes: 3 } },
  "literals/mixture-of-experts": { entry: "Mixture", values: { experts: 3, units: 4 }, sizes: { D: 4 } },
  "literals/t5": { entry: "Distances", values: { heads: 2, both: true } },
  "literals/swin": {
    entry: "WindowAttention",
    values: { heads: 2, size: 2, moved: true },
    sizes: { H: 4, W: 4, C: 4 },
  },
  "inputs/attention": { values: {} },
  "inputs/bert": { entry: "Pretrained", values: { words: 7, context: 8, width: 4, depth: 2, heads: 2 } },
  "inputs/perceiver": { values: { places: 3, width: 4, rounds: 2, depth: 1, classes: 3 } },
  "inputs/t5": { values: { words: 7, width: 4, depth: 1, heads: 2, size: 2, units: 5 } },
  "inputs/transformer": { values: { width: 4, heads: 2, units: 5, depth: 2 } },
  "until/indrnn": { values: { units: 3, classes: 3 } },
  "until/sru": { values: { words: 7, width: 4, units: 3, tags: 3 } },
  "until/min-gru": { values: { units: 4, depth: 2, symbols: 3 } },
  "until/manhattan": { values: { words: 7, width: 4, units: 3 } },
  "until/gru-d": { values: { units: 3 } },
  "gradient/pinn": { values: { units: 4, depth: 2 }, within: 2e-3 },
  "gradient/wgan-gp": { values: {}, within: 2e-3 },
  "gradient/hamiltonian": { values: { units: 5 } },
  "gradient/forces": { values: { units: 4 }, within: 2e-3 },
  "gradient/contractive": { values: { units: 4 } },
};
