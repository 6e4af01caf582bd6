import type { Func, Module } from "../../ir/graph.ts";
import { measuredIn } from "../../ir/measures-of.ts";
import type { TrainProgram, TrainStep } from "../../ir/program.ts";
import { straysOfJoined, straysOfModel, straysOfObjective } from "../../autodiff/places-of.ts";
import { slotNames } from "../../autodiff/optimizers.ts";
import { needsTotal } from "../../autodiff/schedules.ts";
import { entryOf } from "../../graph/parameters-of.ts";
import { freezeInstances } from "../../passes/freeze-instances.ts";
import { phaseModules } from "../../passes/phase-modules.ts";
import { required } from "../../support/fault.ts";
import type { Item } from "./ast.ts";
import { joinModel } from "../../autodiff/join-model.ts";
import { writeGradients } from "../../autodiff/write-gradients.ts";
import { collectCallables } from "../structured/callables.ts";
import { writeFunctions, type StructuredFunctions } from "../structured/write-functions.ts";
import { emitFunctions } from "./emit-functions.ts";
import { tfjsTarget } from "./tfjs-target.ts";
import { checkpointItems } from "./emit-checkpoint.ts";
import { dataTypes, modelItems, modelType } from "./emit-model.ts";
import { followerItems, followNames } from "./emit-followers.ts";
import { portsOf, type ModelContext } from "./model-context.ts";
import { predictionNames } from "./emit-prediction.ts";
import { featurePorts } from "./emit-preparation.ts";
import { trainingItems } from "./emit-training.ts";
import type { StepContext } from "./emit-step.ts";
import { stepNames, type StepNames } from "./step-names.ts";
import { formatTypeScript } from "./format-typescript.ts";
import { interfaceCollector } from "./interfaces.ts";
import { fileNames, nameScope, severalNames } from "./names.ts";
import { preludeClosure, preludeNames } from "./prelude.ts";
import { printFile } from "./print.ts";
import { variableTrees, type VariableNode } from "../structured/variable-tree.ts";
import { withInitials } from "../structured/with-initials.ts";

/** What a training says of how its model begins. */
type Beginning = Pick<TrainProgram, "seed" | "initials" | "follows">;

/** What becomes a TypeScript file. */
export interface TfjsInput {
  readonly module: Module;
  /** How the model is trained, where the spec says so; of this same module. */
  readonly train?: TrainProgram;
  /** How a model begins that is written without its training, where it has one; that of `train` otherwise. */
  readonly begins?: Beginning;
  /** The name of the file without its extension, for its first line. */
  readonly name: string;
}

/**
 * A model as one TypeScript file that imports TensorFlow.js alone: types, `create`, `predict`, `save` and `load`, and,
 * with a training program, `trainStep`, `fit`, `evaluate` and `gradients`.
 */
export async function emitTfjs(input: TfjsInput): Promise<string> {
  const { items, helpers } = fileItems(input);
  const own = await formatTypeScript(printFile(items));
  const prelude = preludeClosure(helpers).map(({ text }) => text);
  return prelude.length === 0
    ? own
    : `${[own.trimEnd(), "// Helpers for what TensorFlow.js lacks.", ...prelude].join("\n\n")}\n`;
}

/** The model's own part of a file, and the helpers of the prelude that it calls on. */
interface FilePart {
  readonly items: readonly Item[];
  readonly helpers: ReadonlySet<string>;
}

/**
 * The file, written twice where that makes a difference: what helpers it needs is known only after it is written, and
 * no function of the model need step aside for the name of one that it does not need.
 */
function fileItems(input: TfjsInput): FilePart {
  const avoided = new Set<string>();
  const first = attemptFile(input, (name) => {
    if (preludeNames.has(name)) avoided.add(name);
    return preludeNames.has(name);
  });
  const needed = new Set(preludeClosure(first.helpers).map(({ name }) => name));
  const isRight = [...avoided].every((name) => needed.has(name));
  return isRight ? first : attemptFile(input, (name) => needed.has(name));
}

function attemptFile(
  { module: whole, train, begins = train, name }: TfjsInput,
  isHelper: (name: string) => boolean,
): FilePart {
  // What is frozen throughout is left out of the file: of several phases each has the model in its own form.
  const phased = train !== undefined && train.phases.length > 1;
  const follows = begins !== undefined && begins.follows.length > 0;
  const module = train === undefined || phased ? whole : freezeInstances(whole, train.phases[0].frozen);
  const phases = phased ? phaseModules(module, train.phases) : undefined;
  const functions = new Map<string, Func>(phases?.functions ?? module.functions);
  const named = train === undefined ? new Map<TrainStep, StepNames>() : stepNames(train);
  const entry = entryOf(module);
  const entries = (phases?.modules ?? [module]).map(entryOf);
  const objectives = new Map(
    [...named].flatMap(([step, it]) =>
      train === undefined ? [] : [[step, objectivesOf(train, step, it, entries)] as const],
    ),
  );
  for (const { forms } of objectives.values()) for (const it of forms) functions.set(it.key, it);
  const type = modelType(module);
  const { inputs, outputs } = portsOf(entry);
  const ports = [...inputs, ...outputs, ...(train === undefined ? [] : featurePorts(train))];
  const taken = [
    ...fileNames,
    ...ports.flatMap((it) => it.local),
    type,
    ...dataTypes.map((it) => `${type}${it}`),
    ...(named.size > 1 ? [...severalNames, ...[...named.values()].flatMap((it) => Object.values(it))] : []),
    ...(phased ? ["phases"] : []),
    ...(train?.prediction === undefined ? [] : predictionNames),
    ...(follows ? followNames : []),
  ];
  const names = nameScope(taken, isHelper);
  const interfaces = interfaceCollector(names);
  const parameters = variableTrees(functions, "parameters")(module.entry);
  const states = variableTrees(functions, "states")(module.entry);
  // The model's own interfaces are asked for first: they take the plain names.
  interfaces.typeOf(parameters, "parameters");
  if (states.entries.size > 0) interfaces.typeOf(states, "states");

  const statistics = train === undefined ? undefined : statisticsTree(train, functions);
  const forms = [...objectives.values()].flatMap((it) => it.forms);
  const roots = [
    ...new Set([module, ...(phases?.modules ?? [])].map((it) => it.entry)),
    ...new Set(forms.map(({ key }) => key)),
  ];
  // Bodies have their gradients written out; what functions own is that of those without.
  const bodies = new Map([...functions.values()].map((it) => [it, writeGradients(it, functions, module.facts)]));
  const withBodies = (it: Module): Module => ({
    ...it,
    functions: mapEntries(it.functions, (func) => bodies.get(func) ?? func),
  });
  const callables = collectCallables(bodies.values(), module.facts, tfjsTarget);
  const strays = straysOfModel(withBodies(module));
  const others = [
    ...(phases?.modules.map((it) => straysOfModel(withBodies(it))) ?? []),
    ...[...objectives].flatMap(([step, { isJoined, forms }]) =>
      forms.map((form) => {
        const objective = bodies.get(form) ?? form;
        return isJoined
          ? straysOfJoined(withBodies({ ...module, functions }), objective)
          : straysOfObjective(withBodies(module), { ...step, objective });
      }),
    ),
  ];
  const unproved = new Set([strays, ...others].flatMap((it) => [...it.nodes]));
  const owners = new Map(functions);
  for (const { isJoined, forms: own } of objectives.values())
    if (isJoined) for (const it of own) owners.set(it.key, { ...it, name: entry.name });
  const written = writeFunctions({ functions: owners, roots, callables, unproved, names, target: tfjsTarget });
  const emitted = emitFunctions(written.all, interfaces);
  const helpers = new Set(emitted.helpers);
  const context: ModelContext = {
    module,
    entry,
    type,
    forward: written.of(module.entry),
    parameters,
    initial: begins === undefined ? parameters : withInitials(parameters, begins.initials),
    states,
    ...(statistics !== undefined && statistics.entries.size > 0 ? { statistics } : {}),
    interfaces,
    inputs,
    outputs,
    helpers,
    strays,
    seed: begins?.seed ?? 0,
    trains: train !== undefined,
    remembers: train?.steps.some((it) => slotNames(it.optimizer).length > 0) === true,
    several: named.size > 1,
    phased,
    keepsBest: train?.save !== undefined,
    ...(train?.average !== undefined && { average: train.average.decay }),
    follows,
    ...(train?.steps.some((it) => needsTotal(it.optimizer.rate)) === true
      ? { steps: "steps" in train.length ? train.length.steps : Infinity }
      : {}),
  };
  const model = modelItems(context);
  const training =
    train === undefined
      ? undefined
      : trainingItems({
          model: context,
          program: train,
          steps: mapSteps(train, (step) => ({
            model: context,
            program: train,
            step,
            names: required(named.get(step), "names of a step"),
            ...stepFunctions(required(objectives.get(step), "objective of a step"), entries, written),
          })),
          isHelper,
        });
  const checkpoint = checkpointItems(context, train);
  const isExported = (item: Item): boolean => "exported" in item && item.exported;
  const followers = train === undefined && begins !== undefined ? followerItems(context, begins) : [];
  const own = [...model.functions, ...(training?.functions ?? []), ...followers, ...checkpoint];
  const items: readonly Item[] = [
    { kind: "doc", text: fileDoc(module, name) },
    { kind: "import", text: "* as tf", from: "@tensorflow/tfjs" },
    ...model.types,
    ...(training?.types ?? []),
    ...interfaces.items(),
    ...own.filter(isExported),
    { kind: "comment", text: "The model." },
    ...emitted.items,
    ...(own.some((item) => !isExported(item))
      ? [{ kind: "comment", text: "What the functions above rest on." } as const]
      : []),
    ...own.filter((item) => !isExported(item)),
  ];
  return { items, helpers };
}

/** The function of the train section, with a name of its own: no function of the file has a key with a space. */
function objectiveFunction(program: TrainProgram, step: TrainStep, names: StepNames): Func {
  const measured = measuredIn(program, step);
  const ofStep = step.name === undefined ? "" : ` of the step \`${step.name}\``;
  return {
    ...step.objective,
    key: objectiveKey(step),
    ...(step.name !== undefined && { name: names.objective }),
    doc: `The loss${ofStep} of a batch${measured.length === 0 ? "" : ", then what metrics add up"}.`,
    resultNames: [
      "loss",
      ...measured.flatMap(({ name, accumulators }) => accumulators.map((it) => `${name}_${it.name}`)),
    ],
  };
}

/** What measures a step: its objective, or the model joined with it, in a form for each phase. */
interface Objectives {
  readonly isJoined: boolean;
  readonly forms: readonly Func[];
}

function objectivesOf(program: TrainProgram, step: TrainStep, names: StepNames, entries: readonly Func[]): Objectives {
  const plain = objectiveFunction(program, step, names);
  const forms = entries.flatMap((entry): readonly Func[] => {
    const joined = joinModel(entry, { ...step, objective: plain });
    return joined === undefined ? [] : [{ ...joined, key: `${joined.key} of ${entry.key}` }];
  });
  return forms.length === 0 ? { isJoined: false, forms: [plain] } : { isJoined: true, forms };
}

/** How the code of a step calls what measures it. */
function stepFunctions(
  { isJoined, forms }: Objectives,
  entries: readonly Func[],
  written: StructuredFunctions,
): Pick<StepContext, "objective" | "forwards" | "isJoined"> {
  const forwards = (isJoined ? forms : entries).map(({ key }) => written.of(key));
  return { isJoined, forwards, objective: written.of(required(forms[0], "objective").key) };
}

function objectiveKey({ name }: TrainStep): string {
  return name === undefined ? "section objective" : `section objective ${name}`;
}

/** What is made of each step, of which there is one at least. */
function mapSteps<T>({ steps: [first, ...more] }: TrainProgram, make: (step: TrainStep) => T): readonly [T, ...T[]] {
  return [make(first), ...more.map(make)];
}

function mapEntries<K, V>(map: ReadonlyMap<K, V>, change: (value: V) => V): ReadonlyMap<K, V> {
  return new Map([...map].map(([key, value]) => [key, change(value)]));
}

/** What the data section owns. */
function statisticsTree({ data }: TrainProgram, functions: ReadonlyMap<string, Func>): VariableNode {
  const { func } = data.preparation;
  return variableTrees(new Map([...functions, [func.key, func]]), "states")(func.key);
}

function fileDoc(module: Module, name: string): string {
  return [
    `${name === entryOf(module).name ? name : `${name}: ${entryOf(module).name}`}, compiled by modelc for TensorFlow.js.`,
    "",
    "Change the spec rather than this file: the next build writes it anew.",
  ].join("\n");
}
