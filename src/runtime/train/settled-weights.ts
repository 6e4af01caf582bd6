import { averageSlot, isPort, readSlot } from "../../ir/ports.ts";

/**
 * What a network is where nothing is trained, of a snapshot or a checkpoint: averages in the place of the parameters that
 * have one, and nothing that optimizers remember.
 */
export function settledWeights<T>(tensors: ReadonlyMap<string, T>): Map<string, T> {
  const settled = new Map([...tensors].filter(([name]) => !isPort("slot", name)));
  for (const [name, tensor] of tensors) {
    const { slot, path = "" } = readSlot(name) ?? {};
    if (slot === averageSlot) settled.set(path, tensor);
  }
  return settled;
}
