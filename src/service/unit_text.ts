// The text of a systemd unit: every line of it keeps a promise of the program.
import { exitCode } from "../core/errors.ts";
import { handoverSignal } from "../core/round.ts";
import { serviceVariables } from "../core/service.ts";
import { unitName } from "./names.ts";
import type { ServiceSpec } from "./spec.ts";
import { commandLine, pathValue, quotedWord, textValue } from "./unit_words.ts";

/** Versions of systemd from which on it knows a key. */
const since = { watchdogSignal: 240, oomPolicy: 243, restartSignal: 244, restartSteps: 254 } as const;

const startSeconds = 120;

/** @param systemdVersion 0: unknown, then only what every version knows is written */
export function unitText(spec: ServiceSpec, systemdVersion: number): string {
  const isSystem = spec.mode === "systemd_system";
  const edit = `systemctl ${isSystem ? "" : "--user "}edit '${unitName(spec.role, spec.instance)}'`;
  return [
    "# Written by 'agent-runner install', which writes it anew; what is to stay goes into a drop-in:",
    `# ${edit}`,
    "[Unit]",
    `Description=agent-runner ${spec.role}: ${textValue(spec.project)}`,
    ...(isSystem ? ["After=network.target"] : []),
    ...(spec.role === "monitor" ? [`After=${pathValue(unitName("serve", spec.instance))}`] : []),
    "# A crash is always followed by another start; the delay grows instead.",
    "StartLimitIntervalSec=0",
    "",
    "[Service]",
    ...(spec.role === "serve" ? serveLines(spec, systemdVersion) : monitorLines(spec)),
    "",
    "[Install]",
    `WantedBy=${isSystem ? "multi-user.target" : "default.target"}`,
    "",
    "[X-Agent-Runner]",
    `Config=${JSON.stringify(spec.configFile)}`,
    `LogDir=${JSON.stringify(spec.logDir)}`,
    "",
  ].join("\n");
}

function serveLines(spec: ServiceSpec, version: number): string[] {
  return [
    "# serve itself says that it is ready, what it does, and that its loop gets on.",
    "Type=notify",
    "NotifyAccess=all",
    `TimeoutStartSec=${startSeconds}`,
    `WatchdogSec=${spec.watchdogSeconds}`,
    ...(version >= since.watchdogSignal ? ["WatchdogSignal=SIGKILL"] : []),
    ...commonLines(spec),
    "# A designed stop stays stopped; a wrong command line or configuration is not tried again.",
    "Restart=on-failure",
    `RestartPreventExitStatus=${exitCode.usage} ${exitCode.config}`,
    "# It left for its successor, or another supervisor still holds the lock.",
    `SuccessExitStatus=${exitCode.busy}`,
    `RestartForceExitStatus=${exitCode.busy}`,
    "RestartSec=5",
    ...(version >= since.restartSteps ? ["RestartSteps=8", "RestartMaxDelaySec=300"] : []),
    "# Only serve is told, never the agent: a stop lets the round finish, a restart leaves it to the next serve.",
    "KillMode=process",
    "KillSignal=SIGTERM",
    ...(version >= since.restartSignal ? [`RestartKillSignal=${handoverSignal}`] : []),
    `TimeoutStopSec=${spec.stopSeconds}`,
    ...(version >= since.oomPolicy
      ? ["# An agent that the kernel ends for its memory is a matter of its round.", "OOMPolicy=continue"]
      : []),
    ...(spec.mode === "systemd_system" ? ["OOMScoreAdjust=-100"] : []),
    ...(spec.memoryMb === null ? [] : [`MemoryHigh=${spec.memoryMb}M`]),
    ...(spec.tasksMax === null ? [] : [`TasksMax=${spec.tasksMax}`]),
  ];
}

function monitorLines(spec: ServiceSpec): string[] {
  return [
    "Type=simple",
    ...commonLines(spec),
    "Restart=on-failure",
    `RestartPreventExitStatus=${exitCode.usage} ${exitCode.config}`,
    "RestartSec=10",
    "KillMode=mixed",
  ];
}

function commonLines(spec: ServiceSpec): string[] {
  const environment = {
    ...spec.environment,
    [serviceVariables.mode]: spec.mode,
    [serviceVariables.file]: spec.file,
  };
  return [
    `ExecStart=${commandLine(spec.argv)}`,
    `WorkingDirectory=${pathValue(spec.workDir)}`,
    ...(spec.user === null ? [] : [`User=${textValue(spec.user)}`]),
    ...Object.entries(environment).map(([name, value]) => `Environment=${quotedWord(`${name}=${value}`)}`),
    "SyslogIdentifier=agent-runner",
  ];
}

/** What the unit of a project says about it. */
export interface ServiceMark {
  readonly configFile: string;
  readonly logDir: string;
}

/** Reads it back; null when the unit is not one of ours. */
export function readUnitMark(text: string): ServiceMark | null {
  const section = /^\[X-Agent-Runner\]$([\s\S]*)/m.exec(text)?.[1] ?? "";
  const value = (key: string) => {
    const line = new RegExp(`^${key}=(".*")$`, "m").exec(section)?.[1];
    try {
      const parsed: unknown = line === undefined ? null : JSON.parse(line);
      return typeof parsed === "string" ? parsed : null;
    } catch {
      return null;
    }
  };
  const configFile = value("Config");
  return configFile === null ? null : { configFile, logDir: value("LogDir") ?? "" };
}
