import { CstParser, EOF, tokenMatcher, type IParserErrorMessageProvider, type TokenType } from "chevrotain";
import { oneTokenLookahead } from "./lookahead.ts";
import * as t from "./tokens.ts";

/** Token types after which an operand has ended, so that the next token joins or closes it. */
const continuesOperand: readonly TokenType[] = [
  ...[t.Newline, t.RightBrace, t.RightParen, t.RightBracket, t.Comma, t.Colon, t.Dot, t.Equals, t.UpdateArrow],
  ...[t.Arrow, t.Plus, t.Minus, t.Star, t.Divide, t.FloorDivide, t.Percent, t.And, t.Or],
  ...[t.EqualEqual, t.NotEqual, t.Less, t.LessEqual, t.Greater, t.GreaterEqual],
];

/** Error texts that only name the expected token: the words for people are made in src/syntax/explain-error.ts. */
const namesOfExpected: IParserErrorMessageProvider = {
  buildMismatchTokenMessage: ({ expected }) => expected.name,
  buildNotAllInputParsedMessage: () => t.Newline.name,
  buildNoViableAltMessage: () => "",
  buildEarlyExitMessage: () => "",
};

/**
 * The grammar of modelc: LL(1) with gates where a word is a keyword, or a name a label, by what follows it. Newlines that do not
 * matter, trailing commas and unbalanced brackets are gone before parsing (see src/syntax/layout.ts). Several rules
 * accept more than the language has (`expression = expression` for tuple bindings, empty braces): the step from
 * concrete to abstract syntax reports the rest, with better words.
 */
export class ModelParser extends CstParser {
  constructor(skipValidations: boolean) {
    super([...t.allTokens], {
      // With two tokens, preparing the parser takes most of a run: each of 29 words that may be a name multiplies paths.
      maxLookahead: 1,
      lookaheadStrategy: oneTokenLookahead(),
      recoveryEnabled: false,
      nodeLocationTracking: "onlyOffset",
      skipValidations,
      errorMessageProvider: namesOfExpected,
    });
    this.performSelfAnalysis();
  }

  /** Whether the tokens from LA(from) on open an entry of a section. */
  private entryStarts(from: number): boolean {
    if (!tokenMatcher(this.LA(from), t.Identifier)) return false;
    let at = from + 1;
    while (this.LA(at).tokenType === t.Dot && tokenMatcher(this.LA(at + 1), t.Identifier)) at += 2;
    const after = this.LA(at);
    if (after.tokenType === t.Colon) return true;
    if (at !== from + 1) return false;
    const first = this.LA(from).tokenType;
    if (first === t.Step) return tokenMatcher(after, t.Identifier) && this.LA(at + 1).tokenType === t.LeftBrace;
    if (first === t.Predict && after.tokenType === t.LeftBrace) return true;
    if (first === t.Expect) return this.expectStarts(from);
    return tokenMatcher(after, t.StringToken);
  }

  private expectStarts(from: number): boolean {
    const next = this.LA(from + 1).tokenType;
    return this.LA(from).tokenType === t.Expect && (next === t.Minus || !continuesOperand.includes(next));
  }

  /** The place after the bracket that closes the one at LA(at). */
  private afterBracket(at: number): number {
    let depth = 0;
    for (let i = at; ; i++) {
      const type = this.LA(i).tokenType;
      if (type === t.LeftParen || type === t.LeftBracket || type === t.LeftBrace) depth++;
      else if (type === t.RightParen || type === t.RightBracket || type === t.RightBrace) depth--;
      else if (type === EOF) return i;
      if (depth === 0) return i + 1;
    }
  }

  /** `name: type = value`: a feature, not a setting, be its element type a word that exists or not. */
  private featureStarts(): boolean {
    if (this.LA(2).tokenType !== t.Colon) return false;
    const element = this.LA(3);
    if (!tokenMatcher(element, t.Identifier)) return false;
    let at = 4;
    if (this.LA(at).tokenType === t.LeftParen) at = this.afterBracket(at);
    if (this.LA(at).tokenType === t.LeftBracket) at = this.afterBracket(at);
    if (this.LA(at).tokenType !== t.Equals) return false;
    // `epochs: n=2` is a setting with an argument too many.
    return at > 4 || element.image === "class" || /^(?:b?f|i|u|float|u?int|bool)\d*$/.test(element.image);
  }

  /** `repeat` is a keyword where a count follows: a plain call `repeat(x)` has no braces after it. */
  private repeatStarts(): boolean {
    if (this.LA(1).tokenType !== t.Repeat) return false;
    const next = this.LA(2);
    if (next.tokenType === t.LeftParen) {
      const after = this.LA(this.afterBracket(2)).tokenType;
      if (after === t.LeftBrace || after === t.As || after === t.Shared) return true;
      return [t.Plus, t.Minus, t.Star, t.Divide, t.FloorDivide, t.Percent, t.LeftBracket].includes(after);
    }
    return tokenMatcher(next, t.Identifier) || tokenMatcher(next, t.NumberToken) || next.tokenType === t.LeftBrace;
  }

  /** `emit`, `emit last` and `finish` are keywords where a value follows. */
  private valueStartsAfter(word: TokenType): boolean {
    const next = this.LA(2);
    if (this.LA(1).tokenType !== word) return false;
    return next.tokenType === t.Minus || !continuesOperand.includes(next.tokenType);
  }

  /** `total NAME`: two names one after the other are nothing else. */
  private gatherStarts(): boolean {
    return (this.is(1, t.Total) || this.is(1, t.Largest) || this.is(1, t.Smallest)) && this.is(2, t.Identifier);
  }

  private lastStarts(): boolean {
    if (this.LA(1).tokenType !== t.Last) return false;
    return !continuesOperand.includes(this.LA(2).tokenType);
  }

  /** A line that starts with `(` or `[` continues nothing, also inside brackets. */
  private onSameLine(): boolean {
    return this.LA(1).startLine === this.LA(0).endLine;
  }

  /** Tokens n and on, for gates that compare more than a type. */
  private is(at: number, type: TokenType): boolean {
    return tokenMatcher(this.LA(at), type);
  }

  /** The whole text: declarations in any order, each ended by a newline. */
  readonly file = this.RULE("file", () => {
    this.MANY_SEP({ SEP: t.Newline, DEF: () => this.SUBRULE(this.topLevel) });
  });

  private readonly topLevel = this.RULE("topLevel", () => {
    this.OR([
      { ALT: () => this.SUBRULE(this.specLine) },
      { ALT: () => this.SUBRULE(this.importDeclaration) },
      { ALT: () => this.SUBRULE(this.constDeclaration) },
      { ALT: () => this.SUBRULE(this.callable) },
      { ALT: () => this.SUBRULE(this.dataDeclaration) },
      { ALT: () => this.SUBRULE(this.trainDeclaration) },
      { ALT: () => this.SUBRULE(this.tuneDeclaration) },
      { ALT: () => this.SUBRULE(this.testDeclaration) },
      { ALT: () => this.SUBRULE(this.budgetDeclaration) },
    ]);
  });

  private readonly specLine = this.RULE("specLine", () => {
    this.CONSUME(t.Spec);
    this.CONSUME(t.NumberToken);
  });

  private readonly importDeclaration = this.RULE("importDeclaration", () => {
    this.CONSUME(t.Import);
    this.CONSUME(t.LeftBrace);
    this.MANY_SEP({ SEP: t.Comma, DEF: () => this.CONSUME(t.Identifier) });
    this.CONSUME(t.RightBrace);
    this.CONSUME(t.From);
    this.CONSUME(t.StringToken);
  });

  private readonly constDeclaration = this.RULE("constDeclaration", () => {
    this.CONSUME(t.Const);
    this.CONSUME(t.Identifier);
    this.CONSUME(t.Equals);
    this.SUBRULE(this.expression);
  });

  // --- model, block, fn, metric

  private readonly callable = this.RULE("callable", () => {
    this.OR([
      { ALT: () => this.CONSUME(t.Model) },
      { ALT: () => this.CONSUME(t.Block) },
      { ALT: () => this.CONSUME(t.Fn) },
      { ALT: () => this.CONSUME(t.Metric) },
    ]);
    this.CONSUME(t.Identifier);
    this.OPTION(() => this.SUBRULE(this.hyperparameters));
    this.CONSUME(t.Colon);
    this.SUBRULE(this.inputs);
    this.OPTION1(() => {
      this.CONSUME(t.Arrow);
      this.SUBRULE(this.results);
    });
    this.OPTION2(() => {
      this.CONSUME(t.Where);
      this.SUBRULE(this.facts);
    });
    this.SUBRULE(this.body);
  });

  private readonly hyperparameters = this.RULE("hyperparameters", () => {
    this.CONSUME(t.LeftParen);
    this.MANY_SEP({ SEP: t.Comma, DEF: () => this.SUBRULE(this.hyperparameter) });
    this.CONSUME(t.RightParen);
  });

  private readonly hyperparameter = this.RULE("hyperparameter", () => {
    this.CONSUME(t.Identifier);
    this.CONSUME(t.Colon);
    this.SUBRULE(this.hyperparameterType);
    this.OPTION(() => {
      this.CONSUME(t.Equals);
      this.SUBRULE(this.expression);
    });
  });

  private readonly hyperparameterType = this.RULE("hyperparameterType", () => {
    this.AT_LEAST_ONE_SEP({ SEP: t.Bar, DEF: () => this.SUBRULE(this.hyperparameterAlternative) });
  });

  private readonly hyperparameterAlternative = this.RULE("hyperparameterAlternative", () => {
    this.OR([
      { ALT: () => this.CONSUME(t.Identifier) },
      {
        ALT: () => {
          this.CONSUME(t.LeftBracket);
          this.SUBRULE(this.hyperparameterType);
          this.CONSUME(t.RightBracket);
        },
      },
    ]);
  });

  private readonly inputs = this.RULE("inputs", () => {
    this.CONSUME(t.LeftParen);
    this.MANY_SEP({ SEP: t.Comma, DEF: () => this.SUBRULE(this.typedName) });
    this.CONSUME(t.RightParen);
  });

  private readonly results = this.RULE("results", () => {
    this.OR([{ ALT: () => this.SUBRULE(this.inputs) }, { ALT: () => this.SUBRULE(this.typedName) }]);
  });

  private readonly typedName = this.RULE("typedName", () => {
    this.OPTION({
      GATE: () => this.LA(2).tokenType === t.Colon,
      DEF: () => {
        this.CONSUME(t.Identifier);
        this.CONSUME(t.Colon);
      },
    });
    this.SUBRULE(this.type);
    this.OPTION1(() => this.CONSUME(t.Question));
    this.OPTION2(() => {
      this.CONSUME(t.Equals);
      this.SUBRULE(this.expression);
    });
  });

  private readonly facts = this.RULE("facts", () => {
    this.AT_LEAST_ONE_SEP({ SEP: t.Comma, DEF: () => this.SUBRULE(this.fact) });
  });

  private readonly fact = this.RULE("fact", () => {
    this.SUBRULE(this.orExpression);
  });

  private readonly type = this.RULE("type", () => {
    this.CONSUME(t.Identifier);
    this.OPTION(() => {
      this.CONSUME(t.LeftParen);
      this.SUBRULE(this.expression);
      this.CONSUME(t.RightParen);
    });
    this.OPTION1(() => {
      this.CONSUME(t.LeftBracket);
      this.MANY_SEP({ SEP: t.Comma, DEF: () => this.SUBRULE(this.dim) });
      this.CONSUME(t.RightBracket);
    });
  });

  private readonly dim = this.RULE("dim", () => {
    this.OR([
      {
        ALT: () => {
          this.CONSUME(t.Ellipsis);
          this.OPTION(() => this.CONSUME(t.Identifier));
        },
      },
      { ALT: () => this.SUBRULE(this.expression) },
    ]);
  });

  // --- bodies

  private readonly body = this.RULE("body", () => {
    this.CONSUME(t.LeftBrace);
    this.MANY_SEP({ SEP: t.Newline, DEF: () => this.SUBRULE(this.statement) });
    this.CONSUME(t.RightBrace);
  });

  private readonly statement = this.RULE("statement", () => {
    // The gates decide; an error is found where it is.
    this.OR({
      IGNORE_AMBIGUITIES: true,
      DEF: [
        {
          GATE: () => (this.is(1, t.Param) || this.is(1, t.State)) && this.is(2, t.Identifier),
          ALT: () => this.SUBRULE(this.paramStatement),
        },
        { GATE: () => this.valueStartsAfter(t.Emit), ALT: () => this.SUBRULE(this.emitStatement) },
        { GATE: () => this.gatherStarts(), ALT: () => this.SUBRULE(this.gatherStatement) },
        { GATE: () => this.valueStartsAfter(t.Finish), ALT: () => this.SUBRULE(this.finishStatement) },
        {
          GATE: () => this.LA(2).tokenType === t.UpdateArrow,
          ALT: () => this.SUBRULE(this.update),
        },
        {
          GATE: () => this.LA(2).tokenType === t.Equals || this.LA(2).tokenType === t.Colon,
          ALT: () => this.SUBRULE(this.binding),
        },
        { ALT: () => this.SUBRULE(this.expressionStatement) },
      ],
    });
  });

  private readonly paramStatement = this.RULE("paramStatement", () => {
    this.OR([{ ALT: () => this.CONSUME(t.Param) }, { ALT: () => this.CONSUME(t.State) }]);
    this.CONSUME(t.Identifier);
    this.OPTION(() => {
      this.CONSUME(t.As);
      this.CONSUME1(t.Identifier);
    });
    this.CONSUME(t.Colon);
    this.SUBRULE(this.type);
    this.OPTION1(() => {
      this.CONSUME(t.Equals);
      this.SUBRULE(this.expression);
    });
  });

  private readonly emitStatement = this.RULE("emitStatement", () => {
    this.CONSUME(t.Emit);
    this.OPTION({ GATE: () => this.lastStarts(), DEF: () => this.CONSUME(t.Last) });
    this.SUBRULE(this.expression);
  });

  private readonly gatherStatement = this.RULE("gatherStatement", () => {
    this.OR([
      { ALT: () => this.CONSUME(t.Total) },
      { ALT: () => this.CONSUME(t.Largest) },
      { ALT: () => this.CONSUME(t.Smallest) },
    ]);
    this.CONSUME(t.Identifier);
    this.CONSUME(t.Colon);
    this.SUBRULE(this.type);
    this.CONSUME(t.Equals);
    this.SUBRULE(this.expression);
  });

  private readonly finishStatement = this.RULE("finishStatement", () => {
    this.CONSUME(t.Finish);
    this.SUBRULE(this.expression);
  });

  private readonly update = this.RULE("update", () => {
    this.CONSUME(t.Identifier);
    this.CONSUME(t.UpdateArrow);
    this.SUBRULE(this.expression);
  });

  private readonly binding = this.RULE("binding", () => {
    this.CONSUME(t.Identifier);
    this.OPTION(() => {
      this.CONSUME(t.Colon);
      this.SUBRULE(this.type);
    });
    this.CONSUME(t.Equals);
    this.SUBRULE(this.expression);
  });

  /** The result of a body, or a tuple binding: what stands before `=` must then be `(a, b)`. */
  private readonly expressionStatement = this.RULE("expressionStatement", () => {
    this.SUBRULE(this.expression);
    this.OPTION(() => {
      this.CONSUME(t.Equals);
      this.SUBRULE1(this.expression);
    });
  });

  // --- expressions, loosest first

  private readonly expression = this.RULE("expression", () => {
    this.SUBRULE(this.orExpression);
    this.MANY(() => {
      this.CONSUME(t.Arrow);
      this.SUBRULE(this.stage);
    });
  });

  private readonly orExpression = this.RULE("orExpression", () => {
    this.SUBRULE(this.andExpression);
    this.MANY(() => {
      this.CONSUME(t.Or);
      this.SUBRULE1(this.andExpression);
    });
  });

  private readonly andExpression = this.RULE("andExpression", () => {
    this.SUBRULE(this.notExpression);
    this.MANY(() => {
      this.CONSUME(t.And);
      this.SUBRULE1(this.notExpression);
    });
  });

  private readonly notExpression = this.RULE("notExpression", () => {
    this.MANY(() => this.CONSUME(t.Not));
    this.SUBRULE(this.comparison);
  });

  private readonly comparison = this.RULE("comparison", () => {
    this.SUBRULE(this.sum);
    this.MANY(() => {
      this.OR([
        { ALT: () => this.CONSUME(t.EqualEqual, { LABEL: "operator" }) },
        { ALT: () => this.CONSUME(t.NotEqual, { LABEL: "operator" }) },
        { ALT: () => this.CONSUME(t.LessEqual, { LABEL: "operator" }) },
        { ALT: () => this.CONSUME(t.GreaterEqual, { LABEL: "operator" }) },
        { ALT: () => this.CONSUME(t.Less, { LABEL: "operator" }) },
        { ALT: () => this.CONSUME(t.Greater, { LABEL: "operator" }) },
      ]);
      this.SUBRULE1(this.sum);
    });
  });

  private readonly sum = this.RULE("sum", () => {
    this.SUBRULE(this.product);
    this.MANY(() => {
      this.OR([
        { ALT: () => this.CONSUME(t.Plus, { LABEL: "operator" }) },
        { ALT: () => this.CONSUME(t.Minus, { LABEL: "operator" }) },
      ]);
      this.SUBRULE1(this.product);
    });
  });

  private readonly product = this.RULE("product", () => {
    this.SUBRULE(this.negation);
    this.MANY(() => {
      this.OR([
        { ALT: () => this.CONSUME(t.Star, { LABEL: "operator" }) },
        { ALT: () => this.CONSUME(t.Divide, { LABEL: "operator" }) },
        { ALT: () => this.CONSUME(t.FloorDivide, { LABEL: "operator" }) },
        { ALT: () => this.CONSUME(t.Percent, { LABEL: "operator" }) },
      ]);
      this.SUBRULE1(this.negation);
    });
  });

  private readonly negation = this.RULE("negation", () => {
    this.MANY(() => this.CONSUME(t.Minus));
    this.SUBRULE(this.postfix);
  });

  private readonly postfix = this.RULE("postfix", () => {
    this.SUBRULE(this.primary);
    this.MANY({
      GATE: () => this.LA(1).tokenType === t.Dot || this.onSameLine(),
      DEF: () => this.SUBRULE(this.suffix),
    });
  });

  private readonly suffix = this.RULE("suffix", () => {
    this.OR([
      { ALT: () => this.SUBRULE(this.call) },
      { ALT: () => this.SUBRULE(this.index) },
      {
        ALT: () => {
          this.CONSUME(t.Dot);
          this.CONSUME(t.Identifier);
        },
      },
    ]);
  });

  private readonly call = this.RULE("call", () => {
    this.CONSUME(t.LeftParen);
    this.MANY_SEP({ SEP: t.Comma, DEF: () => this.SUBRULE(this.argument) });
    this.CONSUME(t.RightParen);
  });

  private readonly argument = this.RULE("argument", () => {
    this.OPTION({
      GATE: () => this.LA(2).tokenType === t.Equals,
      DEF: () => {
        this.CONSUME(t.Identifier);
        this.CONSUME(t.Equals);
      },
    });
    this.SUBRULE(this.expression);
  });

  private readonly index = this.RULE("index", () => {
    this.CONSUME(t.LeftBracket);
    this.AT_LEAST_ONE_SEP({ SEP: t.Comma, DEF: () => this.SUBRULE(this.indexItem) });
    this.CONSUME(t.RightBracket);
  });

  private readonly indexItem = this.RULE("indexItem", () => {
    this.OR([
      { ALT: () => this.CONSUME(t.Ellipsis) },
      {
        GATE: () => this.is(1, t.None) && (this.is(2, t.Comma) || this.is(2, t.RightBracket)),
        ALT: () => this.CONSUME(t.None),
      },
      {
        ALT: () => {
          this.SUBRULE(this.expression, { LABEL: "start" });
          this.OPTION(() => this.SUBRULE(this.sliceTail));
        },
        IGNORE_AMBIGUITIES: true,
      },
      { ALT: () => this.SUBRULE1(this.sliceTail) },
    ]);
  });

  private readonly sliceTail = this.RULE("sliceTail", () => {
    this.CONSUME(t.Colon);
    this.OPTION(() => this.SUBRULE(this.expression, { LABEL: "stop" }));
    this.OPTION1(() => {
      this.CONSUME1(t.Colon);
      this.OPTION2(() => this.SUBRULE1(this.expression, { LABEL: "step" }));
    });
  });

  private readonly primary = this.RULE("primary", () => {
    this.OR([
      { ALT: () => this.CONSUME(t.NumberToken) },
      { ALT: () => this.CONSUME(t.StringToken) },
      { ALT: () => this.CONSUME(t.True) },
      { ALT: () => this.CONSUME(t.False) },
      { ALT: () => this.CONSUME(t.Identifier) },
      { ALT: () => this.SUBRULE(this.list) },
      { ALT: () => this.SUBRULE(this.parenthesized) },
      { ALT: () => this.SUBRULE(this.scan) },
      { ALT: () => this.SUBRULE(this.loop) },
      { ALT: () => this.SUBRULE(this.when) },
    ]);
  });

  private readonly list = this.RULE("list", () => {
    this.CONSUME(t.LeftBracket);
    this.MANY_SEP({ SEP: t.Comma, DEF: () => this.SUBRULE(this.expression) });
    this.CONSUME(t.RightBracket);
  });

  private readonly parenthesized = this.RULE("parenthesized", () => {
    this.CONSUME(t.LeftParen);
    this.AT_LEAST_ONE_SEP({ SEP: t.Comma, DEF: () => this.SUBRULE(this.expression) });
    this.CONSUME(t.RightParen);
  });

  private readonly scan = this.RULE("scan", () => {
    this.CONSUME(t.Scan);
    this.AT_LEAST_ONE_SEP({ SEP: t.Comma, DEF: () => this.SUBRULE(this.scanSequence) });
    this.CONSUME(t.Over);
    this.SUBRULE(this.postfix, { LABEL: "over" });
    this.OPTION(() => {
      this.CONSUME(t.Until);
      this.SUBRULE1(this.postfix, { LABEL: "until" });
    });
    this.OPTION1(() => this.CONSUME(t.Reverse));
    this.OPTION2(() => {
      this.CONSUME(t.With);
      this.AT_LEAST_ONE_SEP1({ SEP: t.Comma, DEF: () => this.SUBRULE(this.scanCarry) });
    });
    this.SUBRULE(this.body);
  });

  private readonly scanSequence = this.RULE("scanSequence", () => {
    this.CONSUME(t.Identifier);
    this.CONSUME(t.In);
    this.SUBRULE(this.expression);
  });

  private readonly scanCarry = this.RULE("scanCarry", () => {
    this.CONSUME(t.Identifier);
    this.CONSUME(t.Colon);
    this.SUBRULE(this.type);
    this.CONSUME(t.Equals);
    this.SUBRULE(this.expression);
  });

  /** `for` with what it runs through: stages follow it after `->`, a body elsewhere. */
  private readonly loopHead = this.RULE("loopHead", () => {
    this.CONSUME(t.For);
    this.OR([{ ALT: () => this.CONSUME(t.Identifier) }, { ALT: () => this.SUBRULE(this.loopNames) }]);
    this.CONSUME(t.In);
    this.SUBRULE(this.orExpression);
    this.OPTION(() => {
      this.CONSUME(t.As);
      this.CONSUME1(t.Identifier, { LABEL: "label" });
    });
  });

  private readonly loopNames = this.RULE("loopNames", () => {
    this.CONSUME(t.LeftParen);
    this.AT_LEAST_ONE_SEP({ SEP: t.Comma, DEF: () => this.CONSUME(t.Identifier) });
    this.CONSUME(t.RightParen);
  });

  private readonly loop = this.RULE("loop", () => {
    this.SUBRULE(this.loopHead);
    this.OPTION(() => {
      this.CONSUME(t.With);
      this.AT_LEAST_ONE_SEP({ SEP: t.Comma, DEF: () => this.SUBRULE(this.loopCarry) });
    });
    this.SUBRULE(this.body);
  });

  private readonly loopCarry = this.RULE("loopCarry", () => {
    this.CONSUME(t.Identifier);
    this.OPTION(() => {
      this.CONSUME(t.Colon);
      this.SUBRULE(this.type);
    });
    this.CONSUME(t.Equals);
    this.SUBRULE(this.expression);
  });

  private readonly when = this.RULE("when", () => {
    this.CONSUME(t.When);
    this.SUBRULE(this.orExpression);
    this.SUBRULE(this.body);
    this.MANY({
      GATE: () => this.LA(2).tokenType === t.When,
      DEF: () => {
        this.CONSUME(t.Else);
        this.CONSUME1(t.When);
        this.SUBRULE1(this.orExpression);
        this.SUBRULE1(this.body);
      },
    });
    this.OPTION(() => {
      this.CONSUME1(t.Else);
      this.SUBRULE2(this.body);
    });
  });

  // --- stages

  private readonly stage = this.RULE("stage", () => {
    this.OPTION({
      GATE: () => this.LA(2).tokenType === t.Colon,
      DEF: () => {
        this.CONSUME(t.Identifier);
        this.CONSUME(t.Colon);
      },
    });
    this.OR([
      { GATE: () => this.repeatStarts(), ALT: () => this.SUBRULE(this.repeatStage) },
      { ALT: () => this.SUBRULE(this.forStage) },
      { ALT: () => this.SUBRULE(this.whenStage) },
      // `for` and `when` open a stage here, never a value.
      { ALT: () => this.SUBRULE(this.postfix), IGNORE_AMBIGUITIES: true },
    ]);
  });

  private readonly chain = this.RULE("chain", () => {
    this.CONSUME(t.LeftBrace);
    this.MANY_SEP({ SEP: t.Arrow, DEF: () => this.SUBRULE(this.stage) });
    this.CONSUME(t.RightBrace);
  });

  private readonly repeatStage = this.RULE("repeatStage", () => {
    this.CONSUME(t.Repeat);
    this.SUBRULE(this.sum);
    this.OPTION(() => {
      this.OR([
        {
          ALT: () => {
            this.CONSUME(t.As);
            this.CONSUME(t.Identifier);
          },
        },
        { ALT: () => this.CONSUME(t.Shared) },
      ]);
    });
    this.SUBRULE(this.chain);
  });

  private readonly forStage = this.RULE("forStage", () => {
    this.SUBRULE(this.loopHead);
    this.SUBRULE(this.chain);
  });

  private readonly whenStage = this.RULE("whenStage", () => {
    this.CONSUME(t.When);
    this.SUBRULE(this.orExpression);
    this.SUBRULE(this.chain);
    this.MANY({
      GATE: () => this.LA(2).tokenType === t.When,
      DEF: () => {
        this.CONSUME(t.Else);
        this.CONSUME1(t.When);
        this.SUBRULE1(this.orExpression);
        this.SUBRULE1(this.chain);
      },
    });
    this.OPTION(() => {
      this.CONSUME1(t.Else);
      this.SUBRULE2(this.chain);
    });
  });

  // --- sections

  private readonly modelUse = this.RULE("modelUse", () => {
    this.CONSUME(t.Identifier);
    this.OPTION(() => this.SUBRULE(this.call));
  });

  private readonly dataDeclaration = this.RULE("dataDeclaration", () => {
    this.CONSUME(t.Data);
    this.CONSUME(t.Identifier);
    this.SUBRULE(this.section);
  });

  private readonly trainDeclaration = this.RULE("trainDeclaration", () => {
    this.CONSUME(t.Train);
    this.SUBRULE(this.trainHeader);
  });

  private readonly tuneDeclaration = this.RULE("tuneDeclaration", () => {
    this.CONSUME(t.Tune);
    this.SUBRULE(this.trainHeader);
  });

  private readonly trainHeader = this.RULE("trainHeader", () => {
    this.OPTION({
      GATE: () => this.LA(2).tokenType === t.Colon,
      DEF: () => {
        this.CONSUME(t.Identifier);
        this.CONSUME(t.Colon);
      },
    });
    this.SUBRULE(this.modelUse);
    this.CONSUME(t.On);
    this.CONSUME1(t.Identifier);
    this.SUBRULE(this.section);
  });

  private readonly testDeclaration = this.RULE("testDeclaration", () => {
    this.CONSUME(t.Test);
    this.SUBRULE(this.modelUse);
    this.OPTION(() => {
      this.CONSUME(t.On);
      this.CONSUME(t.Identifier);
    });
    this.SUBRULE(this.section);
  });

  private readonly budgetDeclaration = this.RULE("budgetDeclaration", () => {
    this.CONSUME(t.Budget);
    this.SUBRULE(this.modelUse);
    this.CONSUME(t.LeftBrace);
    this.OPTION(() => {
      this.SUBRULE(this.limit);
      this.MANY(() => {
        this.SUBRULE(this.separator);
        this.SUBRULE1(this.limit);
      });
    });
    this.CONSUME(t.RightBrace);
  });

  /** Entries of a budget. A comma after `at B=1` continues the values where `name =` follows. */
  private readonly limit = this.RULE("limit", () => {
    this.SUBRULE(this.orExpression);
    this.OPTION(() => {
      this.CONSUME(t.At);
      this.SUBRULE(this.fixedDim);
      this.MANY({
        GATE: () => this.LA(3).tokenType === t.Equals,
        DEF: () => {
          this.CONSUME(t.Comma);
          this.SUBRULE1(this.fixedDim);
        },
      });
    });
  });

  private readonly fixedDim = this.RULE("fixedDim", () => {
    this.CONSUME(t.Identifier);
    this.CONSUME(t.Equals);
    this.SUBRULE(this.sum);
  });

  private readonly separator = this.RULE("separator", () => {
    this.OR([{ ALT: () => this.CONSUME(t.Newline) }, { ALT: () => this.CONSUME(t.Comma) }]);
  });

  private readonly section = this.RULE("section", () => {
    this.CONSUME(t.LeftBrace);
    this.OPTION(() => {
      this.SUBRULE(this.entry);
      this.MANY(() => {
        this.SUBRULE(this.separator);
        this.SUBRULE1(this.entry);
      });
    });
    this.CONSUME(t.RightBrace);
  });

  private readonly entry = this.RULE("entry", () => {
    // The gates decide; an error is found where it is.
    this.OR({
      IGNORE_AMBIGUITIES: true,
      DEF: [
        { GATE: () => this.featureStarts(), ALT: () => this.SUBRULE(this.feature) },
        {
          GATE: () => this.is(1, t.Step) && this.is(2, t.Identifier),
          ALT: () => this.SUBRULE(this.stepEntry),
        },
        {
          GATE: () => this.is(1, t.Predict) && this.is(2, t.LeftBrace),
          ALT: () => this.SUBRULE(this.predictEntry),
        },
        { GATE: () => this.expectStarts(1), ALT: () => this.SUBRULE(this.expectation) },
        { GATE: () => this.is(2, t.StringToken), ALT: () => this.SUBRULE(this.directive) },
        { ALT: () => this.SUBRULE(this.setting) },
      ],
    });
  });

  private readonly feature = this.RULE("feature", () => {
    this.CONSUME(t.Identifier);
    this.CONSUME(t.Colon);
    this.SUBRULE(this.type);
    this.CONSUME(t.Equals);
    this.SUBRULE(this.expression);
  });

  private readonly stepEntry = this.RULE("stepEntry", () => {
    this.CONSUME(t.Step);
    this.CONSUME(t.Identifier);
    this.SUBRULE(this.section);
  });

  private readonly predictEntry = this.RULE("predictEntry", () => {
    this.CONSUME(t.Predict);
    this.SUBRULE(this.section);
  });

  private readonly expectation = this.RULE("expectation", () => {
    this.CONSUME(t.Expect);
    this.SUBRULE(this.orExpression);
  });

  private readonly directive = this.RULE("directive", () => {
    this.CONSUME(t.Identifier);
    this.CONSUME(t.StringToken);
    this.OPTION(() => {
      this.CONSUME(t.Of);
      this.CONSUME1(t.StringToken);
    });
    this.OPTION1(() => {
      this.CONSUME(t.Colon);
      this.SUBRULE(this.phrases);
    });
  });

  private readonly setting = this.RULE("setting", () => {
    this.AT_LEAST_ONE_SEP({ SEP: t.Dot, DEF: () => this.CONSUME(t.Identifier) });
    this.CONSUME(t.Colon);
    this.SUBRULE(this.phrases);
  });

  /**
   * Values joined by commas. In a section that is written on one line, or after a trailing comma, a comma may also end
   * the entry: it does where what follows opens an entry (`name:`, `step name {`, `predict {`, `expect ...`, `word "pattern"`).
   */
  private readonly phrases = this.RULE("phrases", () => {
    this.SUBRULE(this.phrase);
    this.MANY({
      GATE: () => !this.entryStarts(2),
      DEF: () => {
        this.CONSUME(t.Comma);
        this.SUBRULE1(this.phrase);
      },
    });
  });

  private readonly phrase = this.RULE("phrase", () => {
    this.AT_LEAST_ONE(() => this.SUBRULE(this.argument));
  });
}

let parser: ModelParser | undefined;

/** The one parser of this process, made when first needed. */
export function modelParser(): ModelParser {
  // Chevrotain's checks of the grammar cost more than parsing does: a test runs them.
  parser ??= new ModelParser(true);
  return parser;
}
