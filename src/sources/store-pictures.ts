import { elementAt } from "../support/element-at.ts";
import { hashText } from "../support/hash-text.ts";
import { required } from "../support/fault.ts";
import { failure, success, type Result } from "../support/result.ts";
import { limitCost } from "../support/limit-cost.ts";
import { mapConcurrently } from "../support/map-concurrently.ts";
import type { SourceFiles } from "./define-source.ts";
import type { PictureFacts, PictureRequest } from "./picture.ts";
import { DataFault, sizeOf, type Column, type DataProblem, type StoredColumn } from "./raw-data.ts";

/** Height and width of an image. */
export type PictureSize = readonly [height: number, width: number];

/** Images as a column, and their sizes in the files. */
export interface Pictures {
  readonly column: Column | StoredColumn;
  readonly sizes: readonly PictureSize[];
}

/** How many files are looked at together. */
const concurrency = 8;

/** So many pixels of image files are decoded at a time, in all: some of a camera's images, or many small ones. */
const pixelsAtATime = 2 ** 24;

/**
 * Images that are decoded when they are asked for. All are looked at first: what their first bytes say, and what tells equal
 * files; a file whose pixels are damaged is found when these are read.
 */
export async function storePictures(
  facts: Pick<StoredColumn, "name" | "shape" | "from"> & { readonly files: readonly string[] },
  request: PictureRequest,
  { readPicture, lookAtPicture }: SourceFiles,
  misfit: (size: PictureSize, place: string) => DataProblem | undefined,
): Promise<Result<Pictures, DataProblem>> {
  const [read, lookAt] = [required(readPicture, "what reads images"), required(lookAtPicture, "what looks at them")];
  const { name, shape, from, files } = facts;
  const hashes = new Int32Array(files.length * 4);
  const sizes = await mapConcurrently(
    files,
    concurrency,
    async (place, at): Promise<Result<PictureSize, DataProblem>> => {
      const seen: Result<PictureFacts, DataProblem> = await lookAt(place);
      if (!seen.ok) return seen;
      const wrong = misfit(seen.value.original, place);
      if (wrong !== undefined) return failure(wrong);
      hashes.set(seen.value.hash, at * 4);
      return success(seen.value.original);
    },
  );
  if (!sizes.ok) return sizes;
  const size = sizeOf(shape);
  const limited = limitCost(pixelsAtATime);
  const readRows = async (rows: Int32Array): Promise<{ readonly data: Uint8Array }> => {
    const data = new Uint8Array(rows.length * size);
    const decoded = await Promise.all(
      Array.from(rows, (row, at) => {
        const place = elementAt(files, row);
        const [height, width] = elementAt(sizes.value, row);
        return limited(height * width, async (): Promise<DataProblem | undefined> => {
          const picture = await read(place, request);
          if (!picture.ok) return picture.error;
          const wrong = misfit(picture.value.original, place);
          if (wrong === undefined) data.set(picture.value.data, at * size);
          return wrong;
        });
      }),
    );
    const wrong = decoded.find((it) => it !== undefined);
    if (wrong !== undefined) throw new DataFault(wrong);
    return { data };
  };
  const identity: Column = { name, shape: [4], data: hashes, from, files };
  return success({
    column: {
      ...facts,
      count: files.length,
      holds: "bytes",
      read: readRows,
      content: hashText(hashes.join()),
      identity,
    },
    sizes: sizes.value,
  });
}
