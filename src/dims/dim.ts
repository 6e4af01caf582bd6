/**
 * A symbolic dimension: an integer-valued expression over named variables, each an integer >= 1, in polynomial normal
 * form over atoms (variables, floor quotients, remainders, minima, maxima). Immutable; equal forms print equally.
 */
export interface Dim {
  readonly kind: "dim";
  /** Terms in canonical order; the empty list is zero. */
  readonly terms: readonly Term[];
  /**
   * The name that the axis has in the block as written (`H`), which operators pass along with the dimension. It takes
   * no part in equality.
   */
  readonly label?: string;
}

/** coefficient * product of atom^power. No atoms: a constant. */
export interface Term {
  readonly coefficient: bigint;
  readonly factors: readonly Factor[];
}

export interface Factor {
  readonly atom: Atom;
  readonly power: number;
}

export type Atom =
  | { readonly kind: "variable"; readonly name: string }
  | { readonly kind: "floor"; readonly dividend: Dim; readonly divisor: Dim }
  | { readonly kind: "mod"; readonly dividend: Dim; readonly divisor: Dim }
  | { readonly kind: "min" | "max"; readonly operands: readonly Dim[] };
