import { expect, it } from "vitest";
import { decodeText, longestText } from "../../src/support/decode-text.ts";

it("a file that is longer than any text is refused", () => {
  expect(decodeText(new Uint8Array(longestText + 1))).toEqual({
    ok: false,
    error: "it is longer than half a gigabyte, which is the most that a text in memory may be",
  });
});
