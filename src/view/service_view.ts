// Whether a supervisor runs, which one, and what it is doing, told from its lock and its state files.
import { joinPath } from "../core/path.ts";
import { isoTime } from "../core/text.ts";
import { serviceModes } from "../core/service.ts";
import type { ServiceMode } from "../core/service.ts";
import type { NowView, RateLimitView, ServiceView } from "../core/view.ts";
import type { Files } from "../ports/files.ts";
import type { EventSource } from "../ports/records.ts";
import { isPauseRecord } from "../store/status_pause.ts";
import type { PauseRecord } from "../store/status_pause.ts";
import { isObject, readJsonObject } from "../store/json_file.ts";
import { numberField, textField } from "./field.ts";

type Fields = Readonly<Record<string, unknown>>;

const reachBytes = 2 * 1024 * 1024;

interface Place {
  readonly files: Files;
  readonly logDir: string;
  /** Epoch milliseconds. */
  readonly now: number;
}

/** Path of the lock that a supervisor holds. */
export function lockPath(logDir: string): string {
  return joinPath(logDir, "agent-runner.lock");
}

/** Path of what the holder of the lock read as its configuration: what holds while it runs, whatever becomes of the file. */
export function configInForcePath(logDir: string): string {
  return `${lockPath(logDir)}.config`;
}

/** What the holder of the lock leaves beside it. */
export function holderPaths(logDir: string): readonly string[] {
  return [joinPath(logDir, "serve.pid"), `${lockPath(logDir)}.holder`, configInForcePath(logDir)];
}

/** When the holder of the lock took it, epoch milliseconds; null when it left no word. */
export function holderStartedAt(holder: Fields | null): number | null {
  const time = Date.parse(textField(holder, "started_at") ?? "");
  return Number.isNaN(time) ? null : time;
}

/** What the holder of the lock wrote about itself. */
export function readHolder(files: Files, logDir: string): Fields | null {
  return readJsonObject(files, `${lockPath(logDir)}.holder`);
}

/** @param options `holder`: of the lock when it is held, else null. Throws `FileFault`. */
export function readService(
  place: Place,
  options: { readonly isActive: boolean; readonly holder: Fields | null },
): ServiceView {
  const { isActive, holder } = options;
  const startedAt = isActive ? holderStartedAt(holder) : null;
  const keeper = isActive ? keeperOf(holder) : null;
  const hasPidFile = place.files.lstat(joinPath(place.logDir, "serve.pid")) !== null;
  return {
    mode: keeper?.mode ?? (isActive || hasPidFile ? "pid_file" : "none"),
    active: isActive,
    pid: isActive ? numberField(holder, "pid") : null,
    uptime_s: startedAt === null ? null : Math.max(0, Math.floor((place.now - startedAt) / 1000)),
    unit_file: keeper?.file ?? null,
    rate_limit: readRateLimit(place),
  };
}

/** The service manager that the holder says it was started by. */
function keeperOf(holder: Fields | null): { readonly mode: ServiceMode; readonly file: string | null } | null {
  const service = isObject(holder?.service) ? holder.service : null;
  const mode = serviceModes.find((one) => one === textField(service, "mode"));
  return mode === undefined ? null : { mode, file: textField(service, "unit_file") };
}

function readRateLimit({ files, logDir, now }: Place): RateLimitView | null {
  const wait = readJsonObject(files, joinPath(logDir, "wait.json"));
  const until = numberField(wait, "reset_at_epoch");
  if (until === null || until * 1000 <= now) return readAbsence({ files, logDir, now });
  return {
    throttled_until_epoch: until,
    limit_type: textField(wait, "classification") ?? "rate_limit_account",
    agent: textField(wait, "agent") ?? "unknown",
    since_round: numberField(wait, "since_round") ?? 0,
  };
}

/** What an agent waits for while another one stands in for it; the first one that is named. */
function readAbsence({ files, logDir, now }: Place): RateLimitView | null {
  const blocks = readJsonObject(files, joinPath(logDir, "seats.json"))?.blocks;
  for (const [agent, block] of Object.entries(isObject(blocks) ? blocks : {})) {
    if (!isObject(block)) continue;
    const until = numberField(block, "until_epoch");
    if (until === null || until * 1000 <= now) continue;
    return {
      throttled_until_epoch: until,
      limit_type: textField(block, "classification") ?? "rate_limit_account",
      agent,
      since_round: numberField(block, "since_round") ?? 0,
    };
  }
  return null;
}

/** What goes on now. @param options `status`: status.json. Throws `FileFault`. */
export function readNow(
  place: { readonly now: number; readonly events: EventSource },
  options: { readonly isActive: boolean; readonly status: Fields },
): NowView {
  const { isActive, status } = options;
  const current = isObject(status.current) ? status.current : null;
  const pause = pauseIn(status);
  if (!isActive) return withPause(stopped(place.events, current), pause);
  if (current !== null) return withPause(running(current), pause);
  if (pause !== null) {
    return {
      state: "paused",
      since: pause.since,
      until: safeIso(pause.until_epoch ?? Infinity),
      why: spellPause(pause),
    };
  }
  const waiting = isObject(status.waiting) ? status.waiting : null;
  const until = numberField(waiting, "until_epoch");
  if (waiting === null || until === null) return { state: "idle", since: null, until: null, why: "Between rounds" };
  return {
    state: "waiting",
    since: textField(status, "last_completed_at"),
    until: safeIso(until),
    why: textField(waiting, "reason") ?? "No reason given",
  };
}

/** The pause that the operator asked for; null when rounds may begin. @param status status.json */
export function pauseIn(status: Fields): PauseRecord | null {
  return isPauseRecord(status.paused) ? status.paused : null;
}

/** Who paused it and why, as a sentence without a full stop. */
export function spellPause({ by, reason }: PauseRecord): string {
  return `Paused${by === "" ? "" : ` by ${by}`}${reason === "" ? "" : `: ${reason}`}`;
}

/** What goes on, and that no round comes after it. */
function withPause(now: NowView, pause: PauseRecord | null): NowView {
  if (pause === null) return now;
  return { ...now, why: `${now.why.replace(/\.$/, "")}. ${spellPause(pause)}` };
}

function running(current: Fields): NowView {
  const phase = textField(current, "phase");
  const name = `Round ${numberField(current, "number") ?? "?"}${phase ? ` (${phase})` : ""}`;
  const isSettling = textField(current, "state") === "settling";
  return {
    state: "running",
    since: textField(current, "started_at"),
    until: null,
    why: isSettling ? `${name}: its work is being put on record` : name,
  };
}

function stopped(events: EventSource, current: Fields | null): NowView {
  const found = events.query({ kinds: ["serve_stopped", "serve_started"], limit: 1, maxBytes: reachBytes });
  const last = found.lines[0]?.event ?? null;
  const hasLeft = last?.event === "serve_stopped";
  if (current !== null) {
    const why = `The supervisor is gone; round ${numberField(current, "number") ?? "?"} was running. ` +
      "The next serve takes it over";
    return { state: "stopped", since: hasLeft ? last.ts : null, until: null, why };
  }
  if (hasLeft) return { state: "stopped", since: last.ts, until: null, why: textField(last, "reason") ?? "serve left" };
  const why = last === null ? "No supervisor runs" : "The supervisor ended without a word";
  return { state: "stopped", since: null, until: null, why };
}

function safeIso(epochSeconds: number): string | null {
  return Math.abs(epochSeconds) < 8.64e12 ? isoTime(epochSeconds * 1000) : null;
}
