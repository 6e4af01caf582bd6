import { placesOf, wholePlacesOf } from "../../autodiff/places-of.ts";
import { variable } from "../../dims/dim.ts";
import { measuredIn } from "../../ir/measures-of.ts";
import type { SectionInput } from "../../ir/prediction.ts";
import type { TrainProgram } from "../../ir/program.ts";
import { required } from "../../support/fault.ts";
import { dimScope } from "../structured/dim-scope.ts";
import {
  arrayOf,
  call,
  constant,
  identifier,
  literal,
  member,
  objectOf,
  returns,
  text,
  type Expression,
  type Item,
} from "./ast.ts";
import { forwardCall, modelPlace, outputPattern } from "./emit-model.ts";
import type { StepContext } from "./emit-step.ts";
import { portsPattern, type Port } from "./model-context.ts";
import { localName, nameScope } from "./names.ts";
import { toStatements, toSyntax } from "./to-syntax.ts";

const batch = identifier("batch");
const strays = identifier("strays");

/** The model's inputs, then the features that only the objective reads. */
export function batchPorts({ model, program }: Pick<StepContext, "model" | "program">): readonly Port[] {
  const known = new Set(model.inputs.map(({ name }) => name));
  const taken = new Set([...model.inputs, ...model.outputs].map(({ local }) => local));
  const first = model.inputs[0]?.type.shape[0] ?? variable("B");
  const inputs = program.steps.flatMap((it) => it.objectiveInputs);
  const extra = inputs.flatMap(({ from, name }): readonly Port[] => {
    if (from !== "feature" || known.has(name)) return [];
    known.add(name);
    const feature = required(
      program.data.features.find((it) => it.name === name),
      `feature ${name}`,
    );
    return [
      {
        name,
        local: localName(name, taken),
        type: { dtype: feature.type.dtype, shape: [first, ...feature.type.shape] },
      },
    ];
  });
  return [...model.inputs, ...extra];
}

/** Whether places may be out of range in a batch: their number is then the last of its sums. */
export function countsStrays({ program, forwards, objective }: StepContext): boolean {
  return wholePlacesOf(program).size > 0 || objective.needs.strays || forwards.some(({ needs }) => needs.strays);
}

/** The sums of a batch of `examples`, unless places were out of range; `made` promises them. */
export function soundSums(context: StepContext, made: Expression, examples: string): Expression {
  if (!countsStrays(context)) return made;
  context.model.helpers.add("soundSums");
  const held = placesOf(context.program).size > 0 ? [identifier(examples), identifier("places")] : [];
  return call("soundSums", made, ...held);
}

/** A call of `resultsOf`. */
export function resultsCall(context: StepContext, training: boolean): Expression {
  const mode = asksMode(context) ? [{ kind: "boolean", value: training } as const] : [];
  return call(context.names.resultsOf, identifier("model"), batch, ...mode);
}

/** Whether a batch is measured in another way in training. */
function asksMode({ step, forwards }: StepContext): boolean {
  return forwards.some(({ needs }) => needs.training || (needs.random && step.name !== undefined));
}

/** The model on a batch, as it runs in the phase that it is in. */
function forwardByPhase({ model, step, forwards }: StepContext, inputs?: readonly Expression[]): Expression {
  const { name } = step;
  const training = identifier("training");
  const place = modelPlace(model);
  const owner = identifier("model");
  const keyed = (): Expression => {
    model.helpers.add("placeIn");
    const at = [member(owner, "seed"), member(owner, "step"), text(name ?? "")];
    return { kind: "conditional", test: training, then: call("placeIn", ...at), otherwise: place };
  };
  const calls = forwards.map((forward) =>
    forwardCall(model, training, name !== undefined && forward.needs.random ? keyed() : place, forward, inputs),
  );
  return calls.reduceRight((later, earlier, phase) =>
    forwards[phase]?.name === forwards[phase + 1]?.name
      ? later
      : {
          kind: "conditional",
          test: { kind: "binary", operator: "===", left: member(owner, "phase"), right: literal(phase) },
          then: earlier,
          otherwise: later,
        },
  );
}

/** `resultsOf`, which runs the model on a batch and measures it. */
export function resultsFunction(context: StepContext): Item {
  const { model, program, step, names, objective, isJoined } = context;
  const { helpers } = model;
  const mode = asksMode(context);
  const counts = countsStrays(context);
  const whole = wholePlacesOf(program);
  if (counts) helpers.add("noStrays");
  if (whole.size > 0) helpers.add("inRange");
  const ports = batchPorts(context);
  const plain = ports.filter(({ name }) => !whole.has(name));
  const locals = new Map([...model.outputs, ...ports].map((it) => [it.name, it.local]));
  const localOf = (it: SectionInput): string =>
    (it.from === "output" ? model.outputs.find(({ name }) => name === it.name)?.local : undefined) ??
    locals.get(it.name) ??
    it.name;
  const argumentOf = (it: SectionInput): Expression =>
    it.from === "statistic" ? statisticOf(model, it.name) : identifier(localOf(it));
  const args = step.objectiveInputs.map(argumentOf);
  // A size that the objective asks for is an axis of what the batch holds.
  const scope = dimScope(
    ports.map(({ local, type }) => ({ tensor: identifier(local), type })),
    nameScope([...locals.values()]),
  );
  const sizes = isJoined ? [] : objective.dims.map((it) => toSyntax(scope.dim(variable(it))));
  const judged = isJoined
    ? forwardByPhase(context, [
        ...model.inputs.map(({ local }) => identifier(local)),
        ...ownInputs(context).map(argumentOf),
      ])
    : call(objective.name, ...args, ...sizes, ...(objective.needs.strays ? [strays] : []));
  const single = measuredIn(program, step).length === 0;
  const measured: readonly Expression[] = [
    single ? judged : { kind: "spread", value: judged },
    ...(counts ? [member(strays, "count")] : []),
  ];
  const outputs = outputPattern(model);
  const used = new Set(
    step.objectiveInputs.flatMap(({ from, name }) => (from === "output" ? [localOf({ from, name })] : [])),
  );
  const pattern =
    typeof outputs === "string" || outputs.kind !== "array-pattern"
      ? outputs
      : {
          ...outputs,
          elements: outputs.elements.map((it) => (typeof it === "string" && used.has(it) ? it : undefined)),
        };
  return {
    kind: "function",
    exported: false,
    name: names.resultsOf,
    parameters: [
      { pattern: "model", type: model.type },
      { pattern: "batch", type: `${model.type}Batch` },
      ...(mode ? [{ pattern: "training", type: "boolean" }] : []),
    ],
    result: "tf.Tensor[]",
    doc: [
      `The loss of a batch${single ? "" : ", then what metrics add up"}`,
      counts ? "; how many places were out of range comes last." : ".",
    ].join(""),
    body: [
      ...(plain.length === 0 ? [] : [constant(portsPattern(plain), batch)]),
      ...(counts ? [constant("strays", call("noStrays"))] : []),
      ...ports
        .filter(({ name }) => whole.has(name))
        .map(({ name, local }) =>
          constant(local, call("inRange", member(batch, name), member(identifier("places"), name), strays)),
        ),
      ...toStatements(scope.bindings()),
      ...(isJoined ? [] : [constant(pattern, forwardByPhase(context))]),
      returns(single || counts ? arrayOf(...measured) : judged),
    ],
  };
}

/** What a step's objective takes and the model does not, in order. */
function ownInputs({ model, step }: StepContext): readonly SectionInput[] {
  const known = new Set(model.inputs.map(({ name }) => name));
  return step.objectiveInputs.filter(
    ({ from, name }) => from === "statistic" || (from === "feature" && !known.has(name)),
  );
}

/** `statisticTensor(model.statistics.price.mean)` */
function statisticOf({ helpers }: StepContext["model"], path: string): Expression {
  helpers.add("statisticTensor");
  return call("statisticTensor", member(identifier("model"), "statistics", ...path.split(".")));
}

/** `places`: among how many the places are that features hold. */
export function placesItems(program: TrainProgram): readonly Item[] {
  const places = placesOf(program);
  if (places.size === 0) return [];
  return [
    {
      kind: "const",
      exported: false,
      name: "places",
      value: objectOf(Object.fromEntries([...places].map(([name, size]) => [name, literal(size)]))),
      doc: "Among how many the places are that features hold: labels, and rows of tables.",
    },
  ];
}
