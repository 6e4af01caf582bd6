import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { casesOf, fileWith, told } from "./told.ts";

const folder = "tests/lower/sections/told";

describe.each(["data", "train", "more"] as const)("what people are told of wrong lines: %s", (place) => {
  it.each(readdirSync(`${folder}/${place}`))("%s", async (name) => {
    const path = `${folder}/${place}/${name}`;
    const blocks = casesOf(readFileSync(path, "utf8")).map((lines) =>
      [...lines, ...told(fileWith(place, lines)).map((it) => `  ${it}`)].join("\n"),
    );
    await expect(`${blocks.join("\n\n")}\n`).toMatchFileSnapshot(`${process.cwd()}/${path}`);
  });
});
