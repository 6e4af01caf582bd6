import type { IToken } from "chevrotain";
import { BadNumber, BadString } from "../../grammar/tokens.ts";
import type { NumberLiteral, StringLiteral } from "./ast.ts";
import type { Reporter } from "./reporter.ts";

const suffixExponents: Readonly<Record<string, number>> = { k: 3, M: 6, G: 9, T: 12 };

/** The value of a number token. A malformed one was reported by the layout step and counts as 0. */
export function numberLiteral(token: IToken, reporter: Reporter): NumberLiteral {
  const span = reporter.spanOf(token);
  const raw = token.image;
  if (token.tokenType === BadNumber) return { kind: "number", span, value: 0, integer: true, raw };
  const { mantissa, shift } = partsOf(raw);
  const value = valueOfNumber(raw);
  const pointed = mantissa.includes(".") && shift === 0;
  return {
    kind: "number",
    span,
    value,
    integer: !pointed && !/e/i.test(raw) && Number.isSafeInteger(value),
    raw,
  };
}

/** The value of a well-formed number as it is written: `2.5e-3`, `250k`. Infinity where it is beyond f64. */
export function valueOfNumber(raw: string): number {
  const { mantissa, exponent, shift } = partsOf(raw);
  // Shifting the exponent keeps 2.3k exact, where a multiplication would give 2299.9999999999995.
  return Number(`${mantissa}e${String(exponent + shift)}`);
}

function partsOf(raw: string): { readonly mantissa: string; readonly exponent: number; readonly shift: number } {
  const shift = suffixExponents[raw.slice(-1)] ?? 0;
  const plain = (shift === 0 ? raw : raw.slice(0, -1)).replaceAll("_", "");
  const [mantissa = "0", exponent = "0"] = plain.toLowerCase().split("e");
  return { mantissa, exponent: Number(exponent), shift };
}

const escapes: Readonly<Record<string, string>> = { n: "\n", t: "\t", r: "\r", '"': '"', "\\": "\\", "0": "\0" };

/** A string with `/` in the place of each backslash. */
function pathOf({ image }: IToken): string {
  return `\`${image.replaceAll(/\\+/g, "/")}\``;
}

/** The text that a string token stands for, its escapes resolved; an unknown escape is reported and kept. */
export function stringLiteral(token: IToken, reporter: Reporter): StringLiteral {
  const span = reporter.spanOf(token);
  const inner = token.tokenType === BadString ? token.image.slice(1) : token.image.slice(1, -1);
  let told = false;
  const value = inner.replace(
    /\\(u\{([0-9a-fA-F]{1,6})\}|.)/g,
    (whole, escape: string, code: string | undefined, at) => {
      const known = escapes[escape];
      if (known !== undefined) return known;
      const point = code === undefined ? Number.NaN : Number.parseInt(code, 16);
      if (point <= 0x10ffff) return String.fromCodePoint(point);
      const start = token.startOffset + 1 + Number(at);
      if (!told) {
        // Who does not mean an escape means none of the string's.
        const help = `A backslash by itself is written \`\\\\\`. Paths have \`/\` on every system: ${pathOf(token)}.`;
        reporter.report("MC1008", reporter.span(start, start + whole.length), { escape: whole }, { help });
      }
      told = true;
      return whole;
    },
  );
  return { kind: "string", span, value };
}
