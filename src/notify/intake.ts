// Reads the events from where the last reading ended, in this life or an earlier one, and takes in what is worth telling.
import type { NotifySettings } from "../config/schema.ts";
import { parseEventLine, timeOf } from "../store/event_line.ts";
import { openEventSource } from "../store/event_source.ts";
import { monthPath } from "../store/month_files.ts";
import { MonthTails } from "../store/month_tails.ts";
import type { MonthPlace, TailStart } from "../store/month_tails.ts";
import { startOffset } from "../store/start_offset.ts";
import type { Clock } from "../ports/clock.ts";
import type { Files } from "../ports/files.ts";
import { noticeOf } from "./notice_of.ts";
import { accept, idOf } from "./outbox.ts";
import type { Waiting } from "./outbox.ts";
import type { NotifyState } from "./outbox_file.ts";
import { sceneAfter } from "./scene.ts";
import type { Scene } from "./scene.ts";
import { spellNotice } from "./spell_notice.ts";

export interface IntakeOptions {
  readonly logDir: string;
  readonly project: string;
  readonly host: string;
  readonly sinks: Readonly<Record<string, NotifySettings>>;
  /** Epoch milliseconds: where there is no earlier reading, nothing before this is told. */
  readonly since: number;
  /** Told what is left out though its sink wants it. */
  readonly onDropped: (entry: Pick<Waiting, "id" | "sink" | "message">, why: "repeated" | "full") => void;
}

/** Nobody wants to be told by the hundred what happened while nothing told it. */
const oldestMs = 3 * 24 * 3_600_000;
const sceneEvents = 300;
const sceneBytes = 512 * 1024;

/** What is known of the work before `since`, from the newest events. Throws `FileFault`. */
export function recentScene(
  at: { readonly logDir: string; readonly since: number; readonly files: Files },
  from: Scene,
): Scene {
  const source = openEventSource(at);
  const { lines } = source.query({ kinds: null, limit: sceneEvents, until: at.since, maxBytes: sceneBytes });
  return lines.reduce((scene, { event }) => sceneAfter(scene, event), from);
}

export class Intake {
  readonly #options: IntakeOptions;
  readonly #files: Files;
  readonly #clock: Clock;
  readonly #tails: MonthTails;
  readonly #isFirstTime: boolean;
  #lastLook = "";
  /** Epoch milliseconds: what is older was told of before its file was written anew. */
  #floor = 0;

  /** @param places how far an earlier life has read; empty: none has */
  constructor(
    options: IntakeOptions,
    places: readonly MonthPlace[],
    ports: { readonly files: Files; readonly clock: Clock },
  ) {
    this.#options = options;
    this.#files = ports.files;
    this.#clock = ports.clock;
    this.#isFirstTime = places.length === 0;
    const { logDir } = options;
    this.#tails = new MonthTails({ files: ports.files, logDir }, {
      kind: "events",
      startsOf: (months) => months.map(({ name, path }) => this.#startOf({ name, path }, places)),
    });
  }

  /** What was written since the last call, piece by piece, for `withLines`. Throws `FileFault`. */
  *pieces(): Generator<readonly string[]> {
    const look = this.#look();
    if (look !== null && look === this.#lastLook) return;
    yield* this.#tails.pass();
    if (this.#tails.fault !== null) throw this.#tails.fault;
    this.#lastLook = look ?? "";
  }

  /** The state with a piece in it, and the place up to which that was read. */
  withLines(state: NotifyState, lines: readonly string[]): NotifyState {
    const places = this.#tails.places();
    if (isReplaced(state.places, places)) this.#floor = Math.max(this.#floor, state.newestAt + 1);
    const taken = lines.reduce((before, line) => this.#withLine(before, line), state);
    return { ...taken, places };
  }

  /** What a look at the file of this month shows; null when it is not there. The same as before: nothing was written. */
  #look(): string | null {
    const path = monthPath(this.#options.logDir, { kind: "events", at: this.#clock.now() });
    const info = this.#files.stat(path);
    return info === null ? null : `${path} ${info.inode} ${info.size}`;
  }

  #withLine(state: NotifyState, line: string): NotifyState {
    const event = parseEventLine(line);
    if (event === null || event.event.startsWith("notify_")) return state;
    const scene = sceneAfter(state.scene, event);
    const at = timeOf(event);
    const since = this.#isFirstTime ? this.#options.since : 0;
    const oldest = Math.max(since, this.#floor, this.#clock.now() - oldestMs);
    const notice = at === null || at < oldest ? null : noticeOf(event, scene);
    let { outbox } = state;
    for (const [sink, settings] of notice === null ? [] : Object.entries(this.#options.sinks)) {
      const { project, host, onDropped } = this.#options;
      const id = idOf(sink, line);
      const message = spellNotice(notice!, { project, host, timeZone: settings.timeZone });
      const taken = accept(outbox, { id, sink, notice: notice!, message, now: this.#clock.now() }, settings);
      outbox = taken.outbox;
      if (taken.acceptance === "repeated") onDropped({ id, sink, message }, "repeated");
      if (taken.dropped !== null) onDropped(taken.dropped, "full");
    }
    return { ...state, scene, outbox, newestAt: Math.max(state.newestAt, at ?? 0) };
  }

  #startOf(month: { readonly name: string; readonly path: string }, places: readonly MonthPlace[]): TailStart {
    const known = places.find(({ name }) => name === month.name);
    // Another file under the same name is read from its start: it may hold more than the one before.
    if (known !== undefined) return this.#files.stat(month.path)?.inode === known.inode ? known.offset : "start";
    if (places.length > 0) return places.every(({ name }) => name < month.name) ? "start" : "end";
    const reader = this.#files.openReader(month.path);
    try {
      const { since } = this.#options;
      const isTooOld = (event: { readonly ts: string }) => Date.parse(event.ts) < since;
      return reader === null ? "start" : startOffset(reader, { to: reader.size(), isTooOld });
    } finally {
      reader?.close();
    }
  }
}

/** Whether a file was put in the place of one that had been read, or was cut. */
function isReplaced(before: readonly MonthPlace[], after: readonly MonthPlace[]): boolean {
  return after.some(({ name, inode, offset }) => {
    const known = before.find((place) => place.name === name);
    return known !== undefined && (known.inode !== inode || offset < known.offset);
  });
}
