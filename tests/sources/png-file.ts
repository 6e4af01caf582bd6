import { crc32, deflateSync } from "node:zlib";

/** A PNG file with one number for each pixel: grey levels, or with `colours` places in that table. */
export function pngFile(
  rows: readonly (readonly number[])[],
  depth: 1 | 2 | 4 | 8 | 16,
  colours?: readonly (readonly [number, number, number])[],
): Buffer {
  const header = Buffer.alloc(13);
  header.writeUInt32BE(rows[0]?.length ?? 0);
  header.writeUInt32BE(rows.length, 4);
  header.set([depth, colours === undefined ? 0 : 3], 8);
  const lines = rows.map((row) => {
    const bits = row.map((it) => it.toString(2).padStart(depth, "0")).join("");
    return [0, ...(bits.match(/.{1,8}/g) ?? []).map((it) => Number.parseInt(it.padEnd(8, "0"), 2))];
  });
  return Buffer.concat([
    Buffer.from("\x89PNG\r\n\x1a\n", "latin1"),
    chunk("IHDR", header),
    ...(colours === undefined ? [] : [chunk("PLTE", Buffer.from(colours.flat()))]),
    chunk("IDAT", deflateSync(Buffer.from(lines.flat()))),
    chunk("IEND", Buffer.alloc(0)),
  ]);
}

function chunk(name: string, data: Buffer): Buffer {
  const [length, sum] = [Buffer.alloc(4), Buffer.alloc(4)];
  const named = Buffer.concat([Buffer.from(name, "latin1"), data]);
  length.writeUInt32BE(data.length);
  sum.writeUInt32BE(crc32(named));
  return Buffer.concat([length, named, sum]);
}
