// A watch on a made-up project: time that jumps, looks that a test writes, and everything it told, recorded and did.
import type { Config } from "../../src/config/schema.ts";
import type { Alert } from "../../src/core/alert.ts";
import type { StopNotice } from "../../src/monitor/act.ts";
import type { OpenAlert } from "../../src/monitor/alerts.ts";
import type { Blind, Feed, Look } from "../../src/monitor/feed.ts";
import type { StopOutcome } from "../../src/monitor/stop_remote.ts";
import { watchProject } from "../../src/monitor/watch.ts";
import type { WatchTask } from "../../src/monitor/watch.ts";
import type { EventSink } from "../../src/ports/records.ts";
import { configOf, withLines } from "../config/sample.ts";
import { FakeClock } from "../fakes/fake_clock.ts";
import { eventOf } from "./stage.ts";

/** What one look shows; what is not said is a quiet project with a supervisor at work. */
export type Scene = Partial<Omit<Look, "kind" | "at" | "events">> & {
  readonly events?: readonly (readonly [kind: string, fields: Readonly<Record<string, unknown>>])[];
  /** It cannot be looked at. */
  readonly blind?: Partial<Blind>;
};

/** A project whose looks are scenes, one after the other; after the last one the watch is ended. */
export class SceneFeed implements Feed {
  readonly host: string | null;
  readonly #clock: FakeClock;
  readonly #scenes: readonly Scene[];
  readonly #end: AbortController;
  /** Monotonic milliseconds of each look, counted from the first. */
  readonly lookedAt: number[] = [];
  isClosed = false;

  constructor(scenes: readonly Scene[], parts: { clock: FakeClock; end: AbortController; host?: string }) {
    this.#scenes = scenes;
    this.#clock = parts.clock;
    this.#end = parts.end;
    this.host = parts.host ?? null;
  }

  look(): Promise<Look | Blind> {
    const scene = this.#scenes[this.lookedAt.length];
    if (scene === undefined) this.#end.abort();
    this.lookedAt.push(this.#clock.monotonic());
    const at = this.#clock.now();
    const { blind, events = [], ...rest } = scene ?? {};
    if (blind !== undefined) return Promise.resolve({ kind: "blind", at, reason: "no route", ...blind });
    const lines = events.map(([kind, fields]) => {
      const event = eventOf(kind, fields, at);
      return { event, line: JSON.stringify(event) };
    });
    const quiet = { metrics: [], status: {}, isActive: true, roundLogBytes: null };
    return Promise.resolve({ kind: "seen", at, events: lines, ...quiet, ...rest });
  }

  async wake(timeoutMs: number, signal: AbortSignal): Promise<void> {
    await this.#clock.sleep(timeoutMs, signal);
  }

  close(): Promise<void> {
    this.isClosed = true;
    return Promise.resolve();
  }
}

export interface Watching {
  readonly scenes: readonly Scene[];
  /** Tables of the configuration. */
  readonly config?: Readonly<Record<string, string>>;
  readonly open?: readonly OpenAlert[];
  /** Whether it may act at each look; the last one again and again. */
  readonly acts?: readonly boolean[];
  readonly host?: string;
  readonly intervalSeconds?: number;
  readonly parts?: Partial<Pick<WatchTask, "askHooks" | "tailOf" | "config">>;
  /** What each attempt to stop the service comes to; the last one again and again. */
  readonly stops?: readonly (StopOutcome | ((signal: AbortSignal) => Promise<StopOutcome>))[];
}

/** Runs a watch through its scenes. */
export async function watchThrough(watching: Watching) {
  const clock = new FakeClock({ isAutomatic: true });
  const end = new AbortController();
  const feed = new SceneFeed(watching.scenes, {
    clock,
    end,
    ...(watching.host === undefined ? {} : { host: watching.host }),
  });
  const config: Config = configOf(withLines(watching.config ?? {}));
  const [told, events, kept, notices, stoppedAt]: [Alert[], Recorded[], OpenAlert[][], StopNotice[], number[]] = [
    [],
    [],
    [],
    [],
    [],
  ];
  const begunAt = clock.monotonic();
  const tidied: number[] = [];
  const called: string[] = [];
  let asked = 0;
  const result = await watchProject({
    feed,
    config: () => config,
    tailOf: () => null,
    askHooks: () => Promise.resolve([]),
    ...watching.parts,
    clock,
    sink: recorder(events),
    signal: end.signal,
    intervalSeconds: watching.intervalSeconds ?? 30,
    readOpen: () => kept.at(-1) ?? watching.open ?? [],
    mayAct: () => Promise.resolve(watching.acts?.[Math.min(asked++, watching.acts.length - 1)] ?? true),
    tidy: () => void tidied.push(feed.lookedAt.length),
    keepOpen: (open) => void kept.push([...open]),
    callHooks: (alert) => void called.push(`${alert.detector} ${alert.state} ${alert.action}`),
    onAlert: (alert) => void told.push(alert),
    autoStop: {
      stop(signal) {
        const stops = watching.stops ?? [{ kind: "stopped", wasRunning: true }];
        const outcome = stops[Math.min(stoppedAt.length, stops.length - 1)]!;
        stoppedAt.push((clock.monotonic() - begunAt) / 1000);
        return typeof outcome === "function" ? outcome(signal) : Promise.resolve(outcome);
      },
      onNotice: (notice) => void notices.push(notice),
    },
  });
  const seconds = feed.lookedAt.map((at) => (at - begunAt) / 1000);
  const lives = told.map(({ detector, state }) => `${detector} ${state}`);
  return {
    result,
    told,
    lives,
    events,
    kinds: events.map(({ kind }) => kind),
    kept,
    notices,
    stoppedAt,
    seconds,
    tidied,
    called,
    feed,
  };
}

export interface Recorded {
  readonly kind: string;
  readonly payload: Readonly<Record<string, unknown>>;
}

function recorder(events: Recorded[]): EventSink {
  const emit = (kind: string, payload: Readonly<Record<string, unknown>>) => void events.push({ kind, payload });
  return { emit, emitOwn: emit, flush: () => true, fault: () => null };
}

/** A sample of the machine with a disk so full. */
export function diskAt(percent: number, at = "2026-11-21T10:00:00Z"): Scene {
  return { metrics: [{ ts: at, event: "periodic", disk_used_pct: percent }] };
}

/** A whole round that ended as told. */
export function roundScene(number: number, verdict: string, more: Scene = {}): Scene {
  const round = { round_num: number };
  return {
    ...more,
    events: [
      ["round_start", { ...round, phase: null }],
      ["agent_exit", { ...round, exit_code: 1, duration_s: 5, timed_out: false, exit_cause: "error" }],
      ["round_verdict", { ...round, verdict, summary: `It was ${verdict}` }],
      ["round_end", round],
      ...(more.events ?? []),
    ],
  };
}
