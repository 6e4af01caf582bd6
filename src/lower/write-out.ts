import type { Diagnostic } from "../diagnostics/diagnostic.ts";
import type { Findings } from "../diagnostics/findings.ts";
import type { Node } from "../ir/graph.ts";
import { mapRegions } from "../ir/visit.ts";
import { inFile, type Span } from "../support/source.ts";
import { innerScope, noHoldings, report, type Context, type Holdings, type Unit } from "./context.ts";
import type { Instance } from "./instance.ts";
import { claimNamed, claimNumbered, pathScope, type PathScope } from "./paths.ts";
import { tellingApart } from "./telling-apart.ts";
import type { Val } from "./values.ts";
import { isTooLarge, writtenSize } from "./written-size.ts";

/** A loop whose rounds are written out. */
export interface WrittenLoop {
  readonly kind: "repeat" | "for";
  readonly label: string | undefined;
  /** Names that its text gives instances, bindings and what it owns. */
  readonly names: ReadonlySet<string>;
  /** Whether all rounds have one set of weights. */
  readonly shared: boolean;
  readonly span: Span;
  /** How often it goes round, as it is written: `repeat 12`. */
  readonly head: Span;
  /** What a round has that others have not: `, where units = 16`. */
  readonly differs?: (index: number) => string;
  /** Whether a round needs nothing of those before it: where one is wrong, the others are looked at too. */
  readonly apart?: true;
}

/** So many rounds that are wrong are enough. */
const mostWrong = 3;

/**
 * Lowers the rounds of a loop one after the other: `layer.0`, `layer.1`, ...; or each under the same names where they
 * share their weights. A round gives what leaves it, and undefined after a report; so is the whole false.
 */
export function writeOut(
  ctx: Context,
  loop: WrittenLoop,
  rounds: number,
  lower: (inner: Context, index: number) => readonly Val[] | undefined,
): boolean {
  const { kind, label, names, shared, span, head, differs } = loop;
  // The name is claimed once the rounds are known to own or draw something.
  const trial = numberedBefore(ctx.paths, label, kind);
  // Rounds that share their weights draw random numbers of their own all the same.
  const id = ctx.unit.nextId;
  const push = (nodes: readonly Node[], index: number): void => {
    const round = { loop: id, index, path: trial };
    for (const it of nodes) ctx.nodes.push(shared ? drawnApart(ctx, it, trial, index) : { ...it, round });
  };
  let owned = false;
  let kept = false;
  let size = 0;
  let wrong = 0;
  for (let index = 0; index < rounds; index += 1) {
    const base = shared ? trial : `${trial}.${String(index)}`;
    const paths: PathScope = pathScope(names, `${base}.`, ctx.paths);
    const nodes: Node[] = [];
    const inner: Context = {
      ...ctx,
      nodes,
      before: [...ctx.before, ctx.nodes],
      paths,
      scope: innerScope(ctx.scope),
      // What is wrong in the first is wrong in the text.
      rounds:
        index === 0
          ? ctx.rounds
          : [
              ...ctx.rounds,
              {
                span: head,
                message: `in ${kind === "repeat" ? "copy" : "round"} ${index + 1} of ${rounds}${differs === undefined ? "" : differs(index)}`,
              },
            ],
      owning: ctx.owning === "yes" ? "nested" : ctx.owning,
    };
    const { result, holdings } = holdingApart(ctx.unit, () =>
      wrong === 0 ? lower(inner, index) : lowerBesideWrong(inner, (quiet) => lower(quiet, index)),
    );
    if (result === undefined) {
      wrong += 1;
      if (loop.apart === undefined || wrong === mostWrong) return false;
      continue;
    }
    size += writtenSize(ctx.elaborator, nodes);
    if (isTooLarge(ctx, size, `this \`${kind}\``, span)) return false;
    if (settleInstances(result, paths, base)) owned = kept = true;
    const [owner, ...others] = paths.owners;
    owned ||= paths.owners.length > 0;
    kept ||= paths.taken.size > 0;
    if (owner !== undefined && others.length === 0 && !owner.labelled) {
      push(collapse(nodes, owner.path, base), index);
      hold(ctx.unit, holdings, (inside) =>
        inside.startsWith(`${owner.path}.`) ? base + inside.slice(owner.path.length) : inside,
      );
    } else {
      push(nodes, index);
      hold(ctx.unit, holdings, (inside) => inside);
    }
  }
  if (wrong > 0) return false;
  return !kept || claimLoop(ctx, label, kind, owned, span) !== undefined;
}

/** Lowers a round where another was wrong: what is wrong in it for another reason is told. */
function lowerBesideWrong<T>(inner: Context, lower: (inner: Context) => T): T {
  const { elaborator } = inner;
  const reasonOf = ({ code, span, message }: Diagnostic): string => {
    const { file, start, end } = inFile(span);
    return `${code} ${file.path} ${start} ${end} ${message.replace(/\d+/g, "#")}`;
  };
  const isDiagnostic = (it: Diagnostic | Findings): it is Diagnostic => "code" in it;
  const told = new Set(elaborator.collector.found.filter(isDiagnostic).map(reasonOf));
  const apart = tellingApart(elaborator);
  const { collector } = apart;
  const result = lower({ ...inner, elaborator: apart });
  for (const it of collector.found) {
    if (!isDiagnostic(it)) elaborator.collector.take(it);
    else if (!told.has(reasonOf(it))) elaborator.collector.add(it);
  }
  if (collector.saysNames) elaborator.collector.sayNames();
  return result;
}

/** Lowers a part of a function, with what it holds apart from what the function held before. */
export function holdingApart<T>(unit: Unit, lower: () => T): { readonly result: T; readonly holdings: Holdings } {
  const { variables, signature, owns, draws, updates } = unit;
  Object.assign(unit, noHoldings());
  const result = lower();
  const holdings: Holdings = {
    variables: unit.variables,
    signature: unit.signature,
    owns: unit.owns,
    draws: unit.draws,
    updates: unit.updates,
  };
  Object.assign(unit, { variables, signature, owns, draws, updates });
  return { result, holdings };
}

/** Makes what a part holds the function's, its variables under other paths. */
export function hold(unit: Unit, part: Holdings, rename: (path: string) => string): void {
  for (const [path, type] of part.variables) unit.variables.set(rename(path), type);
  for (const [path, text] of part.signature) unit.signature.set(path, text);
  unit.owns ||= part.owns;
  unit.draws ||= part.draws;
  unit.updates ||= part.updates;
}

/** Claims the name of a loop; undefined after a report. */
export function claimLoop(
  ctx: Context,
  label: string | undefined,
  kind: WrittenLoop["kind"],
  owns: boolean,
  span: Span,
): string | undefined {
  if (label === undefined) return claimNumbered(ctx.paths, kind, owns);
  const path = claimNamed(ctx.paths, label, owns);
  if (path === undefined) report(ctx, "MC2025", span, { name: label });
  return path;
}

/** The path that a loop will get, without claiming it. */
function numberedBefore(paths: PathScope, label: string | undefined, kind: string): string {
  if (label !== undefined) return paths.prefix + label;
  const counters = new Map(paths.counters);
  const copy: PathScope = { ...paths, counters, taken: new Set(paths.taken), owners: [] };
  return claimNumbered(copy, kind, false);
}

/**
 * Whether instances leave a round that were constructed in it and applied nowhere yet: they get their paths later. One
 * that is all that a round has is the round, as `heads.0`.
 */
function settleInstances(leaving: readonly Val[], paths: PathScope, base: string): boolean {
  const made = leaving.flatMap(instancesIn).filter((it) => it.home === paths && it.path === undefined);
  const [only, ...others] = new Set(made);
  if (only !== undefined && others.length === 0 && only.hint === undefined && paths.taken.size === 0) only.path = base;
  return only !== undefined;
}

function instancesIn(val: Val): readonly Instance[] {
  if (val.kind === "instance") return [val.instance];
  return val.kind === "list" || val.kind === "tuple" ? val.elements.flatMap(instancesIn) : [];
}

/** A node of a shared copy, under a path of its own where it draws and owns nothing. */
function drawnApart(ctx: Context, node: Node, base: string, index: number): Node {
  const apart = (path: string): string =>
    path.startsWith(`${base}.`) ? `${base}.${String(index)}${path.slice(base.length)}` : path;
  if (node.kind === "key") return { ...node, path: apart(node.path) };
  if (node.kind === "training") {
    return mapRegions(node, (region) => ({
      ...region,
      nodes: region.nodes.map((it) => drawnApart(ctx, it, base, index)),
    }));
  }
  if (node.kind !== "call") return node;
  const made = [...ctx.elaborator.memo.values()].find((it) => it.func.key === node.callee);
  return made !== undefined && made.draws && !made.owns ? { ...node, instance: apart(node.instance) } : node;
}

/** A copy that owns one instance is that instance: its path loses the instance's own name. */
export function collapse(nodes: readonly Node[], from: string, to: string): readonly Node[] {
  const renamed = (path: string): string => {
    if (path === from) return to;
    if (!path.startsWith(`${from}.`)) return path;
    const rest = path.slice(from.length + 1);
    return to === "" ? rest : `${to}.${rest}`;
  };
  return nodes.map((node): Node => {
    switch (node.kind) {
      case "call":
        return { ...node, instance: renamed(node.instance) };
      case "parameter":
      case "state":
      case "key":
      case "repeat":
        return { ...node, path: renamed(node.path) };
      case "update":
        return { ...node, path: renamed(node.path) };
      default:
        return mapRegions(node, (it) => ({ ...it, nodes: collapse(it.nodes, from, to) }));
    }
  });
}
