// One project on the page: its desk, its readers, and what was rendered of it, kept until something changes.
import { redact } from "../core/redact.ts";
import type { FileFault } from "../ports/files.ts";
import type { NumberedEvent } from "./event_memory.ts";
import type { Desk } from "./desk.ts";
import { StateDocument } from "./document.ts";
import { renderBody, spellBody } from "./layout.ts";
import { eventRow } from "./part_events.ts";
import { parts } from "./parts.ts";
import type { PartTask } from "./parts.ts";
import type { PageTools } from "./project.ts";
import { encoded, message, missedBy, spellPlace } from "./stream.ts";
import type { Reader, Readers } from "./stream.ts";

/** What was rendered is true for so long, if nothing changes: it tells how long ago things were. */
const renderedAgeMs = 1000;
/** Parts of the page are sent so often at most; events are not held back. */
const partsRestMs = 200;
/** How often the log is looked at while somebody reads it. */
const logRestMs = 300;

/** What is known of one project, and who looks at it. */
export class Room {
  readonly desk: Desk;
  readonly document: StateDocument;
  readonly #tools: PageTools;
  readonly #readers: Readers;
  readonly #life: string;
  readonly #signal: AbortSignal;
  readonly #allDesks: readonly Desk[];
  #body: { readonly text: string; readonly version: number; readonly at: number } | null = null;
  #state: { readonly text: Promise<string>; readonly version: number; readonly at: number } | null = null;
  #sent = new Map<string, string>();
  #partsTimer: ReturnType<typeof setTimeout> | null = null;
  #logTimer: ReturnType<typeof setInterval> | null = null;

  /** @param options `life`: of this process, for places in the stream; `signal`: the page is over */
  constructor(desk: Desk, options: {
    readonly desks: readonly Desk[];
    readonly tools: PageTools;
    readonly readers: Readers;
    readonly life: string;
    readonly signal: AbortSignal;
  }) {
    this.desk = desk;
    this.document = new StateDocument(desk, options.tools);
    this.#tools = options.tools;
    this.#readers = options.readers;
    this.#life = options.life;
    this.#signal = options.signal;
    this.#allDesks = options.desks;
    const unlisten = desk.listen((events) => this.#tellNews(events));
    const unlistenDetails = desk.project.details.listen(() => desk.touch());
    options.signal.addEventListener("abort", () => {
      unlisten();
      unlistenDetails();
      if (this.#partsTimer !== null) clearTimeout(this.#partsTimer);
      this.#stopLog();
    }, { once: true });
  }

  get readers(): Readers {
    return this.#readers;
  }

  /** @param kind only events of this kind; empty: all */
  body(kind: string): string {
    if (kind !== "") return this.#render(kind);
    const [version, at] = [this.desk.version, this.#tools.clock.monotonic()];
    if (this.#body === null || this.#body.version !== version || at - this.#body.at >= renderedAgeMs) {
      this.#body = { text: this.#render(""), version, at };
    }
    return this.#body.text;
  }

  /** The document as JSON. Rejects with `FileFault` when the log folder may not be read. */
  async state(): Promise<string> {
    const [version, at] = [this.desk.version, this.#tools.clock.monotonic()];
    if (this.#state === null || this.#state.version !== version || at - this.#state.at >= renderedAgeMs) {
      const text = this.document.read(this.#signal).then((document) => `${JSON.stringify(document)}\n`);
      text.catch((_: FileFault) => this.#state = null);
      this.#state = { text, version, at };
    }
    return await this.#state.text;
  }

  /** A new reader, told at once what it has missed. @param options `version`: of the page it shows; null: none */
  open(options: { readonly since: string | null; readonly version: number | null }): Reader {
    const isPage = options.version !== null;
    const reader = this.#readers.open({ isPage });
    const { events } = this.desk;
    const missed = missedBy(options.since, { life: this.#life, after: (number) => events.after(number) });
    const first = [message("hello", { place: this.#place(events.last), version: this.desk.version })];
    if (missed.missed > 0) first.push(message("gap", { missed: missed.missed }));
    first.push(...missed.events.map((event) => this.#spell(event, isPage)));
    reader.send(encoded(first));
    if (isPage) {
      // What this one shows may be older than what was sent last.
      this.#sent.clear();
      if (options.version !== this.desk.version) reader.send(encoded([this.#spellParts(this.#renderParts())]));
      this.#followLog();
    }
    return reader;
  }

  #place(number: number): string {
    return spellPlace(this.#life, number);
  }

  #task(kind: string): PartTask {
    const now = this.desk.sight?.now ?? this.#tools.clock.now();
    const elapsed = this.desk.lookedAt === null ? 0 : this.#tools.clock.monotonic() - this.desk.lookedAt;
    return { desk: this.desk, document: this.document, tools: this.#tools, now: now + Math.max(0, elapsed), kind };
  }

  #render(kind: string): string {
    const start = { place: this.#place(this.desk.events.last), version: this.desk.version };
    return spellBody(renderBody(this.#task(kind), { desks: this.#allDesks, start }));
  }

  #tellNews(events: readonly NumberedEvent[]): void {
    if (this.#readers.count === 0) return;
    if (events.length > 0) {
      for (const toPages of [true, false]) {
        this.#readers.send(encoded(events.map((event) => this.#spell(event, toPages))), { toPages });
      }
    }
    if (!this.#readers.hasPages || this.#partsTimer !== null) return;
    this.#partsTimer = setTimeout(() => {
      this.#partsTimer = null;
      this.#sendParts();
    }, partsRestMs);
  }

  #spell({ event, number }: NumberedEvent, isPage: boolean): string {
    const data = isPage ? { kind: event.event, html: eventRow(event, number).text } : event;
    return message("event", data, { id: this.#place(number) });
  }

  #renderParts(): ReadonlyMap<string, string> {
    const task = this.#task("");
    // Events come one by one.
    const shown = parts.filter(({ id }) => id !== "events");
    return new Map(shown.map(({ id, render }) => [id, render(task).text]));
  }

  #spellParts(rendered: Iterable<readonly [string, string]>): string {
    const now = this.#task("").now;
    return message("parts", { version: this.desk.version, now, parts: Object.fromEntries(rendered) });
  }

  #sendParts(): void {
    if (!this.#readers.hasPages) return;
    const rendered = this.#renderParts();
    const changed = [...rendered].filter(([id, text]) => this.#sent.get(id) !== text);
    this.#sent = new Map(rendered);
    this.#readers.send(encoded([this.#spellParts(changed)]), { toPages: true });
  }

  /** The agent's output is no event: it is looked at for as long as somebody reads it. */
  #followLog(): void {
    if (this.#logTimer !== null) return;
    let last = this.document.log().text;
    this.#logTimer = setInterval(() => {
      if (!this.#readers.hasPages) return this.#stopLog();
      const { text } = this.document.log();
      if (text === last) return;
      last = text;
      const log = parts.find(({ id }) => id === "log")!.render(this.#task("")).text;
      this.#sent.set("log", log);
      this.#readers.send(encoded([this.#spellParts([["log", log]])]), { toPages: true });
    }, logRestMs);
  }

  #stopLog(): void {
    if (this.#logTimer !== null) clearInterval(this.#logTimer);
    this.#logTimer = null;
  }
}

/** A fault as a page may tell it. */
export function spellFault(fault: FileFault): string {
  return redact(`Cannot read '${fault.path}': ${fault.message}`);
}
