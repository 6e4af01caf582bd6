import { catalog } from "../../diagnostics/catalog.ts";
import { nearest } from "../../support/nearest.ts";
import { showText } from "../../support/show-text.ts";
import { exitCode, UsageError, type ExitCode } from "../exit-code.ts";
import type { Terminal } from "../terminal.ts";

const indented = (text: string): string => text.replace(/^(?=.)/gm, "    ");

/** `modelc explain`: a code of the catalog, with its examples. */
export function explain(word: string, terminal: Terminal): ExitCode {
  if (/^MC9-/i.test(word)) {
    terminal.out(
      `${showText(word)} stands for a failure of modelc itself, the same each time that it fails in this way; there is nothing to mend in the .model file. Please report it with the message, the command and the file.\n`,
    );
    return exitCode.clean;
  }
  // As it stands in a message: `error[MC3001]:`.
  const code = (/^\w*\[(\w+)\]:?$/.exec(word)?.[1] ?? word).toUpperCase().replace(/^(?=\d{4}$)/, "MC");
  const entries = new Map<string, (typeof catalog)[keyof typeof catalog]>(Object.entries(catalog));
  const found = entries.get(code);
  if (found === undefined) {
    const near = nearest(code, entries.keys());
    throw new UsageError(
      `There is no code ${word}${near === undefined ? ": codes look like MC3001." : `. Did you mean ${near}?`}`,
    );
  }
  const { severity, title, explanation, bad, good } = found;
  terminal.out(
    `${severity}[${code}]: ${title}\n\n${explanation}\n\nThis is reported:\n\n${indented(bad)}\n\nThis is not:\n\n${indented(good)}\n`,
  );
  return exitCode.clean;
}
