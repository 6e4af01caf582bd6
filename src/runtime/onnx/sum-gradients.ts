import { nameIn, portOf } from "../../ir/ports.ts";
import { elementAt } from "../../support/element-at.ts";
import type { Tensor, Tensors } from "../tensor.ts";
import { fromNumbers, toNumbers } from "./typed-array.ts";

/** Gradients of parts of a batch on their way to their mean over all examples, in double precision. */
export interface GradientSum {
  /** Takes those that are among the outputs of a part. */
  add(outputs: Tensors, examples: number): void;
  /** The mean, under the ports of the gradients, in their element types. */
  mean(): Tensors;
}

/** A sum of nothing. */
export function sumGradients(): GradientSum {
  const sums = new Map<string, { readonly like: Tensor; readonly sum: Float64Array }>();
  let total = 0;
  return {
    add(outputs, examples) {
      total += examples;
      for (const [port, tensor] of outputs) {
        const path = nameIn("gradient", port);
        if (path === undefined) continue;
        const known = sums.get(path) ?? { like: tensor, sum: new Float64Array(tensor.data.length) };
        sums.set(path, known);
        toNumbers(tensor).forEach((it, i) => (known.sum[i] = elementAt(known.sum, i) + it * examples));
      }
    },
    mean: () =>
      new Map(
        [...sums].map(
          ([
            path,
            {
              like: { dtype, shape },
              sum,
            },
          ]) => {
            const mean = sum.map((it) => it / total);
            return [portOf("gradient", path), { dtype, shape, data: fromNumbers(dtype, mean, mean.length) }];
          },
        ),
      ),
  };
}
