// Decides everything about a round before it starts; pure in its inputs.
import { serviceVariables } from "../core/service.ts";
import type { Config } from "../config/schema.ts";
import { phaseFor } from "../config/phases.ts";
import { joinPath } from "../core/path.ts";
import type { RoundPlan } from "../core/round.ts";
import { fileStamp } from "../core/text.ts";

export interface PlanInputs {
  readonly config: Config;
  readonly number: number;
  /** UUID. */
  readonly id: string;
  /** `--phase`; null: by rotation. */
  readonly phase: string | null;
  /** Environment the supervisor has. */
  readonly inherited: Readonly<Record<string, string>>;
}

/** Variables by which a service manager talks to its own child: the agent is not that child. */
export const managerVariables: readonly string[] = [
  "NOTIFY_SOCKET",
  "WATCHDOG_USEC",
  "WATCHDOG_PID",
  "LISTEN_FDS",
  "LISTEN_PID",
  "LISTEN_FDNAMES",
  serviceVariables.mode,
  serviceVariables.file,
];

export function planRound(inputs: PlanInputs): RoundPlan & { readonly phaseIndex: number | null } {
  const { config, number } = inputs;
  const phase = phaseFor(config, { number, phase: inputs.phase });
  const every = config.runtime.freshEyesEveryN;
  const isFreshEyes = every !== null && number % every === 0;
  return {
    number,
    id: inputs.id,
    phase: phase.name,
    phaseIndex: phase.index,
    isFreshEyes,
    walls: phase.walls,
    delivery: config.agent.promptDelivery,
    promptFiles: phase.promptFiles,
    workDir: config.runtime.workDir,
    logDir: config.runtime.logDir,
    environment: environmentOf(inputs, { phase: phase.name, isFreshEyes }),
  };
}

function environmentOf(
  inputs: PlanInputs,
  facts: { readonly phase: string | null; readonly isFreshEyes: boolean },
): Record<string, string> {
  const environment: Record<string, string> = { ...inputs.inherited };
  for (const name of managerVariables) delete environment[name];
  return {
    ...environment,
    AGENT_RUNNER_LOG_DIR: inputs.config.runtime.logDir,
    AGENT_RUNNER_ROUND_NUM: String(inputs.number),
    AGENT_RUNNER_PHASE: facts.phase ?? "",
    AGENT_RUNNER_FRESH_EYES: facts.isFreshEyes ? "1" : "0",
    ...inputs.config.agent.env,
    // Last: containment finds the round's processes by it, so no configuration may replace it.
    AGENT_RUNNER_ROUND_ID: inputs.id,
  };
}

/** Paths of a round's files in the log folder. */
export interface RoundPaths {
  /** Relative to the log folder, as status.json holds it. */
  readonly logName: string;
  readonly log: string;
  readonly exit: string;
  readonly prompt: string;
}

/** @param startedAt milliseconds since 1970 */
export function pathsOf(round: { readonly logDir: string; readonly number: number }, startedAt: number): RoundPaths {
  return pathsOfLog(round.logDir, `rounds/R${round.number}-${fileStamp(startedAt)}.log`);
}

/** The same, from the log's name as an earlier life recorded it. */
export function pathsOfLog(logDir: string, logName: string): RoundPaths {
  const stem = joinPath(logDir, logName).replace(/\.log$/, "");
  return { logName, log: `${stem}.log`, exit: `${stem}.exit`, prompt: `${stem}.prompt` };
}
