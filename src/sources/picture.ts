/** What a source wants of an image file. */
export interface PictureRequest {
  /** 1 for grey, 3 for red, green and blue, 4 with opacity. */
  readonly channels: 1 | 3 | 4;
  /** What the image is scaled to; left out: as it is. */
  readonly size?: readonly [height: number, width: number];
  /** A mask is scaled by the nearest pixel and keeps its numbers; a photograph is scaled smoothly. */
  readonly isMask: boolean;
}

/** The pixels of an image: row by row, the channels of each side by side. */
export interface Picture {
  readonly height: number;
  readonly width: number;
  readonly data: Uint8Array;
  /** Height and width in the file. */
  readonly original: readonly [height: number, width: number];
}

/** What an image file says of itself. */
export interface PictureFacts {
  /** Height and width, as people see it. */
  readonly original: readonly [height: number, width: number];
  /** A fingerprint of the file, as four numbers of 32 bits. */
  readonly hash: Int32Array;
}
