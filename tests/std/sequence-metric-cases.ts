import type { MetricCase } from "./metric-cases.ts";

/** Metrics of sequences, by edits and by runs of symbols. */
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
  { call: "bleu(read, written, order=2)", peer: `bleu(read, written, 2)`, value: 0.16549588783075214 },
  { call: "bleu(read, written, order=1)", peer: `bleu(read, written, 1)`, value: 0.38666666666666666 },
  {
    call: "bleu(read, written, order=2, lengths=read_size, real_lengths=written_size)",
    peer: `bleu(read, written, 2, read_size, written_size)`,
    value: 0.1733743090148969,
  },
  {
    call: "bleu(written, read, order=3, real_lengths=read_size)",
    peer: `bleu(written, read, 3, None, read_size)`,
    value: 0.07692762714457452,
  },
  { call: "bleu(read, read)", peer: `bleu(read, read)`, value: 1 },
  { call: "bleu(written, written)", peer: `bleu(written, written)`, value: 0 },
  { call: "ctc_error_rate(heard, written)", peer: `edits(greedy(heard, 0), written)`, value: 0.9222222222222223 },
  {
    call: "ctc_error_rate(heard, written, blank=4, lengths=steps, label_lengths=written_size)",
    peer: `edits(greedy(heard, 4, steps), written, None, written_size)`,
    value: 1.0948275862068966,
  },
  {
    call: "edit_distance(heard, written)",
    peer: `mean_edits(greedy(heard, 0), written, None, without_padding(written, 0))`,
    value: 2.65,
  },
  {
    call: "edit_distance(heard, written, blank=4, lengths=steps, label_lengths=written_size)",
    peer: `mean_edits(greedy(heard, 4, steps), written, None, written_size)`,
    value: 2.1166666666666667,
  },
];
