// Opens the telemetry of a project as the environment asks for it.
import type { Tell } from "../core/telling.ts";
import type { Clock } from "../ports/clock.ts";
import type { Host } from "../ports/host.ts";
import type { Processes } from "../ports/processes.ts";
import type { Telemetry } from "../ports/telemetry.ts";
import { RoundTelemetry } from "./round_telemetry.ts";
import { Sender } from "./sender.ts";
import { readTelemetrySettings } from "./settings.ts";

export interface TelemetryInputs {
  readonly project: string;
  readonly version: string;
  /** The runtime's own exporter; null where it has none. */
  readonly runtime: Telemetry | null;
  readonly tell: Tell;
}

export interface TelemetryPorts {
  readonly clock: Clock;
  readonly host: Pick<Host, "environment" | "hostName">;
  readonly processes: Processes;
}

/** Null when nothing can be sent, which is told. */
export function openTelemetry(inputs: TelemetryInputs, ports: TelemetryPorts): RoundTelemetry | null {
  const { project, version, runtime, tell } = inputs;
  if (runtime !== null) return new RoundTelemetry(runtime, project);
  const settings = readTelemetrySettings(ports.host.environment());
  for (const trouble of settings.troubles) tell({ kind: "telemetry", text: `telemetry: ${trouble}`, tone: "warn" });
  if (settings.traces === null && settings.metrics === null) return null;
  const hostName = ports.host.hostName();
  const resource = {
    "service.name": "agent-runner",
    "service.version": version,
    "service.instance.id": `${hostName}/${project}`,
    "host.name": hostName,
    "agent_runner.project": project,
    ...settings.resource,
  };
  const sender = new Sender(settings, { resource, version }, {
    ...ports,
    onState(kind, reason) {
      const text = reason === null
        ? `telemetry: ${kind} are sent again`
        : `telemetry: ${kind} are not sent, ${reason}; rounds are not held up by it`;
      tell({ kind: "telemetry", text, facts: { kind, reason } });
    },
  });
  return new RoundTelemetry(sender, project);
}
