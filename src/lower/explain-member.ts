import { elementTypes, isBuiltinFunction } from "../analyze/builtins.ts";
import { globals } from "../analyze/name-checker.ts";
import { reportModuleName } from "../analyze/report-module-name.ts";
import { answerOfName } from "../analyze/names-elsewhere.ts";
import { findOperator } from "../ops/registry.ts";
import { library } from "../std/library.ts";
import type { MemberExpression } from "../syntax/ast.ts";
import { findLocal, reporter, type Context } from "./context.ts";
import { formatType, type Val } from "./values.ts";

const sizes: ReadonlySet<string> = new Set(["shape", "size", "ndim"]);

/** Whether a name means something where it stands, whatever that is. */
export function meansSomething({ scope, file, words }: Context, name: string): boolean {
  const declared = findLocal(scope, name) !== undefined || file.scope.has(name) || library.find(name) !== undefined;
  return declared || globals.has(name) || words.has(name) || elementTypes.has(name);
}

/** Reports `nn.Linear`, as `reportModuleName` does; false where it is no such name. */
export function reportModuleMember(ctx: Context, e: MemberExpression): boolean {
  return reportModuleName(reporter(ctx), e, (it) => meansSomething(ctx, it));
}

/** What is written for `x.name`, where x is no instance: tensors have neither attributes nor methods. */
export function explainMember(name: string, owner: string, val: Val): string {
  if (val.kind !== "tensor") return "Only an instance of a block has parameters to read.";
  if (sizes.has(name)) return `A size is written as the header has it: \`${owner}\` is ${formatType(val.value.type)}.`;
  if (name === "T" || name === "mT") return `The last two axes are swapped by \`transpose(${owner})\`.`;
  const answer = answerOfName(name);
  const isFunction = (it: string): boolean =>
    findOperator(it)?.exposed === true || isBuiltinFunction(it) || library.find(it)?.kind === "callable";
  const called = isFunction(name) ? name : answer?.instead;
  if (called !== undefined)
    return `Tensors have no methods: write \`${called}(${owner}, ...)\` or \`${owner} -> ${called}\`.`;
  return answer?.help ?? "Only an instance of a block has parameters to read.";
}
