import type { MetricCase } from "./metric-cases.ts";

/** Metrics of sequences, by edits. */
export const sequenceCases: readonly MetricCase[] = [
  { call: "error_rate(read, written)", peer: `edits(read, written)`, value: 1.2 },
  {
    call: "error_rate(read, written, lengths=read_size, real_lengths=written_size)",
    peer: `edits(read, written, read_size, written_size)`,
    value: 1.1551724137931034,
  },
  {
    call: "error_rate(read, written, real_lengths=written_size)",
    peer: `edits(read, written, None, written_size)`,
    value: 2.0172413793103448,
  },
  {
    call: "error_rate(argmax(words), tags, lengths=long)",
    peer: `edits(pred(words), tags, long)`,
    value: 0.8666666666666667,
  },
  { call: "error_rate(tags, tags)", peer: `edits(tags, tags)`, value: 0 },
  { call: "ctc_error_rate(heard, written)", peer: `edits(greedy(heard, 0), written)`, value: 0.9222222222222223 },
  {
    call: "ctc_error_rate(heard, written, blank=4, lengths=steps, label_lengths=written_size)",
    peer: `edits(greedy(heard, 4, steps), written, None, written_size)`,
    value: 1.0948275862068966,
  },
];
