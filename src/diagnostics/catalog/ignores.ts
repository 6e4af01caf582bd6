import { entry } from "../entry.ts";

const withUnused = (comment: string): string =>
  `model M: (x: f32[B, 4]) -> y: f32[B, 2] {\n  ${comment}\n  h = x -> Dense(3)\n  x -> Dense(2)\n}\n`;

/** MC1050 and on: comments that silence warnings. */
export const ignoresCatalog = {
  MC1050: entry({
    severity: "warning",
    title: "an ignore comment that is incomplete",
    message: (it: { readonly problem: string }) => `${it.problem}.`,
    explanation:
      "`# modelc-ignore MC2004: reason` silences a warning, on the line below it or at the end of the line itself. It names the code, or several by commas, and says after a colon why the warning is not right here: whoever reads the line next wants to know. Errors are not silenced.",
    bad: "model M: (x: f32[B, 4]) -> y: f32[B, 2] {\n  h = x -> Dense(3) # modelc-ignore MC2004\n  x -> Dense(2)\n}\n",
    good: withUnused("# modelc-ignore MC2004: the next version reads it"),
  }),
  MC1051: entry({
    severity: "warning",
    title: "an ignore comment that silences nothing",
    message: (it: { readonly code: string; readonly line: number | undefined }) =>
      it.line === undefined
        ? "No code follows that this comment could speak of: it silences nothing."
        : `Nothing on line ${String(it.line)} is reported as \`${it.code}\`: this comment silences nothing.`,
    explanation:
      "What a comment silenced has been mended, or stands on another line: a comment of its own line speaks of the next line of code, one at the end of a line of that line. Remove it; it would hide what comes there later.",
    bad: "model M: (x: f32[B, 4]) -> y: f32[B, 2] {\n  # modelc-ignore MC2004: the next version reads it\n  x -> Dense(2)\n}\n",
    good: withUnused("# modelc-ignore MC2004: the next version reads it"),
  }),
};
