import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { chromium, type Browser } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { cli, folderWith } from "../cli/run-cli.ts";
import { findChromium } from "./find-chromium.ts";

const executablePath = findChromium();
if (executablePath === undefined)
  console.warn("SKIPPED: no Chromium: the page of modelc data is looked at in no browser");

const hostile = ["<script>alert(1)</script>", "<img src=x onerror=alert(2)>", "</style><b>bold", "&amp;"];
const long = "word".repeat(30);

/** A table whose names and cells would be markup, or are longer than a page is wide. */
const table = [
  `${hostile[0] ?? ""},${long},y`,
  ...Array.from({ length: 60 }, (_, at) => `${hostile[at % 4] ?? ""},${at * 1.5},${hostile[at % 3] ?? ""}${long}`),
  "",
].join("\n");

describe.skipIf(executablePath === undefined)("the page of modelc data", () => {
  let browser: Browser | undefined;
  beforeAll(async () => {
    browser = await chromium.launch({
      ...(executablePath !== undefined && { executablePath }),
      args: ["--no-sandbox", "--disable-gpu"],
    });
  });
  afterAll(() => browser?.close());

  it.each(["light", "dark"] as const)(
    "is text whatever the data hold, and no wider than a phone: %s",
    async (scheme) => {
      const folder = folderWith({ "t.csv": table });
      const [spec, path] = [join(folder, "t.model"), join(folder, "t.html")];
      expect(await cli(["init", "--from", join(folder, "t.csv"), "--target", "y", "--out", spec])).toMatchObject({
        err: "",
      });
      expect(await cli(["data", spec, "--html", path])).toMatchObject({ code: 0, err: "" });
      const page = await browser?.newPage({ colorScheme: scheme, viewport: { width: 320, height: 640 } });
      if (page === undefined) throw new Error("no browser");
      const heard: string[] = [];
      page.on("dialog", (it) => {
        heard.push(it.message());
        void it.dismiss();
      });
      page.on("request", (it) => heard.push(it.url()));
      const url = pathToFileURL(path).href;
      await page.goto(url, { waitUntil: "load" });
      expect(heard).toEqual([url]);
      const text = await page.innerText("body");
      for (const it of hostile.slice(0, 2)) expect(text).toContain(it.slice(0, 20));
      expect(text).toContain("&amp;");
      const [scripts, bold, width, paper] = await page.evaluate<[number, number, number, string]>(
        "[document.scripts.length, document.querySelectorAll('b').length, document.documentElement.scrollWidth, getComputedStyle(document.body).backgroundColor]",
      );
      expect({ scripts, bold, width }).toEqual({ scripts: 0, bold: 0, width: 320 });
      const light = Number(/\d+/.exec(paper)?.[0]) > 127;
      expect(light).toBe(scheme === "light");
    },
  );
});
