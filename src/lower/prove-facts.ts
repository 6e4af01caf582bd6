import { fillMessage, namesInMessage } from "../analyze/message-holes.ts";
import { referencesIn } from "../analyze/walk.ts";
import { decide } from "../dims/decide.ts";
import { assume, negateRelation, type Facts, type Relation } from "../dims/facts.ts";
import { textOf, type Span } from "../support/source.ts";
import type { CallableDeclaration, Fact, Expression } from "../syntax/ast.ts";
import { isOfAbsent } from "./bind-inputs.ts";
import { statedRelations } from "./conditions.ts";
import { findLocal, libraryUse, report, type Context } from "./context.ts";
import { failsAt, formatExample } from "./convert.ts";
import type { GivenInput } from "./declared-types.ts";
import { argumentIn } from "./given-argument.ts";
import { factsIn } from "./minima.ts";
import { conditionFor } from "./offered-facts.ts";
import { reportUndecided } from "./report-undecided.ts";
import { sizeChains } from "./size-chain.ts";
import { fittingSizes } from "./sizes/fitting-sizes.ts";
import { inParentheses, shownValue, valuesIn } from "./shown-value.ts";
import { tellingApart } from "./telling-apart.ts";
import { formatType } from "./values.ts";

/** A fact of a header that is not proved at a use: what it comes to there, and false where that is known. */
interface Failing {
  readonly fact: Fact;
  readonly relation: Relation | false;
}

/**
 * Proves the declared facts at a use; the facts in force in the body, or undefined after a report. All that do not hold
 * are told together. Those that the header may state are assumed from there on, so that what rests on them is told of
 * as well.
 */
export function proveFacts(
  ctx: Context,
  callee: Context,
  declaration: CallableDeclaration,
  input: GivenInput | undefined,
  span: Span,
): Facts | undefined {
  const found = failingFacts(ctx, callee, declaration);
  if (found === undefined) return undefined;
  const { failing, facts, isWhole } = found;
  const [first] = failing;
  if (first === undefined) return facts;
  const known = factsIn(ctx);
  const worst =
    failing.find((it) => it.relation === false || decide(it.relation, known).verdict === "refuted") ?? first;
  const inputs =
    input === undefined || input.span === span
      ? []
      : [{ span: input.span, message: `this is ${formatType(input.val.value.type)}` }];
  const say = (told: readonly Failing[]): void =>
    reportFailing(ctx, callee, { declaration, inputs, span, known }, told);
  // By itself it cannot be decided which of several facts holds, and here it is: no more is to be said of that.
  if (failing.some((it) => it.relation === false && isChoice(it.fact.condition)))
    ctx.elaborator.visited.add(declaration);
  const needed = relationsOf(failing);
  const mayHold =
    isWhole &&
    ctx.minima !== undefined &&
    worst.relation !== false &&
    needed.length === failing.length &&
    possible(ctx, failing).length === needed.length &&
    conditionFor(ctx, needed, ctx.facts) !== undefined;
  if (!mayHold) {
    say([worst, ...failing.filter((it) => it !== worst)]);
    return undefined;
  }
  const by = libraryUse(ctx.frame) ?? span;
  for (const relation of needed) {
    ctx.minima?.push({
      relation,
      by,
      isToldAlways: true,
      report: (all) => say(failing.filter((it) => it.relation !== false && all.includes(it.relation))),
    });
  }
  return facts;
}

function relationsOf(failing: readonly Failing[]): readonly Relation[] {
  return failing.flatMap(({ relation }) => (relation === false ? [] : [relation]));
}

/** What may hold at some sizes: nothing is assumed that cannot. */
function possible(ctx: Context, failing: readonly Failing[]): readonly Relation[] {
  const facts = factsIn(ctx);
  return relationsOf(failing).filter((it) => decide(negateRelation(it), facts).verdict !== "proved");
}

/** Whether a condition has several facts of which one is to hold. */
function isChoice(e: Expression): boolean {
  if (e.kind === "parenthesized") return isChoice(e.inner);
  return e.kind === "binary" && (e.operator === "or" || isChoice(e.left) || isChoice(e.right));
}

/** The facts that are not proved, one after the other as if those before it held, and all of them as facts of the body. */
function failingFacts(
  ctx: Context,
  callee: Context,
  declaration: CallableDeclaration,
): { readonly failing: readonly Failing[]; readonly facts: Facts; readonly isWhole: boolean } | undefined {
  let isWhole = true;
  const failing: Failing[] = [];
  let { facts } = ctx;
  for (const fact of declaration.where) {
    if (isOfAbsent(callee, fact)) continue;
    // What rests on a fact that fails may fail for that alone: as a quotient that is exact under it.
    const needed = possible(ctx, failing);
    const assumed = { facts: assume(callee.facts, ...needed), elaborator: tellingApart(callee.elaborator) };
    const stated = statedRelations(failing.length === 0 ? callee : { ...callee, ...assumed }, fact.condition);
    if (stated === undefined && failing.length > 0) {
      isWhole = false;
      continue;
    }
    if (stated === undefined) return undefined;
    for (const it of stated) {
      const relation = it === false ? it : it.relation;
      const isProved = relation !== false && proves(ctx, failing, relation);
      if (!isProved) failing.push({ fact, relation });
      if (relation !== false) facts = assume(facts, relation);
    }
  }
  return { failing, facts, isWhole };
}

function proves(ctx: Context, failing: readonly Failing[], relation: Relation): boolean {
  return decide(relation, assume(factsIn(ctx), ...possible(ctx, failing))).verdict === "proved";
}

/** A use, as what does not hold there is told. */
interface ToldUse {
  readonly declaration: CallableDeclaration;
  readonly inputs: readonly { readonly span: Span; readonly message: string }[];
  readonly span: Span;
  readonly known: Facts;
}

function reportFailing(ctx: Context, callee: Context, use: ToldUse, told: readonly Failing[]): void {
  const [first, ...others] = told;
  if (first === undefined) return;
  const { declaration, inputs, span, known } = use;
  const { fact, relation } = first;
  const relations = relationsOf(told);
  const labels = told.map((it) => ({ span: it.fact.span, message: "required here" }));
  const verdict = relation === false ? undefined : decide(relation, known);
  if (verdict?.verdict === "unknown") {
    const values = inParentheses(valuesIn(callee, fact.condition));
    const claim = `\`${textOf(fact.condition.span)}\`${values} holds, which \`${declaration.name.text}\` requires`;
    reportUndecided(ctx, span, { claim, relations, labels, facts: ctx.facts });
    return;
  }
  const argument = argumentIn(fact.condition, declaration, callee.scope);
  const isAt = verdict?.verdict === "refuted" && verdict.counterexample.size > 0;
  const at = isAt ? `for example at ${formatExample(verdict.counterexample)}` : "";
  const shown = ({ condition, message }: Fact): Pick<Told, "condition" | "message" | "values"> => ({
    condition: textOf(condition.span),
    message: factMessage(callee, message?.value),
    // What its own message shows is known already.
    values: valuesIn(callee, condition, new Set(message === undefined ? [] : namesInMessage(message.value))),
  });
  const { values, ...one } = shown(fact);
  const given = [...(callee.frame.given?.values.values() ?? [])];
  const sizes = [...referencesIn(fact.condition)].flatMap((name) => {
    const val = findLocal(callee.scope, name);
    return val?.kind === "dim" ? [val.dim] : [];
  });
  report(
    ctx,
    "MC3004",
    span,
    {
      ...one,
      callee: declaration.name.text,
      example: inParentheses(values, at),
      others: others.map((it) => {
        const { values: its, ...other } = shown(it.fact);
        return { ...other, example: inParentheses(its) };
      }),
    },
    {
      labels: [...labels, ...(argument === undefined ? inputs : []), ...sizeChains(ctx, given, sizes)],
      ...(argument !== undefined && !isAt
        ? {}
        : { help: helpFor(ctx, callee, declaration, fact, relation === false ? [] : relations) }),
      ...(relation === false ? {} : failsAt(relation, known)),
    },
    argument,
  );
}

interface Told {
  readonly condition: string;
  readonly message: string | undefined;
  readonly values: string;
}

/** What to do where conditions do not hold, or cannot be proved. */
function helpFor(
  ctx: Context,
  callee: Context,
  declaration: CallableDeclaration,
  { condition }: Fact,
  relations: readonly Relation[],
): string {
  if (referencesIn(condition).has("given")) return "Give the inputs that belong together, or leave them out together.";
  const stating = relations.length === 0 ? undefined : conditionFor(ctx, relations, ctx.facts);
  if (stating !== undefined) return `Choose other sizes, or state it ${stating}.`;
  const fitting = fittingSizes(ctx, callee, declaration, condition);
  return fitting === undefined ? "Choose other sizes." : `Choose other sizes: ${fitting}.`;
}

/** A fact's message with the values of the names in its braces. */
export function factMessage(ctx: Context, message: string | undefined): string | undefined {
  if (message === undefined) return undefined;
  return fillMessage(message, (name, index) => {
    const val = ctx.scope.names.get(name);
    if (val === undefined || val.kind === "cell" || val.kind === "barred") return undefined;
    if (index === undefined) return shownValue(val);
    const element = val.kind === "list" ? val.elements[index] : undefined;
    return element && shownValue(element);
  });
}
