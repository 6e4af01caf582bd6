/** Keys of each section: those that are carried out, and those that the language has and nothing carries out yet. */
export const sectionKeys = {
  data: { now: ["source", "split", "clean", "augment"], later: [] },
  train: {
    now: [
      "loss",
      "optimizer",
      "average",
      "metrics",
      "epochs",
      "steps",
      "batch",
      "accumulate",
      "seed",
      "clip",
      "validate",
      "stop",
      "save",
      "precision",
    ],
    later: [],
  },
  step: { now: ["loss", "update", "optimizer", "clip", "every"], later: [] },
} as const;

/** Words of a training that a pattern of paths follows, in place of a colon. */
export const directiveWords = ["group", "freeze", "follow", "init"] as const;
