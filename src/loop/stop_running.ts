// Stops the supervisor of a log folder on this machine, and believes it only when its lock is free.
import { visible } from "../core/text.ts";
import type { Clock } from "../ports/clock.ts";
import type { Files } from "../ports/files.ts";
import type { Lock } from "../ports/lock.ts";
import type { Processes } from "../ports/processes.ts";
import { numberField } from "../view/field.ts";
import { lockPath, readHolder } from "../view/service_view.ts";
import { findHolder } from "./holder.ts";
import { readStopNote } from "./stop_note.ts";

/** What came of it. `wasRunning`: there was something to stop. `wasAsked`: it knows, and may still end by itself. */
export type StopOutcome =
  | { readonly kind: "stopped"; readonly wasRunning: boolean }
  | {
    readonly kind: "failed";
    readonly wasAsked: boolean;
    readonly fault: { readonly reason: string; readonly fix?: string };
  };

export interface StopPorts {
  readonly files: Files;
  readonly lock: Lock;
  readonly clock: Clock;
  readonly processes: Processes;
}

export interface StopOptions {
  readonly signal: AbortSignal;
  /** Seconds until it must be gone. Default 120. */
  readonly deadlineSeconds?: number;
  /** Seconds that a running round has to finish before it is stopped, too; Infinity: it is never stopped. Default 30. */
  readonly patienceSeconds?: number;
  /** Seconds for which it must be gone: something else may start it again at once. Default 3. */
  readonly settleSeconds?: number;
  /** Seconds after which it is given up that nobody can be asked. Default: the deadline. */
  readonly unknownSeconds?: number;
  /** Called at each look while it still runs, once it was asked. */
  readonly onWait?: (elapsedSeconds: number) => void;
}

const lookMs = 200;
/** Between two attempts to find out whom to ask. */
const againMs = 2000;

/**
 * Asks with signals: the first lets the round finish, the second, after the patience, stops it. Whoever takes the lock
 * meanwhile is asked, too. Never throws.
 */
export async function stopRunning(logDir: string, ports: StopPorts, options: StopOptions): Promise<StopOutcome> {
  const { lock, clock } = ports;
  const { signal, deadlineSeconds = 120, patienceSeconds = 30, settleSeconds = 3 } = options;
  const { unknownSeconds = deadlineSeconds } = options;
  const path = lockPath(logDir);
  const begunAt = clock.monotonic();
  if (!await lock.isHeld(path)) return { kind: "stopped", wasRunning: false };
  const asker = new Asker(logDir, ports, patienceSeconds * 1000);
  let goneSince: number | null = null;
  const elapsed = () => (clock.monotonic() - begunAt) / 1000;
  while (!signal.aborted && elapsed() < deadlineSeconds) {
    const now = clock.monotonic();
    if (await lock.isHeld(path)) {
      goneSince = null;
      await asker.ask(now);
      if (!asker.hasAsked && elapsed() >= unknownSeconds) break;
      if (asker.hasAsked) options.onWait?.(elapsed());
    } else {
      goneSince ??= now;
      if (now - goneSince >= settleSeconds * 1000) return { kind: "stopped", wasRunning: true };
    }
    await clock.sleep(lookMs, signal);
  }
  const why = asker.trouble ?? `it was asked to stop, and still runs after ${Math.round(elapsed())}s`;
  const fault = {
    reason: visible(`The supervisor cannot be stopped: ${why}`),
    fix: "Stop it by hand, as its own user",
  };
  return { kind: "failed", wasAsked: asker.hasAsked && asker.trouble === null, fault };
}

/** Sends the signals, each when it is due. */
class Asker {
  readonly #logDir: string;
  readonly #ports: StopPorts;
  readonly #patienceMs: number;
  /** What each process was asked. */
  readonly #asked = new Map<number, { readonly at: number; readonly times: number }>();
  #dueAt = -Infinity;
  /** Why nobody could be asked; null when somebody was. */
  trouble: string | null = null;

  constructor(logDir: string, ports: StopPorts, patienceMs: number) {
    this.#logDir = logDir;
    this.#ports = ports;
    this.#patienceMs = patienceMs;
  }

  /** Somebody was asked, by this call or before it. */
  get hasAsked(): boolean {
    return this.#asked.size > 0;
  }

  /** @param now monotonic milliseconds */
  async ask(now: number): Promise<void> {
    const { files, processes } = this.#ports;
    const named = numberField(readHolder(files, this.#logDir), "pid");
    const before = this.#asked.get(named ?? 0);
    const isDue = before === undefined ? now >= this.#dueAt : before.times === 1 && now - before.at >= this.#patienceMs;
    if (!isDue) return;
    this.#dueAt = now + againMs;
    const holder = await findHolder(this.#logDir, this.#ports);
    this.trouble = holder.kind === "unsure" ? holder.why : null;
    if (holder.kind === "unsure") return;
    const { pid } = holder;
    // A second signal means something else than the first: who was asked by somebody else is not asked once more at once.
    const knows = before === undefined && readStopNote(this.#logDir, holder, files) !== null;
    if (knows || processes.signal(pid, "SIGTERM")) {
      this.#asked.set(pid, { at: now, times: (before?.times ?? 0) + 1 });
    } else this.trouble = `process ${pid} takes no signal from this user`;
  }
}
