import { describe, expect, it } from "vitest";
import type { Graph } from "../../src/ir/graph.ts";
import type {
  AverageSpec,
  ClipSpec,
  OptimizerSpec,
  ParameterGroup,
  Schedule,
  TrainProgram,
} from "../../src/ir/program.ts";
import { buildApplyGraph, buildGradientGraph, buildTrainingGraph } from "../../src/autodiff/build-training-step.ts";
import { optimizers } from "../../src/autodiff/optimizers.ts";
import { clipTable } from "../../src/autodiff/clip-gradients.ts";
import { needsTotal, rateAt, scheduleTable } from "../../src/autodiff/schedules.ts";
import { interpretGraph } from "../../src/graph/interpret.ts";
import type { NdArray } from "../../src/ops/define/operator.ts";
import { func, moduleOf } from "../passes/module-testing.ts";
import { type } from "./gradient-testing.ts";
import { constantRate, programOf } from "./program-testing.ts";
import { referenceTarget } from "../../src/passes/pipeline.ts";

/** A model whose gradients are what is fed: y = x * weight + u * bias, and the loss is the sum of y. */
const linear = func(
  "Linear",
  { x: type("f32", "B", 3), u: type("f32", "B", 3) },
  { flavor: "model", results: ["y"], parameters: { weight: type("f32", 3), bias: type("f32", 3) } },
  (body, { x, u }) => {
    const { b } = body;
    return [b.add(b.mul(x, body.param("weight", type("f32", 3))), b.mul(u, body.param("bias", type("f32", 3))))];
  },
);

const total = func("objective", { y: type("f32", "B", 3) }, { flavor: "fn" }, ({ b }, { y }) => [b.sum(y, [0, 1])]);

function programWith(
  optimizer: OptimizerSpec,
  more: {
    readonly groups?: readonly ParameterGroup[];
    readonly clip?: ClipSpec;
    readonly length?: TrainProgram["length"];
    readonly phases?: TrainProgram["phases"];
    readonly average?: AverageSpec;
  } = {},
): TrainProgram {
  return programOf(moduleOf(linear), total, [{ from: "output", name: "y" }], { optimizer, ...more });
}

const array = (dtype: NdArray["dtype"], shape: readonly number[], ...data: readonly number[]): NdArray => ({
  dtype,
  shape,
  data: Float64Array.from(data),
});

/** Gradients of `weight` by step; those of `bias` are twice as large. */
const gradients = [
  [0.5, -1, 2],
  [0.25, -3, 0.125],
  [-1, 0.5, 0.75],
  [0.1, 0.2, -0.3],
] as const;
const start = [1, -2, 0.5] as const;

/**
 * Runs a training graph over all steps, `every` apart, feeding outputs back as `carries` says; parameters after every
 * step.
 */
function train(
  graph: Graph,
  hyper: Readonly<Record<string, number>> = {},
  every = 1,
): readonly Readonly<Record<string, readonly number[]>>[] {
  const inputs = new Map<string, NdArray>();
  for (const { name, role, value, init } of graph.inputs) {
    const first = init?.arguments["value"] ?? 0;
    if (role === "parameter") inputs.set(name, array("f32", [3], ...start));
    if (role === "optimizer") inputs.set(name, array("f32", [3], first, first, first));
    if (role === "step") inputs.set(name, array("i64", [], 0));
    if (role === "hyper") inputs.set(name, array("f32", [], hyper[name] ?? 1));
    expect(value.type.dtype, name).toBe(role === "step" ? "i64" : "f32");
  }
  return gradients.map((gradient, update) => {
    if (every > 1) inputs.set("step", array("i64", [], update * every));
    inputs.set("batch/x", array("f32", [1, 3], ...gradient));
    inputs.set("batch/u", array("f32", [1, 3], ...gradient.map((it) => 2 * it)));
    const results = interpretGraph(graph, inputs);
    for (const { name, carries } of graph.outputs) {
      const result = results.get(name);
      if (carries !== undefined && result !== undefined) inputs.set(carries, result);
    }
    const read = (name: string): readonly number[] => [...(inputs.get(name)?.data ?? [])];
    return {
      weight: read("param/weight"),
      bias: read("param/bias"),
      average: read("opt/average/bias"),
      step: read("step"),
    };
  });
}

/** Keras' formulas, element by element: gives the next value and keeps its own state. */
type Rule = (parameter: number, gradient: number, step: number) => number;

function expectRule(
  program: TrainProgram,
  makeRule: () => Rule,
  options: { readonly hyper?: Readonly<Record<string, number>>; readonly bias?: () => Rule } = {},
): void {
  const steps = train(buildTrainingGraph(program, referenceTarget), options.hyper);
  for (const [name, factor, make] of [
    ["weight", 1, makeRule],
    ["bias", 2, options.bias ?? makeRule],
  ] as const) {
    start.forEach((from, element) => {
      const rule = make();
      let value: number = from;
      gradients.forEach((gradient, step) => {
        value = rule(value, factor * (gradient[element] ?? NaN), step);
        expect(steps[step]?.[name]?.[element], `${name}[${element}] after step ${step}`).toBeCloseTo(value, 12);
      });
    });
  }
  expect(steps.at(-1)?.["step"]).toEqual([gradients.length]);
}

const rate = constantRate(0.1);

describe("optimizers", () => {
  it("sgd", () => {
    expectRule(programWith({ kind: "sgd", rate, decay: 0, settings: {} }), () => (p, g) => p - 0.1 * g);
  });

  it("sgd with L2 decay, scaled by hyper/decay_scale and hyper/lr_scale", () => {
    const program = programWith({ kind: "sgd", rate, decay: 0.2, settings: {} });
    expectRule(program, () => (p, g) => p - 0.05 * (g + 0.6 * p), {
      hyper: { "hyper/lr_scale": 0.5, "hyper/decay_scale": 3 },
    });
  });

  it("momentum, plain and of Nesterov", () => {
    for (const nesterov of [false, true]) {
      expectRule(programWith({ kind: "momentum", rate, decay: 0, settings: { momentum: 0.9, nesterov } }), () => {
        let velocity = 0;
        return (p, g) => {
          velocity = 0.9 * velocity - 0.1 * g;
          return nesterov ? p + 0.9 * velocity - 0.1 * g : p + velocity;
        };
      });
    }
  });

  it("rmsprop, with and without momentum", () => {
    for (const momentum of [0, 0.8]) {
      expectRule(
        programWith({ kind: "rmsprop", rate, decay: 0, settings: { rho: 0.9, momentum, epsilon: 1e-7 } }),
        () => {
          let square = 0;
          let moment = 0;
          return (p, g) => {
            square = 0.9 * square + 0.1 * g * g;
            moment = momentum * moment + (0.1 * g) / Math.sqrt(square + 1e-7);
            return p - moment;
          };
        },
      );
    }
  });

  it("adagrad", () => {
    const settings = { initial_accumulator_value: 0.1, epsilon: 1e-7 };
    expectRule(programWith({ kind: "adagrad", rate, decay: 0, settings }), () => {
      let accumulator = 0.1;
      return (p, g) => {
        accumulator += g * g;
        return p - (0.1 * g) / Math.sqrt(accumulator + 1e-7);
      };
    });
  });

  it("adadelta", () => {
    expectRule(programWith({ kind: "adadelta", rate, decay: 0, settings: { rho: 0.95, epsilon: 1e-7 } }), () => {
      let square = 0;
      let change = 0;
      return (p, g) => {
        square = 0.95 * square + 0.05 * g * g;
        const step = (Math.sqrt(change + 1e-7) * g) / Math.sqrt(square + 1e-7);
        change = 0.95 * change + 0.05 * step * step;
        return p - 0.1 * step;
      };
    });
  });

  it("adamax", () => {
    const settings = { beta1: 0.9, beta2: 0.999, epsilon: 1e-7 };
    expectRule(programWith({ kind: "adamax", rate, decay: 0, settings }), () => {
      let m = 0;
      let u = 0;
      return (p, g, step) => {
        m = 0.9 * m + 0.1 * g;
        u = Math.max(0.999 * u, Math.abs(g));
        return p - ((0.1 / (1 - 0.9 ** (step + 1))) * m) / (u + 1e-7);
      };
    });
  });

  const adamRule = (decay: { readonly coupled: number; readonly decoupled: number }) => (): Rule => {
    let m = 0;
    let v = 0;
    return (parameter, gradient, step) => {
      const p = parameter - 0.1 * decay.decoupled * parameter;
      const g = gradient + decay.coupled * parameter;
      m += (g - m) * (1 - 0.9);
      v += (g * g - v) * (1 - 0.999);
      const alpha = (0.1 * Math.sqrt(1 - 0.999 ** (step + 1))) / (1 - 0.9 ** (step + 1));
      return p - (alpha * m) / (Math.sqrt(v) + 1e-7);
    };
  };

  it("adam, with bias correction, and L2 decay", () => {
    const spec = { kind: "adam", rate, settings: { beta1: 0.9, beta2: 0.999, epsilon: 1e-7 } } as const;
    expectRule(programWith({ ...spec, decay: 0 }), adamRule({ coupled: 0, decoupled: 0 }));
    expectRule(programWith({ ...spec, decay: 0.3 }), adamRule({ coupled: 0.3, decoupled: 0 }));
  });

  it("adamw, with decoupled decay that a group turns off", () => {
    const spec: OptimizerSpec = {
      kind: "adamw",
      rate,
      decay: 0.3,
      settings: { beta1: 0.9, beta2: 0.999, epsilon: 1e-7 },
    };
    const groups = [{ pattern: "**.bias", decay: 0 }];
    expectRule(programWith(spec, { groups }), adamRule({ coupled: 0, decoupled: 0.3 }), {
      bias: adamRule({ coupled: 0, decoupled: 0 }),
    });
  });

  it("lion, with decoupled decay", () => {
    const settings = { beta1: 0.9, beta2: 0.99 };
    expectRule(programWith({ kind: "lion", rate, decay: 0.3, settings }), () => {
      let m = 0;
      return (parameter, g) => {
        const p = parameter - 0.1 * 0.3 * parameter;
        const direction = Math.sign(0.9 * m + (1 - 0.9) * g);
        m = 0.99 * m + (1 - 0.99) * g;
        return p - 0.1 * direction;
      };
    });
  });

  it("lamb, whose step has the parameter's norm", () => {
    const settings = { beta1: 0.9, beta2: 0.999, epsilon: 1e-7 };
    const program = programWith({ kind: "lamb", rate, decay: 0.3, settings });
    const steps = train(buildTrainingGraph(program, referenceTarget));
    let [parameter, m, v] = [[...start] as number[], [0, 0, 0], [0, 0, 0]];
    gradients.forEach((gradient, step) => {
      const decayed = parameter.map((it) => it - 0.1 * 0.3 * it);
      m = m.map((it, at) => it + ((gradient[at] ?? NaN) - it) * (1 - 0.9));
      v = v.map((it, at) => it + ((gradient[at] ?? NaN) ** 2 - it) * (1 - 0.999));
      const change = m.map(
        (it, at) => it / (1 - 0.9 ** (step + 1)) / (Math.sqrt((v[at] ?? NaN) / (1 - 0.999 ** (step + 1))) + 1e-7),
      );
      const ratio = Math.hypot(...decayed) / Math.hypot(...change);
      parameter = decayed.map((it, at) => it - 0.1 * ratio * (change[at] ?? NaN));
      parameter.forEach((it, at) => expect(steps[step]?.["weight"]?.[at]).toBeCloseTo(it, 12));
    });
  });

  it("lamb moves a parameter that is zero, and leaves one whose gradient is zero", () => {
    const settings = { beta1: 0.9, beta2: 0.999, epsilon: 1e-7 };
    const program = programWith({ kind: "lamb", rate, decay: 0, settings });
    const graph = buildApplyGraph(program, referenceTarget);
    const inputs = new Map<string, NdArray>([
      ["param/weight", array("f32", [3], 0, 0, 0)],
      ["param/bias", array("f32", [3], ...start)],
      ["grad/weight", array("f32", [3], 1, 1, -1)],
      ["grad/bias", array("f32", [3], 0, 0, 0)],
      ["step", array("i64", [], 0)],
      ["hyper/lr_scale", array("f32", [], 1)],
    ]);
    for (const { name, role } of graph.inputs) if (role === "optimizer") inputs.set(name, array("f32", [3], 0, 0, 0));
    const next = interpretGraph(graph, inputs);
    (next.get("next/param/weight")?.data ?? []).forEach((it, at) =>
      expect(it).toBeCloseTo([-0.1, -0.1, 0.1][at] ?? NaN, 6),
    );
    expect([...(next.get("next/param/bias")?.data ?? [])]).toEqual([...start]);
  });

  it("groups scale rates, and frozen parameters have neither slots nor a next value", () => {
    const groups = [{ pattern: "bias", scale: 0.25 }];
    expectRule(programWith({ kind: "sgd", rate, decay: 0, settings: {} }, { groups }), () => (p, g) => p - 0.1 * g, {
      bias: () => (p, g) => p - 0.025 * g,
    });
    const phases = [{ from: { steps: 0 }, frozen: ["weight"] }] as const;
    const spec: OptimizerSpec = { kind: "adam", rate, decay: 0, settings: { beta1: 0.9, beta2: 0.999, epsilon: 1e-7 } };
    const graph = buildTrainingGraph(programWith(spec, { phases }), referenceTarget);
    expect(graph.inputs.map((it) => it.name)).toEqual([
      "batch/x",
      "batch/u",
      "param/weight",
      "param/bias",
      "opt/m/bias",
      "opt/v/bias",
      "step",
      "hyper/lr_scale",
    ]);
    expect(graph.outputs.map((it) => it.name)).toEqual([
      "next/param/bias",
      "next/opt/m/bias",
      "next/opt/v/bias",
      "next/step",
      "loss",
    ]);
  });

  it("clips by value, by each gradient's norm and by the norm of all", () => {
    const norm = (values: readonly number[]): number => Math.hypot(...values);
    const expected = {
      value: (gradient: readonly number[], factor: number) =>
        gradient.map((it) => Math.min(Math.max(factor * it, -0.8), 0.8)),
      norm: (gradient: readonly number[], factor: number) =>
        gradient.map((it) => factor * it * Math.min(1, 0.8 / norm(gradient.map((g) => factor * g)))),
      global_norm: (gradient: readonly number[], factor: number) =>
        gradient.map((it) => factor * it * Math.min(1, 0.8 / norm([...gradient, ...gradient.map((g) => 2 * g)]))),
    };
    expect(Object.keys(expected).sort()).toEqual(Object.keys(clipTable).sort());
    for (const kind of ["value", "norm", "global_norm"] as const) {
      const program = programWith({ kind: "sgd", rate, decay: 0, settings: {} }, { clip: { kind, limit: 0.8 } });
      const steps = train(buildTrainingGraph(program, referenceTarget));
      const values = { weight: [...start] as number[], bias: [...start] as number[] };
      gradients.forEach((gradient, step) => {
        for (const [name, factor] of [
          ["weight", 1],
          ["bias", 2],
        ] as const) {
          const clipped = expected[kind](gradient, factor);
          values[name] = values[name].map((it, index) => it - 0.1 * (clipped[index] ?? NaN));
          values[name].forEach((it, index) =>
            expect(steps[step]?.[name]?.[index], `${kind} ${name}`).toBeCloseTo(it, 12),
          );
        }
      });
    }
  });

  it("counts its own updates where a step runs on every third batch, and its rate goes by the training's", () => {
    const adam = { kind: "adam", decay: 0, settings: { beta1: 0.9, beta2: 0.999, epsilon: 1e-7 } } as const;
    const halved = (every: number): Schedule => ({
      kind: "step",
      settings: { rate: 0.1, every, factor: 0.5, warmup: 0 },
    });
    const everyBatch = programWith({ ...adam, rate: halved(2) });
    const thirdBatch = programWith({ ...adam, rate: halved(6) });
    const [step] = thirdBatch.steps;
    const seldom = { ...step, name: "seldom", every: 3 };
    const steps: TrainProgram["steps"] = [{ ...step, name: "often" }, seldom];
    const place = { step: seldom, phase: thirdBatch.phases[0] };
    const spaced = buildTrainingGraph({ ...thirdBatch, steps }, referenceTarget, place);
    const parameters = (steps: ReturnType<typeof train>): unknown => steps.map(({ weight, bias }) => [weight, bias]);
    expect(parameters(train(spaced, {}, 3))).toEqual(
      parameters(train(buildTrainingGraph(everyBatch, referenceTarget))),
    );
  });

  it("keeps averages, which begin as the first update leaves the parameters", () => {
    const program = programWith(
      { kind: "sgd", rate, decay: 0, settings: {} },
      { average: { kind: "ema", decay: 0.75 } },
    );
    const steps = train(buildTrainingGraph(program, referenceTarget));
    let averages = steps[0]?.["bias"] ?? [];
    steps.forEach(({ bias = [], average }, at) => {
      if (at > 0) averages = averages.map((it, index) => 0.75 * it + 0.25 * (bias[index] ?? NaN));
      averages.forEach((it, index) => expect(average?.[index], `step ${at}`).toBeCloseTo(it, 12));
    });
  });

  it("split into gradients and their application, a step is the same", () => {
    const spec: OptimizerSpec = {
      kind: "adamw",
      rate,
      decay: 0.1,
      settings: { beta1: 0.9, beta2: 0.999, epsilon: 1e-7 },
    };
    const program = programWith(spec, { clip: { kind: "global_norm", limit: 1 } });
    const whole = train(buildTrainingGraph(program, referenceTarget))[0];
    const gradient = buildGradientGraph(program, referenceTarget);
    const apply = buildApplyGraph(program, referenceTarget);
    expect(gradient.outputs.map((it) => it.name)).toEqual(["grad/weight", "grad/bias", "loss"]);
    const parameters = ["weight", "bias"].map((it): [string, NdArray] => [`param/${it}`, array("f32", [3], ...start)]);
    const batch: [string, NdArray][] = [
      ["batch/x", array("f32", [1, 3], ...gradients[0])],
      ["batch/u", array("f32", [1, 3], ...gradients[0].map((it) => 2 * it))],
    ];
    const computed = interpretGraph(gradient, new Map([...parameters, ...batch]));
    expect([...(computed.get("grad/bias")?.data ?? [])]).toEqual(gradients[0].map((it) => 2 * it));
    const inputs = new Map([...parameters, ...computed]);
    for (const { name, role } of apply.inputs) {
      if (role === "optimizer") inputs.set(name, array("f32", [3], 0, 0, 0));
      if (role === "step") inputs.set(name, array("i64", [], 0));
      if (role === "hyper") inputs.set(name, array("f32", [], 1));
    }
    const applied = interpretGraph(apply, inputs);
    expect([...(applied.get("next/param/weight")?.data ?? [])]).toEqual(whole?.["weight"]);
    expect([...(applied.get("next/param/bias")?.data ?? [])]).toEqual(whole?.["bias"]);
  });
});

describe("parameters after four steps are those of Keras 3.15.1", () => {
  const beta = { beta1: 0.9, beta2: 0.999, epsilon: 1e-7 };
  const rmsprop = { rho: 0.9, momentum: 0, epsilon: 1e-7 };
  const decay = 0.3;
  const figures: readonly (readonly [
    string,
    Omit<OptimizerSpec, "rate" | "decay"> & { decay?: number },
    readonly number[],
  ])[] = [
    ["SGD(0.1)", { kind: "sgd", settings: {} }, [1.015, -1.67, 0.2425]],
    [
      "SGD(0.1, momentum=0.9)",
      { kind: "momentum", settings: { momentum: 0.9, nesterov: false } },
      [0.9403, -0.9581001, -0.334175],
    ],
    [
      "SGD(0.1, momentum=0.9, nesterov=True)",
      { kind: "momentum", settings: { momentum: 0.9, nesterov: true } },
      [0.96127, -0.7322901, -0.5082574],
    ],
    ["RMSprop(0.1)", { kind: "rmsprop", settings: rmsprop }, [0.7886088, -1.4564774, 0.092112]],
    [
      "RMSprop(0.1, momentum=0.8)",
      { kind: "rmsprop", settings: { ...rmsprop, momentum: 0.8 } },
      [0.1845037, -0.4468185, -0.6522211],
    ],
    [
      "Adagrad(0.1)",
      { kind: "adagrad", settings: { initial_accumulator_value: 0.1, epsilon: 1e-7 } },
      [0.9523158, -1.8320028, 0.3741285],
    ],
    ["Adadelta(0.1)", { kind: "adadelta", settings: { rho: 0.95, epsilon: 1e-7 } }, [0.9999332, -1.9997302, 0.4998043]],
    ["Adamax(0.1)", { kind: "adamax", settings: beta }, [0.8466772, -1.7701508, 0.2751903]],
    ["Adam(0.1)", { kind: "adam", settings: beta }, [0.8392027, -1.7026331, 0.2022057]],
    ["AdamW(0.1, weight_decay=0.3)", { kind: "adamw", settings: beta, decay }, [0.7381182, -1.4891784, 0.1600369]],
    ["Lamb(0.1, weight_decay=0.3)", { kind: "lamb", settings: beta, decay }, [0.7148541, -1.3320969, -0.0100367]],
    [
      "Lion(0.1, weight_decay=0.3)",
      { kind: "lion", settings: { beta1: 0.9, beta2: 0.99 }, decay },
      [0.6969355, -1.5822285, 0.2602892],
    ],
  ];

  it.each(figures)("%s", (_, spec, expected) => {
    const program = programWith({ decay: 0, rate, ...spec });
    const last = train(buildTrainingGraph(program, referenceTarget)).at(-1)?.["weight"];
    // Keras computes in f32: of 1 - 0.999 it has four digits, which moves a first step of 0.1 by up to 3e-6.
    expected.forEach((it, at) => expect(Math.abs((last?.[at] ?? NaN) - it)).toBeLessThan(5e-6));
  });

  it("every optimizer among them", () => {
    expect(new Set(figures.map(([, { kind }]) => kind))).toEqual(new Set(Object.keys(optimizers)));
  });
});

describe("schedules", () => {
  const schedules: readonly (readonly [Schedule, (step: number) => number])[] = [
    [{ kind: "constant", settings: { rate: 0.3, warmup: 0 } }, () => 0.3],
    [{ kind: "constant", settings: { rate: 0.3, warmup: 2 } }, (step) => (step < 2 ? (0.3 * (step + 1)) / 2 : 0.3)],
    [
      { kind: "cosine", settings: { peak: 1, floor: 0.1, warmup: 1, total: 3 } },
      (step) => (step < 1 ? 1 : 0.1 + 0.45 * (1 + Math.cos((Math.PI * Math.min(step - 1, 2)) / 2))),
    ],
    [
      { kind: "cosine", settings: { peak: 1, floor: 0, warmup: 0, total: 0 } },
      (step) => 0.5 * (1 + Math.cos((Math.PI * step) / 8)),
    ],
    [
      { kind: "linear", settings: { peak: 1, floor: 0.5, warmup: 0, total: 2 } },
      (step) => 1 - 0.5 * Math.min(step / 2, 1),
    ],
    [{ kind: "step", settings: { rate: 1, every: 2, factor: 0.1, warmup: 0 } }, (step) => (step < 2 ? 1 : 0.1)],
    [{ kind: "exponential", settings: { rate: 1, decay: 0.5, every: 2, warmup: 0 } }, (step) => 0.5 ** (step / 2)],
  ];

  it("give the rate of every step, in the graph and outside of it", () => {
    expect(new Set(schedules.map(([{ kind }]) => kind))).toEqual(new Set(Object.keys(scheduleTable)));
    for (const [schedule, expected] of schedules) {
      for (const length of [{ steps: 8 }, { epochs: 3 }]) {
        const program = programWith({ kind: "sgd", rate: schedule, decay: 0, settings: {} }, { length });
        const graph = buildTrainingGraph(program, referenceTarget);
        const open = needsTotal(schedule) && "epochs" in length;
        expect(graph.inputs.some((it) => it.name === "hyper/total_steps")).toBe(open);
        const steps = train(graph, { "hyper/total_steps": 8 });
        gradients.forEach((gradient, step) => {
          const before = step === 0 ? start : (steps[step - 1]?.["weight"] ?? []);
          const rate = ((before[0] ?? NaN) - (steps[step]?.["weight"]?.[0] ?? NaN)) / gradient[0];
          expect(rate, `${schedule.kind} at ${step}`).toBeCloseTo(expected(step), 12);
          expect(rateAt(schedule, step, 8)).toBeCloseTo(expected(step), 12);
        });
      }
    }
  });
});
