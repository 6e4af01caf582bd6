import { openData, type Content, type OpenedData } from "../runtime/data/open-data.ts";

/** The data of a section that is right. */
export async function openedData(text: string, content: Content): Promise<OpenedData> {
  const found = await openData(text, content);
  if (typeof found === "string") throw new Error(found);
  return found;
}

/** The numbers of a field, example by example. */
export async function numbersOf(
  { dataset }: OpenedData,
  field: string,
  split: "train" | "validate" | "test" = "train",
): Promise<unknown[]> {
  const examples = dataset.splits[split];
  const batch = await examples.gather(Array.from({ length: examples.count }, (_, at) => at));
  return [...(batch.get(field)?.data ?? [])];
}
