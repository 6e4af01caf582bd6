import { existsSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { ganText, pairsText } from "../specs/step-programs.ts";
import { cli, folderWith } from "./run-cli.ts";

const section = `step critic { loss: mean(softplus(held)), update: "critic.**", optimizer: adam(lr=0.01) }
  step generator { loss: mean(softplus(-fake)), update: "generator.**", optimizer: adam(lr=0.01), every: 3 }`;

test("commands take a training in named steps: its graphs, its files, a run and what goes on from it", async () => {
  const text = ganText(0.25, section);
  const folder = folderWith({ "gan.model": text, "pairs.csv": pairsText() });
  const file = join(folder, "gan.model");
  const out = join(folder, "out");
  const graphs = await cli(["ir", file, "--stage", "training"]);
  expect({ code: graphs.code, err: graphs.err }).toEqual({ code: 0, err: "" });
  expect(graphs.out).toContain("loss/critic");
  expect(graphs.out).toContain("loss/generator");

  const trained = await cli(["train", file, "--out", out, "--epochs", "1", "--threads", "1"]);
  expect(trained.err).toBe("");
  expect(trained.code).toBe(0);
  expect(trained.out).toMatch(/critic\.loss .* generator\.loss .* validate\.critic\.loss .* validate\.generator\.loss/);
  const further = await cli(["train", file, "--out", out, "--epochs", "2", "--threads", "1", "--resume"]);
  expect(further.code).toBe(0);
  expect(further.out).toContain("from step 5");

  const other = folderWith({ "gan.model": text.replace("every: 3", "every: 2"), "pairs.csv": pairsText() });
  const refused = await cli(["train", join(other, "gan.model"), "--out", out, "--epochs", "3", "--resume"]);
  expect(refused.code).toBe(1);
  expect(refused.err + refused.out).toContain("optimizer.generator.every: 3, now 2");

  expect((await cli(["build", file, "--out", out])).code).toBe(0);
  const built = (name: string): boolean => existsSync(join(out, `Gan.${name}.onnx`));
  expect([built("train.critic"), built("train.generator"), built("train")]).toEqual([true, true, false]);
  const single = folderWith({ "gan.model": ganText(0.25, "loss: mean(fake)\n  optimizer: sgd(lr=0.1)") });
  expect((await cli(["build", join(single, "gan.model"), "--out", out])).code).toBe(0);
  expect([built("train.critic"), built("train.generator"), built("train")]).toEqual([false, false, true]);
}, 60_000);
