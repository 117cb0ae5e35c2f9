// Processes through Deno.Command and ps(1): groups, short commands with a deadline, the table of all.
import type { ExitReport, GroupLeader, Processes, RunOutcome, RunSpec, SpawnSpec } from "../processes.ts";
import { SpawnFault } from "../processes.ts";
import type { SignalName } from "../../core/round.ts";
import { joinPath } from "../../core/path.ts";
import { parseProcessTable } from "./process_table.ts";

const defaultOutputBytes = 4 * 1024 * 1024;
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
  let isOver = false;
  const timer = setTimeout(() => {
    isOver = true;
    kill(-child.pid, "SIGKILL");
  }, spec.timeoutMs);
  const limit = spec.maxOutputBytes ?? defaultOutputBytes;
  try {
    const [stdout, stderr, status] = await Promise.all([
      collect(child.stdout, limit),
      collect(child.stderr, 64 * 1024),
      child.status,
      feed(child, spec.stdin),
    ]);
    if (isOver) return { kind: "timed_out" };
    const code = status.signal === null ? status.code : -1;
    return { kind: "exited", code, stdout: stdout.bytes, stderr: stderr.bytes, isCut: stdout.isCut };
  } finally {
    clearTimeout(timer);
  }
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

async function collect(stream: ReadableStream<Uint8Array>, limit: number) {
  const chunks: Uint8Array[] = [];
  let size = 0;
  let isCut = false;
  for await (const chunk of stream) {
    const room = limit - size;
    if (chunk.length > room) isCut = true;
    if (room > 0) chunks.push(chunk.length > room ? chunk.subarray(0, room) : chunk);
    size = Math.min(limit, size + chunk.length);
  }
  if (chunks.length === 1) return { bytes: chunks[0]!, isCut };
  const bytes = new Uint8Array(size);
  let at = 0;
  for (const chunk of chunks) {
    bytes.set(chunk, at);
    at += chunk.length;
  }
  return { bytes, isCut };
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
  const columns = "pid=,ppid=,pgid=,stat=,lstart=,time=,args=";
  const selection = Deno.build.os === "darwin" ? (marker ? "-axEww" : "-axww") : (marker ? "axeww" : "axww");
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
