import type {
  NameReference,
  Name,
  Expression,
  Doc,
  CallExpression,
  Argument,
  DeclarationBase,
  NodeBase,
  TypeExpression,
  StringLiteral,
} from "../ast.ts";

/** What stands in any section but `budget`, whose entries are limits. */
export type SectionEntry = Feature | Setting | Directive | StepEntry | PredictEntry | Expectation;

export type Entry = SectionEntry | Limit;

/** `image: f32[28, 28, 1] = raw.image / 255` in `data`. */
export interface Feature extends NodeBase {
  readonly kind: "feature";
  readonly name: Name;
  readonly type: TypeExpression;
  readonly value: Expression;
  readonly doc: Doc | undefined;
}

/** `key: phrase, phrase`; the key may be dotted (`optimizer.lr`). */
export interface Setting extends NodeBase {
  readonly kind: "setting";
  readonly key: readonly Name[];
  readonly phrases: readonly Phrase[];
  readonly doc: Doc | undefined;
}

/**
 * `group "**.bias": decay=0`, `freeze "stem.**"` and `follow "target.**" of "online.**": decay=0.99`: a word, a path
 * pattern, that of others where it is about two, and what it sets, if anything.
 */
export interface Directive extends NodeBase {
  readonly kind: "directive";
  readonly word: Name;
  readonly pattern: StringLiteral;
  readonly of: StringLiteral | undefined;
  readonly phrases: readonly Phrase[];
  readonly doc: Doc | undefined;
}

/** `step critic { ... }` in `train`. */
export interface StepEntry extends NodeBase {
  readonly kind: "step";
  readonly name: Name;
  readonly entries: readonly SectionEntry[];
  readonly doc: Doc | undefined;
}

/** `predict { price: invert(y) }` in `train`. */
export interface PredictEntry extends NodeBase {
  readonly kind: "predict";
  readonly entries: readonly SectionEntry[];
  readonly doc: Doc | undefined;
}

/** `expect accuracy >= 0.97` in `test`. */
export interface Expectation extends NodeBase {
  readonly kind: "expectation";
  readonly condition: Expression;
  readonly doc: Doc | undefined;
}

/** `flops <= 12M at B=1` in `budget`. */
export interface Limit extends NodeBase {
  readonly kind: "limit";
  readonly condition: Expression;
  readonly at: readonly Argument[];
  readonly doc: Doc | undefined;
}

/**
 * Words side by side: `train 0.8`, `seed 7`, `by position`, `every 250 steps`, `decay=0`. A phrase of one part is
 * that expression.
 */
export interface Phrase extends NodeBase {
  readonly kind: "phrase";
  readonly parts: readonly Argument[];
}

export interface DataDeclaration extends DeclarationBase {
  readonly kind: "data";
  readonly name: Name;
  readonly entries: readonly SectionEntry[];
}

/** `train [label:] Model(hyper=...) on Data { ... }`; `tune` has the same header. */
export interface TrainDeclaration extends DeclarationBase {
  readonly kind: "train";
  readonly label: Name | undefined;
  readonly model: NameReference | CallExpression;
  readonly data: Name;
  readonly entries: readonly SectionEntry[];
}

export interface TuneDeclaration extends DeclarationBase {
  readonly kind: "tune";
  readonly label: Name | undefined;
  readonly model: NameReference | CallExpression;
  readonly data: Name;
  readonly entries: readonly SectionEntry[];
}

/** `test Model on Data { ... }` or `test small { ... }`, which names a train section. */
export interface TestDeclaration extends DeclarationBase {
  readonly kind: "test";
  readonly target: NameReference | CallExpression;
  readonly data: Name | undefined;
  readonly entries: readonly SectionEntry[];
}

/** `budget Model { params <= 250k, flops <= 12M at B=1 }` */
export interface BudgetDeclaration extends DeclarationBase {
  readonly kind: "budget";
  readonly target: NameReference | CallExpression;
  readonly entries: readonly Limit[];
}
