import type { Func, Region } from "../ir/graph.ts";
import type { Accumulator } from "../ir/program.ts";
import type { Span } from "../support/source.ts";

/** What makes the figure of a metric: a function of what its accumulators have come to, one by one. */
export function figureFunction(
  name: string,
  accumulators: readonly Pick<Accumulator, "name">[],
  body: Region,
  origin?: Span,
): Func {
  return {
    key: `metric ${name}`,
    name,
    flavor: "fn",
    hyperparameters: [],
    inputNames: accumulators.map((it) => it.name),
    resultNames: [name],
    parameters: [],
    states: [],
    body,
    ...(origin !== undefined && { origin }),
  };
}
