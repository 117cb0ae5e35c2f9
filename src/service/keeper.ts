// What a service manager can be asked, in the same words for systemd and launchd.
import type { ServiceMode } from "../core/service.ts";
import type { Processes, RunOutcome } from "../ports/processes.ts";
import type { Role } from "./names.ts";
import type { ServiceSpec } from "./spec.ts";
import type { ServiceMark } from "./unit_text.ts";

/** What it says about a service. */
export interface KeeperState {
  /** Name of the unit, or label of the job. */
  readonly unit: string;
  /** `active`, `inactive`, `failed`, `activating` (also before another start), `deactivating`; `unknown`: it did not answer. */
  readonly active: string;
  /** More exactly, in the manager's own word. */
  readonly sub: string | null;
  readonly pid: number | null;
  /** Started with the machine, or with the login. */
  readonly enabled: boolean | null;
  /** Starts after failures since it was last started by hand. */
  readonly restarts: number | null;
}

/** What came of a request. */
export type Asked = { readonly kind: "done" } | { readonly kind: "failed"; readonly reason: string };

/** One service manager. Nothing throws. Names are those of `nameOf`. */
export interface Keeper {
  readonly mode: ServiceMode;
  /** Where its files are. */
  readonly folder: string;
  /** Rights of a file: those of the whole machine are read by its users. */
  readonly fileMode: number;
  nameOf(role: Role, instance: string): string;
  pathOf(role: Role, instance: string): string;
  textOf(spec: ServiceSpec): string;
  markOf(text: string): ServiceMark | null;
  /** Reads what was written. */
  reload(): Promise<Asked>;
  /** From now on it is started with the machine, or with the login. */
  enable(name: string): Promise<Asked>;
  disable(name: string): Promise<Asked>;
  /** Returns once it is ready, or has failed. */
  start(name: string): Promise<Asked>;
  /** Returns once it has left. */
  stop(name: string): Promise<Asked>;
  /** It is not started again, and is told to leave; returns at once. */
  dismiss(name: string): Promise<Asked>;
  /** Has the running serve hand over to a new one; returns once that is ready. */
  restart(name: string): Promise<Asked>;
  state(name: string): Promise<KeeperState>;
  /** Words with which a person does the same, e.g. `sudo systemctl start NAME`. */
  command(action: "start" | "stop" | "restart", name: string): string;
  /** How its last lines are read. */
  logCommand(name: string): string;
}

/** Runs a manager's own program. */
export async function askProgram(
  argv: readonly string[],
  { processes, timeoutMs = 20_000 }: { readonly processes: Processes; readonly timeoutMs?: number },
): Promise<{ readonly asked: Asked; readonly out: string }> {
  const outcome = await processes.run({ argv, timeoutMs, environment: { LC_ALL: "C", SYSTEMD_COLORS: "0" } });
  return { asked: readOutcome(argv, outcome), out: textOf(outcome, "stdout") };
}

function readOutcome(argv: readonly string[], outcome: RunOutcome): Asked {
  const call = argv.filter((word) => !word.startsWith("-")).slice(0, 2).join(" ");
  if (outcome.kind === "absent") return { kind: "failed", reason: `'${argv[0]}' cannot be run: ${outcome.reason}` };
  if (outcome.kind === "timed_out") return { kind: "failed", reason: `'${call}' does not answer` };
  if (outcome.code === 0) return { kind: "done" };
  const said = textOf(outcome, "stderr").split("\n").map((line) => line.trim()).find((line) => line !== "");
  return { kind: "failed", reason: said ?? `'${call}' ended with code ${outcome.code}` };
}

function textOf(outcome: RunOutcome, stream: "stdout" | "stderr"): string {
  return outcome.kind === "exited" ? new TextDecoder().decode(outcome[stream]) : "";
}
