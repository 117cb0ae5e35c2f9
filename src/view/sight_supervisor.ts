// Keeps what the events tell of the supervisor itself: its life, why it ended, what it broke on, and when it last spoke.
import type { RecordedEvent } from "../core/event_payload.ts";
import { witnessEventKinds } from "../core/event_witness.ts";
import { Elapsed } from "./sight_elapsed.ts";
import { countField, momentOf, roundField, shortField } from "./sight_field.ts";

const failuresKept = 10;
const startsKept = 200;
/** Checks of one battery are written at once. */
const sameBatteryMs = 1000;

/** Kinds that people's commands write, too: no sign that a supervisor lives. */
const writtenByOthers: ReadonlySet<string> = new Set([
  ...Object.keys(witnessEventKinds),
  "breaker_reset",
  "resumed",
  "hints_cleared",
  "salvage_restored",
  "salvage_dropped",
]);

/** Times are epoch milliseconds. */
export interface SupervisorSight {
  /** Whether one holds the lock of the log folder; null when nobody looked. */
  readonly isActive: boolean | null;
  /** What it last said of its life; null when nothing is known. */
  readonly life: "started" | "ended" | null;
  readonly startedAt: number | null;
  readonly version: string | null;
  /** Why it ended; null while it lives, or when it did not say. */
  readonly endReason: string | null;
  /** Kind of the last event or sample it wrote. */
  readonly lastSign: string | null;
  readonly lastSignAt: number | null;
  /** Seconds since then, as far as looks and clock can tell; null when it never wrote. */
  readonly quietSeconds: number | null;
  /** Seconds since its lock was free, as far as looks can tell; null while it is held, or when nobody looked. */
  readonly goneSeconds: number | null;
}

export interface BreakerSight {
  readonly at: number;
  readonly consecutive: number;
  readonly reason: string;
}

/** Something that keeps the loop from starting a round. */
export interface BrokenSight {
  readonly at: number;
  readonly what: "battery" | "hook";
  readonly reason: string;
}

export interface HumanSight {
  readonly at: number;
  readonly round: number | null;
  readonly verdict: string;
  readonly summary: string;
  readonly hint: string;
}

export interface VersionSight {
  readonly at: number;
  readonly agent: string;
  readonly from: string;
  readonly to: string;
}

export interface HookFailureSight {
  readonly at: number;
  readonly hook: string;
  readonly point: string;
  readonly error: string;
}

/** One attempt to start a round. */
export interface StartSight {
  readonly at: number;
  readonly isGood: boolean;
  /** What failed; empty for a good one. */
  readonly reason: string;
}

type Handler = (event: RecordedEvent, at: number) => void;

/** The supervisor as its events show it. */
export class SupervisorRecord {
  breaker: BreakerSight | null = null;
  broken: BrokenSight | null = null;
  human: HumanSight | null = null;
  humanAt: number | null = null;
  version: VersionSight | null = null;
  hookFailures: readonly HookFailureSight[] = [];
  readonly #quiet = new Elapsed();
  readonly #gone = new Elapsed();
  readonly #starts: StartSight[] = [];
  #isActive: boolean | null = null;
  #life: SupervisorSight["life"] = null;
  #hasLeft = false;
  #startedAt: number | null = null;
  #version: string | null = null;
  #endReason: string | null = null;
  #lastSign: string | null = null;
  #lastSignAt: number | null = null;

  /** Kind of event -> what is done with it. @param at epoch milliseconds of the look */
  readonly handlers: Readonly<Record<string, Handler>> = {
    serve_started: (event, at) => {
      this.#life = "started";
      this.#hasLeft = false;
      this.#endReason = null;
      this.#startedAt = momentOf(event.ts) ?? at;
      this.#version = shortField(event, "version", 60);
    },
    serve_stopped: (event) => {
      this.#hasLeft = true;
      this.#end(shortField(event, "reason", 100) ?? "stopped");
    },
    // Ends of a predecessor that says no more than this.
    max_rounds_reached: () => this.#end("max_rounds"),
    stop_file_detected: () => this.#end("stop_file"),
    agent_self_terminated: () => this.#end("agent_done"),
    serve_startup_hook_failed: (event, at) => this.#break("hook", event, at),
    config_broken: (event, at) => this.#break("battery", event, at),
    crash_loop: (event, at) => this.#crashed(event, at),
    breaker_reset: () => this.breaker = null,
    smoke_check_failed: (event, at) => this.#refused(event, at),
    round_start: (event, at) => this.#began(event, at),
    round_verdict: (event) => {
      if (event["verdict"] === "ok" || event["verdict"] === "bounded") this.breaker = null;
    },
    human_needed: (event, at) => {
      this.human = {
        at: momentOf(event.ts) ?? at,
        round: roundField(event),
        verdict: shortField(event, "verdict", 40) ?? "",
        summary: shortField(event, "summary") ?? "",
        hint: shortField(event, "hint") ?? "",
      };
      this.humanAt = this.human.at;
    },
    agent_version_changed: (event, at) => {
      this.version = {
        at: momentOf(event.ts) ?? at,
        agent: shortField(event, "agent", 60) ?? "?",
        from: shortField(event, "from", 60) ?? "?",
        to: shortField(event, "to", 60) ?? "?",
      };
    },
    hook_failed: (event, at) => {
      const failure = {
        at: momentOf(event.ts) ?? at,
        hook: shortField(event, "hook_name", 100) ?? "?",
        point: shortField(event, "hook_kind", 40) ?? "?",
        error: shortField(event, "error_message") ?? "",
      };
      this.hookFailures = [...this.hookFailures.slice(1 - failuresKept), failure];
    },
  };

  /** Attempts to start a round, oldest first. */
  get starts(): readonly StartSight[] {
    return [...this.#starts];
  }

  /** @param now epoch milliseconds */
  sight(now: number): SupervisorSight {
    return {
      isActive: this.#isActive,
      life: this.#life,
      startedAt: this.#startedAt,
      version: this.#version,
      endReason: this.#endReason,
      lastSign: this.#lastSign,
      lastSignAt: this.#lastSignAt,
      quietSeconds: this.#quiet.seconds(now),
      goneSeconds: this.#isActive === false ? this.#gone.seconds(now) : null,
    };
  }

  /** Any event or sample: a sign of life unless others write such, too. */
  hear(kind: string, ts: number | null, at: number): void {
    if (ts === null || kind.startsWith("monitor_") || writtenByOthers.has(kind)) return;
    this.#lastSign = kind.length > 100 ? "?" : kind;
    // What claims to come from the future was heard now.
    this.#lastSignAt = Math.min(ts, at);
    this.#quiet.begin(this.#lastSignAt, at);
  }

  /** A look was taken. @param at epoch milliseconds */
  pass(at: number): void {
    this.#quiet.pass(at);
    this.#gone.pass(at);
  }

  /** Whether a supervisor holds the lock. @param at epoch milliseconds of the look */
  takeLock(isHeld: boolean, at: number): void {
    // Of a lock that was never seen held only the last sign says since when it may be free.
    if (!isHeld && this.#isActive !== false) {
      this.#gone.begin(this.#isActive === null ? this.#lastSignAt ?? at : at, at);
    }
    this.#isActive = isHeld;
  }

  #end(reason: string): void {
    this.#life = "ended";
    this.#endReason = reason;
  }

  #break(what: BrokenSight["what"], event: RecordedEvent, at: number): void {
    const reason = shortField(event, what === "hook" ? "exc_msg" : "reason") ?? "";
    const hook = what === "hook" ? `${shortField(event, "hook", 100) ?? "?"}: ` : "";
    this.broken = { at: momentOf(event.ts) ?? at, what, reason: `${hook}${reason}` };
    this.#end(what === "hook" ? "startup_hook" : "config_broken");
  }

  #crashed(event: RecordedEvent, at: number): void {
    this.breaker = {
      at: momentOf(event.ts) ?? at,
      consecutive: countField(event, "consecutive") ?? 0,
      reason: shortField(event, "reason", 2000) ?? "",
    };
    this.#end("crash_loop");
  }

  #began(event: RecordedEvent, at: number): void {
    this.#keepStart({ at: momentOf(event.ts) ?? at, isGood: true, reason: "" });
    this.broken = null;
    this.human = null;
    // After its last word only rounds that people run one by one can follow; after others the loop may go on.
    if (this.#hasLeft || this.#life !== "ended") return;
    this.#life = this.#startedAt === null ? null : "started";
    this.#endReason = null;
  }

  #refused(event: RecordedEvent, at: number): void {
    const time = momentOf(event.ts) ?? at;
    const last = this.#starts.at(-1);
    if (last !== undefined && !last.isGood && Math.abs(time - last.at) <= sameBatteryMs) return;
    this.#keepStart({ at: time, isGood: false, reason: shortField(event, "reason") ?? "" });
  }

  #keepStart(start: StartSight): void {
    this.#starts.push(start);
    if (this.#starts.length > startsKept) this.#starts.shift();
  }
}
