// Starts a supervisor that outlives the terminal, and waits until it is at work or has said why it is not.
import type { Clock } from "../ports/clock.ts";
import type { Files } from "../ports/files.ts";
import type { Lock } from "../ports/lock.ts";
import { SpawnFault } from "../ports/processes.ts";
import type { ExitReport, Processes } from "../ports/processes.ts";
import { numberField } from "../view/field.ts";
import { lockPath, readHolder } from "../view/service_view.ts";
import { isBusy } from "./at_work.ts";
import { lastServeLines, openServeLog, serveLogPath } from "./serve_log.ts";

const lookMs = 50;
const deadlineMs = 60_000;
const linesShown = 10;
/** So long it may hold the lock without a word on what it does: its start-up checks may still end it. */
const settleMs = 3000;

/** A session of its own comes with the spawn; what is left is to give its words a place, and to read nothing. */
const script = 'log=$1; shift; exec "$@" >>"$log" 2>&1 </dev/null';

/** `lines`: the last it wrote. */
export type DetachOutcome =
  | { readonly kind: "running"; readonly pid: number }
  | { readonly kind: "ended"; readonly code: number; readonly lines: readonly string[] }
  /** It does not take the lock, and was ended. */
  | { readonly kind: "late"; readonly seconds: number; readonly lines: readonly string[] }
  | { readonly kind: "failed"; readonly reason: string };

export interface DetachSpec {
  readonly argv: readonly string[];
  readonly logDir: string;
  readonly workDir: string;
  readonly environment: Readonly<Record<string, string>>;
}

export interface DetachPorts {
  readonly clock: Clock;
  readonly files: Files;
  readonly lock: Lock;
  readonly processes: Processes;
}

/** Throws `FileFault` where its log cannot be written. */
export async function startDetached(spec: DetachSpec, ports: DetachPorts): Promise<DetachOutcome> {
  const { clock, files, lock, processes } = ports;
  const { logDir, workDir, environment } = spec;
  const offset = openServeLog(logDir, files);
  const lines = () => lastServeLines(logDir, { offset, count: linesShown }, files);
  const begunAt = clock.monotonic();
  let end: ExitReport | null = null;
  let pid: number;
  try {
    const argv = ["/bin/sh", "-c", script, "sh", serveLogPath(logDir), ...spec.argv];
    const child = processes.spawnGroup({ argv, workDir, environment });
    pid = child.pid;
    child.exited.then((report) => void (end = report));
  } catch (thrown) {
    if (!(thrown instanceof SpawnFault)) throw thrown;
    return { kind: "failed", reason: thrown.message };
  }
  let heldSince: number | null = null;
  while (clock.monotonic() - begunAt < deadlineMs) {
    const ended = end as ExitReport | null;
    if (ended !== null) return { kind: "ended", code: ended.signal === null ? ended.code : 1, lines: lines() };
    // Its name beside the lock, not only the lock: somebody else may hold that.
    const isNamed = numberField(readHolder(files, logDir), "pid") === pid;
    if (isNamed && await lock.isHeld(lockPath(logDir))) {
      heldSince ??= clock.monotonic();
      if (isBusy(logDir, files) || clock.monotonic() - heldSince >= settleMs) return { kind: "running", pid };
    }
    await clock.sleep(lookMs);
  }
  processes.signalGroup(pid, "SIGKILL");
  return { kind: "late", seconds: deadlineMs / 1000, lines: lines() };
}
