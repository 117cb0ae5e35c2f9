// Starts the agent under its shim: files first, then the process.
import type { Config } from "../config/schema.ts";
import type { RoundPlan } from "../core/round.ts";
import type { Clock } from "../ports/clock.ts";
import { FileFault } from "../ports/files.ts";
import type { Files } from "../ports/files.ts";
import { SpawnFault } from "../ports/processes.ts";
import type { Processes } from "../ports/processes.ts";
import { ownLeader } from "./leader.ts";
import type { Leader } from "./leader.ts";
import type { RoundPaths } from "./plan.ts";
import { argumentFault, renderTemplate } from "./prompt.ts";
import { shimArgv } from "./shim.ts";

export type LaunchOutcome =
  | {
    readonly kind: "started";
    readonly leader: Leader;
    /** What may hold the prompt of this round; removed when the round is over. */
    readonly promptFiles: readonly string[];
    /** Monotonic milliseconds at which the round's time began to count. */
    readonly origin: number;
    /** Why it was started with the shorter prompt; null: it was not. */
    readonly tooLong: string | null;
  }
  | { readonly kind: "failed"; readonly reason: string };

export interface LaunchSpec {
  readonly plan: RoundPlan;
  readonly paths: RoundPaths;
  readonly prompt: string;
  /** Taken where the prompt does not fit into a command line; absent: the agent cannot be started then. */
  readonly shorterPrompt?: string;
  /** Absolute path of the first word of the agent's command. */
  readonly agentFile: string;
  readonly config: Config;
  /** The agent's command line without wrapper and prompt. */
  readonly command: readonly string[];
  /** A command line that runs the words after it in a scope; null or absent: there is none. */
  readonly scopeWords?: readonly string[] | null;
}

export function launch(
  spec: LaunchSpec,
  ports: { readonly clock: Clock; readonly files: Files; readonly processes: Processes },
): LaunchOutcome {
  const { plan, shorterPrompt } = spec;
  const whole = agentArgv(spec, spec.prompt);
  const tooLong = argumentFault(whole, plan.environment);
  const argv = tooLong === null || shorterPrompt === undefined ? whole : agentArgv(spec, shorterPrompt);
  const fault = tooLong === null ? null : argumentFault(argv, plan.environment);
  if (fault !== null) return { kind: "failed", reason: fault };
  const promptFile = plan.delivery === "stdin" ? writePrompt(spec, ports.files) : null;
  if (promptFile instanceof FileFault) {
    return { kind: "failed", reason: `the prompt cannot be put into a file: ${promptFile.message}` };
  }
  const log = madeOrNull(spec.paths.log, ports.files);
  const exit = madeOrNull(`${spec.paths.exit}.tmp`, ports.files) === "/dev/null" ? "/dev/null" : spec.paths.exit;
  const origin = ports.clock.monotonic();
  try {
    const child = ports.processes.spawnGroup({
      argv: shimArgv({ log, stdin: promptFile ?? "/dev/null", exit }, argv, spec.scopeWords ?? null),
      workDir: plan.workDir,
      environment: plan.environment,
    });
    const leader = ownLeader({ pid: child.pid, exited: child.exited, exitFile: spec.paths.exit }, ports.files);
    return { kind: "started", leader, promptFiles: promptFile === null ? [] : [promptFile], origin, tooLong };
  } catch (thrown) {
    if (!(thrown instanceof SpawnFault)) throw thrown;
    return { kind: "failed", reason: thrown.message };
  }
}

function agentArgv(spec: LaunchSpec, text: string): string[] {
  const { agent } = spec.config;
  const words = [...agent.wrapper, ...spec.command];
  const prompt = spec.plan.delivery === "argv" ? text : null;
  return [spec.agentFile || words[0]!, ...words.slice(1), ...renderTemplate(agent.promptArgTemplate, prompt)];
}

/** Path of a round's prompt where the log folder took none: the disk of the log folder is full, that of /tmp may not be. */
export function spilledPrompt(roundId: string, environment: Readonly<Record<string, string>>): string {
  return `${environment.TMPDIR || "/tmp"}/agent-runner-${roundId}.prompt`;
}

/** The prompt as a regular file: it has an end, needs no feeder, and outlives this process. */
function writePrompt(spec: LaunchSpec, files: Files): string | FileFault {
  const temporary = spilledPrompt(spec.plan.id, spec.plan.environment);
  try {
    files.writeAtomic(spec.paths.prompt, spec.prompt);
    return spec.paths.prompt;
  } catch (thrown) {
    if (!(thrown instanceof FileFault)) throw thrown;
  }
  try {
    files.writeAtomic(temporary, spec.prompt);
    return temporary;
  } catch (thrown) {
    if (thrown instanceof FileFault) return thrown;
    throw thrown;
  }
}

/** Makes an empty private file; /dev/null stands in where the disk refuses, and the round goes on. */
function madeOrNull(path: string, files: Files): string {
  try {
    files.append(path, new Uint8Array());
    return path;
  } catch (thrown) {
    if (thrown instanceof FileFault) return "/dev/null";
    throw thrown;
  }
}
