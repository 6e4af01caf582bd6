import { inflateSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { encodePng } from "../../../src/cli/data/encode-png.ts";

/** The chunks of a PNG by their kinds. */
function chunksOf(file: Uint8Array): ReadonlyMap<string, Buffer> {
  const bytes = Buffer.from(file);
  const chunks = new Map<string, Buffer>();
  for (let at = 8; at < bytes.length;) {
    const length = bytes.readUInt32BE(at);
    chunks.set(bytes.toString("latin1", at + 4, at + 8), bytes.subarray(at + 8, at + 8 + length));
    at += length + 12;
  }
  return chunks;
}

describe("PNG files", () => {
  it.each([
    [1, 0, [0, 10, 20, 0, 30, 40]],
    [3, 2, [0, 10, 20, 30, 40, 50, 60, 0, 70, 80, 90, 100, 110, 120]],
  ] as const)("hold the rows of %i channels", (channels, kind, lines) => {
    const bytes = Uint8Array.from(lines.filter((it) => it > 0));
    const file = encodePng({ width: 2, height: 2, channels, bytes });
    expect([...file.subarray(0, 8)]).toEqual([137, 80, 78, 71, 13, 10, 26, 10]);
    const chunks = chunksOf(file);
    expect([...(chunks.get("IHDR") ?? [])]).toEqual([0, 0, 0, 2, 0, 0, 0, 2, 8, kind, 0, 0, 0]);
    expect([...inflateSync(chunks.get("IDAT") ?? Buffer.of())]).toEqual([...lines]);
    // The checksum of an end that holds nothing is known.
    expect([...file.subarray(-12)]).toEqual([0, 0, 0, 0, 73, 69, 78, 68, 174, 66, 96, 130]);
  });
});
