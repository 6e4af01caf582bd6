import { elementAt } from "./element-at.ts";
import { failure, success, type Result } from "./result.ts";

/**
 * What an asynchronous function makes of each element, in their order, at most `limit` at a time. After a failure nothing
 * more is begun; of several the one of the first element is given, so that it depends on no clock.
 */
export async function mapConcurrently<T, U, E>(
  elements: readonly T[],
  limit: number,
  each: (element: T, index: number) => Promise<Result<U, E>>,
): Promise<Result<readonly U[], E>> {
  const made: U[] = [];
  const failures: { readonly at: number; readonly error: E }[] = [];
  let next = 0;
  const work = async (): Promise<void> => {
    while (next < elements.length && failures.length === 0) {
      const at = next;
      next += 1;
      const result = await each(elementAt(elements, at), at);
      if (result.ok) made[at] = result.value;
      else failures.push({ at, error: result.error });
    }
  };
  await Promise.all(Array.from({ length: Math.min(limit, elements.length) }, work));
  const [first, ...others] = failures;
  return first === undefined ? success(made) : failure(others.reduce((a, b) => (b.at < a.at ? b : a), first).error);
}
