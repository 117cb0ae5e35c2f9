// Watches a log folder of this machine: the first look reads a bounded part of the past, each later one what is new.
import { redact } from "../core/redact.ts";
import { joinPath } from "../core/path.ts";
import { clip, visible } from "../core/text.ts";
import type { Clock } from "../ports/clock.ts";
import { FileFault } from "../ports/files.ts";
import type { Files } from "../ports/files.ts";
import type { Lock } from "../ports/lock.ts";
import type { EventLine } from "../ports/records.ts";
import { parseEventLine, timeOf } from "../store/event_line.ts";
import { isObject, readJsonObject } from "../store/json_file.ts";
import { MonthTails } from "../store/month_tails.ts";
import type { MonthPlace } from "../store/month_tails.ts";
import type { MonthFileKind } from "../store/month_files.ts";
import { reachStarts } from "../store/reach.ts";
import { changesIn } from "../store/wake.ts";
import { lockPath } from "../view/service_view.ts";
import { Bell } from "./bell.ts";
import type { Blind, Feed, Look } from "./feed.ts";

/** What the first look reads of the past at most: no detector reaches back further. */
export const firstReach = { eventBytes: 4 * 1024 * 1024, metricBytes: 256 * 1024, days: 31 } as const;

/** Characters that one look reads of either kind at most; the rest comes with the next, at once. */
const charactersPerLook = 8 * 1024 * 1024;
/** Where the file system tells of no changes, or a lock is let go, which it never tells. */
const safetyPollMs = 2000;
const dayMs = 86_400_000;
const reasonCharacters = 300;

export interface LocalFeedOptions {
  readonly files: Files;
  readonly lock: Lock;
  readonly clock: Pick<Clock, "now">;
  readonly logDir: string;
  /** How far an earlier feed of this folder came; nothing of that is read again. */
  readonly after?: { readonly events: readonly MonthPlace[]; readonly metrics: readonly MonthPlace[] };
}

/** A log folder of this machine. */
export class LocalFeed implements Feed {
  readonly host = null;
  readonly #options: LocalFeedOptions;
  readonly #events: MonthTails;
  readonly #metrics: MonthTails;
  readonly #since: number;
  readonly #end = new AbortController();
  readonly #bell = new Bell();
  /** Read, and not handed out yet. */
  #newEvents: EventLine[] = [];
  #newMetrics: Readonly<Record<string, unknown>>[] = [];
  #isWatching = false;
  #wasThere = false;

  constructor(options: LocalFeedOptions) {
    this.#options = options;
    this.#since = options.clock.now() - firstReach.days * dayMs;
    this.#events = this.#tails("events", { bytes: firstReach.eventBytes, after: options.after?.events });
    this.#metrics = this.#tails("metrics", { bytes: firstReach.metricBytes, after: options.after?.metrics });
  }

  /** How far was read; what the looks so far handed out ends there. */
  get places(): { readonly events: readonly MonthPlace[]; readonly metrics: readonly MonthPlace[] } {
    return { events: this.#events.places(), metrics: this.#metrics.places() };
  }

  async look(signal: AbortSignal): Promise<Look | Blind> {
    if (signal.aborted || this.#end.signal.aborted) return this.#blind("The watch is over");
    // Before reading: what is written meanwhile must wake the next wait.
    this.#watch();
    try {
      return await this.#see();
    } catch (thrown) {
      if (thrown instanceof FileFault) return this.#blind(spellFault(thrown));
      throw thrown;
    }
  }

  async #see(): Promise<Look | Blind> {
    const { files, lock, logDir, clock } = this.#options;
    const isActive = await lock.isHeld(lockPath(logDir));
    const gone = this.#whyGone();
    if (gone !== null) return this.#blind(gone);
    const status = readJsonObject(files, joinPath(logDir, "status.json")) ?? {};
    this.#read(this.#metrics, (line) => {
      const row = parseRow(line);
      if (row !== null) this.#newMetrics.push(row);
    });
    this.#read(this.#events, (line) => {
      const event = parseEventLine(line);
      if (event !== null && (timeOf(event) ?? Infinity) >= this.#since) this.#newEvents.push({ line, event });
    });
    const fault = this.#events.fault ?? this.#metrics.fault;
    if (fault !== null) throw fault;
    const [events, metrics] = [this.#newEvents, this.#newMetrics];
    [this.#newEvents, this.#newMetrics] = [[], []];
    return { kind: "seen", at: clock.now(), events, metrics, status, isActive, roundLogBytes: this.#logBytes(status) };
  }

  async wake(timeoutMs: number, signal: AbortSignal): Promise<void> {
    this.#watch();
    await this.#bell.heard(timeoutMs, signal);
  }

  close(): Promise<void> {
    this.#end.abort();
    this.#bell.ring();
    return Promise.resolve();
  }

  #tails(
    kind: MonthFileKind,
    { bytes, after }: { readonly bytes: number; readonly after: readonly MonthPlace[] | undefined },
  ): MonthTails {
    const reach = { bytes, since: this.#since };
    return new MonthTails(this.#options, {
      kind,
      startsOf: (months) => reachStarts(this.#options.files, months, { reach, ...(after ? { after } : {}) }),
    });
  }

  #read(tails: MonthTails, take: (line: string) => void): void {
    let characters = 0;
    for (const lines of tails.pass()) {
      for (const line of lines) {
        characters += line.length;
        take(line);
      }
      if (characters < charactersPerLook) continue;
      this.#bell.ring();
      return;
    }
  }

  /** A folder that was never there belongs to a project that never ran; one that went away cannot be looked at. */
  #whyGone(): string | null {
    const info = this.#options.files.stat(this.#options.logDir);
    const isThere = info?.isDirectory === true;
    if (info !== null && !isThere) return `The log folder '${this.#options.logDir}' is no folder`;
    if (!isThere && this.#wasThere) return `The log folder '${this.#options.logDir}' is gone`;
    this.#wasThere ||= isThere;
    return null;
  }

  #logBytes(status: Readonly<Record<string, unknown>>): number | null {
    const { current } = status;
    if (!isObject(current) || current.state !== "running" || typeof current.log !== "string") return null;
    if (!/^rounds\/\w[\w.-]*\.log$/.test(current.log)) return null;
    try {
      return this.#options.files.stat(joinPath(this.#options.logDir, current.log))?.size ?? null;
    } catch {
      return null;
    }
  }

  #watch(): void {
    if (this.#isWatching) return;
    this.#isWatching = true;
    void this.#listen();
  }

  async #listen(): Promise<void> {
    const { files, logDir } = this.#options;
    let isFirst = true;
    for await (const _ of changesIn(files, { folder: logDir, signal: this.#end.signal, pollMs: safetyPollMs })) {
      // The first one only says that listening has begun.
      if (!isFirst) this.#bell.ring();
      isFirst = false;
    }
  }

  #blind(reason: string): Blind {
    return { kind: "blind", at: this.#options.clock.now(), reason: visible(clip(redact(reason), reasonCharacters)) };
  }
}

function spellFault(fault: FileFault): string {
  return `Cannot read '${fault.path}': ${fault.message}`;
}

function parseRow(line: string): Readonly<Record<string, unknown>> | null {
  if (!line.startsWith("{")) return null;
  try {
    const value: unknown = JSON.parse(line);
    return isObject(value) ? value : null;
  } catch {
    return null;
  }
}
