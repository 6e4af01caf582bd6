/** So many results are made beside the one that is in use. */
const most = 2;

/**
 * What an asynchronous function makes of 0, 1, ..., count - 1, in this order: the next results are begun while one is in use.
 * A failure is thrown in its turn; nothing is under way any more when the generator is done with, or left.
 */
export async function* ahead<T>(count: number, make: (at: number) => Promise<T>): AsyncGenerator<T, void> {
  const begun: Promise<T>[] = [];
  let next = 0;
  try {
    for (let at = 0; at < count; at++) {
      while (next < count && begun.length <= most) {
        const result = make(next++);
        // It is thrown where it is awaited: until then nobody need hear of it.
        result.catch(() => undefined);
        begun.push(result);
      }
      const [first] = begun;
      if (first === undefined) return;
      const result = await first;
      begun.shift();
      yield result;
    }
  } finally {
    await Promise.allSettled(begun);
  }
}
