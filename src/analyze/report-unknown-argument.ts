import type { Collector } from "../diagnostics/collector.ts";
import { nearest } from "../support/nearest.ts";
import type { Span } from "../support/source.ts";
import type { CallableDeclaration, Name } from "../syntax/ast.ts";
import { mentionsOf } from "./mentions.ts";
import { answerOfArgument } from "./arguments-elsewhere.ts";
import { formerArguments } from "./former-names.ts";
import { isFunction } from "./is-function.ts";

/** Reports an argument whose name the callee does not know, with the nearest right spelling. */
export function reportUnknownArgument(
  collector: Pick<Collector, "report">,
  name: Name,
  callee: string,
  known: readonly string[],
  unlessWrong?: Span,
): void {
  const former = formerArguments.get(`${callee}.${name.text}`);
  const answer = former === undefined ? answerOfArgument(name.text, known) : { help: former };
  const near = answer === undefined ? nearest(name.text, known) : answer.instead;
  const all =
    known.length === 0 ? `\`${callee}\` takes no such arguments.` : `\`${callee}\` takes ${known.join(", ")}.`;
  const help = answer?.help ?? (near === undefined ? all : `Did you mean \`${near}\`? ${all}`);
  const fix = near && { title: `change to ${near}`, edits: [{ span: name.span, text: near }] };
  collector.report(
    "MC2011",
    name.span,
    { name: name.text, callee },
    {
      help,
      ...(fix && { fix }),
      ...(unlessWrong && { unlessWrong }),
    },
  );
}

/** Reports an argument of a construction or of a function's call that the declaration does not have. */
export function reportUnknownHyperparameter(
  collector: Pick<Collector, "report">,
  name: Name,
  declaration: CallableDeclaration,
): void {
  const { hyperparameters, inputs } = declaration;
  const callee = declaration.name.text;
  const takesInputs = isFunction(declaration);
  if (!takesInputs && isAmong(inputs, name)) {
    const help = `It is an input: these go to the instance, as in \`${callee}(...)(${name.text}=...)\`.`;
    collector.report("MC2011", name.span, { name: name.text, callee }, { help });
    return;
  }
  const known = [...hyperparameters, ...(takesInputs ? inputs : [])].flatMap((it) => it.name?.text ?? []);
  // A hyperparameter that the body asks for and the header lacks is told in the body.
  const lacks = mentionsOf(declaration.body).has(name.text);
  reportUnknownArgument(collector, name, callee, known, lacks ? declaration.span : undefined);
}

/** Reports an argument of an instance that is none of its inputs. */
export function reportUnknownInput(
  collector: Pick<Collector, "report">,
  name: Name,
  { name: { text: callee }, hyperparameters, inputs }: CallableDeclaration,
): void {
  const known = inputs.flatMap((it) => it.name?.text ?? []);
  const near = nearest(name.text, known);
  const help = isAmong(hyperparameters, name)
    ? `It is a hyperparameter: these go where the instance is constructed, as in \`${callee}(${name.text}=...)\`.`
    : `${near === undefined ? "" : `Did you mean \`${near}\`? `}The inputs of \`${callee}\` are ${known.join(", ")}.`;
  const parameters = { name: name.text, callee, what: "input" } as const;
  if (near === undefined || isAmong(hyperparameters, name)) collector.report("MC2011", name.span, parameters, { help });
  else {
    const fix = { title: `change to ${near}`, edits: [{ span: name.span, text: near }] };
    collector.report("MC2011", name.span, parameters, { help, fix });
  }
}

function isAmong(declared: readonly { readonly name: Name | undefined }[], { text }: Name): boolean {
  return declared.some((it) => it.name?.text === text);
}
