import { readFileSync } from "node:fs";

/**
 * What tells a process from a later one of the same number: when it began, in the system's own words. Undefined where no
 * process has the number any more (one that has ended and is not yet collected counts as ended), or where the system does
 * not say.
 */
export function processIdentity(pid: number): string | undefined {
  if (process.platform === "linux") return linuxIdentity(pid);
  // Windows has no quick way to ask: there a number alone must do.
  return process.platform === "win32" ? undefined : postedIdentity(pid);
}

/** Whether a process with this number runs; one of somebody else's does, too. */
export function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
  } catch (error) {
    if (!(error instanceof Error && "code" in error && error.code === "EPERM")) return false;
  }
  return process.platform === "win32" || processIdentity(pid) !== undefined;
}

function linuxIdentity(pid: number): string | undefined {
  try {
    const boot = readFileSync("/proc/sys/kernel/random/boot_id", "utf8").trim();
    const text = readFileSync(`/proc/${pid}/stat`, "utf8");
    // The name, in parentheses, may hold anything; the state is the 3rd field and the time of its start the 22nd.
    const fields = text.slice(text.lastIndexOf(")") + 2).split(" ");
    return /^[ZX]/.test(fields[0] ?? "") ? undefined : `${boot} ${fields[19] ?? ""}`;
  } catch {
    return undefined;
  }
}

function postedIdentity(pid: number): string | undefined {
  // Loaded where it is needed: it would take milliseconds of every start.
  const { status, stdout } = process
    .getBuiltinModule("node:child_process")
    .spawnSync("ps", ["-o", "stat=,lstart=", "-p", String(pid)], {
      encoding: "utf8",
      env: { ...process.env, LC_ALL: "C", TZ: "UTC" },
    });
  const [, state = "", started] = /^\s*(\S+)\s+(.+?)\s*$/.exec(stdout) ?? [];
  return status !== 0 || state.startsWith("Z") ? undefined : started;
}
