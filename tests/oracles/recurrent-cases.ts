import type { PeerCase } from "./peer-case.ts";

const x = "f32[2, 4, 3]";
const h = "f32[2, 5]";
const lengths = { type: "i32[2]", data: [4, 2] };
const kinds = [
  { own: "SimpleRNN", torch: "RNN", initial: ["initial"] },
  { own: "GRU", torch: "GRU", initial: ["initial"] },
  { own: "LSTM", torch: "LSTM", initial: ["initial", "initial_cell"] },
] as const;
const mask = "torch.arange(4)[None] < lengths[:, None]";

/** Directions, states and lengths of one recurrent layer. */
function casesOf({ own, torch, initial }: (typeof kinds)[number]): readonly PeerCase[] {
  const cells = Object.fromEntries(initial.map((it) => [it, h]));
  const given = initial.map((it) => `${it}=${it}`).join(", ");
  const states = initial.join(", ");
  const all = `${own}(5, sequences=true, states=true)`;
  const keras = (settings: string, peer: string, more: Partial<PeerCase> = {}): PeerCase => ({
    of: own,
    from: "Keras",
    inputs: { x },
    body: `x -> own: ${own}(5${settings})`,
    peer: peer.replace("$", `keras.layers.${own}(5`),
    ...more,
  });
  const weights = `recurrent_weights("${torch}", 5, w)`;
  const torchCase = (body: string, peer: string, inputs: PeerCase["inputs"] = { x }): PeerCase => {
    return { of: own, from: "PyTorch", inputs, body: `x -> own: ${body}`, peer };
  };
  return [
    keras("", "layer($), x)"),
    keras(", sequences=true", "layer($, return_sequences=True), x)"),
    keras(", sequences=true, states=true", "layer($, return_sequences=True, return_state=True), x)"),
    keras(", states=true", "layer($, return_state=True), x)"),
    keras(", reverse=true", "layer($, go_backwards=True), x)"),
    // Keras gives the steps in the order in which it made them.
    keras(", sequences=true, reverse=true", "layer($, return_sequences=True, go_backwards=True), x).flip(1)"),
    keras("", `layer($, return_sequences=True, return_state=True), x, initial_state=[${states}])`, {
      inputs: { x, ...cells },
      body: `own = ${all}\n  own(x, ${given})`,
    }),
    keras("", `layer($), x, mask=${mask})`, { inputs: { x, lengths }, body: `x -> own: ${own}(5)(lengths=lengths)` }),
    keras(
      "",
      `layer($, return_sequences=True, return_state=True, zero_output_for_mask=True), x, mask=${mask}, initial_state=[${states}])`,
      { inputs: { x, ...cells, lengths }, body: `own = ${all}\n  own(x, ${given}, lengths=lengths)` },
    ),
    torchCase(all, `recurrent("${torch}", 5, ${weights}, x)`),
    torchCase(`${all}(${given})`, `recurrent("${torch}", 5, ${weights}, x, ${states})`, { x, ...cells }),
    torchCase(
      `${all}(${given}, lengths=lengths)`,
      `recurrent("${torch}", 5, ${weights}, x, ${states}, lengths=lengths)`,
      { x, ...cells, lengths },
    ),
    {
      of: own,
      from: "PyTorch",
      inputs: { x },
      body: `x -> under: ${own}(5, sequences=true) -> over: ${all}`,
      peer: `stacked("${torch}", 5, w, x)`,
    },
    {
      of: "Bidirectional",
      from: "PyTorch",
      inputs: { x, lengths },
      body: `x -> own: Bidirectional(${own}(5, sequences=true))(lengths=lengths)`,
      peer: `both_ways("${torch}", 5, w, x, lengths)`,
    },
    ...["concat", "sum", "mul", "ave"].flatMap((merge) =>
      ["", ", sequences=true"].map((sequences): PeerCase => ({
        of: "Bidirectional",
        from: "Keras",
        inputs: { x },
        body: `x -> own: Bidirectional(${own}(5${sequences}), merge=${merge})`,
        peer: `layer(keras.layers.Bidirectional(keras.layers.${own}(5${sequences === "" ? "" : ", return_sequences=True"}), merge_mode="${merge}"), x)`,
      })),
    ),
  ];
}

/** Recurrent layers of sequences, images and volumes. */
const convolved = [1, 2, 3].flatMap((n): readonly PeerCase[] => {
  const of = `ConvLSTM${n}D`;
  const keras = (call: string, peer: string, after = ""): PeerCase => ({
    of,
    from: "Keras",
    inputs: { x: `f32[2, 3, ${[5, 4, 3].slice(0, n).join(", ")}, 2]` },
    body: `x -> own: ${of}(3, 2${call})`,
    peer: `layer(keras.layers.${of}(3, 2${peer}), x)${after}`,
  });
  return [
    keras("", ""),
    keras(", padding=same, sequences=true", ', padding="same", return_sequences=True'),
    keras(", stride=2, states=true", ", strides=2, return_state=True"),
    keras(", reverse=true, sequences=true", ", go_backwards=True, return_sequences=True", ".flip(1)"),
  ];
});

/** Recurrent layers: directions, initial and last states, lengths, stacked. */
export const recurrentCases: readonly PeerCase[] = [...kinds.flatMap(casesOf), ...convolved];
