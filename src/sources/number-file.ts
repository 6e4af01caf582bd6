/** Numbers of one kind, side by side in memory. */
export interface NumberArray<N extends number | bigint> extends ArrayLike<N> {
  [index: number]: N;
  readonly set: (numbers: ArrayLike<N>, at: number) => void;
  readonly subarray: (from: number, to: number) => ArrayLike<N>;
}

/** Room in memory that is used anew for each part that is read: what was read before is gone then. */
export interface Room {
  bytes?: ArrayBuffer;
}

/** Numbers that lie outside of memory, in the order in which they were added. */
export interface NumberFile<T> {
  readonly add: (numbers: T) => Promise<void>;
  /** So many numbers from one on, which have been added; in the room that is given, if any. */
  readonly read: (from: number, count: number, room?: Room) => Promise<T>;
  /** A fingerprint of all that was added. */
  readonly content: () => string;
}

/** Where numbers can lie outside of memory: files of their own, which are gone with the process. */
export interface NumberFiles {
  readonly doubles: () => NumberFile<Float64Array>;
  readonly integers: () => NumberFile<Int32Array>;
  readonly longs: () => NumberFile<BigInt64Array>;
}
