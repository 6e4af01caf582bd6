/**
 * Runs asynchronous work in the order in which it is given, as much at a time as costs no more than `limit` together. What
 * alone costs more runs alone.
 */
export function limitCost(limit: number): <T>(cost: number, work: () => Promise<T>) => Promise<T> {
  const waiting: { readonly cost: number; readonly begin: () => void }[] = [];
  let running = 0;
  const beginNext = (): void => {
    for (;;) {
      const [next] = waiting;
      if (next === undefined || (running > 0 && running + next.cost > limit)) return;
      waiting.shift();
      running += next.cost;
      next.begin();
    }
  };
  return async (cost, work) => {
    await new Promise<void>((resolve) => {
      waiting.push({ cost, begin: resolve });
      beginNext();
    });
    try {
      return await work();
    } finally {
      running -= cost;
      beginNext();
    }
  };
}
