// Opens telemetry where the environment asks for it; who does not ask loads nothing of it.
import type { Tell } from "../core/telling.ts";
import type { RoundTelemetry } from "../telemetry/round_telemetry.ts";
import type { World } from "./world.ts";

/** By the environment alone: whether more has to be looked at. */
const asking = /^(OTEL_DENO|OTEL_EXPORTER_OTLP_(TRACES_|METRICS_)?ENDPOINT)$/;

/** Null when nobody asks for any, or it cannot be had, which is told. */
export async function telemetryOf(project: string, tell: Tell, world: World): Promise<RoundTelemetry | null> {
  const environment = world.host.environment();
  if (!Object.keys(environment).some((name) => asking.test(name))) return null;
  const { asksForTelemetry } = await import("../telemetry/settings.ts");
  if (!asksForTelemetry(environment)) return null;
  const { openTelemetry } = await import("../telemetry/open.ts");
  const runtime = await world.runtimeTelemetry?.() ?? null;
  return openTelemetry({ project, version: world.version, runtime, tell }, world);
}
