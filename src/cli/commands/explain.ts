import { catalog } from "../../diagnostics/catalog.ts";
import { families } from "../../diagnostics/families.ts";
import { nearestCode } from "../../diagnostics/nearest-code.ts";
import { showText } from "../../support/show-text.ts";
import { exitCode, UsageError, type ExitCode } from "../exit-code.ts";
import type { Terminal } from "../terminal.ts";

const indented = (text: string): string => text.replace(/^(?=.)/gm, "    ");

/** Codes in lines, by what they are about. */
function listed(codes: readonly string[]): string {
  const own = new Set(codes);
  const entries = Object.entries(catalog).sort(([a], [b]) => (a < b ? -1 : 1));
  return families
    .flatMap(({ digit, title }) => {
      const lines = entries
        .filter(([code]) => own.has(code) && code.startsWith(`MC${digit}`))
        .map(([code, it]) => `  ${code}  ${it.title}${it.severity === "warning" ? " (warning)" : ""}`);
      return lines.length === 0 ? [] : [[title, ...lines].join("\n")];
    })
    .join("\n\n");
}

/** `modelc explain`: a code of the catalog with its examples; the codes that a word is in, or all of them. */
export function explain(word: string | undefined, terminal: Terminal): ExitCode {
  if (word === undefined) {
    terminal.out(`${listed(Object.keys(catalog))}\n\nmodelc explain CODE explains one, with examples.\n`);
    return exitCode.clean;
  }
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
    const about = [...entries].filter(([, it]) => it.title.toLowerCase().includes(word.trim().toLowerCase()));
    if (about.length > 0 && !/\d/.test(word)) {
      terminal.out(`${listed(about.map(([it]) => it))}\n`);
      return exitCode.clean;
    }
    const near = nearestCode(code, entries.keys());
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
