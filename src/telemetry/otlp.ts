// Spells spans and sums as OTLP in JSON: the form in which collectors take them over HTTP.
import type { TraceContext } from "../core/trace_context.ts";
import type { Attributes, Instrument } from "../ports/telemetry.ts";

/** A span that has ended. */
export interface EndedSpan {
  readonly name: string;
  readonly context: TraceContext;
  readonly parentSpanId: string | null;
  /** Epoch milliseconds. */
  readonly startedAt: number;
  readonly endedAt: number;
  readonly attributes: Attributes;
  readonly error: string | null;
}

/** What was measured under one set of attributes since the process began. */
export interface Series {
  readonly attributes: Attributes;
  sum: number;
  count: number;
  /** One more than there are bounds; empty for a counter. */
  readonly buckets: number[];
}

/** Who speaks. */
export interface Speaker {
  readonly resource: Attributes;
  readonly version: string;
}

const internal = 1;
const isOk = 0;
const isError = 2;
const cumulative = 2;

/** The body of a request to `/v1/traces`. */
export function tracesBody(spans: readonly EndedSpan[], speaker: Speaker): string {
  const scopeSpans = [{ scope: scopeOf(speaker), spans: spans.map(spanWire) }];
  return JSON.stringify({ resourceSpans: [{ resource: resourceOf(speaker), scopeSpans }] });
}

/** The body of a request to `/v1/metrics`. @param span epoch milliseconds: since when it is counted, and now */
export function metricsBody(
  measured: ReadonlyMap<Instrument, readonly Series[]>,
  span: { readonly since: number; readonly now: number },
  speaker: Speaker,
): string {
  const times = { startTimeUnixNano: nanos(span.since), timeUnixNano: nanos(span.now) };
  const metrics = [...measured].map(([instrument, series]) => {
    const { name, unit, description } = instrument;
    return { name, unit, description, ...dataOf(instrument, series, times) };
  });
  const scopeMetrics = [{ scope: scopeOf(speaker), metrics }];
  return JSON.stringify({ resourceMetrics: [{ resource: resourceOf(speaker), scopeMetrics }] });
}

function dataOf({ kind, bounds = [] }: Instrument, series: readonly Series[], times: Readonly<Record<string, string>>) {
  if (kind === "counter") {
    const dataPoints = series.map(({ attributes, sum }) => ({ ...times, ...attributesOf(attributes), asDouble: sum }));
    return { sum: { aggregationTemporality: cumulative, isMonotonic: true, dataPoints } };
  }
  const dataPoints = series.map(({ attributes, sum, count, buckets }) => ({
    ...times,
    ...attributesOf(attributes),
    count: String(count),
    sum,
    bucketCounts: buckets.map(String),
    explicitBounds: bounds,
  }));
  return { histogram: { aggregationTemporality: cumulative, dataPoints } };
}

function spanWire({ name, context, parentSpanId, startedAt, endedAt, attributes, error }: EndedSpan) {
  return {
    traceId: context.traceId,
    spanId: context.spanId,
    ...(parentSpanId === null ? {} : { parentSpanId }),
    flags: context.isSampled ? 1 : 0,
    name,
    kind: internal,
    startTimeUnixNano: nanos(startedAt),
    endTimeUnixNano: nanos(Math.max(startedAt, endedAt)),
    ...attributesOf(attributes),
    status: error === null ? { code: isOk } : { code: isError, message: error },
  };
}

function resourceOf({ resource }: Speaker) {
  return attributesOf(resource);
}

function scopeOf({ version }: Speaker) {
  return { name: "agent-runner", version };
}

function attributesOf(attributes: Attributes) {
  return { attributes: Object.entries(attributes).map(([key, value]) => ({ key, value: valueOf(value) })) };
}

function valueOf(value: string | number | boolean) {
  if (typeof value === "boolean") return { boolValue: value };
  if (typeof value === "string") return { stringValue: value.toWellFormed() };
  return Number.isSafeInteger(value) ? { intValue: String(value) } : { doubleValue: value };
}

/** Nanoseconds since 1970, which no number here can hold exactly. */
function nanos(milliseconds: number): string {
  return String(BigInt(Math.round(milliseconds * 1000)) * 1000n);
}
