/** The keys of each section. */
export const sectionKeys = {
  data: ["source", "split", "clean", "augment"],
  train: [
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
  step: ["loss", "update", "optimizer", "clip", "every"],
} as const;

/** Words of a training that a pattern of paths follows, in place of a colon. */
export const directiveWords = ["group", "freeze", "follow", "init"] as const;
