import { inflateSync } from "node:zlib";
import { elementAt } from "../../support/element-at.ts";

/** The numbers of a PNG file as they are stored, one for each pixel, row by row. */
export interface PngNumbers {
  readonly height: number;
  readonly width: number;
  readonly numbers: Uint16Array;
}

/** The bytes before the first chunk; length, name and checksum of a chunk. */
const signature = 8;
const around = 12;

/** The kinds of PNG that have one number for each pixel: a grey level, and a place in a table of colours. */
const grey = 0;
const indexed = 3;

/**
 * The numbers that a PNG file has for its pixels: grey levels, unscaled, or places in its table of colours. Undefined where it
 * has several for a pixel, where it is interlaced or turned, and where it is damaged.
 *
 * Source: W3C, "Portable Network Graphics (PNG) Specification", third edition, 2025, chapters 5, 7 and 9.
 */
export function pngNumbers(file: Uint8Array): PngNumbers | undefined {
  const view = new DataView(file.buffer, file.byteOffset, file.byteLength);
  const packed: Uint8Array[] = [];
  for (let at = signature; at + around <= file.length;) {
    const length = view.getUint32(at);
    const name = Buffer.from(file.subarray(at + 4, at + 8)).toString("latin1");
    if (name === "eXIf") return undefined;
    if (name === "IDAT") packed.push(file.subarray(at + 8, at + 8 + length));
    at += around + length;
  }
  if (file.length < 33) return undefined;
  const [width, height] = [view.getUint32(16), view.getUint32(20)];
  const [depth, kind, interlaced] = [view.getUint8(24), view.getUint8(25), view.getUint8(28)];
  if ((kind !== grey && kind !== indexed) || interlaced !== 0 || ![1, 2, 4, 8, 16].includes(depth)) return undefined;
  const line = Math.ceil((width * depth) / 8);
  const lines = unfiltered(packed, height, line, Math.max(1, depth / 8));
  if (lines === undefined) return undefined;
  const numbers = new Uint16Array(width * height);
  for (let row = 0; row < height; row++) {
    for (let column = 0; column < width; column++) {
      const bit = column * depth;
      const at = row * line + Math.floor(bit / 8);
      const first = elementAt(lines, at);
      numbers[row * width + column] =
        depth === 16 ? 256 * first + elementAt(lines, at + 1) : (first >> (8 - depth - (bit % 8))) & (2 ** depth - 1);
    }
  }
  return { height, width, numbers };
}

/** The bytes of all lines, which are stored as what they differ from those to the left and above. */
function unfiltered(packed: readonly Uint8Array[], height: number, line: number, step: number): Uint8Array | undefined {
  const size = height * (line + 1);
  let stored: Uint8Array;
  try {
    stored = inflateSync(Buffer.concat(packed), { maxOutputLength: size });
  } catch {
    return undefined;
  }
  if (stored.length !== size) return undefined;
  const lines = new Uint8Array(height * line);
  for (let row = 0; row < height; row++) {
    const filter = elementAt(stored, row * (line + 1));
    for (let column = 0; column < line; column++) {
      const at = row * line + column;
      const left = column < step ? 0 : elementAt(lines, at - step);
      const above = row === 0 ? 0 : elementAt(lines, at - line);
      const corner = row === 0 || column < step ? 0 : elementAt(lines, at - line - step);
      lines[at] = elementAt(stored, at + row + 1) + predicted(filter, left, above, corner);
    }
  }
  return lines;
}

/** What a filter expects of a byte. */
function predicted(filter: number, left: number, above: number, corner: number): number {
  if (filter === 1) return left;
  if (filter === 2) return above;
  if (filter === 3) return Math.floor((left + above) / 2);
  if (filter !== 4) return 0;
  const far = (it: number): number => Math.abs(left + above - corner - it);
  if (far(left) <= far(above) && far(left) <= far(corner)) return left;
  return far(above) <= far(corner) ? above : corner;
}
