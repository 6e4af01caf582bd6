import { fault } from "./fault.ts";

/** The element at an index that must exist; a missing one is an internal fault. */
export function elementAt<T>(list: ArrayLike<T>, index: number): T {
  const element = list[index];
  if (element === undefined) fault(`no element ${index} of ${list.length}`);
  return element;
}
