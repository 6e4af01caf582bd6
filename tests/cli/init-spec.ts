import { expect } from "vitest";
import { cli } from "./run-cli.ts";

/** Has `modelc init` write a spec to a path, which must check clean and be formatted. */
export async function initSpec(path: string, ...argv: readonly string[]): Promise<void> {
  expect(await cli(["init", "--out", path, ...argv])).toMatchObject({ code: 0, err: "" });
  expect(await cli(["check", path])).toEqual({ code: 0, out: "1 file checked, no problems\n", err: "" });
  expect(await cli(["fmt", "--check", path])).toMatchObject({ code: 0 });
}
