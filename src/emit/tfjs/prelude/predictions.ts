import type * as tf from "@tensorflow/tfjs";
import type { Doubles } from "./doubles.ts";

/** The numbers that a tensor holds. */
export async function readDoubles(x: tf.Tensor): Promise<Doubles> {
  return { shape: x.shape, data: await x.data() };
}

/** Numbers as single precision has them. */
export function roundDoubles({ shape, data }: Doubles): Doubles {
  return { shape, data: Float32Array.from(data) };
}
