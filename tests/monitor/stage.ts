// A project as the witness sees it, made of events: for tests of detectors and of what becomes of their findings.
import type { Finding } from "../../src/core/alert.ts";
import type { RecordedEvent } from "../../src/core/event_payload.ts";
import { isoTime } from "../../src/core/text.ts";
import { detectors } from "../../src/monitor/registry.ts";
import type { Look } from "../../src/monitor/feed.ts";
import type { Detector } from "../../src/monitor/detector.ts";
import { Sight } from "../../src/view/sight.ts";
import { configOf, withLines } from "../config/sample.ts";

/** Epoch milliseconds at which every test begins. */
export const start = Date.parse("2026-11-21T10:00:00Z");

interface RoundFacts {
  readonly verdict?: string | null;
  readonly seconds?: number;
  readonly code?: number;
  readonly isTimedOut?: boolean;
  readonly phase?: string;
  readonly timeoutSeconds?: number;
  readonly leftovers?: number;
  readonly degraded?: readonly string[];
  readonly network?: string;
  readonly isStashed?: boolean;
  readonly isRepetitive?: boolean;
  readonly unchangedRounds?: number;
}

/** Feeds a picture and keeps the time. */
export class Stage {
  readonly sight = new Sight();
  /** Epoch milliseconds. */
  now = start;
  #round = 0;

  /** Events of now. */
  event(kind: string, fields: Readonly<Record<string, unknown>> = {}): this {
    this.sight.take(eventOf(kind, fields, this.now), this.now);
    return this;
  }

  pass(seconds: number): this {
    this.now += seconds * 1000;
    return this;
  }

  /** One look at how things stand. */
  look(facts: Partial<Look> = {}): this {
    const look: Look = {
      kind: "seen",
      at: this.now,
      events: [],
      metrics: [],
      status: {},
      isActive: true,
      roundLogBytes: null,
      ...facts,
    };
    this.sight.takeLook(look);
    return this;
  }

  begin(facts: RoundFacts = {}): this {
    this.#round++;
    this.event("round_start", { round_num: this.#round, phase: facts.phase ?? null });
    return this.event("agent_spawn", { round_num: this.#round, timeout_s: facts.timeoutSeconds ?? 1800, pid: 1 });
  }

  /** A round from its start to its end; `verdict: null` leaves it without one. */
  round(facts: RoundFacts = {}): this {
    const { verdict = "ok", seconds = 100 } = facts;
    this.begin(facts).pass(seconds);
    const number = { round_num: this.#round };
    this.event("agent_exit", {
      ...number,
      exit_code: facts.code ?? (verdict === "ok" ? 0 : 1),
      duration_s: seconds,
      timed_out: facts.isTimedOut ?? false,
      exit_cause: "error",
      leftovers_ended: facts.leftovers ?? 0,
    });
    if (verdict !== null) {
      this.event("round_verdict", { ...number, verdict, summary: `It was ${verdict}`, degraded: facts.degraded ?? [] });
    }
    if (facts.network !== undefined) this.event("agent_network_blip", { ...number, matched: facts.network });
    if (facts.isStashed) this.event("orphan_stashed", { ...number, ref: "abc", reason: "dirty" });
    if (facts.unchangedRounds !== undefined) {
      this.event("round_changes", { ...number, change: "none", unchanged_rounds: facts.unchangedRounds });
    }
    this.event("round_end", number);
    if (facts.isRepetitive) {
      this.event("anomaly_repetitive_tool", { ...number, tool_name: "Read", target: "a.ts", count: 9, window: 20 });
    }
    return this;
  }

  rounds(count: number, facts: RoundFacts = {}): this {
    for (let i = 0; i < count; i++) this.round(facts);
    return this;
  }

  /** A sample of the machine. */
  sample(fields: Readonly<Record<string, unknown>>): this {
    this.sight.takeMetrics({ ts: isoTime(this.now), event: "periodic", ...fields }, this.now);
    return this;
  }
}

export function stage(): Stage {
  return new Stage();
}

/** A line of an event file. @param at epoch milliseconds */
export function eventOf(kind: string, fields: Readonly<Record<string, unknown>>, at: number): RecordedEvent {
  return { ts: isoTime(at), event: kind, ...fields };
}

export function detectorOf(name: string): Detector {
  const found = detectors.find((detector) => detector.name === name);
  if (found === undefined) throw new Error(`no detector is called '${name}'`);
  return found;
}

/** What one detector finds, as a list. @param config tables of the configuration, e.g. `{ "monitor.hung": "factor = 2" }` */
export function findingsOf(
  name: string,
  { sight, now }: Stage,
  config: Readonly<Record<string, string>> = {},
): readonly Finding[] {
  const detector = detectorOf(name);
  const found = detector.detect(sight.of(now), detector.optionsOf(configOf(withLines(config))));
  if (found === null) return [];
  return "length" in found ? found : [found];
}
