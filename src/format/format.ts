import type { Collector } from "../diagnostics/collector.ts";
import type { SourceFile } from "../support/source.ts";
import { parseFile } from "../syntax/parse.ts";

/**
 * Formats the text of a `.model` file. Prettier is loaded when first needed.
 *
 * @throws a SyntaxError with the first message where the text has syntax errors; {@link formatFile} reports them all.
 */
export async function formatSource(text: string, path: string): Promise<string> {
  const [{ format }, plugin] = await Promise.all([import("prettier/standalone"), import("./plugin.ts")]);
  return format(text, { parser: "model", plugins: [plugin], filepath: path, ...plugin.defaultOptions });
}

/** Formats a file, or reports its syntax errors and returns nothing. */
export async function formatFile(file: SourceFile, collector: Collector): Promise<string | undefined> {
  const before = collector.diagnostics.length;
  parseFile(file, collector);
  if (collector.diagnostics.length > before) return undefined;
  return formatSource(file.text, file.path);
}
