// A collector of telemetry on this machine that takes what it is sent apart, and that can refuse, hang and be away.
import { serveLasting } from "./lasting_port.ts";
import type { Destination } from "../../src/telemetry/settings.ts";

/** How it answers. `hang`: it takes the request and never answers. */
export type Mood = "take" | "unavailable" | "refuse" | "hang";

export interface TakenSpan {
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId: string;
  readonly name: string;
  readonly startMs: number;
  readonly endMs: number;
  readonly attributes: Readonly<Record<string, unknown>>;
  readonly status: Readonly<Record<string, unknown>>;
  readonly resource: Readonly<Record<string, unknown>>;
}

export interface TakenPoint {
  readonly metric: string;
  readonly unit: string;
  readonly attributes: Readonly<Record<string, unknown>>;
  /** Sum of a histogram, or the value of a counter. */
  readonly value: number;
  readonly count: number;
}

interface Wire {
  readonly [key: string]: unknown;
}

/** Listens from `start` on; `using` ends it. */
export class Collector implements AsyncDisposable {
  mood: Mood = "take";
  readonly spans: TakenSpan[] = [];
  readonly points: TakenPoint[] = [];
  /** Every request, also those it did not take. */
  readonly requests: { readonly path: string; readonly headers: Headers; readonly body: string }[] = [];
  #port = 0;
  #server: Deno.HttpServer<Deno.NetAddr> | null = null;
  #hung: (() => void)[] = [];

  static start(): Collector {
    const collector = new Collector();
    collector.open();
    return collector;
  }

  get endpoint(): string {
    return `http://127.0.0.1:${this.#port}`;
  }

  destination(path = "/v1/traces"): Destination {
    return { url: `${this.endpoint}${path}`, headers: [], timeoutMs: 5_000, certificate: null };
  }

  /** Listens, again on the port it had. */
  open(): void {
    this.#server = serveLasting(this.#port, (request) => this.#answer(request));
    this.#port = this.#server.addr.port;
  }

  /** Nothing listens there any more. */
  async close(): Promise<void> {
    for (const end of this.#hung.splice(0)) end();
    await this.#server?.shutdown();
    this.#server = null;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  async #answer(request: Request): Promise<Response> {
    const { pathname } = new URL(request.url);
    const body = await request.text();
    this.requests.push({ path: pathname, headers: request.headers, body });
    if (this.mood === "hang") await new Promise<void>((resolve) => this.#hung.push(resolve));
    if (this.mood === "unavailable") return new Response(null, { status: 503 });
    if (this.mood === "refuse" || this.mood === "hang") return new Response(null, { status: 400 });
    if (pathname === "/v1/traces") this.spans.push(...spansIn(JSON.parse(body)));
    if (pathname === "/v1/metrics") this.points.push(...pointsIn(JSON.parse(body)));
    return Response.json({});
  }
}

function spansIn(document: Wire): TakenSpan[] {
  return list(document, "resourceSpans").flatMap((ofResource) =>
    list(ofResource, "scopeSpans").flatMap((ofScope) =>
      list(ofScope, "spans").map((span) => ({
        traceId: String(span.traceId),
        spanId: String(span.spanId),
        parentSpanId: String(span.parentSpanId ?? ""),
        name: String(span.name),
        startMs: Number(span.startTimeUnixNano) / 1e6,
        endMs: Number(span.endTimeUnixNano) / 1e6,
        attributes: attributesOf(span),
        status: (span.status ?? {}) as Wire,
        resource: attributesOf(ofResource.resource as Wire),
      }))
    )
  );
}

function pointsIn(document: Wire): TakenPoint[] {
  return list(document, "resourceMetrics").flatMap((ofResource) =>
    list(ofResource, "scopeMetrics").flatMap((ofScope) =>
      list(ofScope, "metrics").flatMap((metric) => {
        const data = (metric.sum ?? metric.histogram ?? metric.gauge ?? {}) as Wire;
        return list(data, "dataPoints").map((point) => ({
          metric: String(metric.name),
          unit: String(metric.unit),
          attributes: attributesOf(point),
          value: Number(point.asDouble ?? point.asInt ?? point.sum),
          count: Number(point.count ?? 0),
        }));
      })
    )
  );
}

function list(of: Wire, key: string): readonly Wire[] {
  return (of[key] ?? []) as readonly Wire[];
}

function attributesOf(of: Wire | undefined): Record<string, unknown> {
  const pairs = list(of ?? {}, "attributes").map(({ key, value }) => {
    const { intValue, ...rest } = value as Wire;
    return [String(key), intValue === undefined ? Object.values(rest)[0] : Number(intValue)];
  });
  return Object.fromEntries(pairs);
}
