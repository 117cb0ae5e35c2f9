// Keeps the newest events of a project, of every kind some, so that the page need not read them from disk again.
import type { RecordedEvent } from "../core/event_payload.ts";
import { clip } from "../core/text.ts";
import type { EventLine, EventQuery, EventSource } from "../ports/records.ts";
import { eventFilter } from "../store/event_filter.ts";

/** Events that are kept whatever their kind. */
export const newestKept = 500;
const keptPerKind = 14;
const mostKinds = 200;
const longestLine = 4096;
const longestField = 300;

/** An event and its place in the order in which this process met it, from 1 on. */
export interface NumberedEvent {
  readonly number: number;
  readonly event: RecordedEvent;
}

/** The newest events. Each costs the same, however many came before. */
export class EventMemory {
  #newest: NumberedEvent[] = [];
  readonly #byKind = new Map<string, NumberedEvent[]>();
  #count = 0;

  /** Number of the newest event; 0 before the first. */
  get last(): number {
    return this.#count;
  }

  /** @param line as it stands in the file */
  add({ line, event }: EventLine): NumberedEvent {
    const kept = { number: ++this.#count, event: line.length <= longestLine ? event : shortened(event) };
    this.#newest.push(kept);
    // One by one they would be moved each time.
    if (this.#newest.length >= 2 * newestKept) this.#newest = this.#newest.slice(-newestKept);
    let ofKind = this.#byKind.get(event.event);
    if (ofKind === undefined) {
      if (this.#byKind.size >= mostKinds || event.event.length > longestField) return kept;
      this.#byKind.set(event.event, ofKind = []);
    }
    ofKind.push(kept);
    if (ofKind.length > keptPerKind) ofKind.shift();
    return kept;
  }

  /** The newest ones, oldest first. */
  newest(count: number): readonly NumberedEvent[] {
    return this.#newest.slice(-Math.min(count, newestKept));
  }

  /** What came after the event of this number, as far as it is kept, and how many are not. */
  after(number: number): { readonly events: readonly NumberedEvent[]; readonly missed: number } {
    const events = this.newest(newestKept).filter((kept) => kept.number > number);
    return { events, missed: Math.max(0, this.#count - number - events.length) };
  }

  /** Some of a kind, oldest first. */
  ofKind(kind: string): readonly RecordedEvent[] {
    return (this.#byKind.get(kind) ?? []).map(({ event }) => event);
  }

  /** What is kept, as a log to ask; the lines themselves are not. */
  asSource(): EventSource {
    const query = (asked: EventQuery) => {
      const filter = eventFilter(asked);
      const lines = this.#all().flatMap(({ event }) => filter.push({ line: "", event }));
      return { lines: asked.limit === null ? lines : lines.slice(-asked.limit || lines.length), badLines: 0 };
    };
    return {
      query,
      scan: (asked) => ({ lines: query(asked).lines, badLines: () => 0 }),
      // What is kept does not grow while it is looked at.
      follow: async function* () {},
    };
  }

  #all(): readonly NumberedEvent[] {
    const all = new Map<number, NumberedEvent>();
    for (const list of [...this.#byKind.values(), this.newest(newestKept)]) {
      for (const kept of list) all.set(kept.number, kept);
    }
    return [...all.values()].sort((a, b) => a.number - b.number);
  }
}

/** Of an event with a long field the beginning of each text; lists and objects are only named. */
function shortened(event: RecordedEvent): RecordedEvent {
  const fields = Object.entries(event).slice(0, 40).map(([name, value]) => {
    if (typeof value === "string" && value.length > longestField) return [name, `${clip(value, longestField)}…`];
    return [name, typeof value === "object" && value !== null ? "…" : value];
  });
  return { ...Object.fromEntries(fields), ts: clip(event.ts, 40), event: clip(event.event, longestField) };
}
