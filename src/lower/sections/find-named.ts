import { mayBeLost } from "../../analyze/may-be-lost.ts";
import type { Collector } from "../../diagnostics/collector.ts";
import type { Callable, ProgramFile, TopLevel } from "../../std/program-file.ts";
import type { CallExpression, Name, NameReference } from "../../syntax/ast.ts";
import { sourceText } from "./section-context.ts";

/** The model that a section names. */
export function findModel(
  collector: Collector,
  file: ProgramFile,
  target: NameReference | CallExpression,
): Callable | undefined {
  const callee = target.kind === "call" ? target.callee : target;
  const name = callee.kind === "reference" ? callee.text : sourceText(callee);
  const found = file.scope.get(name);
  if (found?.kind === "callable" && found.declaration.flavor === "model") return found;
  if (mayBeLost(file, name)) return undefined;
  const known = [...file.scope].flatMap(([key, it]) =>
    it.kind === "callable" && it.declaration.flavor === "model" ? [key] : [],
  );
  collector.sayNames();
  collector.report("MC4013", callee.span, { what: "model", name, known });
  return undefined;
}

/** The data section that a section names. */
export function findData(
  collector: Collector,
  file: ProgramFile,
  { text: name, span }: Name,
): Extract<TopLevel, { readonly kind: "data" }> | undefined {
  const found = file.scope.get(name);
  if (found?.kind === "data") return found;
  if (mayBeLost(file, name)) return undefined;
  collector.sayNames();
  const known = [...file.scope].flatMap(([key, it]) => (it.kind === "data" ? [key] : []));
  collector.report("MC4013", span, { what: "data section", name, known });
  return undefined;
}
