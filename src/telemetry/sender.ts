// Sends spans and sums to a collector in the background; one that is away costs the loop nothing and is tried again.
import type { Clock } from "../ports/clock.ts";
import type { Processes } from "../ports/processes.ts";
import type { Attributes, Instrument, OpenSpan, SpanEnd, SpanStart, Telemetry } from "../ports/telemetry.ts";
import { metricsBody, tracesBody } from "./otlp.ts";
import type { EndedSpan, Speaker } from "./otlp.ts";
import { postJson } from "./post.ts";
import type { PostOutcome } from "./post.ts";
import type { TelemetrySettings } from "./settings.ts";
import { Totals } from "./totals.ts";

/** Beyond them the oldest is dropped. */
const spansKept = 200;
/** In one request. */
const spansSent = 25;
const firstPauseMs = 5_000;
const longestPauseMs = 300_000;

/** Kinds of data, each with a destination of its own. */
export type Kind = "traces" | "metrics";

export interface SenderMeans {
  readonly clock: Clock;
  readonly processes: Processes;
  /** Told once when sending begins to fail, and once when it works again. `reason`: why it fails, for people; or null. */
  readonly onState: (kind: Kind, reason: string | null) => void;
}

/** OTLP in JSON over HTTP. */
export class Sender implements Telemetry {
  readonly #settings: Pick<TelemetrySettings, "traces" | "metrics">;
  readonly #speaker: Speaker;
  readonly #means: SenderMeans;
  readonly #totals = new Totals();
  readonly #since: number;
  readonly #hurry = new AbortController();
  readonly #end = new AbortController();
  #spans: EndedSpan[] = [];
  #hasMeasured = false;
  #sending: Promise<void> | null = null;
  readonly #bad = new Set<Kind>();

  constructor(settings: Pick<TelemetrySettings, "traces" | "metrics">, speaker: Speaker, means: SenderMeans) {
    this.#settings = settings;
    this.#speaker = speaker;
    this.#means = means;
    this.#since = means.clock.now();
  }

  begin({ name, startedAt, ids, parent }: SpanStart): OpenSpan {
    const context = {
      traceId: parent?.traceId ?? ids.traceId,
      spanId: ids.spanId,
      isSampled: parent?.isSampled ?? true,
    };
    return {
      context,
      end: ({ endedAt, attributes, error }: SpanEnd) => {
        if (!context.isSampled || this.#settings.traces === null) return;
        const parentSpanId = parent?.spanId ?? null;
        this.#spans.push({ name, context, parentSpanId, startedAt, endedAt, attributes, error });
        this.#spans = this.#spans.slice(-spansKept);
      },
    };
  }

  measure(instrument: Instrument, value: number, attributes: Attributes): void {
    this.#totals.add(instrument, value, attributes);
    this.#hasMeasured = true;
  }

  flush(): void {
    this.#sending ??= this.#send().finally(() => this.#sending = null);
  }

  async close(milliseconds: number): Promise<void> {
    this.#hurry.abort();
    this.flush();
    const over = new AbortController();
    const late = this.#means.clock.sleep(milliseconds, over.signal).then(() => this.#end.abort());
    await Promise.race([this.#sending, late]);
    over.abort();
    if (this.#hasSpans && !this.#bad.has("traces")) {
      this.#means.onState("traces", "the collector has not taken them before the end");
    }
  }

  /** Each kind has its own collector: one that is away keeps nothing from the other. */
  async #send(): Promise<void> {
    let pauseMs = firstPauseMs;
    while (this.#hasSpans || this.#hasSums) {
      const outcomes: PostOutcome[] = [];
      if (this.#hasSpans) outcomes.push(await this.#sendSpans());
      if (this.#hasSums) outcomes.push(await this.#sendSums());
      if (outcomes.some(({ kind }) => kind === "taken")) pauseMs = firstPauseMs;
      if (outcomes.every(({ kind }) => kind !== "unreachable")) continue;
      if (this.#hurry.signal.aborted) return;
      await this.#means.clock.sleep(pauseMs, this.#hurry.signal);
      pauseMs = Math.min(longestPauseMs, pauseMs * 2);
    }
  }

  get #hasSpans(): boolean {
    return this.#spans.length > 0;
  }

  get #hasSums(): boolean {
    return this.#hasMeasured && this.#settings.metrics !== null;
  }

  /** What is refused for good is let go. */
  async #sendSpans(): Promise<PostOutcome> {
    const batch = this.#spans.slice(0, spansSent);
    const outcome = await this.#post("traces", tracesBody(batch, this.#speaker));
    if (outcome.kind !== "unreachable") this.#spans = this.#spans.filter((span) => !batch.includes(span));
    return outcome;
  }

  async #sendSums(): Promise<PostOutcome> {
    this.#hasMeasured = false;
    const times = { since: this.#since, now: this.#means.clock.now() };
    const outcome = await this.#post("metrics", metricsBody(this.#totals.measured, times, this.#speaker));
    if (outcome.kind === "unreachable") this.#hasMeasured = true;
    return outcome;
  }

  async #post(kind: Kind, body: string): Promise<PostOutcome> {
    const destination = this.#settings[kind];
    if (destination === null) return { kind: "taken" };
    const outcome = await postJson(body, destination, { processes: this.#means.processes, stop: this.#end.signal });
    if ((outcome.kind !== "taken") !== this.#bad.has(kind) && !this.#end.signal.aborted) {
      if (outcome.kind === "taken") this.#bad.delete(kind);
      else this.#bad.add(kind);
      this.#means.onState(kind, outcome.kind === "taken" ? null : outcome.reason);
    }
    return outcome;
  }
}
