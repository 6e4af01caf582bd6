import { readdirSync, readFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { describe, expect, it } from "vitest";
import type { Unit } from "../../../src/compiler.ts";
import type { Invocation } from "../../../src/emit/structured/tree.ts";
import { piecesWithin } from "../../../src/emit/structured/visit-tree.ts";
import { usesOf } from "../../../src/graph/rewrite.ts";
import type { OperatorNode } from "../../../src/ir/graph.ts";
import { nodesWithin, regionsOf } from "../../../src/ir/visit.ts";
import { allOperators } from "../../../src/ops/registry.ts";
import { operatorModule } from "../tfjs/operator-modules.ts";
import { unitOf } from "../tfjs/spec-unit.ts";
import { emitText, textFunctions } from "./emit-text.ts";
import { textForm, textForms, type TextForms } from "./text-forms.ts";

/** The text of a spec is a page. */
const longest = 150;

const modelsIn = (folder: string): readonly string[] =>
  readdirSync(folder).flatMap((it) => (it.endsWith(".model") ? [join(folder, it)] : []));

/** Specs, and what shows each part of the tree: instances, loops, scans, states. */
const shown = [
  ...modelsIn("specs"),
  ...readdirSync("tests/cases/tfjs").map((it) => `tests/cases/tfjs/${it}/input.model`),
];

const cases = [...shown, ...["gpt", "resnet", "unet", "vae"].map((it) => `tests/cases/examples/${it}.model`)];

const unitAt = (path: string): Unit => unitOf(readFileSync(path, "utf8"));

/** Whether a text applies an operator: as a word, by its sign, or as a function or code of its parts. */
function says(text: string, op: string): boolean {
  const form = textForm(op);
  if (form === "parts") return true;
  return form === "word" ? text.includes(`${op}(`) : text.includes(` ${form} `);
}

describe("pseudo-code", () => {
  it.each(shown)("reads as it should: %s", async (path) => {
    const { module, train } = unitAt(path);
    const text = emitText(module, train);
    expect(text.split("\n").length).toBeLessThan(longest);
    const name = path.startsWith("specs") ? basename(path, ".model") : basename(dirname(path));
    await expect(text).toMatchFileSnapshot(join("expected", `${name}.txt`));
  });

  it.each(cases)("says every operator of %s", (path) => {
    const { module, train } = unitAt(path);
    const text = emitText(module, train);
    const applied = [...module.functions.values()].flatMap(({ body }) => {
      const nodes = [...nodesWithin(body.nodes)];
      const sizes = new Set(nodes.flatMap((node) => (node.kind === "dim" ? node.results.map((it) => it.id) : [])));
      const results = nodes.flatMap((node) => regionsOf(node).flatMap((it) => it.results));
      const used = new Set([...nodes.flatMap(usesOf), ...results, ...body.results].map((it) => it.id));
      // A size is a number, whatever its type, and what nothing uses is not said.
      const isSize = (node: OperatorNode): boolean =>
        node.op === "cast" && node.operands.every((it) => sizes.has(it.id));
      const isSaid = (node: OperatorNode): boolean => node.results.some((it) => used.has(it.id)) && !isSize(node);
      return nodes.flatMap((node) => (node.kind === "operator" && isSaid(node) ? [node.op] : []));
    });
    const missing = [...new Set(applied)].filter((op) => !says(text, op));
    expect(missing).toEqual([]);
  });

  it.each(allOperators.map((it) => [it.name, it] as const))("says %s", (name, operator) => {
    expect(says(emitText(operatorModule(operator).module), name)).toBe(true);
  });

  it.each(cases)("calls functions that there are, as they are declared: %s", (path) => {
    const { module, train } = unitAt(path);
    const { all } = textFunctions(module, train);
    const declared = new Map(all.map((it) => [it.name, it]));
    expect(declared.size).toBe(all.length);
    const invoked = all.flatMap(({ body }) =>
      [...piecesWithin(body)].flatMap((it): readonly Invocation[] => (it.kind === "invoke" ? [it] : [])),
    );
    const described = invoked.map(({ name, operands, settings, sizes, ...rest }) => ({
      name,
      given: [operands.length, settings.length, sizes.length],
      needs: [rest.parameters, rest.states, rest.training, rest.random, rest.strays].map((it) => it !== undefined),
    }));
    const expected = invoked.map(({ name }) => {
      const it = declared.get(name);
      const needs = it && [it.needs.parameters, it.needs.states, it.needs.training, it.needs.random, it.needs.strays];
      return { name, given: [it?.inputs.length, it?.settings.length, it?.sizes.length], needs };
    });
    expect(described).toEqual(expected);
  });

  it("says every operator there is: one that is missing does not compile", () => {
    const { relu, ...others } = textForms;
    expect(relu).toBe("word");
    // @ts-expect-error relu is missing
    const table: TextForms = others;
    expect(Object.keys(table)).not.toContain("relu");
  });
});
