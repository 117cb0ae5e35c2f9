// Facts about the machine from Deno, and the disk from df(1).
import type { Host } from "../host.ts";
import type { Processes } from "../processes.ts";

const megabyte = 1024 * 1024;
/** The engine starts a full collection when so much memory outside its heap is asked for; untouched, it costs none. */
const pressureBytes = 64 * megabyte;

function collectGarbage(): void {
  try {
    new ArrayBuffer(pressureBytes);
  } catch {
    // So little memory is left that the engine has collected everything before it refused.
  }
}

function selfCommand(grants: readonly string[]): readonly string[] {
  if (Deno.build.standalone) return [Deno.execPath()];
  return [
    Deno.execPath(),
    "run",
    "--quiet",
    "--no-prompt",
    ...grants.map((grant) => `--allow-${grant}`),
    Deno.mainModule,
  ];
}

export function denoHost(processes: Processes): Host {
  return {
    pid: Deno.pid,
    selfCommand: selfCommand(["read", "env", "sys"]),
    serveCommand: selfCommand(["read", "write", "env", "run", "sys"]),
    machine: Deno.build.arch,
    hostName: () => Deno.hostname(),
    uptimeSeconds: () => Deno.osUptime(),
    sample() {
      const memory = Deno.systemMemoryInfo();
      const [one, five, fifteen] = Deno.loadavg();
      return {
        memoryTotalMb: Math.floor(memory.total / megabyte),
        memoryAvailableMb: Math.floor(memory.available / megabyte),
        load: [one!, five!, fifteen!],
      };
    },
    async disk(path) {
      const outcome = await processes.run({
        argv: ["df", "-Pk", "--", path],
        environment: { LC_ALL: "C" },
        timeoutMs: 5_000,
      });
      return outcome.kind === "exited" && outcome.code === 0 ? parseDf(new TextDecoder().decode(outcome.stdout)) : null;
    },
    collectGarbage,
    environment: () => Deno.env.toObject(),
    homeDir: () => Deno.env.get("HOME") ?? "/",
    workDir: () => Deno.cwd(),
  };
}

/** Reads the second line of `df -Pk`; null when it is not as POSIX says. */
export function parseDf(text: string) {
  const fields = /\s(\d+)\s+(\d+)\s+(\d+)\s+\d+%\s/.exec(text.split("\n")[1] ?? "");
  if (fields === null) return null;
  const [total, used, free] = fields.slice(1).map(Number) as [number, number, number];
  const share = used + free === 0 ? 0 : used / (used + free);
  return { totalBytes: total * 1024, freeBytes: free * 1024, usedPercent: Math.round(share * 1000) / 10 };
}
