/** Words of which one is chosen: "onnx, tfjs or both". */
export function listChoices(words: readonly string[]): string {
  return words.length < 2 ? words.join("") : `${words.slice(0, -1).join(", ")} or ${words.at(-1) ?? ""}`;
}
