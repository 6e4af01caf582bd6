import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { filesOf } from "../../src/runtime/data/load-source.ts";
import { listFiles } from "../../src/sources/list-files.ts";

let folder = "";
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "modelc-list-"));
  for (const it of ["a/x.png", "b/y.png"]) {
    mkdirSync(join(folder, it, ".."), { recursive: true });
    writeFileSync(join(folder, it), "");
  }
});
afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});

const link = (to: string, at: string): void => {
  symlinkSync(to, join(folder, at));
};
const listed = (): readonly string[] | undefined => listFiles(filesOf(folder, undefined, undefined), folder);

describe("links in a folder", () => {
  it("are followed to files and folders, also to one twice", () => {
    link("../a/x.png", "b/link.png");
    link("a", "c");
    link("a", "d");
    expect(listed()).toEqual(["a/x.png", "b/link.png", "b/y.png", "c/x.png", "d/x.png"]);
  });

  it("lead nowhere where they lead back", () => {
    link(".", "here");
    link("..", "a/up");
    expect(listed()).toEqual(["a/x.png", "b/y.png"]);
  });

  it("lead nowhere where two of them lead to each other", () => {
    link("../b", "a/to-b");
    link("../a", "b/to-a");
    expect(listed()).toEqual(["a/to-b/y.png", "a/x.png", "b/to-a/x.png", "b/y.png"]);
  });

  it("are files where nothing is behind them: who reads them says so", () => {
    link("nowhere.png", "b/broken.png");
    expect(listed()).toEqual(["a/x.png", "b/broken.png", "b/y.png"]);
  });
});
