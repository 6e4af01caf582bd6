import { beforeAll, describe, expect, it } from "vitest";
import { emitTfjs } from "../../../src/emit/tfjs/emit-tfjs.ts";
import type { Module } from "../../../src/ir/graph.ts";
import { library } from "../../../src/std/library.ts";
import type { CallableDeclaration } from "../../../src/syntax/ast.ts";
import { checkText, typesOf } from "../../fuzz/check-types.ts";
import { permittedSizes } from "../../fuzz/permitted-sizes.ts";
import { modelText, type FuzzProgram } from "../../fuzz/program.ts";
import { isOpen, runAtSizes } from "../../fuzz/run-at-sizes.ts";
import { createRandom } from "../../soak/random.ts";
import { signatureUses, type SignatureUse } from "../../std/signature-uses.ts";
import { useBackend } from "./backends.ts";
import { typeErrors } from "./type-errors.ts";

/** A size that is computed of an axis, and what makes a tensor of it. */
interface Computed {
  readonly title: string;
  readonly sizeOf: (axis: string) => string;
  readonly made: (tensor: string, place: number, axis: string) => string;
}

const sliced =
  (sizeOf: Computed["sizeOf"]): Computed["made"] =>
  (tensor, place, axis) =>
    `${tensor}[${":, ".repeat(place)}:${sizeOf(axis)}]`;
const half: Computed["sizeOf"] = (axis) => `${axis} // 2`;
const most: Computed["sizeOf"] = (axis) => `(${axis} + 1) // 2`;
const computed: readonly Computed[] = [
  { title: "T // 2", sizeOf: half, made: sliced(half) },
  { title: "(T + 1) // 2", sizeOf: most, made: sliced(most) },
  {
    title: "2 * T",
    sizeOf: (axis) => `2 * ${axis}`,
    made: (tensor, place) => `concat(${tensor}, ${tensor}, axis=${String(place)})`,
  },
];

/** A letter that stands for an axis of a signature: the leading axes of a spread have numbers. */
const axisName = /^[A-Z]\d?$/;

function dimsOf(type: string): readonly string[] {
  const list = /\[(.*)\]$/.exec(type)?.[1] ?? "";
  return list === "" ? [] : list.split(/,\s*/);
}

/** A use behind tensors whose axes of some names are computed, and have these names in the program as well. */
function programOf(
  use: SignatureUse,
  { made }: Computed,
  names: ReadonlySet<string>,
  facts: readonly string[],
  count: number,
): FuzzProgram {
  const statements = use.inputs.map(({ name, type }) => {
    const tensor = dimsOf(type).reduce((text, dim, at) => (names.has(dim) ? made(text, at, dim) : text), `${name}_in`);
    return { text: `${name} = ${tensor}`, targets: [name], uses: [] };
  });
  const results = count === 1 ? ["made"] : Array.from({ length: count }, (_, at) => `made_${String(at)}`);
  const left = count === 1 ? "made" : `(${results.join(", ")})`;
  return {
    blocks: [],
    inputs: use.inputs.map(({ name, type }) => ({
      name: `${name}_in`,
      element: type.replace(/\[.*$/, ""),
      dims: dimsOf(type),
    })),
    facts,
    statements: [...statements, { text: `${left} = ${use.callOf((it) => it.name)}`, targets: results, uses: [] }],
    results,
  };
}

interface Built {
  readonly text: string;
  readonly module: Module;
}

/** A use at computed sizes as a model, with the facts that helps offer; a text is what it is refused for. */
function built(
  use: SignatureUse,
  how: Computed,
  names: ReadonlySet<string>,
  facts: readonly string[] = [],
  results = 1,
): Built | string {
  const program = programOf(use, how, names, facts, results);
  const { verdict, types, count } = typesOf(program, program.results);
  if (types !== undefined) {
    const text = modelText(program, types);
    const { module, errors } = checkText(text);
    return module === undefined ? (errors[0]?.message ?? "an internal fault") : { text, module };
  }
  if (count > 1) return built(use, how, names, facts, count);
  const [first] = verdict.errors;
  const offered = /`where ([^`]+)`/.exec(first?.help ?? "")?.[1]?.split(", ") ?? [];
  if (offered.length === 0 || facts.length > 12) return first?.message ?? "an internal fault";
  return built(use, how, names, [...facts, ...offered], results);
}

/** The use with numbers in the place of last axes, which parameters are as long as: K is what D is for each of two heads. */
function withKnownChannels(use: SignatureUse): SignatureUse {
  const last = new Set(use.inputs.flatMap(({ type }) => dimsOf(type).at(-1) ?? []));
  const known = (text: string): string =>
    text.replace(/\b[A-Z]\w*\b/g, (name) => (last.has(name) ? (name === "K" ? "2" : "4") : name));
  return { ...use, inputs: use.inputs.map(({ name, type }) => ({ name, type: known(type) })) };
}

/** All axes that a use names, computed; its last axes are numbers where what it owns is as long as they are. */
function computedUse(use: SignatureUse, how: Computed): Built | string {
  const namesOf = ({ inputs }: SignatureUse): ReadonlySet<string> =>
    new Set(inputs.flatMap(({ type }) => dimsOf(type).filter((it) => axisName.test(it))));
  const whole = built(use, how, namesOf(use));
  if (typeof whole !== "string" && !isOpen(whole.module)) return whole;
  const known = withKnownChannels(use);
  const closed = built(known, how, namesOf(known));
  return typeof closed !== "string" && isOpen(closed.module) ? "it leaves sizes open" : closed;
}

const declared = library.names.flatMap((name) => library.find(name)?.declaration ?? []);
const namesAxis = ({ inputs }: CallableDeclaration): boolean =>
  inputs.some(({ type }) => type.dims.some((it) => it.kind === "reference" && axisName.test(it.text)));
/**
 * The kernel of the one has axes of known sizes, which no signature can say: the layers that are made of it are tried. What
 * the other keeps is as long as a batch of known size.
 */
const inner: ReadonlySet<string> = new Set(["conv_lstm", "CachedAttention"]);
const callable = declared.filter((it) => it.flavor !== "metric" && namesAxis(it) && !inner.has(it.name.text));

/** The f32 use of a declaration that gives all that may be left out. */
function useOf(declaration: CallableDeclaration): SignatureUse | undefined {
  return signatureUses(declaration, "symbolic", { ranks: [1], isWanted: (it) => it === "f32" || it === "i32" }).at(-1);
}

describe("what names its axes, at computed sizes of the same names", () => {
  beforeAll(() => useBackend("cpu"));
  const files = new Map<string, string>();
  const refused: string[] = [];

  it.each(callable.map((it) => [it.name.text, it] as const))("%s", async (name, declaration) => {
    const use = useOf(declaration);
    if (use === undefined) throw new Error("no use");
    for (const [at, how] of computed.entries()) {
      const made = computedUse(use, how);
      if (typeof made === "string") {
        refused.push(`${name} at ${how.title}: ${made}`);
        continue;
      }
      const { module, text } = made;
      if (at === 0) files.set(name, await emitTfjs({ module, name: "M" }));
      const sizes = permittedSizes(module, createRandom(3), 2);
      expect(sizes.length, text).toBeGreaterThan(0);
      expect((await runAtSizes(text, module, sizes, true)).problems, text).toEqual([]);
    }
  });

  it("type-checks, all of them", () => {
    expect(files.size).toBe(callable.length);
    expect(refused).toEqual([]);
    expect(typeErrors(files, "library-at-computed-sizes")).toEqual([]);
  }, 240_000);
});
