import { asNumber, constant, type Dim } from "../dims/dim.ts";
import { elementAt } from "../support/element-at.ts";
import { defineComposite } from "./define/operator.ts";
import { poolAttributes, poolCost, poolType, poolWindows } from "./define/pool.ts";
import { rootOf } from "./define/root-of.ts";
import { imageShape } from "./define/window-geometry.ts";

/** `lp_pool`: the norm of each window. */
export const lpPool = defineComposite({
  name: "lp_pool",
  doc: "The norm of each window over the spatial axes, one to three: the root of the sum of powers of absolute values; padding counts as 0.",
  exposed: true,
  structure: "other",
  operands: [{ name: "x", dtype: "float", shape: "[B, ...S, C]" }],
  attributes: {
    ...poolAttributes,
    power: { kind: "float", doc: "The power: 1 for sums, 2 for Euclidean norms.", default: 2, min: 1 },
  },
  infer: ({ operands, attributes, check }) => {
    const type = poolType("lp_pool", elementAt(operands, 0), attributes, check);
    return type && [type];
  },
  cost: ({ results, attributes }) => poolCost(elementAt(results, 0).shape, attributes),
  samples: [
    { operands: [{ dtype: "f32", shape: [2, 7, 3] }], attributes: { window: [3], strides: [2] } },
    {
      operands: [{ dtype: "f32", shape: [1, 5, 6, 2] }],
      attributes: { window: [3, 2], strides: [2], padding: [1], ceil: true, power: 3 },
    },
    {
      operands: [{ dtype: "f32", shape: [1, 2, 6, 5] }],
      attributes: { window: [2], strides: [2], padding: "same", layout: "NCHW", power: 1 },
      skipGradient: true,
    },
    { operands: [{ dtype: "f32", shape: [1, 3, 4, 5, 2] }], attributes: { window: [2], strides: [1], ceil: true } },
  ],
  decompose: (b, { operands, attributes: { power, ...pool } }) => {
    const x = elementAt(operands, 0);
    const { dtype, shape } = x.type;
    const windows = poolWindows(shape, pool);
    const powers =
      power === 2
        ? b.op("square", [x])
        : power === 1
          ? b.op("abs", [x])
          : b.op("pow", [b.op("abs", [x]), b.scalar(power, dtype)]);
    const zero = constant(0);
    const border = (sizes: readonly Dim[]): readonly Dim[] => imageShape(pool.layout, zero, sizes, zero);
    const before = border(windows.map((it) => it.before));
    const after = border(windows.map((it) => it.after));
    const isBare = [...before, ...after].every((it) => asNumber(it) === 0);
    const padded = isBare ? powers : b.op("pad_constant", [powers], { before, after });
    const { window, strides, layout } = pool;
    const means = b.op("avg_pool", [padded], { window, strides, layout });
    const taps = windows.reduce((all, it) => all * it.size, 1);
    return [rootOf(b, b.mul(means, b.scalar(taps, dtype)), power)];
  },
});
