import { entry } from "../entry.ts";

// What is wrong here lies between a checkpoint and a training: the examples begin with the commands that lead there, on a
// file of this text.
const net = `model Net: (x: f32[B, 3]) -> logits: f32[B, 2] { x -> Dense(2) }
data Blobs {
  source: synthetic_blobs(count=40, classes=2, features=3, seed=1)
  x:     f32[3]   = raw.x
  label: class(2) = raw.label
}
train Net on Blobs {
  loss:      cross_entropy(logits, label)
  optimizer: sgd(lr=0.1)
  epochs:    2
}`;

/** What `--resume` says of a checkpoint. */
export const resumingCatalog = {
  MC4050: entry({
    severity: "error",
    title: "checkpoint of another training",
    message: (it: { path: string; part: string; text: string }) =>
      `${it.path} was made by another training: ${it.text}.`,
    explanation:
      "`--resume` promises that a training goes on as if it had never stopped. A checkpoint knows what it was made of: the model, the loss, the optimizer, the batch, the seeds, the data and how they are split. Where one of them is another, going on makes a network that no training from the beginning would give; with another split, examples that were trained on would be tested on. Undo the change, train anew without `--resume`, or begin a new training with these weights by `--weights`. `--allow NAME,...` goes on all the same with what is named.",
    bad: `# modelc train net.model --out out && modelc train net.model --out out --resume --seed 5\n${net}`,
    good: `# modelc train net.model --out out && modelc train net.model --out out --resume\n${net}`,
  }),
  MC4051: entry({
    severity: "warning",
    title: "a training goes on in another way",
    message: (it: { path: string; part: string; text: string; allowed: boolean }) =>
      it.allowed
        ? `This training differs from the one that made ${it.path}, as --allow says: ${it.text}.`
        : it.part === "runtime"
          ? `This training goes on elsewhere than the one that made ${it.path}, and its numbers may differ in the last bits: ${it.text}.`
          : `This training goes on otherwise than the one that made ${it.path}: ${it.text}.`,
    explanation:
      "These differences leave the training what it is: it is longer, or validated at other times, or another version or machine computes it. With another runtime, machine or number of threads the last bits of its numbers may differ.",
    bad: `# modelc train net.model --out out --epochs 1 && modelc train net.model --out out --resume\n${net}`,
    good: `# modelc train net.model --out out && modelc train net.model --out out --resume\n${net}`,
  }),
  MC4052: entry({
    severity: "warning",
    title: "checkpoint that does not say how it was made",
    message: (it: { path: string }) =>
      `${it.path} does not say what it was made of: I cannot tell whether this is the same training.`,
    explanation:
      "Checkpoints of other versions of modelc, of the `save` of generated TypeScript, and those that other programs have rewritten, lack the record that `--resume` compares; the seed is compared where it is there. Make sure yourself that model, data and options are what they were; the next checkpoint will say.",
    bad: `# modelc train net.model --out out && sed -i s/made/lost/ out/Net.checkpoint.safetensors && modelc train net.model --out out --resume\n${net}`,
    good: `# modelc train net.model --out out && modelc train net.model --out out --resume\n${net}`,
  }),
} as const;
