// Reads the events of a project again and again: only what is new, unless somebody tore the files.
import { names } from "../e2e/project.ts";
import type { EventRecord } from "../e2e/project.ts";

interface Seen {
  size: number;
  readonly lines: string[];
  readonly events: EventRecord[];
  /** The part of the last line that is there. */
  rest: string;
}

/** The event files of one log folder, in their order. */
export class Records {
  readonly #logs: string;
  #files = new Map<string, Seen>();

  constructor(logs: string) {
    this.#logs = logs;
  }

  /** Forgets what was read: somebody changed more than the end. */
  reset(): void {
    this.#files.clear();
  }

  events(): EventRecord[] {
    this.#read();
    return [...this.#files.values()].flatMap(({ events }) => events);
  }

  /** Whole lines, without what stands after the last line break. */
  lines(): string[] {
    this.#read();
    return [...this.#files.values()].flatMap(({ lines }) => lines);
  }

  ofKind(kind: string): EventRecord[] {
    return this.events().filter(({ event }) => event === kind);
  }

  /** Path of the newest file; null when there is none. */
  newest(): string | null {
    const name = eventFiles(this.#logs).at(-1);
    return name === undefined ? null : `${this.#logs}/${name}`;
  }

  #read(): void {
    const present = eventFiles(this.#logs);
    if ([...this.#files.keys()].some((name) => !present.includes(name))) this.reset();
    for (const name of present) this.#readFile(name);
  }

  #readFile(name: string): void {
    let seen = this.#files.get(name);
    try {
      using file = Deno.openSync(`${this.#logs}/${name}`);
      const { size } = file.statSync();
      if (seen === undefined || size < seen.size) {
        seen = { size: 0, lines: [], events: [], rest: "" };
        this.#files.set(name, seen);
      }
      if (size === seen.size) return;
      file.seekSync(seen.size, Deno.SeekMode.Start);
      const bytes = new Uint8Array(size - seen.size);
      const count = file.readSync(bytes) ?? 0;
      seen.size += count;
      // A cut in the middle of a character would be a torn line anyway: what is ours is ASCII or whole.
      const parts = (seen.rest + new TextDecoder().decode(bytes.subarray(0, count))).split("\n");
      seen.rest = parts.pop()!;
      for (const line of parts) {
        seen.lines.push(line);
        const event = parseEvent(line);
        if (event !== null) seen.events.push(event);
      }
    } catch (thrown) {
      if (!(thrown instanceof Deno.errors.NotFound) && !(thrown instanceof Deno.errors.IsADirectory)) throw thrown;
    }
  }
}

function eventFiles(logs: string): string[] {
  return names(logs).filter((name) => /^events-\d{4}-\d\d\.jsonl$/.test(name));
}

/** The event of a line, or null. */
export function parseEvent(line: string): EventRecord | null {
  try {
    const parsed = JSON.parse(line);
    return typeof parsed?.event === "string" ? parsed : null;
  } catch {
    return null;
  }
}
