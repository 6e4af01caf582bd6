import { attentionCases } from "./attention-cases.ts";
import { functionCases } from "./function-cases.ts";
import { layerCases } from "./layer-cases.ts";
import type { PeerCase } from "./peer-case.ts";
import { recurrentCases } from "./recurrent-cases.ts";
import { torchWindowCases } from "./torch-window-cases.ts";
import { vectorCases } from "./vector-cases.ts";
import { windowCases } from "./window-cases.ts";

/** Everything of the library, and operators, that are compared with PyTorch and Keras, but for losses and metrics. */
export const peerCases: readonly PeerCase[] = [
  ...layerCases,
  ...recurrentCases,
  ...attentionCases,
  ...windowCases,
  ...torchWindowCases,
  ...functionCases,
  ...vectorCases,
];
