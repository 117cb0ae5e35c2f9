// Tells the service manager what serve does, and that its loop gets on: the manager ends and restarts one that hangs.
import { visible } from "../core/text.ts";
import type { Clock } from "../ports/clock.ts";
import type { Processes } from "../ports/processes.ts";
import type { ServiceLine } from "../ports/service_line.ts";

/** A status that costs a process is sent no more often. */
const statusEveryMs = 10_000;
const longestStatus = 160;

/** What it needs of a clock. */
type Ticks = Pick<Clock, "monotonic">;

/** Called from the work loop alone: a timer would go on although the loop hangs. */
export class SignOfLife {
  readonly #line: ServiceLine;
  readonly #clock: Ticks;
  #aliveAt: number;
  #statusAt = -Infinity;
  #status: string | null = null;
  #isReady = false;
  #sending: Promise<void> = Promise.resolve();

  constructor(line: ServiceLine, clock: Ticks) {
    this.#line = line;
    this.#clock = clock;
    this.#aliveAt = clock.monotonic();
  }

  /** The supervisor holds the lock and begins to work. */
  ready(): void {
    this.#isReady = true;
    this.#send(["READY=1"], this.#clock.monotonic());
  }

  /** What it does now, for `systemctl status`. */
  status(text: string): void {
    this.#status = visible(text.split("\n")[0] ?? "").slice(0, longestStatus);
    if (this.#line.isCheap) this.beat();
  }

  /** The loop gets on. Called often: mostly it only compares two numbers. */
  beat(): void {
    const now = this.#clock.monotonic();
    const { watchdogMs, isCheap } = this.#line;
    const isDue = watchdogMs !== null && now - this.#aliveAt >= watchdogMs / 3;
    const tells = this.#isReady && this.#status !== null && (isCheap || now - this.#statusAt >= statusEveryMs);
    if (isDue || tells) this.#send([], now);
  }

  /** It is about to leave. */
  async leaving(): Promise<void> {
    this.#send(["STOPPING=1"], this.#clock.monotonic());
    await this.#sending;
    this.#line.close();
  }

  #send(words: readonly string[], now: number): void {
    const lines = [...words];
    if (this.#line.watchdogMs !== null) lines.push("WATCHDOG=1");
    if (this.#status !== null) lines.push(`STATUS=${this.#status}`);
    this.#status = null;
    this.#aliveAt = now;
    this.#statusAt = now;
    // In their order; one that does not get through must not hold up the loop.
    this.#sending = this.#sending.then(() => this.#line.send(lines)).catch(() => {});
  }
}

/** The same processes; whoever runs a short command gets on before and after it, and the command itself has a deadline. */
export function beating(processes: Processes, beat: () => void): Processes {
  return {
    spawnGroup: (spec) => processes.spawnGroup(spec),
    signal: (pid, signal) => processes.signal(pid, signal),
    signalGroup: (pgid, signal) => processes.signalGroup(pgid, signal),
    list: (marker) => processes.list(marker),
    find: (command, options) => processes.find(command, options),
    async run(spec) {
      beat();
      try {
        return await processes.run(spec);
      } finally {
        beat();
      }
    },
  };
}
