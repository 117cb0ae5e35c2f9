// Stops the supervisor of a log folder on this machine, and believes it only when its lock is free.
import { visible } from "../core/text.ts";
import type { Clock } from "../ports/clock.ts";
import type { Files } from "../ports/files.ts";
import type { Lock } from "../ports/lock.ts";
import type { Processes } from "../ports/processes.ts";
import { numberField } from "../view/field.ts";
import { holderStartedAt, lockPath, readHolder } from "../view/service_view.ts";

/** What came of it. `wasRunning`: there was something to stop. */
export type StopOutcome =
  | { readonly kind: "stopped"; readonly wasRunning: boolean }
  | { readonly kind: "failed"; readonly fault: { readonly reason: string; readonly fix?: string } };

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
  /** Seconds that a running round has to finish before it is stopped, too. Default 30. */
  readonly patienceSeconds?: number;
}

const lookMs = 200;
/** Between two attempts to find out whom to ask. */
const againMs = 2000;
/** Something else may start it again at once: only gone for so long is gone. */
const settleMs = 3000;
/** How far two clocks of one machine may be apart. */
const clockSlackMs = 5000;

/**
 * Asks with signals: the first lets the round finish, the second, after the patience, stops it. Whoever takes the lock
 * meanwhile is asked, too. Never throws.
 */
export async function stopRunning(logDir: string, ports: StopPorts, options: StopOptions): Promise<StopOutcome> {
  const { lock, clock } = ports;
  const { signal, deadlineSeconds = 120, patienceSeconds = 30 } = options;
  const path = lockPath(logDir);
  const begunAt = clock.monotonic();
  if (!await lock.isHeld(path)) return { kind: "stopped", wasRunning: false };
  const asker = new Asker(logDir, ports, patienceSeconds * 1000);
  let goneSince: number | null = null;
  while (!signal.aborted && clock.monotonic() - begunAt < deadlineSeconds * 1000) {
    const now = clock.monotonic();
    if (await lock.isHeld(path)) {
      goneSince = null;
      await asker.ask(now);
    } else {
      goneSince ??= now;
      if (now - goneSince >= settleMs) return { kind: "stopped", wasRunning: true };
    }
    await clock.sleep(lookMs, signal);
  }
  const seconds = Math.round((clock.monotonic() - begunAt) / 1000);
  const why = asker.trouble ?? `it was asked to stop, and still runs after ${seconds}s`;
  const fault = {
    reason: visible(`The supervisor cannot be stopped: ${why}`),
    fix: "Stop it by hand, as its own user",
  };
  return { kind: "failed", fault };
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

  /** @param now monotonic milliseconds */
  async ask(now: number): Promise<void> {
    const holder = readHolder(this.#ports.files, this.#logDir);
    const pid = numberField(holder, "pid");
    const before = this.#asked.get(pid ?? 0);
    const isDue = before === undefined ? now >= this.#dueAt : before.times === 1 && now - before.at >= this.#patienceMs;
    if (!isDue) return;
    this.#dueAt = now + againMs;
    this.trouble = await whyNot(holder, this.#ports);
    if (this.trouble !== null || pid === null) return;
    if (this.#ports.processes.signal(pid, "SIGTERM")) {
      this.#asked.set(pid, { at: now, times: (before?.times ?? 0) + 1 });
    } else this.trouble = `process ${pid} takes no signal from this user`;
  }
}

/** Why the process that took the lock cannot be asked; null when it can. */
async function whyNot(
  holder: Readonly<Record<string, unknown>> | null,
  { processes }: StopPorts,
): Promise<string | null> {
  const pid = numberField(holder, "pid");
  const since = holderStartedAt(holder);
  if (pid === null || !Number.isSafeInteger(pid) || pid <= 1 || since === null) {
    return "its lock is held, but nobody says by whom";
  }
  const table = await processes.list(null);
  if (table === null) return null;
  const row = table.find((process) => process.pid === pid && !process.isZombie);
  if (row === undefined) return `process ${pid}, which took its lock, is gone`;
  // A number that was given out anew belongs to somebody else.
  return row.startedAt * 1000 > since + clockSlackMs ? `process ${pid} is another one by now` : null;
}
