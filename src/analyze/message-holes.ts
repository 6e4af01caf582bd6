/** `{name}` or `{name[0]}` in the message of a `where`. */
const hole = /\{(\w+)(?:\[(\d+)\])?\}/g;

/** The names that a message shows values of. */
export function namesInMessage(message: string): readonly string[] {
  return [...message.matchAll(hole)].flatMap(([, name]) => name ?? []);
}

/** What stands in braces and is neither: `T + 1`. Empty ones are meant as they are. */
export function strayHoles(message: string): readonly string[] {
  return [...message.replace(hole, "").matchAll(/\{([^{}]*)\}/g)].flatMap(([, text]) =>
    text === undefined || text.trim() === "" ? [] : text,
  );
}

/** A message with its values in place; `show` gives that of a name, or of an element of a list, where there is one. */
export function fillMessage(message: string, show: (name: string, index?: number) => string | undefined): string {
  return message.replace(
    hole,
    (whole, name: string, index: string | undefined) =>
      show(name, index === undefined ? undefined : Number(index)) ?? whole,
  );
}
