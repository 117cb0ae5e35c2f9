// What `status` and the other control verbs tell of a service: asked of the lock, never of a file's existence.
import type { NowView, ServiceView } from "../core/view.ts";
import type { Files } from "../ports/files.ts";
import type { Lock } from "../ports/lock.ts";
import type { EventSource } from "../ports/records.ts";
import { isObject, readJsonObject } from "../store/json_file.ts";
import { joinPath } from "../core/path.ts";
import { isoTime } from "../core/text.ts";
import { numberField, textField } from "../view/field.ts";
import { holderStartedAt, lockPath, pauseIn, readHolder, readNow, readService } from "../view/service_view.ts";

/** As `--json` writes it: the predecessor's keys first, in its order. */
export interface ServiceState extends ServiceView {
  readonly state: NowView["state"];
  /** Of the running round. */
  readonly round: number | null;
  readonly phase: string | null;
  /** Since when it is in this state, ISO time. */
  readonly since: string | null;
  /** When a wait ends, ISO time. */
  readonly next_wake: string | null;
  readonly why: string;
  /** Seconds that the running round may take at most. */
  readonly longest_s: number | null;
  /** Since when it is to stop, ISO time. */
  readonly stopping_since: string | null;
  /** Since when no further round is to begin, ISO time. */
  readonly paused_since: string | null;
  readonly started_at: string | null;
  /** Of the program that runs. */
  readonly version: string | null;
  /** The configuration is not the one that runs; null when nothing runs or it cannot be told. */
  readonly config_changed: boolean | null;
  readonly config_file: string;
  readonly log_dir: string;
}

/** What is asked about. */
export interface ServicePlace {
  readonly files: Files;
  readonly lock: Lock;
  readonly events: EventSource;
  readonly logDir: string;
  readonly configFile: string;
  /** Of the configuration as it is now. */
  readonly fingerprint: string;
  /** Epoch milliseconds. */
  readonly now: number;
}

/** What the loop knows of it, handed in. */
export interface ServiceWords {
  /** Seconds that a round of that phase may take. */
  readonly longestSeconds: (phase: string | null) => number;
  /** When this supervisor was asked to stop, epoch milliseconds. */
  readonly stoppingSince: (holder: { readonly pid: number; readonly startedAt: number }) => number | null;
}

/** Throws `FileFault` where the log folder may not be read. */
export async function readServiceState(place: ServicePlace, words: ServiceWords): Promise<ServiceState> {
  const { files, logDir, now, events } = place;
  const isActive = await place.lock.isHeld(lockPath(logDir));
  const holder = isActive ? readHolder(files, logDir) : null;
  const status = readJsonObject(files, joinPath(logDir, "status.json")) ?? {};
  const service = readService({ files, logDir, now }, { isActive, holder });
  const view = readNow({ now, events }, { isActive, status });
  const current = isActive && isObject(status.current) ? status.current : null;
  const phase = textField(current, "phase");
  const startedAt = holderStartedAt(holder);
  const stopping = startedAt === null || service.pid === null
    ? null
    : words.stoppingSince({ pid: service.pid, startedAt });
  const fingerprint = textField(holder, "config_fingerprint");
  return {
    ...service,
    // A file that a dead process left tells nothing.
    mode: isActive ? service.mode : "none",
    state: view.state,
    round: numberField(current, "number"),
    phase,
    since: view.since,
    next_wake: view.until,
    why: view.why,
    longest_s: current === null ? null : words.longestSeconds(phase),
    stopping_since: stopping === null ? null : isoTime(stopping),
    paused_since: pauseIn(status)?.since ?? null,
    started_at: startedAt === null ? null : isoTime(startedAt),
    version: textField(holder, "version"),
    config_changed: fingerprint === null ? null : fingerprint !== place.fingerprint,
    config_file: place.configFile,
    log_dir: logDir,
  };
}
