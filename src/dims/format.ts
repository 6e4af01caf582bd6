import type { Atom, Dim, Factor, Term } from "./form.ts";
import { asAtom, asConstant } from "./form.ts";

/** The dimension in the language's own syntax, `2 * H`, `T // 2 + 1`, `min(A, B)`: parsing it gives its value back. */
export function formatDim(d: Dim): string {
  if (d.terms.length === 0) return "0";
  // A sum begins with a positive term where it has one: `3 - H`, not `-H + 3`.
  const first = Math.max(
    0,
    d.terms.findIndex((t) => t.coefficient > 0n),
  );
  const ordered = [...d.terms.slice(first, first + 1), ...d.terms.slice(0, first), ...d.terms.slice(first + 1)];
  let text = "";
  for (const t of ordered) {
    const size = t.coefficient < 0n ? -t.coefficient : t.coefficient;
    const body = formatTerm(size, t);
    if (text === "") text = t.coefficient < 0n ? formatNegative(size, t) : body;
    else text += t.coefficient < 0n ? ` - ${body}` : ` + ${body}`;
  }
  return text;
}

// A unary minus binds tighter than `//`: -(H // 2), but -H * W and -2 * H.
function formatNegative(size: bigint, t: Term): string {
  return size === 1n && t.factors.length === 1 ? `-${formatProduct(t.factors, true)}` : `-${formatTerm(size, t)}`;
}

function formatTerm(size: bigint, t: Term): string {
  if (t.factors.length === 0) return `${size}`;
  if (size !== 1n) return `${size} * ${formatProduct(t.factors, true)}`;
  return formatProduct(t.factors, t.factors.length > 1 || (t.factors[0]?.power ?? 1) > 1);
}

function formatProduct(factors: readonly Factor[], nested: boolean): string {
  return factors.flatMap((f) => Array.from({ length: f.power }, () => formatAtom(f.atom, nested))).join(" * ");
}

function formatAtom(atom: Atom, nested: boolean): string {
  switch (atom.kind) {
    case "variable":
      return atom.name;
    case "floor":
    case "mod": {
      const sign = atom.kind === "floor" ? "//" : "%";
      const text = `${formatOperand(atom.dividend)} ${sign} ${formatOperand(atom.divisor)}`;
      return nested ? `(${text})` : text;
    }
    case "min":
    case "max":
      return `${atom.kind}(${atom.operands.map(formatDim).join(", ")})`;
    case "sum":
      return `(${formatDim(atom.of)})`;
  }
}

function formatOperand(d: Dim): string {
  const value = asConstant(d);
  const text = formatDim(d);
  if (value !== undefined) return value < 0n ? `(${text})` : text;
  const atom = asAtom(d);
  return atom === undefined || atom.kind === "floor" || atom.kind === "mod" ? `(${text})` : text;
}
