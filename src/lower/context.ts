import type { Program } from "../analyze/program.ts";
import type { Collector } from "../diagnostics/collector.ts";
import type { Code, ParametersOf } from "../diagnostics/catalog.ts";
import type { Label } from "../diagnostics/diagnostic.ts";
import { makeDiagnostic, type Extras } from "../diagnostics/make-diagnostic.ts";
import type { Dim } from "../dims/dim.ts";
import type { Facts } from "../dims/facts.ts";
import type { DimNode, Func, Node, Value, Variable } from "../ir/graph.ts";
import type { DType, TensorType } from "../ir/types.ts";
import type { Callable, ProgramFile } from "../std/program-file.ts";
import { inFile, type Span } from "../support/source.ts";
import type { Body, CallableDeclaration, Chain, ConstDeclaration, Expression, Name } from "../syntax/ast.ts";
import type { Barred, Cell, Emissions, TypedCell } from "./cells.ts";
import type { Crossing } from "./crossings.ts";
import type { Called, Instantiation, MetricBody } from "./instance.ts";
import type { Minimum } from "./minima.ts";
import type { PathScope } from "./paths.ts";
import type { Maker } from "./prove-probability.ts";
import type { GivenArgument, TensorVal, Val } from "./values.ts";

/** What an expression is wanted for: it decides what words, quotients and calls mean. */
export interface Expected {
  /** Bare words that are values here. */
  readonly words?: ReadonlySet<string>;
  /** An integer is wanted: `/` is exact. */
  readonly integer?: boolean;
  /** A block, function or initialiser is wanted, not what it makes. */
  readonly recipe?: boolean;
  /** The name of the instance, where the expression constructs one. */
  readonly hint?: string;
}

/** The functions of one module, while they are lowered. */
export interface FunctionStore {
  readonly functions: Map<string, Func>;
  /** What each use of a declaration was lowered to. */
  readonly memo: Map<string, Instantiation>;
  /** How many operators each function is, by key, every use and every copy written out. */
  readonly sizes: Map<string, number>;
  /** How often each name became a function's key. */
  readonly keys: Map<string, number>;
}

/** What the making of one value, a lowered model or section, works with. */
export interface Elaborator extends FunctionStore {
  readonly program: Program;
  readonly collector: Collector;
  /** Instantiations that failed in a person's own file: the report stands already. */
  readonly failed: Set<string>;
  /** Names of declarations whose bodies give something else than their headers say. */
  readonly doubted: Set<Name>;
  /** Declarations whose bodies have been lowered. */
  readonly visited: Set<CallableDeclaration>;
  readonly rules: Rules;
  /** For each code and place that was reported, the use of the declaration in which it was, and the messages. */
  readonly told: Map<string, { readonly frame: Frame; readonly messages: Set<string> }>;
  /** Constants that are other numbers than the file says: a help asks what would be found. */
  readonly constants: ReadonlyMap<ConstDeclaration, number>;
  /** Uses of the library in which an error was told. */
  readonly blamed: WeakSet<Frame>;
  /** What calls were made of, by the list of their operands: helps ask what they would be of something else. */
  readonly called: WeakMap<readonly Value[], Called>;
}

/** The rules that call one another; see `elaborator.ts`. */
export interface Rules {
  expression(ctx: Context, e: Expression, expected?: Expected): Val;
  body(ctx: Context, body: Body): Val;
  metric(ctx: Context, declaration: CallableDeclaration): MetricBody | undefined;
  /** The types of the results of a use; undefined after a report. */
  use(ctx: Context, called: Called, span: Span): readonly TensorType[] | undefined;
  stage(ctx: Context, input: Val, stage: Expression, inputSpan: Span, hint?: string): Val;
  chain(ctx: Context, input: Val, chain: Chain, inputSpan: Span, hint?: string): Val;
}

/** Where the text being lowered was used from. */
export interface Frame {
  readonly parent: Frame | undefined;
  /** The use, in the text of `parent`. */
  readonly call: Span | undefined;
  readonly name: string;
  /** What is used; a section is of none. */
  readonly declaration: CallableDeclaration | undefined;
  readonly library: boolean;
  /** What the inputs are where it is used, by the ids that they have in it. */
  readonly given?: { readonly ctx: Context; readonly values: ReadonlyMap<number, Value> };
  /** True at the top of a section: what is lowered is a loss, a metric or a feature. */
  readonly section?: boolean;
  /** The dim that counts examples, where what is lowered says what is done with each of them: a feature. */
  readonly batch?: Dim;
}

/** Names of a body: values, what `<-` changes, and what is out of reach. */
export interface Scope {
  readonly parent: Scope | undefined;
  readonly names: Map<string, Val | Cell | Barred>;
}

/** A loss or a metric that a section applies: what it calls the first two of its inputs, and what is given for each. */
export interface Application {
  readonly name: string;
  readonly first: AppliedInput;
  readonly second: AppliedInput;
  readonly span: Span;
}

interface AppliedInput {
  readonly name: string;
  readonly val: TensorVal;
  readonly span: Span;
}

/** The function under construction. */
export interface Unit extends Holdings {
  nextId: number;
  readonly parameters: Variable[];
  readonly states: Variable[];
  readonly cells: TypedCell[];
  /** What made its values, by their ids. */
  readonly makers: Map<number, Maker | number>;
  /** Losses and metrics that a section applies, which may be given their arguments in the wrong order. */
  readonly applied: Application[];
  /** Where broadcasting sets a dim against itself, in it or in what it calls. */
  readonly crossings: Crossing[];
}

/** What a function, or a part of it, holds: noted while it is lowered. */
export interface Holdings {
  variables: Map<string, TensorType>;
  /** Types of what it owns, by path. */
  signature: Map<string, string>;
  owns: boolean;
  draws: boolean;
  /** True where it, or what it calls, updates a state. */
  updates: boolean;
}

/** Nothing held yet. */
export function noHoldings(): Holdings {
  return { variables: new Map(), signature: new Map(), owns: false, draws: false, updates: false };
}

/** Where a piece of text is lowered to. */
export interface Context {
  readonly elaborator: Elaborator;
  readonly unit: Unit;
  readonly file: ProgramFile;
  readonly callable: Callable | undefined;
  readonly words: ReadonlySet<string>;
  readonly scope: Scope;
  readonly nodes: Node[];
  /** Lists of nodes that stand before `nodes` in its region: a copy of a loop that is written out has a list of its own. */
  readonly before: readonly Node[][];
  /** The regions around that of `nodes`, the innermost first, each with its lists. */
  readonly around: readonly (readonly Node[][])[];
  readonly paths: PathScope;
  readonly facts: Facts;
  readonly frame: Frame;
  /** What the entry assumes, as a text: an instantiation holds under that alone. */
  readonly assumptions: string;
  /** Smallest sizes that were found wanting in the entry, where they are put off; see `minima.ts`. */
  readonly minima: Minimum[] | undefined;
  /** Constants whose values this text is part of: what meets itself is recursive, and has been reported. */
  readonly constants: ReadonlySet<string>;
  /** Of the outermost use that this text is part of: true once uses within uses went too deep. */
  readonly nesting: { tooDeep: boolean };
  /** Known inside the regions of a training node. */
  readonly mode: "training" | "inference" | undefined;
  /** In a loss or a metric: the model, unless something is wrong with it, and what it calls the values that are named there. */
  readonly measured: { readonly entry: Func | undefined; readonly values: ReadonlyMap<number, Value> } | undefined;
  /** The condition of a `where` that it is part of. */
  readonly inWhere?: Expression;
  /** The rounds that this text is part of of loops that are written out, the outermost first: where each is, and which. */
  readonly rounds: readonly Label[];
  /** The innermost scan or `for` around, inside one. */
  readonly emits: Emissions | undefined;
  /** Whether it is lowered for every step of a scan. */
  readonly inScan: boolean;
  /** Carries of the loops around. */
  readonly carries: readonly Cell[];
  /** Whether `param` may stand here, and why not. */
  readonly owning: "yes" | "fn" | "nested";
}

/** An inner scope of names. */
export function innerScope(parent: Scope | undefined): Scope {
  return { parent, names: new Map() };
}

/** The meaning of a local name. */
export function findLocal(scope: Scope | undefined, name: string): Val | Cell | Barred | undefined {
  return scope === undefined ? undefined : (scope.names.get(name) ?? findLocal(scope.parent, name));
}

/** A function under construction, empty. */
export function createUnit(): Unit {
  return {
    nextId: 0,
    parameters: [],
    states: [],
    cells: [],
    ...noHoldings(),
    makers: new Map(),
    applied: [],
    crossings: [],
  };
}

/** Where a region that is nested in that of a context stands. */
export function regionWithin({ before, nodes, around }: Context): Pick<Context, "before" | "around"> {
  return { before: [], around: [[...before, nodes], ...around] };
}

/** A fresh value of the function. */
export function freshValue(unit: Unit, type: TensorType, name?: string): Value {
  const id = unit.nextId;
  unit.nextId += 1;
  return { id, type, ...(name !== undefined && { name }) };
}

/** A scalar or filled constant. */
export function constantNode(
  ctx: Context,
  type: TensorType,
  data: number,
  source: string | undefined,
  span: Span,
): Value {
  const value = freshValue(ctx.unit, type);
  ctx.unit.makers.set(value.id, data);
  ctx.nodes.push({ kind: "constant", data, results: [value], origin: span, ...(source !== undefined && { source }) });
  return value;
}

/** A dimension as an i64 scalar. */
export function dimNode(ctx: Context, dim: Dim, span: Span): Value {
  const value = freshValue(ctx.unit, { dtype: "i64", shape: [] });
  const node: DimNode = { kind: "dim", dim, results: [value], origin: span };
  ctx.nodes.push(node);
  return value;
}

/** One application of an operator whose result type is known. */
export function operatorNode(
  ctx: Context,
  op: string,
  operands: readonly Value[],
  type: TensorType,
  span: Span,
): Value {
  const value = freshValue(ctx.unit, type);
  ctx.nodes.push({ kind: "operator", op, operands, attributes: {}, results: [value], origin: span });
  return value;
}

/** A value of another element type. */
export function castNode(ctx: Context, value: Value, dtype: DType, span: Span): Value {
  if (value.type.dtype === dtype) return value;
  const result = freshValue(ctx.unit, { dtype, shape: value.type.shape });
  ctx.nodes.push({
    kind: "operator",
    op: "cast",
    operands: [value],
    attributes: { dtype: { kind: "string", value: dtype } },
    results: [result],
    origin: span,
  });
  return result;
}

/** A scalar in every place of a shape. */
export function broadcastNode(ctx: Context, value: Value, shape: readonly Dim[], span: Span): Value {
  if (shape.length === 0) return value;
  const result = freshValue(ctx.unit, { dtype: value.type.dtype, shape });
  ctx.nodes.push({
    kind: "operator",
    op: "broadcast_to",
    operands: [value],
    attributes: { shape: { kind: "dims", value: shape } },
    results: [result],
    origin: span,
  });
  return result;
}

/**
 * Reports a finding at the innermost line of the person's own file: where the text stands in the library, at the use
 * that led there, or at the argument of a use that is to blame. The chain of uses follows as labels.
 */
export function report<C extends Code>(
  ctx: Context,
  code: C,
  span: Span,
  parameters: ParametersOf<C>,
  extras: Extras = {},
  argument?: GivenArgument,
): void {
  let primary = span;
  let frame: Frame | undefined = ctx.frame;
  let use: Frame | undefined;
  const labels: Label[] = [];
  while (frame.library && frame.call !== undefined && frame.parent !== undefined) {
    use = frame;
    if (primary === span) labels.push({ span, message: `found in \`${frame.name}\` of the standard library` });
    primary = frame.call;
    frame = frame.parent;
  }
  if (argument !== undefined) primary = argument.span;
  // One line is wrong once, however many instantiations it is wrong in: the first is told with its uses.
  const place = `${code} ${placeOf(primary)}`;
  const told = ctx.elaborator.told.get(place) ?? { frame, messages: new Set() };
  if (told.frame !== frame) return;
  ctx.elaborator.told.set(place, told);
  const finding = makeDiagnostic(code, primary, parameters, {
    ...extras,
    labels: [...(extras.labels ?? []), ...labels, ...ctx.rounds, ...usesOf(frame, primary)],
  });
  // Copies of a loop are one text, and what they have in common is said once.
  if (told.messages.has(finding.message)) return;
  // The library is right by itself: what else is found in one use of it follows from what was, but for other arguments.
  if (use !== undefined && finding.severity === "error") {
    if (argument === undefined && ctx.elaborator.blamed.has(use)) return;
    ctx.elaborator.blamed.add(use);
  }
  told.messages.add(finding.message);
  ctx.elaborator.collector.add(finding);
}

/** The use of the library that a frame is within, the outermost one. */
export function libraryUse(frame: Frame): Frame | undefined {
  let use: Frame | undefined;
  for (let it: Frame | undefined = frame; it?.library === true; it = it.parent) use = it;
  return use;
}

function placeOf(span: Span): string {
  const { file, start, end } = inFile(span);
  return `${file.path} ${start} ${end}`;
}

/** The most uses that one finding shows, half of them the innermost. */
const mostUses = 10;

/** The uses that led to a frame, the innermost first, each place once and that of the finding not again. */
function usesOf(frame: Frame, primary: Span): readonly Label[] {
  const labels = new Map<string, Label>();
  for (let up: Frame | undefined = frame; up?.call !== undefined; up = up.parent) {
    if (up.parent?.library === true) continue;
    const place = placeOf(up.call);
    if (place !== placeOf(primary)) labels.set(place, { span: up.call, message: `\`${up.name}\` is used here` });
  }
  const uses = [...labels.values()];
  return uses.length <= mostUses ? uses : [...uses.slice(0, mostUses / 2), ...uses.slice(-mostUses / 2)];
}

/** A collector that reports as {@link report} does: for checks that serve names and bodies alike. */
export function reporter(ctx: Context): Pick<Collector, "report"> {
  return { report: (code, span, parameters, extras) => report(ctx, code, span, parameters, extras) };
}
