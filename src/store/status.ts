// status.json: what is running now and what came of the last round; read tolerantly, written in one step.
import { joinPath } from "../core/path.ts";
import { messageOf } from "../core/errors.ts";
import { isRoundNumber } from "../core/round.ts";
import type { Files } from "../ports/files.ts";
import { formats, newerFormat } from "./formats.ts";
import { isObject } from "./json_file.ts";
import { unknownFields } from "./status_fields.ts";
import { isPauseRecord } from "./status_pause.ts";
import type { PauseRecord } from "./status_pause.ts";
import { isDoneRefused, isLastChange } from "./status_progress.ts";
import type { DoneRefused, LastChange } from "./status_progress.ts";

/** The round that is running, with all that another life of the supervisor needs to take it over. */
export interface CurrentRound {
  readonly number: number;
  readonly id: string;
  readonly phase: string | null;
  readonly phase_index: number | null;
  /** `claimed`: the number is taken; `running`: the agent was started; `settling`: it has ended. */
  readonly state: "claimed" | "running" | "settling";
  /** Leader of the round's process group; null until it was started. */
  readonly pid: number | null;
  /** ISO time. */
  readonly started_at: string;
  /** Seconds since boot: walls count by it, whatever the clock does. */
  readonly started_uptime_s: number;
  /** Path of the agent's output, relative to the log folder. */
  readonly log: string;
  readonly fresh_eyes: boolean;
  /** Name of the reader of the agent at work. */
  readonly agent?: string;
  /** The session that was resumed, or whose id was chosen; absent when the agent makes one. */
  readonly session?: { readonly id: string; readonly is_resumed: boolean };
  /** Where the work folder stood when the agent was started, as `standingFields` spells it. */
  readonly before?: Readonly<Record<string, unknown>>;
}

/** What serve waits for; null when it does not wait. */
export interface Waiting {
  /** Null: no time is set for its end. */
  readonly until_epoch: number | null;
  readonly reason: string;
  /** What is waited for, in a word. */
  readonly classification?: string;
}

/** The session of an agent that another one stands in for, as its last round left it. */
export interface OtherSession {
  readonly session_id: string;
  readonly last_verdict?: string;
  readonly last_completed_at?: string;
}

/** status.json; the first seven keys are the reference's. */
export interface Status {
  readonly round_num: number;
  readonly running: boolean;
  readonly last_completed_at?: string;
  readonly last_exit_code?: number;
  readonly last_duration_s?: number;
  readonly current_phase?: string;
  readonly phase_index?: number;
  readonly schema: number;
  readonly last_verdict?: string;
  readonly last_summary?: string;
  readonly last_ending?: string;
  readonly last_dirty_files?: readonly string[];
  /** Of those, what the automatic commit did not take. */
  readonly last_left_out?: readonly { readonly path: string; readonly why: string }[];
  readonly session_id?: string;
  /** Sessions of other agents, by the names of their readers, to go on with when those work again. */
  readonly other_sessions?: Readonly<Record<string, OtherSession>>;
  /** Name of the reader, and the CLI's version where it tells. */
  readonly agent?: string;
  readonly agent_version?: string;
  readonly last_degraded?: readonly string[];
  readonly last_change?: LastChange;
  readonly done_refused?: DoneRefused;
  readonly current?: CurrentRound;
  readonly waiting?: Waiting;
  /** No further round begins; it outlives this life. */
  readonly paused?: PauseRecord;
}

export const statusSchema = formats["status.json"];

/** What reading gave. `recovered`: the file was there but could not be used as it is. */
export interface StatusReading {
  readonly status: Status | null;
  readonly recovered: string | null;
}

const statusBytes = 1024 * 1024;

/** Reads and writes status.json in a log folder. */
export class StatusFile {
  readonly #path: string;
  readonly #files: Files;
  /** What a newer version wrote and this one has no use for: it goes into every file that is written. */
  #foreign: Readonly<Record<string, unknown>> = {};

  constructor(logDir: string, files: Files) {
    this.#path = joinPath(logDir, "status.json");
    this.#files = files;
  }

  /** Throws `FileFault` only when the file exists and may not be read. */
  read(): StatusReading {
    const bytes = this.#files.readBytes(this.#path, { offset: 0, length: statusBytes + 1 });
    if (bytes === null) return { status: null, recovered: null };
    try {
      if (bytes.length > statusBytes) throw new Error("larger than 1 MiB");
      const parsed: unknown = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes));
      if (isObject(parsed) && newerFormat("status.json", parsed) !== null) this.#foreign = unknownFields(parsed);
      return statusOf(parsed);
    } catch (thrown) {
      return { status: null, recovered: `status.json is unreadable: ${messageOf(thrown)}` };
    }
  }

  /** The reader's name of the agent in the round on record; null when there is none or nothing can be read. */
  agentInRound(): string | null {
    try {
      return this.read().status?.current?.agent ?? null;
    } catch {
      return null;
    }
  }

  /** Throws `FileFault`. @param options `isDurable`: survives a power cut from the moment this returns */
  write(status: Status, options?: { readonly isDurable?: boolean }): void {
    this.#files.writeAtomic(this.#path, `${JSON.stringify({ ...status, ...this.#foreign }, null, 2)}\n`, options);
  }

  /** Keeps a file that could not be used beside the new one. */
  setAside(): void {
    try {
      this.#files.rename(this.#path, `${this.#path}.corrupt`);
    } catch {
      // It is only kept for a person to look at.
    }
  }
}

/** Keeps what is of the right type; says what was not. */
function statusOf(parsed: unknown): StatusReading {
  if (typeof parsed !== "object" || parsed === null || Array.isArray(parsed)) {
    return { status: null, recovered: "status.json holds no object" };
  }
  const source = parsed as Record<string, unknown>;
  const bad: string[] = [];
  const take = <T>(key: string, isGood: (value: unknown) => boolean): { [k: string]: T } => {
    const value = source[key];
    if (value === undefined || value === null) return {};
    if (isGood(value)) return { [key]: value as T };
    bad.push(key);
    return {};
  };
  if (!isRoundNumber(source.round_num)) {
    return { status: null, recovered: "status.json holds no whole round_num" };
  }
  const status = {
    round_num: source.round_num as number,
    running: source.running === true,
    schema: statusSchema,
    ...take<string>("last_completed_at", isString),
    ...take<number>("last_exit_code", Number.isSafeInteger),
    ...take<number>("last_duration_s", Number.isFinite),
    ...take<string>("current_phase", isString),
    ...take<number>("phase_index", Number.isSafeInteger),
    ...take<string>("last_verdict", isString),
    ...take<string>("last_summary", isString),
    ...take<string>("last_ending", isString),
    ...take<string[]>("last_dirty_files", (value) => Array.isArray(value) && value.every(isString)),
    ...take<Status["last_left_out"]>("last_left_out", isLeftOut),
    ...take<string>("session_id", isString),
    ...take<Record<string, OtherSession>>("other_sessions", isOtherSessions),
    ...take<string>("agent", isString),
    ...take<string>("agent_version", isString),
    ...take<string[]>("last_degraded", (value) => Array.isArray(value) && value.every(isString)),
    ...take<LastChange>("last_change", isLastChange),
    ...take<DoneRefused>("done_refused", isDoneRefused),
    ...take<CurrentRound>("current", isCurrent),
    ...take<Waiting>("waiting", isWaiting),
    ...take<PauseRecord>("paused", isPauseRecord),
  } as Status;
  return { status, recovered: bad.length === 0 ? null : `status.json: dropped ${bad.join(", ")}` };
}

function isString(value: unknown): value is string {
  return typeof value === "string";
}

function isLeftOut(value: unknown): boolean {
  return Array.isArray(value) && value.every((one) => isObject(one) && isString(one["path"]) && isString(one["why"]));
}

function isCurrent(value: unknown): boolean {
  if (typeof value !== "object" || value === null) return false;
  const current = value as Partial<Record<keyof CurrentRound, unknown>>;
  return isRoundNumber(current.number) && isString(current.id) && /^[0-9a-f-]{36}$/.test(current.id) &&
    isString(current.started_at) && !Number.isNaN(Date.parse(current.started_at)) &&
    Number.isFinite(current.started_uptime_s) && isString(current.log) &&
    /^rounds\/\w[\w.-]*\.log$/.test(current.log) &&
    (current.state === "claimed" || current.state === "running" || current.state === "settling") &&
    (current.pid === null || Number.isSafeInteger(current.pid)) &&
    (current.phase === null || isString(current.phase)) &&
    (current.phase_index === null || Number.isSafeInteger(current.phase_index)) &&
    typeof current.fresh_eyes === "boolean" && (current.agent === undefined || isString(current.agent)) &&
    (current.session === undefined || isSession(current.session));
}

function isSession(value: unknown): boolean {
  if (typeof value !== "object" || value === null) return false;
  const { id, is_resumed } = value as { readonly id?: unknown; readonly is_resumed?: unknown };
  return isString(id) && typeof is_resumed === "boolean";
}

function isOtherSessions(value: unknown): boolean {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return false;
  return Object.values(value).every((entry) => {
    if (typeof entry !== "object" || entry === null) return false;
    const { session_id, last_verdict, last_completed_at } = entry as Partial<Record<keyof OtherSession, unknown>>;
    return isString(session_id) &&
      [last_verdict, last_completed_at].every((text) => text === undefined || isString(text));
  });
}

function isWaiting(value: unknown): boolean {
  if (typeof value !== "object" || value === null) return false;
  const waiting = value as Partial<Record<keyof Waiting, unknown>>;
  return (waiting.until_epoch === null || Number.isFinite(waiting.until_epoch)) && isString(waiting.reason) &&
    (waiting.classification === undefined || isString(waiting.classification));
}
