import type { Span } from "../support/source.ts";
import type {
  DataDeclaration,
  TrainDeclaration,
  TuneDeclaration,
  TestDeclaration,
  BudgetDeclaration,
} from "./ast/sections.ts";
import type { ForExpression, ForStage, ScanExpression } from "./ast/loops.ts";
import type { FinishStatement, GatherStatement } from "./ast/metrics.ts";

/**
 * The abstract syntax of a `.model` file. Every node has a `kind` and the exact span of its text; names keep their own
 * spans so that messages and editors can point at them.
 */

/** What every node has. */
export interface NodeBase {
  readonly span: Span;
}

export interface Name extends NodeBase {
  readonly kind: "name";
  readonly text: string;
}

/** A comment outside of documentation: `# ...`, without its line's end. */
export interface Comment extends NodeBase {
  readonly kind: "comment";
  readonly text: string;
}

/** Consecutive `##` lines, joined by newlines, their markers and one following space removed. */
export interface Doc extends NodeBase {
  readonly kind: "doc";
  readonly text: string;
}

export interface File extends NodeBase {
  readonly kind: "file";
  /** The number after `spec`, where the file has that line. */
  readonly spec: NumberLiteral | undefined;
  readonly doc: Doc | undefined;
  readonly declarations: readonly Declaration[];
  /** Every ordinary comment of the file in order of place. */
  readonly comments: readonly Comment[];
}

export type Declaration =
  | ImportDeclaration
  | ConstDeclaration
  | CallableDeclaration
  | DataDeclaration
  | TrainDeclaration
  | TuneDeclaration
  | TestDeclaration
  | BudgetDeclaration;

/** What every declaration has. */
export interface DeclarationBase extends NodeBase {
  readonly doc: Doc | undefined;
  /** True where a part of it did not parse, and was left out: later phases say nothing of what rests on it. */
  readonly broken: boolean;
  /** True where its brackets do not match: which part lies within which is a guess. */
  readonly unbalanced: boolean;
}

export interface ImportDeclaration extends DeclarationBase {
  readonly kind: "import";
  readonly names: readonly Name[];
  readonly from: StringLiteral;
}

/** `const NAME = expression` */
export interface ConstDeclaration extends DeclarationBase {
  readonly kind: "const";
  readonly name: Name;
  readonly value: Expression;
}

/** `model`, `block`, `fn` and `metric`: hyperparameters, inputs, an optional result type, facts and a body. */
export interface CallableDeclaration extends DeclarationBase {
  readonly kind: "callable";
  readonly flavor: "model" | "block" | "fn" | "metric";
  readonly name: Name;
  readonly hyperparameters: readonly Hyperparameter[];
  readonly inputs: readonly Input[];
  /** Undefined where the result is inferred; one nameless entry for `-> type`; several for `-> (a: type, b: type)`. */
  readonly results: readonly TypedName[] | undefined;
  /**
   * Of a metric of one number, in place of a result, which of it is better. Undefined elsewhere, of a metric of several
   * numbers, which says their type, and where that was reported.
   */
  readonly better: "more" | "less" | undefined;
  readonly where: readonly Fact[];
  readonly body: Body;
}

export interface Hyperparameter extends NodeBase {
  readonly kind: "hyperparameter";
  readonly name: Name;
  readonly type: HyperparameterType;
  readonly default: Expression | undefined;
}

/** `int`, `same | valid`, `[int]`, `fn`, ... : a union has one alternative or more. */
export interface HyperparameterType extends NodeBase {
  readonly kind: "hyperparameter-type";
  readonly alternatives: readonly HyperparameterAlternative[];
}

export type HyperparameterAlternative =
  | { readonly kind: "word"; readonly name: Name; readonly span: Span }
  | { readonly kind: "list-of"; readonly element: HyperparameterType; readonly span: Span };

/** An input: `image: f32[B, 28, 28, 1]`, `memory: f32[B, S, E] = query`, `mask: bool[B, S]?`. */
export interface Input extends NodeBase {
  readonly kind: "input";
  readonly name: Name | undefined;
  readonly type: TypeExpression;
  /** True for `?`: a use may leave it out. */
  readonly optional: boolean;
  /** What it is where a use leaves it out. */
  readonly default: Expression | undefined;
}

/** A result, which may lack the name. */
export interface TypedName extends NodeBase {
  readonly kind: "typed-name";
  readonly name: Name | undefined;
  readonly type: TypeExpression;
}

/** One condition of a `where`, with the message that may follow it. */
export interface Fact extends NodeBase {
  readonly kind: "fact";
  readonly condition: Expression;
  readonly message: StringLiteral | undefined;
}

/** `f32[B, 28]`, `f32[]`, `class(10)`, `class(65)[T]`, `f32[...S, D]`. `class(10)` and `f32[]` have no dims. */
export interface TypeExpression extends NodeBase {
  readonly kind: "type";
  /** An element type's word, or `class`. */
  readonly element: Name;
  /** The argument of `class(n)`. */
  readonly classes: Expression | undefined;
  readonly dims: readonly DimExpression[];
  /** False for `class(10)`, which is written without brackets. */
  readonly bracketed: boolean;
}

export type DimExpression = Expression | DimSpread;

/** `...` or `...S`: any number of leading dims. */
export interface DimSpread extends NodeBase {
  readonly kind: "dim-spread";
  readonly name: Name | undefined;
}

/** `{ statements }`; the last expression statement is the result. */
export interface Body extends NodeBase {
  readonly kind: "body";
  readonly statements: readonly Statement[];
}

export type Statement =
  | Binding
  | Update
  | ParamDeclaration
  | EmitStatement
  | GatherStatement
  | FinishStatement
  | WhenStatement
  | ExpressionStatement;

/** `name = value`, `name: type = value`, `(a, b) = value`. */
export interface Binding extends NodeBase {
  readonly kind: "binding";
  readonly targets: readonly Name[];
  /** True for `(a, b) = ...`, also of one name. */
  readonly tuple: boolean;
  readonly annotation: TypeExpression | undefined;
  readonly value: Expression;
}

/** `name <- value`: a state in training, or a carry of a scan or a `for`. */
export interface Update extends NodeBase {
  readonly kind: "update";
  readonly target: Name;
  readonly value: Expression;
}

/** `param kernel: f32[D, units] = glorot_uniform`, `param w as kernel: ...`, `state mean: f32[C] = zeros`. */
export interface ParamDeclaration extends NodeBase {
  readonly kind: "param";
  readonly flavor: "param" | "state";
  readonly name: Name;
  /** The path segment where it differs from the local name. */
  readonly alias: Name | undefined;
  readonly type: TypeExpression;
  readonly init: Expression | undefined;
}

/** Inside a scan or a `for`: `emit value` appends to a sequence, `emit last value` gives the value after the last step. */
export interface EmitStatement extends NodeBase {
  readonly kind: "emit";
  readonly last: boolean;
  readonly value: Expression;
}

/** `when c { ... } else { ... }` used for its statements; either body may declare what a block owns. */
export interface WhenStatement extends NodeBase {
  readonly kind: "when-statement";
  readonly condition: Expression;
  readonly then: Body;
  readonly otherwise: Body | WhenStatement | undefined;
}

export interface ExpressionStatement extends NodeBase {
  readonly kind: "expression-statement";
  readonly value: Expression;
}

export type Expression =
  | NumberLiteral
  | StringLiteral
  | BooleanLiteral
  | NameReference
  | ListExpression
  | TupleExpression
  | ParenthesizedExpression
  | UnaryExpression
  | BinaryExpression
  | ComparisonExpression
  | CallExpression
  | IndexExpression
  | MemberExpression
  | PipeExpression
  | WhenExpression
  | ScanExpression
  | ForExpression
  | RepeatStage
  | ForStage
  | WhenStage
  | LabelledStage;

export interface NumberLiteral extends NodeBase {
  readonly kind: "number";
  readonly value: number;
  /** True where it was written without point, exponent or suffix that leaves a fraction. */
  readonly integer: boolean;
  /** As written, suffix and underscores included. */
  readonly raw: string;
}

export interface StringLiteral extends NodeBase {
  readonly kind: "string";
  readonly value: string;
}

export interface BooleanLiteral extends NodeBase {
  readonly kind: "boolean";
  readonly value: boolean;
}

export interface NameReference extends NodeBase {
  readonly kind: "reference";
  readonly text: string;
}

export interface ListExpression extends NodeBase {
  readonly kind: "list";
  readonly elements: readonly Expression[];
}

/** `(a, b)`: two elements or more. */
export interface TupleExpression extends NodeBase {
  readonly kind: "tuple";
  readonly elements: readonly Expression[];
}

/** `(a)`, kept for the formatter and for messages. */
export interface ParenthesizedExpression extends NodeBase {
  readonly kind: "parenthesized";
  readonly inner: Expression;
}

export interface UnaryExpression extends NodeBase {
  readonly kind: "unary";
  readonly operator: "-" | "not";
  readonly operand: Expression;
}

export type BinaryOperator = "+" | "-" | "*" | "/" | "//" | "%" | "and" | "or";

export interface BinaryExpression extends NodeBase {
  readonly kind: "binary";
  readonly operator: BinaryOperator;
  readonly left: Expression;
  readonly right: Expression;
}

export type ComparisonOperator = "==" | "!=" | "<" | "<=" | ">" | ">=";

/** `1 <= T <= 512`: one operand more than operators. */
export interface ComparisonExpression extends NodeBase {
  readonly kind: "comparison";
  readonly operands: readonly Expression[];
  readonly operators: readonly ComparisonOperator[];
}

export interface Argument extends NodeBase {
  readonly kind: "argument";
  readonly name: Name | undefined;
  readonly value: Expression;
}

export interface CallExpression extends NodeBase {
  readonly kind: "call";
  readonly callee: Expression;
  readonly arguments: readonly Argument[];
}

export interface IndexExpression extends NodeBase {
  readonly kind: "index";
  readonly target: Expression;
  readonly indices: readonly IndexItem[];
}

/** What stands between the commas of an index: a place where it is an expression. */
export type IndexItem = Expression | SliceExpression | IndexMark;

/** `...` inside an index, all axes that the others leave, and `None`, a new axis of size 1. */
export interface IndexMark extends NodeBase {
  readonly kind: "index-mark";
  readonly mark: "..." | "None";
}

/** `start:stop:step` inside an index; each part may be left out. */
export interface SliceExpression extends NodeBase {
  readonly kind: "slice";
  readonly start: Expression | undefined;
  readonly stop: Expression | undefined;
  readonly step: Expression | undefined;
}

export interface MemberExpression extends NodeBase {
  readonly kind: "member";
  readonly target: Expression;
  readonly name: Name;
}

/** `source -> stage -> stage`. Inside the braces of repeat, for and when stages there is no source: see Chain. */
export interface PipeExpression extends NodeBase {
  readonly kind: "pipe";
  readonly source: Expression;
  readonly stages: readonly Stage[];
}

/** What may follow `->`. */
export type Stage = Expression;

/** `name: stage` after `->`: names the instance that the stage constructs. */
export interface LabelledStage extends NodeBase {
  readonly kind: "labelled-stage";
  readonly label: Name;
  readonly stage: Expression;
}

/** The braces of repeat, for and when stages: stages joined by `->`. */
export interface Chain extends NodeBase {
  readonly kind: "chain";
  readonly stages: readonly Stage[];
}

/** `repeat count [as name | shared] { chain }` */
export interface RepeatStage extends NodeBase {
  readonly kind: "repeat-stage";
  readonly count: Expression;
  readonly label: Name | undefined;
  readonly shared: boolean;
  readonly chain: Chain;
}

/** `when condition { chain } [else { chain }]` after `->`. */
export interface WhenStage extends NodeBase {
  readonly kind: "when-stage";
  readonly condition: Expression;
  readonly then: Chain;
  readonly otherwise: Chain | undefined;
}

/** `when condition { ... } else { ... }` as a value: each body ends in an expression. */
export interface WhenExpression extends NodeBase {
  readonly kind: "when-expression";
  readonly condition: Expression;
  readonly then: Body;
  readonly otherwise: Body | WhenExpression;
}
