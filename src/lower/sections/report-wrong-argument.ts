import type { CallSchema } from "../../ir/settings.ts";
import { textOf, type Span } from "../../support/source.ts";
import type { Argument } from "../../syntax/ast.ts";
import type { SettingScope } from "./read-setting.ts";

/** A call as it is written, and what it may be given. */
export interface WrittenCall {
  readonly callee: string;
  readonly schema: CallSchema;
  readonly given: readonly Argument[];
  readonly span: Span;
}

/** Reports an argument that its schema lets through and that means nothing (MC4006): where it is written, else the call. */
export function reportWrongArgument(
  { callee, schema, given, span }: WrittenCall,
  argument: string,
  expected: string,
  scope: SettingScope,
): void {
  const names = Object.keys(schema);
  const written = given.find((it, at) => (it.name?.text ?? names[at]) === argument);
  const place = written?.value.span ?? span;
  const text = textOf(place);
  const found = written?.value.kind === "string" ? text : `\`${text}\``;
  scope.collector.report("MC4006", place, { argument, callee, expected, found });
}
