// The command line on the other major versions of Node that modelc runs on, each from npm: `npm run other-nodes`, or
// `npm run other-nodes -- 22 24`. What a version prints besides the answer, such as a complaint about a flag, is a failure.
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";

const majors = process.argv.length > 2 ? process.argv.slice(2) : ["20", "22", "24", "26"];
const cli = resolve("dist/cli.cjs");
const commands = [
  ["check", "specs/mnist-cnn.model"],
  // Once more: code is now kept.
  ["check", "specs/mnist-cnn.model"],
  ["summary", "specs/mnist-cnn.model"],
  ["build", "specs/linear-regression.model", "--out", join(".cache", "other-nodes", "built")],
  ["train", "specs/linear-regression.model", "--epochs", "1", "--out", join(".cache", "other-nodes", "trained")],
];

/** The program of a major version, installed from npm where it is not there yet: the package that needs no script. */
function install(major) {
  const folder = resolve(".cache", "other-nodes", major);
  const name = `node-${process.platform === "win32" ? "win" : process.platform}-${process.arch}`;
  const program = join(folder, "node_modules", name, "bin", process.platform === "win32" ? "node.exe" : "node");
  if (existsSync(program)) return program;
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, "package.json"), "{}");
  const words = ["install", "--silent", "--no-audit", "--ignore-scripts", `${name}@${major}`];
  spawnSync("npm", words, { cwd: folder, stdio: "inherit", shell: process.platform === "win32" });
  return existsSync(program) ? program : undefined;
}

let failed = 0;
for (const major of majors) {
  const program = install(major);
  if (program === undefined) {
    console.log(`SKIPPED: npm has no Node ${major} for this machine`);
    continue;
  }
  const version = spawnSync(program, ["--version"], { encoding: "utf8" }).stdout.trim();
  for (const words of commands) {
    rmSync(join(".cache", "other-nodes", "built"), { recursive: true, force: true });
    rmSync(join(".cache", "other-nodes", "trained"), { recursive: true, force: true });
    const { status, stdout, stderr } = spawnSync(program, [cli, ...words], { encoding: "utf8" });
    const fine = status === 0 && stderr === "";
    if (!fine) failed++;
    console.log(`${version.padEnd(10)} ${words.slice(0, 2).join(" ").padEnd(38)} ${fine ? "ok" : `exit ${status}`}`);
    if (!fine) console.log(`${stdout}${stderr}`);
  }
}
process.exitCode = failed === 0 ? 0 : 1;
