/**
 * A defect of modelc itself, never of what a person wrote: the command line reports it as such, with what to send.
 */
export class InternalFault extends Error {
  override readonly name = "InternalFault";
}

/** Throws an {@link InternalFault}; for states that correct code cannot reach. */
export function fault(message: string): never {
  throw new InternalFault(message);
}

/** The value, or an {@link InternalFault} that says what was missing. */
export function required<T>(value: T | undefined, what: string): T {
  if (value === undefined) fault(`missing ${what}`);
  return value;
}
