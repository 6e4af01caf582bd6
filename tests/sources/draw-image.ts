import sharp from "sharp";

/** Pixels of an image file to be: so many numbers for each. */
interface Drawn {
  readonly height: number;
  readonly width: number;
  readonly channels?: 1 | 3 | 4;
  readonly pixels: readonly number[];
}

/** An image file. */
export async function drawImage(
  { height, width, channels = 3, pixels }: Drawn,
  format: "png" | "webp" | "jpeg" = "png",
): Promise<Uint8Array> {
  const image = sharp(Uint8Array.from(pixels), { raw: { height, width, channels } });
  const grey = channels === 1 ? image.toColourspace("b-w") : image;
  switch (format) {
    case "png":
      return grey.png().toBuffer();
    case "webp":
      return grey.webp({ lossless: true }).toBuffer();
    case "jpeg":
      return grey.jpeg({ quality: 100, chromaSubsampling: "4:4:4" }).toBuffer();
  }
}

/** An image of one colour, or one level of grey. */
export const plain = (height: number, width: number, ...colour: readonly number[]): Promise<Uint8Array> =>
  drawImage({
    height,
    width,
    channels: colour.length === 1 ? 1 : colour.length === 4 ? 4 : 3,
    pixels: Array.from({ length: height * width }, () => colour).flat(),
  });
