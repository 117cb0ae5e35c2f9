// Says from a supervisor's own files which alerts there should have been, by another way than the detectors go.
import { isFailure, verdictKinds } from "../../src/core/verdict.ts";

export type Line = Readonly<Record<string, unknown>>;

/** A time in which something was wrong. Epoch milliseconds; `to` is null while it lasts. */
export interface Span {
  readonly detector: string;
  readonly from: number;
  readonly to: number | null;
}

/** Thresholds of the project that is watched; they are written into its configuration, too. */
export const thresholds = { failures: 2, networkRounds: 2, degradedRounds: 1, orphanRounds: 2, staleSeconds: 12 };

/** What `[monitor]` says in a soak: only detectors whose truth the files tell, told once. */
export const monitorToml = `[monitor]
repeat_after_s = 0
auto_stop_on = []
anomaly_repetitive_window = 5
anomaly_repetitive_threshold = 3
[monitor.crash_loop]
failures = ${thresholds.failures}
[monitor.network_fail]
rounds = ${thresholds.networkRounds}
rate_pct = 100
margin_pct = 0
[monitor.degraded_start]
rounds = ${thresholds.degradedRounds}
[monitor.orphan_chain]
rounds = ${thresholds.orphanRounds}
[monitor.anomaly_repetitive_active]
window = 2
count = 1
[monitor.supervisor_stale]
stale_s = ${thresholds.staleSeconds}
`;

/** The detectors that are judged. */
export const judged = [
  "crash_loop",
  "network_fail",
  "degraded_start",
  "anomaly_repetitive_active",
  "orphan_chain",
  "supervisor_stale",
] as const;

/** Times in which a detector other than `supervisor_stale` should have found something. @param events oldest first */
export function spansOf(events: readonly Line[]): Span[] {
  const spans: Span[] = [];
  const since = new Map<string, number>();
  const facts = new Facts();
  for (const event of events) {
    const at = Date.parse(String(event.ts));
    facts.take(event);
    for (const [detector, isWrong] of Object.entries(facts.wrong())) {
      const from = since.get(detector);
      if (isWrong && from === undefined) since.set(detector, at);
      if (isWrong || from === undefined) continue;
      since.delete(detector);
      spans.push({ detector, from, to: at });
    }
  }
  for (const [detector, from] of since) spans.push({ detector, from, to: null });
  return spans.toSorted((a, b) => a.from - b.from);
}

/** Silences of a supervisor, from its last word on. @param words times of all it wrote, in any order */
export function silences(words: readonly number[], { seconds }: { readonly seconds: number }): Span[] {
  const sorted = words.toSorted((a, b) => a - b);
  return sorted.flatMap((at, i) => {
    const next = sorted[i + 1];
    return next !== undefined && next - at > seconds * 1000
      ? [{ detector: "supervisor_stale", from: at, to: next }]
      : [];
  });
}

/** Counts along the events; a count changes only with the event that settles a round in that regard. */
class Facts {
  #durations = new Map<unknown, number>();
  #failures = 0;
  #blips = 0;
  #degraded = 0;
  #orphans = 0;
  #stashed: unknown = null;
  #networkRound: unknown = null;
  /** Rounds since the last one that repeated itself; infinite before the first. */
  #sinceRepeat = Infinity;

  take(event: Line): void {
    const round = event.round_num;
    switch (event.event) {
      case "round_start":
        this.#sinceRepeat++;
        return;
      case "agent_exit":
        this.#durations.set(round, Number(event.duration_s));
        return;
      case "round_verdict":
        this.#verdict(event);
        return;
      case "agent_network_blip":
        this.#networkRound = round;
        this.#blips++;
        return;
      case "orphan_stashed":
        this.#stashed = round;
        this.#orphans++;
        return;
      case "anomaly_repetitive_tool":
        this.#sinceRepeat = 0;
        return;
      case "round_end":
        if (this.#stashed !== round) this.#orphans = 0;
        if (this.#networkRound !== round) this.#blips = 0;
        return;
    }
  }

  wrong(): Readonly<Record<string, boolean>> {
    return {
      crash_loop: this.#failures >= thresholds.failures,
      network_fail: this.#blips >= thresholds.networkRounds,
      degraded_start: this.#degraded >= thresholds.degradedRounds,
      anomaly_repetitive_active: this.#sinceRepeat < 2,
      orphan_chain: this.#orphans >= thresholds.orphanRounds,
    };
  }

  #verdict(event: Line): void {
    const kind = verdictKinds.find((known) => known === event.verdict);
    const isShort = (this.#durations.get(event.round_num) ?? 0) < 60;
    this.#durations.delete(event.round_num);
    this.#failures = kind !== undefined && isFailure(kind) && isShort ? this.#failures + 1 : 0;
    this.#degraded = Array.isArray(event.degraded) && event.degraded.length > 0 ? this.#degraded + 1 : 0;
  }
}
