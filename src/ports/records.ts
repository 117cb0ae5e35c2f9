// The log folder as a bridge: one side can only write events, the other can only read them.
import type { EventKind, EventPayload, RecordedEvent } from "../core/event_payload.ts";

/** Writes events. Cannot read: the supervisor never feeds on its own output. */
export interface EventSink {
  /** Never throws. What cannot be written now is kept (bounded) and retried with the next. */
  emit<K extends EventKind>(kind: K, payload: EventPayload<K>): void;
  /** An event of a kind that a hook brought with it; otherwise as `emit`. */
  emitOwn(kind: string, payload: Readonly<Record<string, unknown>>): void;
  /** Tries again to write what is kept; true when nothing is left. */
  flush(): boolean;
  /** Why writing fails at the moment, or null. */
  fault(): string | null;
}

export interface EventQuery {
  /** Kinds to keep; null keeps all. */
  readonly kinds: readonly string[] | null;
  /** Newest this many; null: all. */
  readonly limit: number | null;
  /** Epoch milliseconds, inclusive. */
  readonly since?: number;
  readonly until?: number;
  readonly round?: number;
  readonly phase?: string;
  /** Bytes read at most, from the end; null: no bound. */
  readonly maxBytes?: number;
}

/** An event with the line it stood on, unchanged. */
export interface EventLine {
  readonly line: string;
  readonly event: RecordedEvent;
}

/** Events read one by one, so that memory stays bounded whatever the files hold. */
export interface EventScan {
  readonly lines: Iterable<EventLine>;
  /** Lines met so far that could not be read. */
  badLines(): number;
}

/** Reads events. Cannot write. `query` and `scan` throw `FileFault` when the log folder cannot be read. */
export interface EventSource {
  /** Newest matching events, oldest first, over all months; read from the end. Bad lines are skipped and counted. */
  query(query: EventQuery): { readonly lines: readonly EventLine[]; readonly badLines: number };
  /** All matching events from the oldest on, whatever `limit` and `maxBytes` say. */
  scan(query: EventQuery): EventScan;
  /**
   * Follows what is written from now on, across months, until `signal` fires. `fromStart`: from the first byte;
   * `since` (epoch milliseconds): from the events of about then.
   */
  follow(
    options: { readonly fromStart: boolean; readonly since?: number; readonly signal: AbortSignal },
  ): AsyncIterable<EventLine>;
}
