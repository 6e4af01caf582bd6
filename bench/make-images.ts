import { mkdirSync } from "node:fs";
import { join } from "node:path";
import sharp from "sharp";
import { createRandom } from "../tests/soak/random.ts";

/** Writes small images of `classes` kinds, stripes of their own direction in noise, into a folder for each. */
export async function makeImages(
  folder: string,
  { count, classes, side }: { readonly count: number; readonly classes: number; readonly side: number },
): Promise<void> {
  const random = createRandom(7);
  const noise = Uint8Array.from({ length: 2 ** 21 }, () => random.integer(160));
  for (let at = 0; at < classes; at++) mkdirSync(join(folder, String(at)), { recursive: true });
  const make = async (at: number): Promise<void> => {
    const kind = at % classes;
    const [down, across] = [Math.sin((kind * Math.PI) / classes), Math.cos((kind * Math.PI) / classes)];
    const from = random.integer(noise.length);
    const pixels = Uint8Array.from({ length: side * side * 3 }, (_, i) => {
      const pixel = Math.floor(i / 3);
      const stripe = Math.sin((down * Math.floor(pixel / side) + across * (pixel % side)) * 0.8) > 0 ? 90 : 0;
      return (noise[(from + i * 7) % noise.length] ?? 0) + stripe;
    });
    await sharp(pixels, { raw: { width: side, height: side, channels: 3 } })
      .png({ compressionLevel: 3 })
      .toFile(join(folder, String(kind), `${String(at).padStart(6, "0")}.png`));
  };
  for (let from = 0; from < count; from += 256)
    await Promise.all(Array.from({ length: Math.min(256, count - from) }, (_, i) => make(from + i)));
}
