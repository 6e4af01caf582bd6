import type { Label } from "../diagnostics/diagnostic.ts";
import type { ProgramFile } from "../std/program-file.ts";
import type { CallableDeclaration, Expression } from "../syntax/ast.ts";
import { textOf } from "../support/source.ts";

/** Where the constants stand that sizes of a type are, and that read as names of dims would: `T` in `f32[B, T, 4]`. */
export function constantLabels(
  { scope }: ProgramFile,
  declaration: CallableDeclaration | undefined,
  sizes: readonly string[],
): readonly Label[] {
  const own = new Set(declaration?.hyperparameters.map((it) => it.name.text));
  return [...new Set(sizes)].flatMap((name): readonly Label[] => {
    const found = scope.get(name);
    if (found?.kind !== "const" || own.has(name) || !/^[A-Z]/.test(name)) return [];
    const { name: declared, value } = found.declaration;
    return [{ span: declared.span, message: `\`${name}\` is the constant ${shown(value)}, and no size that is open` }];
  });
}

/** The value of a constant as it is written, in so far as it is short. */
function shown(value: Expression): string {
  const text = textOf(value.span);
  return text.length > 20 || text.includes("\n") ? "of this name" : text;
}
