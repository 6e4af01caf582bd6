import { createHash } from "node:crypto";
import { createRequire } from "node:module";
import type Sharp from "sharp";
import type { Picture, PictureFacts, PictureRequest } from "../../sources/picture.ts";
import { problem, type DataProblem } from "../../sources/raw-data.ts";
import { nearestPixels, scalePixels } from "../../sources/scale-pixels.ts";
import { elementAt } from "../../support/element-at.ts";
import { failure, success, type Result } from "../../support/result.ts";
import { missingPackages, resolvePackage } from "../resolve-package.ts";
import { pngNumbers } from "./png-numbers.ts";
import { readBytes } from "./read-file.ts";

/** Reads image files. */
export interface PictureReader {
  readonly readPicture: (place: string, request: PictureRequest) => Promise<Result<Picture, DataProblem>>;
  readonly lookAtPicture: (place: string) => Promise<Result<PictureFacts, DataProblem>>;
}

/**
 * What reads PNG, JPEG and WebP files: by `sharp`, an optional peer of modelc, from beside modelc or from a project. It
 * decodes in threads of its own. Images stand as people see them, whichever way the camera was held; profiles of colours
 * are not applied.
 */
export function createPictureReader(project?: string): PictureReader {
  let loaded: Result<typeof Sharp, string> | undefined;
  const open = (place: string): Result<Opened, DataProblem> => {
    loaded ??= loadSharp(project);
    if (!loaded.ok) return cannotRead(place, loaded.error);
    const bytes = readBytes(place);
    if (!bytes.ok) return bytes;
    const format = formatOf(bytes.value);
    return format.kind === "other"
      ? cannotRead(place, format.what, format.help)
      : success({ sharp: loaded.value, bytes: bytes.value, format: format.name });
  };
  const damaged = (place: string, format: string) =>
    cannotRead(place, `it is a ${format} image that is damaged or cut off`);
  return {
    async readPicture(place, request) {
      const opened = open(place);
      if (!opened.ok) return opened;
      const { sharp, bytes, format } = opened.value;
      const decoded = await decode(sharp, bytes, request.channels);
      if (decoded === undefined) return damaged(place, format);
      const numbers =
        request.isMask && request.channels === 1
          ? maskOf(bytes, decoded, place)
          : greyOrColours(decoded, request.channels);
      return numbers.ok ? pictureOf(decoded, numbers.value, request) : numbers;
    },
    async lookAtPicture(place) {
      const opened = open(place);
      if (!opened.ok) return opened;
      const { sharp, bytes, format } = opened.value;
      const said = await sharp(bytes)
        .metadata()
        .catch(() => undefined);
      if (said === undefined) return damaged(place, format);
      const { height, width } = said.autoOrient;
      const hash = createHash("sha256").update(bytes).digest();
      return success({ original: [height, width], hash: Int32Array.from([0, 4, 8, 12], (at) => hash.readInt32LE(at)) });
    },
  };
}

/** An image file with what decodes it. */
interface Opened {
  readonly sharp: typeof Sharp;
  readonly bytes: Uint8Array;
  readonly format: string;
}

/** The pixels of an image as it stands in the file, in colours where it is wanted in grey. */
interface Decoded {
  readonly data: Uint8Array;
  readonly info: { readonly height: number; readonly width: number };
}

/** Decodes an image; undefined where that fails. Of several at a time, the decoder may tell one what is wrong with another. */
async function decode(sharp: typeof Sharp, bytes: Uint8Array, channels: 1 | 3 | 4): Promise<Decoded | undefined> {
  const image = sharp(bytes, { failOn: "warning", ignoreIcc: true }).autoOrient().toColourspace("srgb");
  const opacity = channels === 4 ? image.ensureAlpha() : image.removeAlpha();
  return opacity
    .raw({ depth: "uchar" })
    .toBuffer({ resolveWithObject: true })
    .catch(() => undefined);
}

/** The numbers of a mask: those that its file stores, be they grey levels or places in a table of colours. */
function maskOf(file: Uint8Array, { data, info }: Decoded, place: string): Result<Uint8Array, DataProblem> {
  const stored = pngNumbers(file);
  if (stored === undefined || stored.height !== info.height || stored.width !== info.width) {
    if (!isColoured(data)) return success(greyOf(data));
    const help =
      "Save it with the number of its class at each pixel, in grey; what is read as `[height, width, 3]` may have colours.";
    return cannotRead(place, "it has colours, and a mask has one number for each pixel", help);
  }
  const large = stored.numbers.find((it) => it > 255);
  if (large === undefined) return success(Uint8Array.from(stored.numbers));
  return cannotRead(place, `it has the number ${large}, and those of a mask are 0 to 255`);
}

const greyOrColours = ({ data }: Decoded, channels: 1 | 3 | 4): Result<Uint8Array, DataProblem> =>
  success(channels === 1 ? greyOf(data) : new Uint8Array(data));

/** Pixels in the size that is asked for. */
function pictureOf(
  { info }: Decoded,
  pixels: Uint8Array,
  { channels, size, isMask }: PictureRequest,
): Result<Picture, DataProblem> {
  const original = [info.height, info.width] as const;
  const [height, width] = size ?? original;
  if (height === info.height && width === info.width) return success({ height, width, data: pixels, original });
  const scale = isMask ? nearestPixels : scalePixels;
  const data = scale({ height: info.height, width: info.width, channels, data: pixels }, height, width);
  return success({ height, width, data, original });
}

/** Red, green and blue as grey levels: ITU-R 601, rounded as Pillow's mode `L` is. */
function greyOf(colours: Uint8Array): Uint8Array {
  return Uint8Array.from({ length: colours.length / 3 }, (_, at) => {
    const [red, green, blue] = [0, 1, 2].map((it) => elementAt(colours, 3 * at + it));
    return (19595 * (red ?? 0) + 38470 * (green ?? 0) + 7471 * (blue ?? 0) + 0x8000) >> 16;
  });
}

function isColoured(colours: Uint8Array): boolean {
  for (let at = 0; at < colours.length; at += 3) {
    if (colours[at] !== colours[at + 1] || colours[at] !== colours[at + 2]) return true;
  }
  return false;
}

type Format =
  | { readonly kind: "known"; readonly name: string }
  | { readonly kind: "other"; readonly what: string; readonly help?: string };

/** How files of images begin, those that are read first. */
const beginnings: readonly (readonly [name: string, begins: RegExp, isRead: boolean])[] = [
  ["JPEG", /^\xff\xd8\xff/, true],
  ["PNG", /^\x89PNG\r\n/, true],
  ["WebP", /^RIFF[^]{4}WEBP/, true],
  ["GIF", /^GIF8/, false],
  ["TIFF", /^(?:II\*\0|MM\0\*)/, false],
  ["BMP", /^BM/, false],
  ["AVIF or HEIC", /^[^]{4}ftyp/, false],
];

/** What a file is by its first bytes, whatever its name says. */
function formatOf(bytes: Uint8Array): Format {
  if (bytes.length === 0) return { kind: "other", what: "the file is empty" };
  const start = Buffer.from(bytes.subarray(0, 16)).toString("latin1");
  const [name, , isRead] = beginnings.find(([, begins]) => begins.test(start)) ?? [];
  if (name === undefined) return { kind: "other", what: "it is no image: PNG, JPEG and WebP are read" };
  if (isRead === true) return { kind: "known", name };
  return { kind: "other", what: `it is a ${name} image, and PNG, JPEG and WebP are read`, help: "Save it as PNG." };
}

const cannotRead = (path: string, reason: string, help?: string): Extract<Result<never, DataProblem>, { ok: false }> =>
  failure(problem("MC6001", { path, reason }, help));

function loadSharp(project: string | undefined): Result<typeof Sharp, string> {
  const entry = resolvePackage("sharp", project);
  if (entry === undefined) return failure(missingPackages("reading images", ["sharp"], project));
  try {
    return success(createRequire(entry)(entry) as typeof Sharp);
  } catch (error) {
    return failure(`sharp was found but does not load: ${error instanceof Error ? error.message : String(error)}`);
  }
}
