import { wordsOf } from "../analyze/hyperparameter-words.ts";
import type { Fix } from "../diagnostics/diagnostic.ts";
import { findInitializer } from "../ops/initializers.ts";
import { findOperator } from "../ops/registry.ts";
import { library } from "../std/library.ts";
import { nearest } from "../support/nearest.ts";
import { textOf, type Span } from "../support/source.ts";
import type { Hyperparameter } from "../syntax/ast.ts";
import { numberOf } from "./convert.ts";
import type { Val } from "./values.ts";

interface Help {
  readonly help?: string;
  readonly fix?: Fix;
}

/** What to write for an argument that is not of the type of its hyperparameter; `wrong` is what does not fit in it. */
export function helpOfArgument(it: Hyperparameter, val: Val, wrong: Val, span: Span): Help {
  const words = wordsOf(it.type);
  switch (val.kind) {
    case "word": {
      const near = nearest(val.value, words);
      if (near === undefined) return {};
      return {
        help: `Did you mean \`${near}\`?`,
        fix: { title: `change to ${near}`, edits: [{ span, text: near }] },
      };
    }
    case "string":
      return withoutQuotes(it, val.value, words, span);
    case "number":
    case "dim":
      return asInitializer(it, val, span);
    default:
      return wrong.kind === "instance"
        ? { help: "Write the construction as the argument itself: a block given as a value is built anew at each use." }
        : {};
  }
}

/** What is said of `"same"` and `"relu"`, words and functions in quotes. */
function withoutQuotes({ type }: Hyperparameter, text: string, words: ReadonlySet<string>, span: Span): Help {
  const takesFunctions = type.alternatives.some((it) => it.kind === "word" && it.name.text === "fn");
  const isFunction = takesFunctions && (findOperator(text)?.exposed === true || library.find(text) !== undefined);
  const meant = words.has(text) || isFunction ? text : nearest(text, words);
  if (meant === undefined) return {};
  const fix = { title: `write ${meant}`, edits: [{ span, text: meant }] };
  return { help: `Words and functions stand without quotes: \`${meant}\`.`, fix };
}

/** What is said of a number where an initialiser stands: `init=0.25`. */
function asInitializer(it: Hyperparameter, val: Val, span: Span): Help {
  const written = it.default?.kind === "call" ? it.default.callee : it.default;
  const number = numberOf(val);
  // A word of its own, as `constant` is for what lies beyond a border, is no initialiser.
  const isWord = it.type.alternatives.some(
    (of) => of.kind === "word" && written?.kind === "reference" && of.name.text === written.text,
  );
  if (isWord) return {};
  if (number === undefined || written?.kind !== "reference" || findInitializer(written.text) === undefined) return {};
  const text = number === 0 ? "zeros" : number === 1 ? "ones" : `constant(${textOf(span)})`;
  return {
    help: `It is an initialiser: \`${text}\` begins with that number everywhere.`,
    fix: { title: `write ${text}`, edits: [{ span, text }] },
  };
}
