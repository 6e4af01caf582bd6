import type { PeerCase, PeerInput } from "./peer-case.ts";

/** A function or operator on inputs, and the same in PyTorch and in Keras; each may be left out. */
interface FunctionCase {
  readonly inputs: PeerCase["inputs"];
  readonly body: string;
  readonly torch?: string;
  readonly keras?: string;
  readonly tolerance?: number;
}

function casesOf([of, list]: readonly [string, readonly FunctionCase[]]): readonly PeerCase[] {
  return list.flatMap(({ inputs, body, torch, keras, tolerance }) => {
    const shared = { of, inputs, body, ...(tolerance !== undefined && { tolerance }) };
    return [
      ...(torch === undefined ? [] : [{ ...shared, from: "PyTorch" as const, peer: torch }]),
      ...(keras === undefined ? [] : [{ ...shared, from: "Keras" as const, peer: `keras.ops.${keras}` }]),
    ];
  });
}

const given = (type: string, data: readonly number[]): PeerInput => ({ type, data });

/** Both series are those of single precision. */
const inSingle = { tolerance: 2e-5 };

const line = { x: given("f32[8]", [-2, -0.7, 0, 0.3, 0.55, 1.4, 2.6, 4]) };
const share = { x: given("f32[8]", [-0.97, -0.5, -0.1, 0, 0.2, 0.6, 0.9, 0.995]) };
const rows = { x: "f32[2, 5]" };
const vectors = { a: "f32[2, 3]", b: "f32[2, 3]" };
const sides = { a: "f32[3]", b: "f32[4]" };
const image = { x: "f32[1, 6, 5, 2]" };

const smooth = [
  [2, 3],
  [4, 2],
  [9, 7],
].flatMap(([height = 1, width = 1]) =>
  (["bilinear", "bicubic"] as const).map((method): FunctionCase => ({
    inputs: image,
    body: `resize(x, ${height}, ${width}, ${method}, bend=-0.5, antialias=true)`,
    torch: `last(F.interpolate(first(x), (${height}, ${width}), mode="${method}", antialias=True))`,
    keras: `image.resize(x, (${height}, ${width}), "${method}", antialias=True)`,
  })),
);

const padded = (settings: string): string => `last(F.pad(first(x), (1, 3, 2, 1), ${settings}))`;

/** Borders, in PyTorch and in Keras, which gives `edge` for `symmetric` on PyTorch. */
const borders = [
  ["constant, value=0.5", padded('mode="constant", value=0.5'), 'mode="constant", constant_values=0.5'],
  ["reflect", padded('mode="reflect"'), 'mode="reflect"'],
  ["edge", padded('mode="replicate"')],
  ["wrap", padded('mode="circular"')],
  ["symmetric", "x[:, [1, 0, 0, 1, 2, 3, 3]][:, :, [0, 0, 1, 2, 3, 4, 4, 3, 2]]"],
].map(([mode, torch, keras]): FunctionCase => ({
  inputs: { x: "f32[1, 4, 5, 2]" },
  body: `pad(x, before=[0, 2, 1, 0], after=[0, 1, 3, 0], mode=${String(mode)})`,
  ...(torch !== undefined && { torch }),
  ...(keras !== undefined && { keras: `pad(x, [[0, 0], [2, 1], [1, 3], [0, 0]], ${keras})` }),
}));

const functions: Readonly<Record<string, readonly FunctionCase[]>> = {
  erfc: [{ inputs: line, body: "erfc(x)", torch: "torch.erfc(x)", ...inSingle }],
  erfinv: [{ inputs: share, body: "erfinv(x)", torch: "torch.erfinv(x)", keras: "erfinv(x)", ...inSingle }],
  outer: [
    { inputs: sides, body: "outer(a, b)", torch: "torch.outer(a, b)", keras: "outer(a, b)" },
    { inputs: vectors, body: "outer(a, b)", torch: 'torch.einsum("sn,sm->snm", a, b)' },
  ],
  dot: [
    {
      inputs: { a: "f32[4]", b: "f32[4]" },
      body: "dot(a, b)",
      torch: "torch.dot(a, b)",
      keras: "dot(a, b)",
    },
    { inputs: vectors, body: "dot(a, b)", torch: "torch.linalg.vecdot(a, b)" },
  ],
  cross: [{ inputs: vectors, body: "cross(a, b)", torch: "torch.linalg.cross(a, b)", keras: "cross(a, b)" }],
  diag: [
    { inputs: { x: "f32[3]" }, body: "diag(x)", torch: "torch.diag(x)", keras: "diag(x)" },
    { inputs: rows, body: "diag(x)", torch: "torch.diag_embed(x)" },
  ],
  diagonal: [
    {
      inputs: { x: "f32[2, 3, 3]" },
      body: "diagonal(x)",
      torch: "torch.diagonal(x, dim1=-2, dim2=-1)",
      keras: "diagonal(x, axis1=-2, axis2=-1)",
    },
  ],
  normalize: [
    { inputs: rows, body: "normalize(x)", torch: "F.normalize(x, dim=-1)", keras: "normalize(x, epsilon=1e-12)" },
  ],
  diff: [{ inputs: rows, body: "diff(x)", torch: "torch.diff(x)", keras: "diff(x)" }],
  median: ["f32[2, 5]", "f32[2, 4]", "f32[3, 1]"].map((x) => ({
    inputs: { x },
    body: "median(x)",
    torch: "torch.quantile(x, 0.5, dim=-1)",
    keras: "median(x, axis=-1)",
  })),
  bincount: [
    {
      inputs: { ids: "i32[7]" },
      body: "bincount(ids, 5)",
      torch: "torch.bincount(ids, minlength=5)",
      keras: "bincount(ids, minlength=5)",
    },
  ],
  searchsorted: [false, true].map((right) => ({
    inputs: { bounds: given("f32[4]", [-0.5, 0, 0.5, 0.5]), x: given("f32[2, 3]", [-1, -0.5, 0.2, 0.5, 0.7, 0]) },
    body: `searchsorted(bounds, x, right=${String(right)})`,
    torch: `torch.searchsorted(bounds, x, right=${right ? "True" : "False"})`,
    keras: `searchsorted(bounds, x.reshape(-1), side="${right ? "right" : "left"}").reshape(2, 3)`,
  })),
  scatter_set: [
    {
      inputs: { x: "f32[5, 2]", places: given("i32[3]", [3, 0, 4]), updates: "f32[3, 2]" },
      body: "scatter_set(x, places, updates)",
      torch: "x.index_copy(0, places, updates)",
      keras: "scatter_update(x, places[:, None], updates)",
    },
  ],
  scatter_set_along: [
    {
      inputs: { x: "f32[2, 5]", places: given("i32[2, 3]", [3, 0, 4, 1, 2, 0]), updates: "f32[2, 3]" },
      body: "scatter_set_along(x, places, updates)",
      torch: "x.scatter(-1, places, updates)",
    },
  ],
  resize: smooth,
  quantile: [
    ...["f32[2, 5]", "f32[2, 4]", "f32[3, 1]"].flatMap((x) =>
      [0, 0.25, 0.6, 1].map((q) => ({
        inputs: { x },
        body: `quantile(x, ${String(q)})`,
        torch: `torch.quantile(x, ${String(q)}, dim=-1)`,
        keras: `quantile(x, ${String(q)}, axis=-1)`,
      })),
    ),
    {
      inputs: { x: "f32[4, 3, 2]" },
      body: "quantile(x, 0.3, axis=0, keep=true)",
      torch: "torch.quantile(x, 0.3, dim=0, keepdim=True)",
      keras: "quantile(x, 0.3, axis=0, keepdims=True)",
    },
    // Equal elements: the first of them is the lower one.
    {
      inputs: { x: given("f32[2, 4]", [1, 2, 2, 1, 3, 3, 3, 3]) },
      body: "quantile(x, 0.4)",
      torch: "torch.quantile(x, 0.4, dim=-1)",
    },
  ],
  meshgrid: (["xy", "ij"] as const).flatMap((indexing) => [
    {
      inputs: sides,
      body: `meshgrid(a, b, indexing=${indexing})`,
      torch: `[it for it in torch.meshgrid(a, b, indexing="${indexing}")]`,
      keras: `meshgrid(a, b, indexing="${indexing}")`,
    },
    {
      inputs: { ...sides, c: "f32[2]" },
      body: `meshgrid(a, b, z=c, indexing=${indexing})`,
      torch: `[it for it in torch.meshgrid(a, b, c, indexing="${indexing}")]`,
      keras: `meshgrid(a, b, c, indexing="${indexing}")`,
    },
  ]),
  pad: borders,
  cummax: [
    {
      inputs: { x: given("f32[2, 4]", [1, 1, 0, 1, 2, 3, 3, 1]) },
      body: "cummax(x, axis=1)",
      torch: "torch.cummax(x, 1).values",
    },
  ],
  cummin: [
    {
      inputs: { x: given("f32[2, 4]", [1, 1, 2, 1, 2, 0, 0, 1]) },
      body: "cummin(x, axis=1)",
      torch: "torch.cummin(x, 1).values",
    },
  ],
  adaptive_max_pool: [
    {
      inputs: { x: given("f32[1, 3, 4, 1]", [1, 2, 2, 0, 2, 1, 2, 2, 0, 2, 2, 2]) },
      body: "adaptive_max_pool(x, sizes=[2, 3])",
      torch: "last(F.adaptive_max_pool2d(first(x), (2, 3)))",
    },
  ],
  top_k: [
    {
      inputs: rows,
      body: "top_k(x, 3)",
      torch: "[it for it in torch.topk(x, 3)]",
      keras: "top_k(x, 3)",
    },
  ],
  sort: [{ inputs: rows, body: "sort(x)", torch: "torch.sort(x).values", keras: "sort(x)" }],
  argsort: [{ inputs: rows, body: "argsort(x)", torch: "torch.argsort(x)", keras: "argsort(x)" }],
  cumlogsumexp: [{ inputs: rows, body: "cumlogsumexp(x, axis=1)", torch: "torch.logcumsumexp(x, 1)" }],
};

/** Functions of vectors and of order, and operators that choose among equals, beside those of PyTorch and Keras. */
export const vectorCases: readonly PeerCase[] = Object.entries(functions).flatMap(casesOf);
