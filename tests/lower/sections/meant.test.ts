import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { meant } from "./meant.ts";
import { casesOf } from "./told.ts";

const folder = "tests/lower/sections/meant";

describe.each(["data", "train"] as const)("what lines of a section mean: %s", (place) => {
  it.each(readdirSync(`${folder}/${place}`))("%s", async (name) => {
    const path = `${folder}/${place}/${name}`;
    const blocks = casesOf(readFileSync(path, "utf8")).map((lines) =>
      [...lines, ...meant(place, lines).map((it) => `  ${it}`)].join("\n"),
    );
    await expect(`${blocks.join("\n\n")}\n`).toMatchFileSnapshot(`${process.cwd()}/${path}`);
  });
});
