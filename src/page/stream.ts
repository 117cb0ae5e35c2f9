// Server-Sent Events: hands what is new to every reader at once, and lets a reader go that does not keep up.
import type { NumberedEvent } from "./event_memory.ts";

/** Readers at the same time; each costs a socket and what waits for it. */
export const mostReaders = 256;
/** Bytes that may wait for one reader. They are the same bytes for all, so the memory they take is not so often this. */
const mostWaiting = 1024 * 1024;
const encoder = new TextEncoder();

/** One open stream. */
export class Reader {
  /** It shows the page, and so is handed its parts, too. */
  readonly isPage: boolean;
  readonly body: ReadableStream<Uint8Array>;
  #controller: ReadableStreamDefaultController<Uint8Array> | null = null;

  constructor(options: { readonly isPage: boolean; readonly onGone: (reader: Reader) => void }) {
    this.isPage = options.isPage;
    this.body = new ReadableStream<Uint8Array>({
      start: (controller) => void (this.#controller = controller),
      cancel: () => {
        this.#controller = null;
        options.onGone(this);
      },
    }, { highWaterMark: mostWaiting, size: (chunk) => chunk.length });
  }

  /** @returns false: too much waits for it, and it was let go */
  send(chunk: Uint8Array): boolean {
    const controller = this.#controller;
    if (controller === null) return false;
    if ((controller.desiredSize ?? 0) > 0) {
      controller.enqueue(chunk);
      return true;
    }
    this.end("too slow");
    return false;
  }

  /** @param fault why it is broken off; absent: it is over in order */
  end(fault?: string): void {
    const controller = this.#controller;
    this.#controller = null;
    try {
      if (fault === undefined) controller?.close();
      else controller?.error(new Error(fault));
    } catch {
      // The other side was quicker.
    }
  }
}

/** All readers of one project. */
export class Readers {
  readonly #readers = new Set<Reader>();
  #dropped = 0;

  get count(): number {
    return this.#readers.size;
  }

  /** Readers that were let go because they did not keep up. */
  get dropped(): number {
    return this.#dropped;
  }

  get hasPages(): boolean {
    for (const { isPage } of this.#readers) if (isPage) return true;
    return false;
  }

  open(options: { readonly isPage: boolean }): Reader {
    const reader = new Reader({ ...options, onGone: (gone) => void this.#readers.delete(gone) });
    this.#readers.add(reader);
    return reader;
  }

  /** To all, or only to those that show the page. */
  send(chunk: Uint8Array, options: { readonly toPages?: boolean } = {}): void {
    for (const reader of [...this.#readers]) {
      if (options.toPages !== undefined && reader.isPage !== options.toPages) continue;
      if (reader.send(chunk)) continue;
      this.#readers.delete(reader);
      this.#dropped++;
    }
  }

  endAll(): void {
    for (const reader of this.#readers) reader.end();
    this.#readers.clear();
  }
}

/** One message. @param options `id`: where a reader that lost the connection goes on */
export function message(kind: string, data: unknown, options: { readonly id?: string } = {}): string {
  const id = options.id === undefined ? "" : `id: ${options.id}\n`;
  return `${id}event: ${kind}\ndata: ${JSON.stringify(data)}\n\n`;
}

/** A sign of life that no reader is told of. */
export const beat: Uint8Array = encoder.encode(": still here\n\n");

export function encoded(messages: readonly string[]): Uint8Array {
  return encoder.encode(messages.join(""));
}

/** Where a reader is in the order of events: of which process, and how far. */
export function spellPlace(life: string, number: number): string {
  return `${life}-${number}`;
}

/**
 * The events a reader has not seen. @param since a place as spelled above, an ISO time, `0` for all that are kept, or
 * null for none
 */
export function missedBy(
  since: string | null,
  { life, after }: {
    readonly life: string;
    readonly after: (number: number) => { readonly events: readonly NumberedEvent[]; readonly missed: number };
  },
): { readonly events: readonly NumberedEvent[]; readonly missed: number } {
  if (since === null || since === "") return { events: [], missed: 0 };
  const place = /^([0-9a-z]+)-(\d{1,15})$/.exec(since);
  if (place !== null && place[1] === life) return after(Number(place[2]));
  const kept = after(0);
  if (since === "0" || place !== null) return { events: kept.events, missed: 0 };
  const time = /^\d{4}-\d{2}-\d{2}T/.test(since) ? Date.parse(since) : NaN;
  if (Number.isNaN(time)) return { events: [], missed: 0 };
  return { events: kept.events.filter(({ event }) => Date.parse(event.ts) >= time), missed: 0 };
}
