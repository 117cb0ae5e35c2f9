// Reads where telemetry goes from the environment variables that OpenTelemetry defines.
import type { Attributes } from "../ports/telemetry.ts";

/** Where one kind of data goes. */
export interface Destination {
  readonly url: string;
  readonly headers: readonly (readonly [name: string, value: string])[];
  /** Milliseconds for one request. */
  readonly timeoutMs: number;
  /** File with the certificates of authorities to trust; null: those of the system. */
  readonly certificate: string | null;
}

/** Null: that kind is not sent. */
export interface TelemetrySettings {
  readonly traces: Destination | null;
  readonly metrics: Destination | null;
  /** Of the resource, as the environment names them. */
  readonly resource: Attributes;
  /** Why something that was asked for is not done, each for people. */
  readonly troubles: readonly string[];
}

type Environment = Readonly<Record<string, string>>;

const localCollector = "http://localhost:4318";
const defaultTimeoutMs = 10_000;
const longestTimeoutMs = 60_000;
const shortestTimeoutMs = 100;

/** Whether the environment asks for telemetry at all. A glance. */
export function asksForTelemetry(environment: Environment): boolean {
  if (/^true$/i.test(environment.OTEL_SDK_DISABLED ?? "")) return false;
  return hasOtelDeno(environment) ||
    ["", "_TRACES", "_METRICS"].some((kind) => !!environment[`OTEL_EXPORTER_OTLP${kind}_ENDPOINT`]);
}

/** What the environment asks for. */
export function readTelemetrySettings(environment: Environment): TelemetrySettings {
  const troubles: string[] = [];
  const traces = destinationOf("TRACES", environment, troubles);
  const metrics = destinationOf("METRICS", environment, troubles);
  const pairs = pairsOf(environment.OTEL_RESOURCE_ATTRIBUTES);
  const name = environment.OTEL_SERVICE_NAME;
  return {
    traces,
    metrics,
    resource: Object.fromEntries([...pairs, ...(name ? [["service.name", name] as const] : [])]),
    troubles: [...new Set(troubles)],
  };
}

function hasOtelDeno({ OTEL_DENO: value = "" }: Environment): boolean {
  return /^(true|1)$/i.test(value);
}

function destinationOf(
  kind: "TRACES" | "METRICS",
  environment: Environment,
  troubles: string[],
): Destination | null {
  const read = (name: string) =>
    environment[`OTEL_EXPORTER_OTLP_${kind}_${name}`] || environment[`OTEL_EXPORTER_OTLP_${name}`];
  if (environment[`OTEL_${kind}_EXPORTER`] === "none") return null;
  const own = environment[`OTEL_EXPORTER_OTLP_${kind}_ENDPOINT`];
  const base = environment.OTEL_EXPORTER_OTLP_ENDPOINT || (hasOtelDeno(environment) ? localCollector : "");
  const text = own || (base === "" ? "" : `${base.replace(/\/+$/, "")}/v1/${kind.toLowerCase()}`);
  if (text === "") return null;
  if (read("PROTOCOL") === "grpc") {
    troubles.push("OTLP over gRPC is not spoken here: set OTEL_EXPORTER_OTLP_PROTOCOL=http/json and the port for HTTP");
    return null;
  }
  const url = URL.parse(text);
  if (url === null || !["http:", "https:"].includes(url.protocol)) {
    troubles.push(`the address for ${kind.toLowerCase()} begins with neither http:// nor https://`);
    return null;
  }
  const asked = Number(read("TIMEOUT") || defaultTimeoutMs);
  const timeoutMs = Number.isFinite(asked) && asked > 0 ? asked : defaultTimeoutMs;
  return {
    url: url.href,
    headers: pairsOf(read("HEADERS")).filter(isHeader),
    timeoutMs: Math.min(longestTimeoutMs, Math.max(shortestTimeoutMs, timeoutMs)),
    certificate: read("CERTIFICATE") || null,
  };
}

/** `a=1,b=2`, the values with escapes as in addresses. What has no name or no good escape is left out. */
function pairsOf(text = ""): (readonly [string, string])[] {
  return text.split(",").flatMap((part) => {
    const at = part.indexOf("=");
    const name = part.slice(0, Math.max(0, at)).trim();
    if (name === "") return [];
    try {
      return [[name, decodeURIComponent(part.slice(at + 1).trim())] as const];
    } catch {
      return [];
    }
  });
}

function isHeader([name, value]: readonly [string, string]): boolean {
  // deno-lint-ignore no-control-regex -- control characters are what must not be in a header
  return /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/.test(name) && !/[\u0000-\u001f\u007f]/.test(value);
}
