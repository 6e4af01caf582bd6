import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { elementAt } from "../../src/support/element-at.ts";
import { createDraw } from "../ops/sample-graphs.ts";
import { loadData, trainingOf } from "./spec-testing.ts";
import { trainAlike } from "./train-alike.ts";

/** What networks that follow others slowly are for. */

/** A Q-network that learns from transitions by what a copy of it, 10 batches old or slower, says of the next state (Mnih et al., 2015). */
const dqn = (follow: string): string => `
block Values(actions: int): (state: f32[B, S]) -> f32[B, actions] {
  state -> Dense(16, activation=relu) -> Dense(actions)
}

fn temporal_difference(discount: float = 0.9):
  (values: f32[B, A], action: i32[B], reward: f32[B], ahead: f32[B, A], done: f32[B]) -> f32[] {
  huber(take_along(values, action), reward + discount * (1 - done) * max(ahead, axis=-1))
}

model Dqn(actions: int = 2): (state: f32[B, 2], next: f32[B, 2]) -> (values: f32[B, actions], ahead: f32[B, actions]) {
  online = Values(actions)
  target = Values(actions)
  (state -> online, next -> target)
}

data Transitions {
  source: csv("transitions.csv")
  state:  f32[2]   = stack(raw.place, raw.speed, axis=-1)
  action: class(2) = raw.action
  reward: f32[]    = raw.reward
  next:   f32[2]   = stack(raw.next_place, raw.next_speed, axis=-1)
  done:   f32[]    = raw.done
}

train Dqn on Transitions {
  loss:      temporal_difference(values, action, reward, ahead, done)
  optimizer: adam(lr=0.02)
  batch:     16
  follow "target.**" of "online.**": ${follow}
}
`;

/** Transitions of a body that is pushed left or right, and is rewarded where it is near the middle. */
function transitions(): string {
  const draw = createDraw(11);
  const rows = Array.from({ length: 96 }, () => {
    const [place, speed, action] = [2 * draw() - 1, 0.4 * draw() - 0.2, draw() < 0.5 ? 0 : 1];
    const faster = speed + (action === 1 ? 0.1 : -0.1);
    const next = place + faster;
    const numbers = [place, speed, next, faster].map((it) => it.toFixed(5));
    return [...numbers, action, Math.abs(next) < 0.3 ? 1 : 0, Math.abs(next) > 1 ? 1 : 0].join(",");
  });
  return `place,speed,next_place,next_speed,action,reward,done\n${rows.join("\n")}\n`;
}

/** A student that is to agree with the slow average of itself, of few labels (Tarvainen and Valpola, 2017). */
const meanTeacher = `
block Classifier: (x: f32[B, 2]) -> f32[B, 3] {
  x -> Dense(16, bias=false) -> BatchNorm -> relu -> Dropout(0.2) -> Dense(3)
}

fn blurred: (x: f32[B, D]) -> f32[B, D] {
  when training { x + 0.1 * normal_like(x) } else { x }
}

model MeanTeacher: (x: f32[B, 2]) -> (logits: f32[B, 3], taught: f32[B, 3]) {
  student = Classifier()
  teacher = Classifier()
  (blurred(x) -> student, blurred(x) -> teacher)
}

data Few {
  source: csv("few.csv")
  split:  train 0.75, validate 0.25, seed 1
  x:     f32[2]   = stack(raw.a, raw.b, axis=-1)
  label: class(3) = raw.label -> ignore(255)
  known: bool[]   = raw.label != 255
}

train MeanTeacher on Few {
  loss:      cross_entropy(logits, label, mask=known) + mse(softmax(logits), softmax(taught))
  optimizer: adam(lr=0.02)
  metrics:   accuracy(logits, label, mask=known), accuracy(taught, label, mask=known)
  batch:     16
  save:      best(validate.accuracy_1)
  follow "teacher.**" of "student.**": decay=0.9
}
`;

/** Points about three places, one in four of which has a label. */
function few(): string {
  const draw = createDraw(12);
  const rows = Array.from({ length: 128 }, (_, at) => {
    const label = at % 3;
    const [a, b] = [Math.sin(2.1 * label) + 0.6 * draw(), Math.cos(2.1 * label) + 0.6 * draw()];
    return [a.toFixed(5), b.toFixed(5), at % 4 === 0 ? label : 255].join(",");
  });
  return `a,b,label\n${rows.join("\n")}\n`;
}

const folder = mkdtempSync(join(tmpdir(), "modelc-slow-"));
afterAll(() => rmSync(folder, { recursive: true }));

describe("slow networks", () => {
  it.each([
    ["a DQN whose target moves with it", dqn("decay=0.9"), transitions()],
    ["a DQN whose target is copied at times", dqn("every=4"), transitions()],
    ["a mean teacher", meanTeacher, few()],
  ])(
    "train alike on both runtimes: %s",
    async (name, text, rows) => {
      const file = join(folder, `${name}.csv`);
      writeFileSync(file, rows);
      const program = trainingOf(text);
      const losses = await trainAlike(program, await loadData(program, "main.model", file), { batches: 10, batch: 16 });
      expect(elementAt(elementAt(losses, 9), 0)).toBeLessThan(elementAt(elementAt(losses, 0), 0));
    },
    60_000,
  );
});
