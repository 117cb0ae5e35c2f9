// Stops a service that does harm, again and again until it is known to be stopped.
import type { Clock } from "../ports/clock.ts";
import type { EventSink } from "../ports/records.ts";
import type { SightNow } from "../view/sight.ts";
import type { OpenAlert } from "./alerts.ts";
import type { StopOutcome } from "./stop_remote.ts";

/** Seconds before the second attempt, the third, and so on; the last one again and again. */
const pausesSeconds = [5, 10, 20, 40, 60] as const;
/** What was looked at may be older than the stop. */
const restAfterSeconds = 30;

/** What is told while a service is stopped. */
export type StopNotice =
  | { readonly kind: "triggered"; readonly detector: string }
  | { readonly kind: "done"; readonly detector: string; readonly wasRunning: boolean }
  | {
    readonly kind: "failed";
    readonly detector: string;
    readonly reason: string;
    readonly fix: string | null;
    readonly nextTrySeconds: number;
  };

export interface AutoStopOptions {
  readonly host: string | null;
  readonly clock: Clock;
  readonly sink: EventSink;
  /** Ends the whole watch. */
  readonly signal: AbortSignal;
  /** Stops the supervisor and sees to it that its lock is free. */
  stop(signal: AbortSignal): Promise<StopOutcome>;
  onNotice(notice: StopNotice): void;
}

/** The one who stops the service of one project. A stop is under way beside the looks that go on. */
export class AutoStop {
  readonly #options: AutoStopOptions;
  #working: Promise<void> | null = null;
  #attempts = 0;
  #startedAt = 0;
  #dueAt = -Infinity;

  constructor(options: AutoStopOptions) {
    this.#options = options;
  }

  /** Milliseconds until the next attempt; infinite when none is due. */
  get waitMs(): number {
    if (this.#working !== null || this.#attempts === 0) return Infinity;
    return Math.max(0, this.#dueAt - this.#options.clock.monotonic());
  }

  /** Begins an attempt where one is called for. @param open alerts that are not over */
  consider(open: readonly OpenAlert[], sight: SightNow): void {
    if (this.#working !== null) return;
    const alert = open.find((one) => one.action === "stop_service");
    const isRunning = sight.blind === null && sight.supervisor.isActive === true;
    if (alert === undefined || (sight.blind === null && !isRunning)) this.#attempts = 0;
    if (alert === undefined || !isRunning || !isOfThisLife(alert.detector, sight)) return;
    const { clock } = this.#options;
    if (clock.monotonic() < this.#dueAt) return;
    this.#working = this.#attempt(alert.detector).finally(() => this.#working = null);
  }

  /** Resolves once no attempt is under way. */
  async settled(): Promise<void> {
    await this.#working;
  }

  async #attempt(detector: string): Promise<void> {
    const { host, clock, sink, signal, onNotice } = this.#options;
    if (this.#attempts === 0) {
      this.#startedAt = clock.monotonic();
      sink.emit("monitor_auto_stop_triggered", { detector, host });
      onNotice({ kind: "triggered", detector });
    }
    this.#attempts++;
    const outcome = await this.#options.stop(signal);
    const now = clock.monotonic();
    if (outcome.kind === "stopped") {
      const took = Math.round(now - this.#startedAt) / 1000;
      sink.emit("monitor_auto_stop_done", { detector, host, attempts: this.#attempts, took_s: took });
      onNotice({ kind: "done", detector, wasRunning: outcome.wasRunning });
      this.#attempts = 0;
      this.#dueAt = now + restAfterSeconds * 1000;
      return;
    }
    // The watch ends: that is not the service's fault.
    if (signal.aborted) return;
    const { reason, fix = null } = outcome.fault;
    const nextTrySeconds = pausesSeconds[this.#attempts - 1] ?? pausesSeconds.at(-1)!;
    this.#dueAt = now + nextTrySeconds * 1000;
    const attempt = this.#attempts;
    sink.emit("monitor_auto_stop_failed", { detector, host, error: reason, attempt, next_try_s: nextTrySeconds });
    onNotice({ kind: "failed", detector, reason, fix, nextTrySeconds });
  }
}

/** What a detector's finding rests on; all others rest on what can be seen at this moment. */
const restsOn: Readonly<Record<string, "rounds" | "sample">> = {
  oauth_fail: "rounds",
  crash_loop: "rounds",
  config_broken: "rounds",
  no_progress: "rounds",
  disk_critical: "sample",
};

/** A service that was started anew is not stopped for what its earlier life has met. */
function isOfThisLife(detector: string, { supervisor, rounds, sample }: SightNow): boolean {
  const { startedAt } = supervisor;
  if (startedAt === null) return true;
  const basis = Object.hasOwn(restsOn, detector) ? restsOn[detector]! : "now";
  switch (basis) {
    case "now":
      return true;
    case "sample":
      return (sample?.at ?? Infinity) >= startedAt;
    case "rounds":
      return (rounds.findLast(({ exit }) => exit !== null)?.endedAt ?? -Infinity) >= startedAt;
    default:
      return basis satisfies never;
  }
}
