import { textOf, type Span } from "../support/source.ts";
import type { Argument, Hyperparameter } from "../syntax/ast.ts";

/** Types of hyperparameters that numbers fit. */
const numbers: ReadonlySet<string> = new Set(["int", "float", "pair", "triple"]);

/**
 * What to do where two numbers are given and the second stands for something that is no number: PyTorch's layers have
 * the size of their input first, which is seen here.
 */
export function helpOfInputSize(
  callee: string,
  { type }: Hyperparameter,
  args: readonly Argument[],
): { readonly help?: string } {
  const [first, second, third] = args;
  if (first === undefined || second === undefined || (third !== undefined && third.name === undefined)) return {};
  if (![first, second].every((it) => it.name === undefined && it.value.kind === "number")) return {};
  if (type.alternatives.some((it) => it.kind === "list-of" || numbers.has(it.name.text))) return {};
  const [size, own, ...rest] = args.map((it) => textOf(it.span));
  return { help: `It sees the size of its input: leave out \`${size}\`, \`${callee}(${[own, ...rest].join(", ")})\`.` };
}

/** The same of `Conv2D(1, 32, 3)`, whose second number is taken as the kernel; `call` is where it stands. */
export function helpOfChannels(call: Span): string | undefined {
  const [, callee, channels, own, filters, kernel] = /^(\w+)\((\d+), *((\d+), *(\d+)[,)].*)$/s.exec(textOf(call)) ?? [];
  if (Number(kernel) >= Number(filters) || callee === undefined) return undefined;
  return `It sees the channels of its input: leave out \`${channels}\`, \`${callee}(${own}\`.`;
}
