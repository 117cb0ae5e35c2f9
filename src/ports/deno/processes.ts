// Processes through Deno.Command and ps(1): groups, short commands with a deadline, the table of all.
import type { ExitReport, GroupLeader, Processes, RunOutcome, RunSpec, SpawnSpec } from "../processes.ts";
import { SpawnFault } from "../processes.ts";
import type { SignalName } from "../../core/round.ts";
import { joinPath } from "../../core/path.ts";
import { Collector } from "./collector.ts";
import { parseProcessTable } from "./process_table.ts";

const defaultOutputBytes = 4 * 1024 * 1024;
/** Time for a timed-out command to clean up between SIGTERM and SIGKILL. */
const killAfterMs = 500;
const errorBytes = 64 * 1024;
/** Time for pipes to close after the command has ended. */
const pipeGraceMs = 200;
const tableTimeoutMs = 10_000;
const tableBytes = 64 * 1024 * 1024;

export function denoProcesses(): Processes {
  return {
    spawnGroup,
    run,
    signal: (pid, signal) => pid > 1 && kill(pid, signal),
    signalGroup: (pgid, signal) => pgid > 1 && kill(-pgid, signal),
    list,
    find,
  };
}

function spawnGroup(spec: SpawnSpec): GroupLeader {
  const [file, ...args] = spec.argv;
  try {
    const child = new Deno.Command(file!, {
      args,
      cwd: spec.workDir,
      env: spec.environment,
      clearEnv: true,
      stdin: "null",
      stdout: "null",
      stderr: "null",
      detached: true,
    }).spawn();
    return { pid: child.pid, exited: child.status.then(reportOf) };
  } catch (thrown) {
    throw new SpawnFault(thrown instanceof Error ? thrown.message : String(thrown));
  }
}

function reportOf(status: Deno.CommandStatus): ExitReport {
  return { code: status.code, signal: status.signal };
}

async function run(spec: RunSpec): Promise<RunOutcome> {
  const child = spawnShort(spec);
  if (typeof child === "string") return { kind: "absent", reason: child };
  spec.onStart?.(child.pid);
  const stdout = new Collector(child.stdout, spec.maxOutputBytes ?? defaultOutputBytes, spec.keeps);
  const stderr = new Collector(child.stderr, errorBytes);
  void feed(child, spec.stdin);
  const status = await beforeDeadline(child, spec);
  // A child in a session of its own may hold the pipes for ever: what came by now is all that counts.
  await within(status === null ? 0 : pipeGraceMs, Promise.all([stdout.done, stderr.done]));
  stdout.cancel();
  stderr.cancel();
  if (status === null && spec.keeps === undefined) return { kind: "timed_out" };
  if (status === null) return { kind: "timed_out", stdout: stdout.bytes(), isCut: stdout.isCut };
  const code = status.signal === null ? status.code : -1;
  return { kind: "exited", code, stdout: stdout.bytes(), stderr: stderr.bytes(), isCut: stdout.isCut };
}

/** The exit status, or null when the time was over or a stop came: the group is asked to end, and killed soon after. */
async function beforeDeadline(
  child: Deno.ChildProcess,
  { timeoutMs, stop }: Pick<RunSpec, "timeoutMs" | "stop">,
): Promise<Deno.CommandStatus | null> {
  let isOver = false;
  let kills: ReturnType<typeof setTimeout> | undefined;
  const late = Promise.withResolvers<null>();
  const end = () => {
    if (isOver) return;
    isOver = true;
    kill(-child.pid, "SIGTERM");
    kills = setTimeout(() => {
      kill(-child.pid, "SIGKILL");
      late.resolve(null);
    }, killAfterMs);
  };
  const timer = setTimeout(end, timeoutMs);
  stop?.addEventListener("abort", end, { once: true });
  if (stop?.aborted) end();
  const status = await Promise.race([child.status, late.promise]);
  stop?.removeEventListener("abort", end);
  clearTimeout(timer);
  clearTimeout(kills);
  if (!isOver) return status;
  // A leader that obeyed may leave members that do not.
  kill(-child.pid, "SIGKILL");
  return null;
}

async function within(milliseconds: number, work: Promise<unknown>): Promise<void> {
  const late = Promise.withResolvers<void>();
  const timer = setTimeout(late.resolve, milliseconds);
  await Promise.race([work, late.promise]);
  clearTimeout(timer);
}

function spawnShort(spec: RunSpec): Deno.ChildProcess | string {
  const [file, ...args] = spec.argv;
  const environment = Deno.env.toObject();
  for (const name of spec.unset ?? []) delete environment[name];
  try {
    return new Deno.Command(file!, {
      args,
      ...(spec.workDir === undefined ? {} : { cwd: spec.workDir }),
      env: { ...environment, ...spec.environment },
      clearEnv: true,
      stdin: spec.stdin ? "piped" : "null",
      stdout: "piped",
      stderr: "piped",
      detached: true,
    }).spawn();
  } catch (thrown) {
    return thrown instanceof Error ? thrown.message : String(thrown);
  }
}

async function feed(child: Deno.ChildProcess, bytes: Uint8Array | undefined): Promise<void> {
  if (!bytes) return;
  const writer = child.stdin.getWriter();
  try {
    await writer.write(bytes);
    await writer.close();
  } catch {
    // The command ended without reading all of it; its exit status tells the rest.
  }
}

function kill(pid: number, signal: SignalName): boolean {
  try {
    Deno.kill(pid, signal);
    return true;
  } catch {
    return false;
  }
}

async function list(marker: string | null) {
  const isMac = Deno.build.os === "darwin";
  // S: the CPU time of ended children counts as their parent's, or work in many short processes would not show.
  // On Linux only bsdtime obeys it.
  const columns = `pid=,ppid=,pgid=,stat=,lstart=,${isMac ? "time" : "bsdtime"}=,args=`;
  const selection = isMac ? (marker ? "-axSEww" : "-axSww") : (marker ? "axSeww" : "axSww");
  const outcome = await run({
    argv: ["ps", selection, "-o", columns],
    environment: { LC_ALL: "C", TZ: "UTC" },
    timeoutMs: tableTimeoutMs,
    maxOutputBytes: tableBytes,
  });
  if (outcome.kind !== "exited" || outcome.code !== 0) return null;
  return parseProcessTable(outcome.stdout, marker);
}

function find(command: string, options: { readonly path: string; readonly workDir: string }): string | null {
  if (command.includes("/")) {
    const path = joinPath(options.workDir, command);
    return isExecutable(path) ? path : null;
  }
  for (const folder of options.path.split(":")) {
    const path = joinPath(options.workDir, folder === "" ? "." : folder, command);
    if (isExecutable(path)) return path;
  }
  return null;
}

function isExecutable(path: string): boolean {
  try {
    const info = Deno.statSync(path);
    return info.isFile && ((info.mode ?? 0) & 0o111) !== 0;
  } catch {
    return false;
  }
}
