import {
  Alternation,
  Alternative,
  LLkLookaheadStrategy,
  NonTerminal,
  Option,
  Repetition,
  RepetitionMandatory,
  RepetitionMandatoryWithSeparator,
  RepetitionWithSeparator,
  Terminal,
  type ILookaheadStrategy,
  type IOrAlt,
  type IProduction,
  type IToken,
  type Rule,
  type TokenType,
} from "chevrotain";

/** The token types that a part of the grammar can start with, by number, and whether it can be empty. */
interface First {
  readonly types: ReadonlySet<number>;
  readonly empty: boolean;
}

/** What lookahead functions are called on: a parser, seen from outside. */
interface Ahead {
  LA(howMuch: number): IToken;
}

/** The kinds of productions that a rule decides about, by chevrotain's names. */
const kinds = {
  Option,
  Repetition,
  RepetitionMandatory,
  RepetitionMandatoryWithSeparator,
  RepetitionWithSeparator,
  Alternation,
} as const;

const nothing: First = { types: new Set(), empty: true };

function firstOfToken(type: TokenType): First {
  return { types: new Set([type.tokenTypeIdx ?? 0, ...(type.categoryMatches ?? [])]), empty: false };
}

/** What a sequence can start with. */
function firstOfSequence(parts: readonly IProduction[], ofRule: (rule: Rule) => First): First {
  const types = new Set<number>();
  for (const part of parts) {
    const first = firstOf(part, ofRule);
    for (const it of first.types) types.add(it);
    if (!first.empty) return { types, empty: false };
  }
  return { types, empty: true };
}

function firstOf(part: IProduction, ofRule: (rule: Rule) => First): First {
  if (part instanceof Terminal) return firstOfToken(part.terminalType);
  if (part instanceof NonTerminal) return ofRule(part.referencedRule);
  if (part instanceof Alternation) {
    const firsts = part.definition.map((it) => firstOf(it, ofRule));
    return { types: new Set(firsts.flatMap((it) => [...it.types])), empty: firsts.some((it) => it.empty) };
  }
  const inside = firstOfSequence(partsOf(part), ofRule);
  const needed = part instanceof Alternative || part instanceof RepetitionMandatory;
  return needed || part instanceof RepetitionMandatoryWithSeparator ? inside : { ...inside, empty: true };
}

/** The parts of a production; those of another rule are not its own. */
function partsOf(part: IProduction): readonly IProduction[] {
  if (part instanceof Terminal || part instanceof NonTerminal) return [];
  return "definition" in part && Array.isArray(part.definition) ? part.definition : [];
}

/** The production of a rule that has a kind and a number. */
function findProduction(
  parts: readonly IProduction[],
  kind: keyof typeof kinds,
  index: number,
): IProduction | undefined {
  for (const part of parts) {
    if (part instanceof kinds[kind] && "idx" in part && part.idx === index) return part;
    const inner = findProduction(partsOf(part), kind, index);
    if (inner !== undefined) return inner;
  }
  return undefined;
}

/**
 * Decides by one token, as chevrotain's own strategy does with `maxLookahead: 1`: but what a rule can start with is found
 * once for each rule, and only when the parser first comes to a decision. To prepare all of them took longer than to
 * parse a file.
 */
export function oneTokenLookahead(): ILookaheadStrategy {
  const known = new Map<Rule, First>();
  const ofRule = (rule: Rule): First => {
    const before = known.get(rule);
    if (before !== undefined) return before;
    const first = firstOfSequence(rule.definition, ofRule);
    known.set(rule, first);
    return first;
  };
  const thorough = new LLkLookaheadStrategy({ maxLookahead: 1 });
  return {
    validate: (options) => thorough.validate(options),
    buildLookaheadForAlternation({ rule, prodOccurrence }) {
      let firsts: readonly First[] | undefined;
      return function (this: Ahead, alternatives?: readonly IOrAlt<unknown>[]): number | undefined {
        firsts ??= partsOf(findProduction(rule.definition, "Alternation", prodOccurrence) ?? rule).map((it) =>
          firstOf(it, ofRule),
        );
        const next = this.LA(1).tokenTypeIdx;
        for (let i = 0; i < firsts.length; i++) {
          const { types, empty } = firsts[i] ?? nothing;
          if ((empty || types.has(next)) && alternatives?.[i]?.GATE?.call(this) !== false) return i;
        }
        return undefined;
      };
    },
    buildLookaheadForOptional({ rule, prodOccurrence, prodType }) {
      let first: First | undefined;
      return function (this: Ahead): boolean {
        first ??= firstOfSequence(partsOf(findProduction(rule.definition, prodType, prodOccurrence) ?? rule), ofRule);
        return first.types.has(this.LA(1).tokenTypeIdx);
      };
    },
  };
}
