// Where spans and measurements go: facts alone, never the words of a prompt or of an agent.
import type { TraceContext } from "../core/trace_context.ts";

/** Values of attributes. Whole numbers are sent as such. */
export type Attributes = Readonly<Record<string, string | number | boolean>>;

/** A span as it begins. */
export interface SpanStart {
  readonly name: string;
  /** Epoch milliseconds. */
  readonly startedAt: number;
  /** The ids it is to have; an exporter that chooses its own keeps to the trace at least. */
  readonly ids: { readonly traceId: string; readonly spanId: string };
  /** The span it is a part of; null: none that is known. */
  readonly parent: TraceContext | null;
}

/** A span as it ends. */
export interface SpanEnd {
  /** Epoch milliseconds. */
  readonly endedAt: number;
  readonly attributes: Attributes;
  /** Why it failed, in a word; null where it did not. */
  readonly error: string | null;
}

/** A span that goes on. One that never ends is never sent. */
export interface OpenSpan {
  readonly context: TraceContext;
  end(end: SpanEnd): void;
}

/** What is counted or measured. */
export interface Instrument {
  readonly name: string;
  readonly kind: "counter" | "histogram";
  /** By UCUM, e.g. `s` or `{token}`. */
  readonly unit: string;
  readonly description: string;
  /** Upper bounds of the histogram's buckets. */
  readonly bounds?: readonly number[];
}

export interface Telemetry {
  begin(start: SpanStart): OpenSpan;
  /** Adds to a counter, or to a histogram. */
  measure(instrument: Instrument, value: number, attributes: Attributes): void;
  /** Sends what is ready, without waiting for it. Never throws. */
  flush(): void;
  /** Tries once more to send what is left, at most so many milliseconds. Never throws. */
  close(milliseconds: number): Promise<void>;
}
