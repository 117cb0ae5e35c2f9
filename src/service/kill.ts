// Ends a supervisor and everything of its rounds within seconds, and looks whether that is so.
import { joinPath } from "../core/path.ts";
import type { Clock } from "../ports/clock.ts";
import { FileFault } from "../ports/files.ts";
import type { Files } from "../ports/files.ts";
import type { Lock } from "../ports/lock.ts";
import type { Processes, ProcessInfo } from "../ports/processes.ts";
import { isSameProcess } from "../round/kin.ts";
import { holderPaths, lockPath } from "../view/service_view.ts";

const lookMs = 50;
/** From the first look on, so long a supervisor may take to stop its round and to put it on record. */
const askedMs = 2500;
/** Between the first request, which lets the round finish, and the second, which stops it: they must not fall into one. */
const againMs = 200;
const killedMs = 1000;
/** Seconds between SIGTERM and SIGKILL for what has no supervisor: it was asked before where there was one. */
const graceSeconds = { afterSupervisor: 0.2, alone: 1 } as const;

/** Who holds the lock, where that can be told for sure. */
export type KnownHolder =
  | { readonly kind: "sure"; readonly pid: number }
  | { readonly kind: "unsure"; readonly why: string };

export interface KillParts {
  readonly clock: Clock;
  readonly files: Files;
  readonly lock: Lock;
  readonly processes: Processes;
  readonly logDir: string;
  readonly ownPid: number;
  readonly findHolder: () => Promise<KnownHolder>;
  /** Ends what rounds left running. Returns how many processes it met. */
  readonly sweep: (graceSeconds: number) => Promise<number>;
}

/** What was there and what came of it. */
export interface KillReport {
  /** Null when none ran, or when it could not be told which one. */
  readonly supervisorPid: number | null;
  /** `asked`: it stopped its round, if there was one, put it on record and left; `killed`: it did not leave. */
  readonly supervisor: "asked" | "killed" | "none";
  /** Processes of rounds that were there and are gone. */
  readonly ended: number;
  /** What is still there, or why that cannot be told; for people, empty when nothing is. */
  readonly left: readonly string[];
  readonly seconds: number;
}

/** Never throws for what it meets; `left` tells. */
export async function killAll(parts: KillParts): Promise<KillReport> {
  const { clock } = parts;
  const begunAt = clock.monotonic();
  const met = new Set((await carriers(parts) ?? []).map((row) => row.pid));
  const supervisor = await endSupervisor(parts, begunAt);
  met.delete(supervisor.pid ?? 0);
  const grace = supervisor.how === "none" ? graceSeconds.alone : graceSeconds.afterSupervisor;
  const swept = await parts.sweep(grace);
  const left = await endRest(parts);
  const isFree = await isFreeWithin(killedMs, parts);
  await clearTraces(parts);
  const survivors = left ?? [];
  const reasons = survivors.map((row) => `process ${row.pid} of a round still lives`);
  if (left === null) reasons.push("ps shows no process table, so that processes of rounds cannot be found");
  if (!isFree) reasons.push(supervisor.why ?? "the lock of the log folder is still held");
  return {
    supervisorPid: supervisor.pid,
    supervisor: supervisor.how,
    ended: Math.max(met.size, swept) - survivors.length,
    left: reasons,
    seconds: (clock.monotonic() - begunAt) / 1000,
  };
}

interface SupervisorEnd {
  readonly pid: number | null;
  readonly how: KillReport["supervisor"];
  readonly why: string | null;
}

async function endSupervisor(parts: KillParts, begunAt: number): Promise<SupervisorEnd> {
  const { lock, logDir, processes } = parts;
  const path = lockPath(logDir);
  if (!await lock.isHeld(path)) return { pid: null, how: "none", why: null };
  const holder = await parts.findHolder();
  if (holder.kind === "unsure") {
    // It may have left between the two looks.
    const isGone = !await lock.isHeld(path);
    return { pid: null, how: "none", why: isGone ? null : holder.why };
  }
  const { pid } = holder;
  const refused = { pid, how: "none", why: `process ${pid} takes no signal from this user` } as const;
  if (!processes.signal(pid, "SIGTERM") && await lock.isHeld(path)) return refused;
  processes.signal(pid, "SIGCONT");
  if (await isFreeWithin(againMs, parts)) return { pid, how: "asked", why: null };
  processes.signal(pid, "SIGTERM");
  // A slow machine has spent some of it on looking: the whole is over in time all the same.
  const leftMs = Math.max(lookMs, askedMs - (parts.clock.monotonic() - begunAt));
  if (await isFreeWithin(leftMs, parts)) return { pid, how: "asked", why: null };
  processes.signal(pid, "SIGKILL");
  await isFreeWithin(killedMs, parts);
  return { pid, how: "killed", why: null };
}

async function isFreeWithin(milliseconds: number, { clock, lock, logDir }: KillParts): Promise<boolean> {
  const end = clock.monotonic() + milliseconds;
  while (clock.monotonic() < end) {
    if (!await lock.isHeld(lockPath(logDir))) return true;
    await clock.sleep(lookMs);
  }
  return !await lock.isHeld(lockPath(logDir));
}

/** Kills what still carries the id of a round, until nothing does. Returns what even that did not end; null: nobody knows. */
async function endRest(parts: KillParts): Promise<readonly ProcessInfo[] | null> {
  const end = parts.clock.monotonic() + killedMs;
  // However long a look takes, what it finds is killed, and looked for once more.
  for (let look = 0;; look++) {
    const rows = await carriers(parts);
    if (rows === null || rows.length === 0 || (look > 0 && parts.clock.monotonic() >= end)) return rows;
    for (const { pid } of rows) parts.processes.signal(pid, "SIGKILL");
    await parts.clock.sleep(lookMs);
  }
}

/** Processes of any round of this log folder, but for those that this process descends from; null without a table. */
async function carriers({ processes, logDir, ownPid }: KillParts): Promise<readonly ProcessInfo[] | null> {
  const table = await processes.list(`AGENT_RUNNER_LOG_DIR=${logDir}`);
  if (table === null) return null;
  const parents = new Map(table.map((row) => [row.pid, row.ppid]));
  const own = new Set<number>();
  for (let at: number | undefined = ownPid; at !== undefined && !own.has(at); at = parents.get(at)) own.add(at);
  const marked = table.filter((row) => row.isMarked && !row.isZombie && !own.has(row.pid) && row.ppid !== ownPid);
  if (marked.length === 0) return [];
  // Whoever only has the log folder in the environment may be a shell of the operator.
  const ofRounds = await processes.list("AGENT_RUNNER_ROUND_ID=");
  if (ofRounds === null) return null;
  return marked.filter((row) => ofRounds.some((other) => other.isMarked && isSameProcess(row, other)));
}

/** A killed supervisor leaves its name: taken away under the lock, so that it is never the name of another one. */
async function clearTraces({ files, lock, logDir }: KillParts): Promise<void> {
  try {
    if (files.lstat(lockPath(logDir)) === null) return;
    const held = await lock.tryAcquire(lockPath(logDir));
    if (held === null) return;
    try {
      const requests = ["requests/stop.json", "requests/cancel.json"].map((name) => joinPath(logDir, name));
      for (const path of [...holderPaths(logDir), ...requests]) files.remove(path);
    } finally {
      held.release();
    }
  } catch (thrown) {
    // They only help people.
    if (!(thrown instanceof FileFault)) throw thrown;
  }
}
