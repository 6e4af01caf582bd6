import { nearest } from "../support/nearest.ts";
import { failure, type Result } from "../support/result.ts";
import { showName } from "../support/show-text.ts";
import { problem, type DataProblem } from "./raw-data.ts";
import { showRawField } from "./show-raw-field.ts";

type Failure = Extract<Result<never, DataProblem>, { readonly ok: false }>;

/** A file that holds something else than it says: `what` at the byte `offset`. */
export const damaged = (path: string, offset: number, what: string): Failure =>
  failure(problem("MC6002", { path, offset, problem: what }));

/** A file, or a part of one, that cannot be read: the rest of "I cannot read x: ...", and what to do about it. */
export const unreadable = (path: string, reason: string, help?: string): Failure =>
  failure(problem("MC6001", { path, reason }, help));

/** A file that lacks what a feature reads; `names` are those that it has. */
export function lacksField(path: string, kind: "array" | "tensor", name: string, names: readonly string[]): Failure {
  const near = nearest(name, names);
  const listed = names.slice(0, 12).map((it) => `\`${showRawField(showName(it))}\``);
  const more = names.length > 12 ? ` and ${names.length - 12} more` : "";
  const help =
    near !== undefined
      ? `Did you mean \`${showRawField(near)}\`?`
      : `It has ${names.length === 0 ? `no ${kind}s` : `${listed.join(", ")}${more}`}.`;
  return failure(problem("MC6007", { path, kind, name: showName(name) }, help));
}
