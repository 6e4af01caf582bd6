import { torchLayer } from "./layer-cases.ts";
import type { PeerCase } from "./peer-case.ts";

/** Layers that move windows beside PyTorch, where Keras' have no such options or other names. */
function casesOf(n: number): readonly PeerCase[] {
  const x = `f32[2, ${[7, 6, 5].slice(0, n).join(", ")}, 4]`;
  const every = (side: number): string => JSON.stringify(new Array<number>(2 * n).fill(side));
  const biased = (text: string): string => `${text} + w["bias"]`;
  const lists = (of: readonly number[]): string => `[${of.slice(0, n).join(", ")}]`;
  return [
    torchLayer(
      x,
      `Conv${n}D(6, 3, stride=2, padding=1, groups=2)`,
      biased(`conv(x, w["kernel"], ${every(1)}, stride=2, groups=2)`),
    ),
    torchLayer(
      x,
      `Conv${n}D(5, 2, dilation=2, padding=2, bias=false)`,
      `conv(x, w["kernel"], ${every(2)}, dilation=2)`,
    ),
    torchLayer(
      x,
      `Conv${n}D(6, ${n === 1 ? "3" : lists([3, 1, 2])}, padding=same)`,
      biased(`last(F.conv${n}d(first(x), w["kernel"].movedim(-1, 0).movedim(-1, 1), padding="same"))`),
    ),
    torchLayer(
      x,
      `Conv${n}DTranspose(6, 3, stride=2, padding=1, output_padding=1, groups=2)`,
      biased('transposed(x, w["kernel"], stride=2, padding=1, output_padding=1, groups=2)'),
    ),
    torchLayer(x, `Conv${n}DTranspose(3, 2, dilation=2, bias=false)`, 'transposed(x, w["kernel"], dilation=2)'),
    ...(n === 3
      ? []
      : [
          torchLayer(
            x,
            `DepthwiseConv${n}D(3, multiplier=2, padding=1)`,
            biased(`conv(x, w["kernel"], ${every(1)}, groups=4)`),
          ),
        ]),
    torchLayer(x, `MaxPool${n}D(3, stride=2, padding=1, ceil=true)`, 'pool("max_pool", x, 3, 2, 1, ceil_mode=True)'),
    torchLayer(x, `MaxPool${n}D(2, dilation=2, stride=1)`, 'pool("max_pool", x, 2, 1, 0, 2)'),
    torchLayer(
      x,
      `AvgPool${n}D(3, stride=2, padding=1, ceil=true)`,
      'pool("avg_pool", x, 3, 2, 1, ceil_mode=True, count_include_pad=False)',
    ),
    ...["False", "True"].map((mode) =>
      torchLayer(
        x,
        `AvgPool${n}D(3, stride=2, padding=1, ceil=${mode.toLowerCase()}, count_padding=true)`,
        `pool("avg_pool", x, 3, 2, 1, ceil_mode=${mode}, count_include_pad=True)`,
      ),
    ),
    torchLayer(x, `AvgPool${n}D`, 'pool("avg_pool", x, 2)'),
    torchLayer(x, `GlobalAvgPool${n}D`, 'pool("adaptive_avg_pool", x, 1).flatten(1)'),
    torchLayer(x, `GlobalMaxPool${n}D`, 'pool("adaptive_max_pool", x, 1).flatten(1)'),
    ...[1, 3, 4].flatMap((size) =>
      ["Avg", "Max"].flatMap((kind) => [
        torchLayer(x, `Adaptive${kind}Pool${n}D(${size})`, `pool("adaptive_${kind.toLowerCase()}_pool", x, ${size})`),
      ]),
    ),
    torchLayer(x, `UpSampling${n}D(3)`, "last(F.interpolate(first(x), scale_factor=3))"),
    torchLayer(x, `ZeroPadding${n}D(2)`, `last(padded(first(x), ${every(2)}))`),
    torchLayer(
      x,
      `ZeroPadding${n}D(1, after=${n === 1 ? "0" : lists([0, 2, 3])})`,
      `last(padded(first(x), [${[...new Array<number>(n).fill(1), ...[0, 2, 3].slice(0, n)].join(", ")}]))`,
    ),
    torchLayer(x, `LpPool${n}D`, `pool("lp_pool", x.abs(), 2, 2)`),
    torchLayer(x, `LpPool${n}D(3, 1.5, stride=2)`, `pool("lp_pool", x.abs(), 1.5, 3, 2)`),
  ];
}

/** Layers that move windows, beside PyTorch. */
export const torchWindowCases: readonly PeerCase[] = [1, 2, 3].flatMap(casesOf);
