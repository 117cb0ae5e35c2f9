// The runtime's own exporter of OpenTelemetry, where the runtime was started with it.
import type { TraceContext } from "../../core/trace_context.ts";
import type { Attributes, Instrument, OpenSpan, SpanEnd, SpanStart, Telemetry } from "../telemetry.ts";

/** What the runtime registers its API under once its exporter is set up; without that a call of it ends the process. */
const registered = Symbol.for("opentelemetry.js.api.1");
const spanKey = Symbol.for("OpenTelemetry Context Key SPAN");
const internal = 0;
const failed = 2;

interface SpanContext {
  readonly traceId: string;
  readonly spanId: string;
  readonly traceFlags: number;
  readonly isRemote?: boolean;
}

interface RuntimeSpan {
  spanContext(): SpanContext;
  setAttributes(attributes: Attributes): void;
  setStatus(status: { readonly code: number; readonly message?: string }): void;
  end(endTime: number): void;
}

interface RuntimeContext {
  getValue(key: symbol): unknown;
  setValue(key: symbol, value: unknown): RuntimeContext;
  deleteValue(key: symbol): RuntimeContext;
}

interface RuntimeCounter {
  add(value: number, attributes: Attributes): void;
}

interface RuntimeHistogram {
  record(value: number, attributes: Attributes): void;
}

type Named = { readonly unit: string; readonly description: string };

interface RuntimeApi {
  readonly trace: {
    getTracer(name: string, version: string): {
      startSpan(name: string, options: Readonly<Record<string, unknown>>, context: RuntimeContext): RuntimeSpan;
    };
  };
  readonly metrics: {
    getMeter(name: string, version: string): {
      createCounter(name: string, options: Named): RuntimeCounter;
      createHistogram(
        name: string,
        options: Named & { readonly advice: { readonly explicitBucketBoundaries: readonly number[] } },
      ): RuntimeHistogram;
    };
  };
}

/** Null when the runtime's exporter is not on, as in a binary that was compiled without it. */
export function denoTelemetry(version: string): Telemetry | null {
  const api = (globalThis as Readonly<Record<symbol, unknown>>)[registered] as Partial<RuntimeApi> | undefined;
  if (api?.trace === undefined || api.metrics === undefined) return null;
  return new RuntimeTelemetry({ trace: api.trace, metrics: api.metrics }, version);
}

class RuntimeTelemetry implements Telemetry {
  readonly #tracer: ReturnType<RuntimeApi["trace"]["getTracer"]>;
  readonly #meter: ReturnType<RuntimeApi["metrics"]["getMeter"]>;
  readonly #adders = new Map<string, (value: number, attributes: Attributes) => void>();

  constructor({ trace, metrics }: RuntimeApi, version: string) {
    this.#tracer = trace.getTracer("agent-runner", version);
    this.#meter = metrics.getMeter("agent-runner", version);
  }

  begin({ name, startedAt, ids, parent }: SpanStart): OpenSpan {
    // The runtime chooses the id of a span, not that of its trace where it has a parent: so every round has one.
    const above = contextOf(parent ?? { ...ids, isSampled: true });
    const span = this.#tracer.startSpan(name, { kind: internal, startTime: startedAt }, above);
    const { traceId, spanId, traceFlags } = span.spanContext();
    return {
      context: { traceId, spanId, isSampled: (traceFlags & 1) === 1 },
      end({ endedAt, attributes, error }: SpanEnd) {
        span.setAttributes(attributes);
        if (error !== null) span.setStatus({ code: failed, message: error });
        span.end(endedAt);
      },
    };
  }

  measure(instrument: Instrument, value: number, attributes: Attributes): void {
    let add = this.#adders.get(instrument.name);
    if (add === undefined) {
      add = this.#adderOf(instrument);
      this.#adders.set(instrument.name, add);
    }
    add(value, attributes);
  }

  #adderOf({ name, kind, unit, description, bounds = [] }: Instrument) {
    if (kind === "counter") {
      const counter = this.#meter.createCounter(name, { unit, description });
      return (value: number, attributes: Attributes) => counter.add(value, attributes);
    }
    const advice = { explicitBucketBoundaries: bounds };
    const histogram = this.#meter.createHistogram(name, { unit, description, advice });
    return (value: number, attributes: Attributes) => histogram.record(value, attributes);
  }

  flush(): void {}

  async close(): Promise<void> {
    // The runtime sends what is left when the process leaves, within OTEL_EXPORTER_OTLP_TIMEOUT.
  }
}

function contextOf({ traceId, spanId, isSampled }: TraceContext): RuntimeContext {
  const above: SpanContext = { traceId, spanId, traceFlags: isSampled ? 1 : 0, isRemote: true };
  const context: RuntimeContext = {
    getValue: (key) => key === spanKey ? { spanContext: () => above } : undefined,
    setValue: () => context,
    deleteValue: () => context,
  };
  return context;
}
