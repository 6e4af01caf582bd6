import { answerOfArgument } from "../../analyze/arguments-elsewhere.ts";
import type { Fix } from "../../diagnostics/diagnostic.ts";
import { nearest } from "../../support/nearest.ts";
import type { Name } from "../../syntax/ast.ts";

const ofMomentum: ReadonlySet<string> = new Set(["momentum", "nesterov"]);

/** What a name that no argument has is answered with, and the name that can stand in its place. */
export function answerOfGiven(
  { text, span }: Name,
  known: readonly string[],
  callee: string,
): { readonly help?: string; readonly fix?: Fix } {
  if (callee === "sgd" && ofMomentum.has(text))
    return { help: "Descent with momentum is an optimizer of its own: `momentum(lr=0.01, momentum=0.9)`." };
  const answer = answerOfArgument(text, known);
  const near = answer === undefined ? nearest(text, known) : answer.instead;
  const help = answer?.help ?? (near === undefined ? undefined : `Did you mean \`${near}\`?`);
  return {
    ...(help !== undefined && { help }),
    ...(near !== undefined && { fix: { title: `change to ${near}`, edits: [{ span, text: near }] } }),
  };
}
