import { setTimeout } from "node:timers/promises";
import { expect, it } from "vitest";
import { limitCost } from "../../src/support/limit-cost.ts";

it("runs work in its order, as much at a time as costs no more than the limit, and what costs more alone", async () => {
  const limited = limitCost(10);
  const costs = [4, 4, 4, 1, 25, 3, 7, 1];
  const order: number[] = [];
  let [running, most] = [0, 0];
  const over: number[] = [];
  await Promise.all(
    costs.map((cost, at) =>
      limited(cost, async () => {
        order.push(at);
        running += cost;
        most = Math.max(most, running);
        if (running > 10) over.push(running);
        await setTimeout(3);
        running -= cost;
      }),
    ),
  );
  expect(order).toEqual(costs.map((_, at) => at));
  expect(over).toEqual([25]);
  expect(most).toBe(25);
});

it("goes on after work that fails", async () => {
  const limited = limitCost(1);
  await expect(limited(1, () => Promise.reject(new Error("no")))).rejects.toThrow("no");
  expect(await limited(1, () => Promise.resolve(3))).toBe(3);
});
