import { asNumber } from "../dims/dim.ts";
import type { RawField } from "../ir/program.ts";
import { elementAt } from "../support/element-at.ts";
import { required } from "../support/fault.ts";
import { mapConcurrently } from "../support/map-concurrently.ts";
import { failure, success, type Result } from "../support/result.ts";
import { defineSource, type SourceFiles } from "./define-source.ts";
import { unreadable } from "./file-problems.ts";
import { folderOf } from "./find-files.ts";
import { findImages, type FoundImage } from "./find-images.ts";
import type { PictureRequest } from "./picture.ts";
import { problem, sizeOf, type Column, type DataProblem, type StoredColumn } from "./raw-data.ts";
import { showRawField } from "./show-raw-field.ts";
import { storePictures, type Pictures, type PictureSize } from "./store-pictures.ts";

/** Image files in a folder: a folder for each class, a table of labels, or pairs of image and mask. */
export const imageFolder = defineSource({
  name: "image_folder",
  doc:
    "`raw.image`, 0 to 255, shaped as the feature that reads it: `[height, width, channels]`, of which 1 is grey, 3 " +
    "red, green and blue, 4 with opacity, or `[height, width]` in grey. PNG, JPEG and WebP, read by the package " +
    "`sharp`; images of another size are scaled to it as `resize(antialias=true)` does, whatever that makes of their " +
    "proportions. `raw.label`: each folder is a class, numbered from 0 in the order of code points, and holds its " +
    "images or folders of them. With `labels`, a CSV file with the columns `file` and `label`, the label that it gives " +
    "each file of the folder: a number, or a word, of which each is a class; files that it does not name are left " +
    "out. `raw.label -> categories([...])` gives words other numbers. With `masks`, `raw.mask` in place of the label: the image of the same name in that folder, whatever its " +
    "ending, whose numbers are kept, as its file stores them: grey levels, or places in the table of colours of a PNG; " +
    "where it is scaled, the nearest pixel. Hidden files, `Thumbs.db` and their like " +
    "are none. Examples stand in the order of their paths",
  arguments: {
    path: { kind: "string" },
    labels: { kind: "string", default: "" },
    masks: { kind: "string", default: "" },
  },
  hasFolders: true,
  fields: ({ arguments: { labels, masks } }) => ({
    kind: "listed",
    words: ["label"],
    shapes: {
      ...((masks === "" || labels !== "") && { label: [] }),
      image: "declared",
      ...(masks !== "" && { mask: "declared" }),
    },
  }),
  load: async ({ arguments: { path, labels, masks }, wanted, files, folders }) => {
    const place = folderOf(path, files);
    const options = {
      ...(labels !== "" && { labels: files.placeOf(labels) }),
      ...(masks !== "" && { masks: folderOf(masks, files) }),
    };
    const found = await findImages(files, place, options, folders);
    if (!found.ok) return found;
    const { images, classes } = found.value;
    const columns: (Column | StoredColumn)[] = [];
    const sizes = new Map<string, readonly PictureSize[]>();
    for (const field of wanted) {
      if (field.name === "label" || field.reading !== undefined) {
        const labels = images.map((it) => required(it.label, `the label of ${it.place}`));
        const isWord = classes !== undefined || field.reading !== undefined;
        // Numbers of a table are words where a feature takes them for such.
        const words = classes ?? [...new Set(labels.map(String))];
        const numbers = classes === undefined ? labels.map((it) => words.indexOf(String(it))) : labels;
        const data = isWord ? Int32Array.from(numbers) : Float64Array.from(labels);
        columns.push({
          name: field.name,
          shape: [],
          data,
          from: options.labels ?? place,
          files: images.map((it) => it.place),
          ...(isWord && { dictionary: words }),
          ...(classes !== undefined && { isNumbered: true }),
        });
        continue;
      }
      const isMask = field.name === "mask";
      const places = images.map((it) => (isMask ? required(it.mask, `the mask of ${it.place}`) : it.place));
      const read = await readPictures(places, (isMask ? options.masks : undefined) ?? place, field, isMask, files);
      if (!read.ok) return read;
      columns.push(read.value.column);
      sizes.set(field.name, read.value.sizes);
    }
    const unequal = findUnequal(images, sizes);
    if (unequal !== undefined) return failure(unequal);
    return success({
      kind: "columns",
      columns,
      ...(folders.length > 0 && { folders: images.map((it) => it.folder) }),
    });
  },
});

/** A mask of another size than its image, before both are scaled. */
function findUnequal(
  images: readonly FoundImage[],
  sizes: ReadonlyMap<string, readonly PictureSize[]>,
): DataProblem | undefined {
  const [ofImages, ofMasks] = [sizes.get("image"), sizes.get("mask")];
  if (ofImages === undefined || ofMasks === undefined) return undefined;
  const at = ofImages.findIndex((it, index) => it.join() !== elementAt(ofMasks, index).join());
  if (at === -1) return undefined;
  const { mask, place } = elementAt(images, at);
  const [own, other] = [ofMasks, ofImages].map((it) => elementAt(it, at).join(" x "));
  const what = `this mask has ${own ?? ""} pixels, and its image ${place} has ${other ?? ""}`;
  return problem("MC6050", { path: required(mask, `the mask of ${place}`), problem: what });
}

/** How many images are read at a time: a few more than the threads of the platform's pool. */
const concurrency = 8;

/** Images as one column in the shape that features read them in: pixels in memory, or where they are too many, read when asked for. */
async function readPictures(
  places: readonly string[],
  from: string,
  { name, type }: RawField,
  isMask: boolean,
  files: SourceFiles,
): Promise<Result<Pictures, DataProblem>> {
  const { readPicture, held } = files;
  if (readPicture === undefined) return unreadable(from, "nothing here reads images");
  const dims = type.shape.map(asNumber);
  const channels = dims.length === 2 ? 1 : dims[2];
  if (dims.length < 2 || dims.length > 3 || (channels !== 1 && channels !== 3 && channels !== 4))
    return failure(noImage(from, name, dims));
  const [height, width] = dims;
  const request: PictureRequest = {
    channels,
    isMask,
    ...(height !== undefined && width !== undefined && { size: [height, width] }),
  };
  const first = elementAt(places, 0);
  const model = request.size === undefined ? await readPicture(first, request) : undefined;
  if (model?.ok === false) return model;
  const [tall = 0, wide = 0] = request.size ?? model?.value.original ?? [];
  const shape = [tall, wide, channels];
  if (sizeOf(shape) > largest) {
    const gigabytes = (sizeOf(shape) / 1e9).toFixed(1);
    return unreadable(from, `its images of ${shape.join(" x ")} numbers fill ${gigabytes} GB each`);
  }
  const misfit = ([height, width]: PictureSize, place: string): DataProblem | undefined => {
    if (request.size !== undefined || (height === tall && width === wide)) return undefined;
    const help = "Give the feature a size, as `f32[64, 64, 3]`: images are scaled to it.";
    const what = `it has ${height} x ${width} pixels, and ${first} has ${tall} x ${wide}`;
    return problem("MC6050", { path: place, problem: what }, help);
  };
  const facts = { name, shape, from, files: places };
  if (places.length * sizeOf(shape) > held) {
    return storePictures(facts, request, files, misfit);
  }
  const data = new Uint8Array(places.length * sizeOf(shape));
  const sizes = await mapConcurrently(
    places,
    concurrency,
    async (place, at): Promise<Result<PictureSize, DataProblem>> => {
      const read = await readPicture(place, request);
      if (!read.ok) return read;
      const wrong = misfit(read.value.original, place);
      if (wrong !== undefined) return failure(wrong);
      data.set(read.value.data, at * sizeOf(shape));
      return success(read.value.original);
    },
  );
  return sizes.ok ? success({ column: { ...facts, data }, sizes: sizes.value }) : sizes;
}

/** An image has no more numbers. */
const largest = 2 ** 31 - 1;

/** A feature that reads images as what is none. */
function noImage(path: string, field: string, dims: readonly (number | undefined)[]): DataProblem {
  const expected = dims.length === 0 ? "one number" : dims.map((it) => it ?? "any").join(" x ");
  const help = `Channels are 1, 3 or 4. A feature that holds the images as they are says their size: \`pixels: u8[32, 32, 3] = ${showRawField(field)}\`.`;
  return problem("MC6005", { path, found: "height x width x channels", expected, field: showRawField(field) }, help);
}
