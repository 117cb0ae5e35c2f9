// Keeps what is known of the machine: its newest sample, its clock, and how fast logs grow on it.
import type { RecordedEvent } from "../core/event_payload.ts";
import { numberField } from "./field.ts";
import { momentOf, roundField } from "./sight_field.ts";
import type { Fields } from "./sight_field.ts";

const jumpsKept = 10;
const samplesKept = 32;
const smallestJumpMs = 5000;
const minuteMs = 60_000;
/** Looks can be close together, and what was written between two of them says little then. */
const shortestSpanMs = 5000;

/** The newest sample; null where it does not tell. */
export interface SampleSight {
  /** Epoch milliseconds. */
  readonly at: number | null;
  readonly memoryAvailableMb: number | null;
  readonly diskUsedPercent: number | null;
  readonly diskFreeGb: number | null;
}

/** The clock was set, or the machine slept. */
export interface JumpSight {
  /** Epoch milliseconds. */
  readonly at: number;
  /** Below 0: back. */
  readonly seconds: number;
  readonly round: number | null;
}

/** The log of the running round. */
export interface RoundLogSight {
  readonly bytes: number;
  /** Over the last minute; null until enough of it was seen. */
  readonly bytesPerMinute: number | null;
}

/** How far the clock was off the round's own count of time. */
interface Lag {
  readonly round: number;
  readonly spawnedAt: number;
  readonly ms: number;
  /** The round was taken over: its times are not those of one life. */
  readonly isBroken: boolean;
}

type Handler = (event: RecordedEvent, at: number) => void;

/** The machine as events, samples and looks show it. */
export class MachineRecord {
  sample: SampleSight | null = null;
  jumps: readonly JumpSight[] = [];
  /** Of the round whose log was cut last; null when none was. */
  cutRound: number | null = null;
  #logs: { readonly at: number; readonly bytes: number }[] = [];
  #minute = { number: 0, count: 0, before: 0 };
  #lastTs: number | null = null;
  #lookAt: number | null = null;
  #lag: Lag | null = null;

  /** Kind of event -> what is done with it. @param at epoch milliseconds of the look */
  readonly handlers: Readonly<Record<string, Handler>> = {
    agent_spawn: (event) => {
      const [round, spawnedAt] = [roundField(event), momentOf(event.ts)];
      this.#lag = round === null || spawnedAt === null ? null : { round, spawnedAt, ms: 0, isBroken: false };
    },
    round_progress: (event, at) => this.#measure(event, { field: "wall_age_s", at }),
    agent_exit: (event, at) => this.#measure(event, { field: "duration_s", at }),
    round_adopted: () => this.#lag = this.#lag && { ...this.#lag, isBroken: true },
    serve_started: () => this.#lag = this.#lag && { ...this.#lag, isBroken: true },
    round_log_cut: (event) => this.cutRound = roundField(event),
  };

  /** Every event. @param ts of the event, epoch milliseconds @param at of the look */
  count(ts: number | null, at: number): void {
    if (ts === null) return;
    if (this.#lastTs !== null && ts < this.#lastTs - smallestJumpMs) {
      this.#jumped({ at: Math.min(ts, at), seconds: (ts - this.#lastTs) / 1000, round: this.#lag?.round ?? null });
    }
    this.#lastTs = ts;
    const number = Math.floor(ts / minuteMs);
    const { count } = this.#minute;
    if (number === this.#minute.number) this.#minute.count++;
    else this.#minute = { number, count: 1, before: number === this.#minute.number + 1 ? count : 0 };
  }

  /** Events in the minute before, or so far in this one. @param now epoch milliseconds */
  eventsPerMinute(now: number): number {
    const { number, count, before } = this.#minute;
    const age = Math.floor(now / minuteMs) - number;
    if (age === 0) return Math.max(count, before);
    return age === 1 || age === -1 ? count : 0;
  }

  /** @param row of a metrics file */
  takeMetrics(row: Fields): void {
    this.sample = {
      at: momentOf(row["ts"]),
      memoryAvailableMb: shareOf(row, "mem_available_mb"),
      diskUsedPercent: shareOf(row, "disk_used_pct"),
      diskFreeGb: shareOf(row, "disk_free_gb"),
    };
  }

  /** A look was taken. @param bytes in the log of the running round; null when none runs */
  pass(at: number, bytes: number | null): void {
    if (this.#lookAt !== null && at < this.#lookAt - smallestJumpMs) {
      this.#jumped({ at, seconds: (at - this.#lookAt) / 1000, round: this.#lag?.round ?? null });
      // Events that are written from now on tell the same.
      if (this.#lastTs !== null) this.#lastTs = Math.min(this.#lastTs, at);
      this.#logs = [];
    }
    this.#lookAt = at;
    this.#noteLog(at, bytes);
  }

  get roundLog(): RoundLogSight | null {
    const [first, last] = [this.#logs[0], this.#logs.at(-1)];
    if (first === undefined || last === undefined) return null;
    const spanMs = last.at - first.at;
    const bytesPerMinute = spanMs < shortestSpanMs ? null : (last.bytes - first.bytes) / spanMs * minuteMs;
    return { bytes: last.bytes, bytesPerMinute };
  }

  #noteLog(at: number, bytes: number | null): void {
    const last = this.#logs.at(-1);
    // No round runs, or another one, whose log begins small.
    if (bytes === null || !(bytes >= (last?.bytes ?? 0))) this.#logs = [];
    if (bytes === null || !(bytes >= 0)) return;
    // Looks can be very close together.
    const isSoon = at - (this.#logs.at(-2)?.at ?? -Infinity) < minuteMs / samplesKept;
    if (isSoon) this.#logs.pop();
    this.#logs.push({ at, bytes });
    // The first one is from a minute ago, or all there is.
    while (this.#logs.length > samplesKept || (this.#logs[1]?.at ?? Infinity) <= at - minuteMs) this.#logs.shift();
  }

  #measure(event: RecordedEvent, { field, at }: { readonly field: string; readonly at: number }): void {
    const [lag, ts, age] = [this.#lag, momentOf(event.ts), numberField(event, field)];
    if (lag === null || lag.isBroken || ts === null || age === null || roundField(event) !== lag.round) return;
    const ms = ts - lag.spawnedAt - age * 1000;
    if (Math.abs(ms - lag.ms) < smallestJumpMs) return;
    this.#jumped({ at: Math.min(ts, at), seconds: (ms - lag.ms) / 1000, round: lag.round });
    this.#lag = { ...lag, ms };
  }

  #jumped(jump: JumpSight): void {
    this.jumps = [...this.jumps.slice(1 - jumpsKept), { ...jump, seconds: Math.round(jump.seconds) }];
    // What the order of events told already is not to be told again by the round's own count.
    if (this.#lag !== null && jump.seconds < 0) this.#lag = { ...this.#lag, ms: this.#lag.ms + jump.seconds * 1000 };
  }
}

function shareOf(row: Fields, name: string): number | null {
  const value = numberField(row, name);
  return value !== null && value >= 0 ? value : null;
}
