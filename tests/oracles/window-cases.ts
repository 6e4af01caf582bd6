import { kerasLayer } from "./layer-cases.ts";
import type { PeerCase } from "./peer-case.ts";

/** Something that moves windows, in modelc and in PyTorch or Keras. */
interface WindowCase {
  /** What is applied to `x`, and to `k` where there is a kernel. */
  readonly call: string;
  readonly x: readonly number[];
  readonly kernel?: readonly number[];
  /** The same in the terms of `torch_layers.py`; or the layer of Keras. */
  readonly peer: string;
  readonly isLayer: boolean;
}

const sizes = [7, 6, 5];
const axes = [1, 2, 3];

function combine<A, B, R>(first: readonly A[], second: readonly B[], make: (a: A, b: B) => readonly R[]): readonly R[] {
  return first.flatMap((a) => second.flatMap((b) => make(a, b)));
}

const image = (n: number, channels: number): readonly number[] => [2, ...sizes.slice(0, n), channels];

/** Padding x stride x dilation x groups. */
const convolutions = axes.flatMap((n) => {
  const paddings = [
    { own: "valid", sides: 0, odd: 0 },
    { own: "1", sides: 1, odd: 1 },
    { own: `[${[...new Array<number>(n).fill(0), ...new Array<number>(n).fill(2)].join(", ")}]`, sides: 0, odd: 2 },
  ];
  const settings = combine([1, 2], [1, 2], (stride, dilation) =>
    [1, 2].map((groups) => ({ stride, dilation, groups })),
  );
  return combine(paddings, settings, ({ own, sides, odd }, { stride, dilation, groups }): readonly WindowCase[] => {
    const both = JSON.stringify([...new Array<number>(n).fill(sides), ...new Array<number>(n).fill(odd)]);
    return [
      {
        call: `conv(x, k, strides=${stride}, dilations=${dilation}, groups=${groups}, padding=${own})`,
        x: image(n, 4),
        kernel: [...[3, 2, 2].slice(0, n), 4 / groups, 6],
        peer: `conv(x, k, ${both}, stride=${stride}, dilation=${dilation}, groups=${groups})`,
        isLayer: false,
      },
    ];
  });
});

/** Padding x stride x output padding x dilation x groups. */
const transposed = axes.flatMap((n) => {
  const settings = combine([0, 1], [1, 2], (padding, dilation) =>
    [1, 2].map((groups) => ({ padding, dilation, groups })),
  );
  const steps = [
    [1, 0],
    [2, 0],
    [2, 1],
  ] as const;
  return combine(settings, steps, ({ padding, dilation, groups }, [stride, extra]): readonly WindowCase[] => [
    {
      call: `conv_transpose(x, k, strides=${stride}, dilations=${dilation}, groups=${groups}, padding=${padding}, output_padding=${extra})`,
      x: [2, ...[4, 3, 3].slice(0, n), 4],
      kernel: [...[3, 2, 2].slice(0, n), 6 / groups, 4],
      peer: `transposed(x, k, stride=${stride}, padding=${padding}, output_padding=${extra}, dilation=${dilation}, groups=${groups})`,
      isLayer: false,
    },
  ]);
});

/** Padding x stride x ceil x dilation. */
const pools = axes.flatMap((n) =>
  combine([0, 1], [2, 3], (padding, stride) =>
    combine([false, true], [1, 2], (ceil, dilation): readonly WindowCase[] => {
      const x = image(n, 3);
      const [own, mode] = [`${padding}, ceil=${ceil}`, ceil ? "True" : "False"];
      const largest = {
        call: `max_pool(x, window=3, strides=${stride}, padding=${own}, dilations=${dilation})`,
        x,
        peer: `pool("max_pool", x, 3, ${stride}, ${padding}, ${dilation}, ceil_mode=${mode})`,
        isLayer: false,
      };
      const averages = [false, true].map((counts) => ({
        call: `avg_pool(x, window=3, strides=${stride}, padding=${own}, count_padding=${counts})`,
        x,
        peer: `pool("avg_pool", x, 3, ${stride}, ${padding}, ceil_mode=${mode}, count_include_pad=${counts ? "True" : "False"})`,
        isLayer: false,
      }));
      return dilation === 1 ? [largest, ...averages] : [largest];
    }),
  ),
);

const otherPools = axes.flatMap((n): readonly WindowCase[] => {
  const x = image(n, 3);
  return [
    ...[1, 2, 3].map((power) => ({
      call: `lp_pool(x, window=2, strides=2, power=${power})`,
      x,
      // PyTorch takes powers of what is negative as it is.
      peer: `pool("lp_pool", x.abs(), ${power}, 2, 2)`,
      isLayer: false,
    })),
    ...[1, 2, 3, 8].flatMap((size) =>
      ["avg", "max"].map((kind) => ({
        call: `adaptive_${kind}_pool(x, sizes=${size})`,
        x,
        peer: `pool("adaptive_${kind}_pool", x, ${size})`,
        isLayer: false,
      })),
    ),
  ];
});

/** Layers by Keras' names, and what Keras calls them and their arguments. */
const layers: readonly WindowCase[] = axes.flatMap((n) => {
  const of = (call: string, peer: string): WindowCase => ({
    call,
    x: image(n, 4),
    peer,
    isLayer: true,
  });
  const words = n === 1 ? ["valid", "same", "causal"] : ["valid", "same"];
  const convolved = words.flatMap((padding) =>
    [
      [1, 1],
      [2, 1],
      [1, 2],
    ].flatMap(([stride = 1, dilation = 1]) => [
      ...[1, 2].map((groups) =>
        of(
          `Conv${n}D(6, 3, stride=${stride}, padding=${padding}, dilation=${dilation}, groups=${groups})`,
          `Conv${n}D(6, 3, strides=${stride}, padding="${padding}", dilation_rate=${dilation}, groups=${groups})`,
        ),
      ),
      ...(n === 3 || padding === "causal"
        ? []
        : [
            of(
              `DepthwiseConv${n}D(3, stride=${stride}, padding=${padding}, dilation=${dilation}, multiplier=2)`,
              `DepthwiseConv${n}D(3, strides=${stride}, padding="${padding}", dilation_rate=${dilation}, depth_multiplier=2)`,
            ),
            of(
              `SeparableConv${n}D(5, 3, stride=${stride}, padding=${padding}, dilation=${dilation}, multiplier=2)`,
              `SeparableConv${n}D(5, 3, strides=${stride}, padding="${padding}", dilation_rate=${dilation}, depth_multiplier=2)`,
            ),
          ]),
    ]),
  );
  const others = ["valid", "same"].flatMap((padding) => [
    ...[1, 2, 4].map((stride) =>
      of(
        `Conv${n}DTranspose(3, 3, stride=${stride}, padding=${padding})`,
        `Conv${n}DTranspose(3, 3, strides=${stride}, padding="${padding}")`,
      ),
    ),
    ...[2, 3].flatMap((stride) => [
      of(
        `MaxPool${n}D(3, stride=${stride}, padding=${padding})`,
        `MaxPool${n}D(3, strides=${stride}, padding="${padding}")`,
      ),
      padding === "valid"
        ? of(`AvgPool${n}D(3, stride=${stride})`, `AvgPool${n}D(3, strides=${stride})`)
        : {
            call: `avg_pool(x, window=3, strides=${stride}, padding=same)`,
            x: image(n, 4),
            peer: `same_averages(x, 3, ${stride})`,
            isLayer: false,
          },
    ]),
  ]);
  const sized = [
    of(`MaxPool${n}D`, `MaxPool${n}D()`),
    of(`GlobalAvgPool${n}D`, `GlobalAvgPool${n}D()`),
    of(`GlobalMaxPool${n}D`, `GlobalMaxPool${n}D()`),
    of(`UpSampling${n}D(2)`, `UpSampling${n}D(2)`),
    of(`ZeroPadding${n}D(2)`, `ZeroPadding${n}D(2)`),
    of(`Cropping${n}D(1)`, `Cropping${n}D(1)`),
    of(`AdaptiveAvgPool${n}D(3)`, `AdaptiveAveragePooling${n}D(3)`),
    of(`AdaptiveMaxPool${n}D(4)`, `AdaptiveMaxPooling${n}D(4)`),
  ];
  return [...convolved, ...others, ...sized];
});

/** Every operator and layer that moves windows, over its options. */
export const windowCases: readonly PeerCase[] = [
  ...convolutions,
  ...transposed,
  ...pools,
  ...otherPools,
  ...layers,
].map(({ call, x, kernel, peer, isLayer }) => {
  const shape = (sizes: readonly number[]): string => `f32[${sizes.join(", ")}]`;
  if (isLayer) return kerasLayer(shape(x), call, peer);
  return {
    of: /^\w+/.exec(call)?.[0] ?? "",
    from: "PyTorch",
    inputs: { x: shape(x), ...(kernel === undefined ? {} : { k: shape(kernel) }) },
    body: call,
    peer,
  };
});
