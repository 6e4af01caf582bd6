import { failure, success, type Result } from "./result.ts";

/** The encoding of a text that is not UTF-8, by its first bytes or by the zeros in its letters. */
function otherEncoding(bytes: Uint8Array): string | undefined {
  const [a, b, c, d] = bytes;
  if (a === 0xff && b === 0xfe) return c === 0 && d === 0 ? "UTF-32" : "UTF-16";
  if (a === 0xfe && b === 0xff) return "UTF-16";
  const start = bytes.subarray(0, 64);
  const zerosAt = (phase: number): number => start.filter((it, at) => it === 0 && at % 2 === phase).length;
  const zeros = [zerosAt(0), zerosAt(1)].sort((x, y) => x - y);
  return zeros[0] === 0 && (zeros[1] ?? 0) * 4 > start.length ? "UTF-16" : undefined;
}

/** A text has no more characters, and a file of more bytes may have as many. */
export const longestText = 2 ** 29 - 25;

/**
 * The text of a file, which is to be UTF-8: bytes that are none become U+FFFD. Of a file in another encoding, which
 * other programs write unasked, the error says so.
 */
export function decodeText(bytes: Uint8Array): Result<string, string> {
  if (bytes.length > longestText)
    return failure("it is longer than half a gigabyte, which is the most that a text in memory may be");
  const encoding = otherEncoding(bytes);
  return encoding === undefined
    ? success(new TextDecoder().decode(bytes))
    : failure(`it is ${encoding}, not UTF-8: save it as UTF-8`);
}
