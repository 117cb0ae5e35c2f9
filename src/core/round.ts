// The words for one round: what is planned, how its process can end, and what came of it.
import type { NextAction, Verdict } from "./verdict.ts";
import type { Usage, UsageWindow } from "./agent.ts";
import type { RoundChange } from "./change.ts";

/** Why a round is ended from outside: which of its time limits was reached. */
export type Wall = "first_byte" | "idle" | "hard";

/** Signals the supervisor sends or reports, by their POSIX names. */
export type SignalName =
  | "SIGTERM"
  | "SIGINT"
  | "SIGHUP"
  | "SIGKILL"
  | "SIGCONT"
  | "SIGQUIT"
  | "SIGSTOP"
  | "SIGUSR2";

/** Asks a supervisor to leave at once, with its round as it is: the next life goes on with it. */
export const handoverSignal = "SIGUSR2";

/** Time limits of one round in seconds; 0 means off (`hard` is never off). */
export interface Walls {
  readonly hardSeconds: number;
  readonly firstByteSeconds: number;
  readonly idleSeconds: number;
  /** After the agent's terminal record, before what still lives is ended. */
  readonly lingerSeconds: number;
  /** Between TERM and KILL. */
  readonly stopGraceSeconds: number;
}

/** How the prompt reaches the agent. */
export type PromptDelivery = "argv" | "stdin" | "none";

/** Everything that is decided before a round starts; nothing in it changes afterwards. */
export interface RoundPlan {
  readonly number: number;
  /** UUID; the agent and all it starts carry it as AGENT_RUNNER_ROUND_ID. */
  readonly id: string;
  readonly phase: string | null;
  readonly isFreshEyes: boolean;
  readonly walls: Walls;
  readonly delivery: PromptDelivery;
  /** Absolute paths of the prompt's files, in order. */
  readonly promptFiles: readonly string[];
  readonly workDir: string;
  readonly logDir: string;
  /** Environment of the agent, complete. */
  readonly environment: Readonly<Record<string, string>>;
}

const largestRoundNumber = 1e12;

/** Whether a value can be a round's number: whole, and far enough from the end of exact numbers to count on from it. */
export function isRoundNumber(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0 && (value as number) <= largestRoundNumber;
}

/** Who asked for a round to be stopped. */
export type StopOrigin = "operator" | "supervisor";

/** Every way a round's process can end, and nothing else. */
export type Ending =
  | { readonly kind: "exited"; readonly code: number }
  | { readonly kind: "signalled"; readonly signal: string }
  | { readonly kind: "timed_out"; readonly wall: Wall; readonly code: number | null }
  | { readonly kind: "lingered"; readonly code: number | null }
  | { readonly kind: "stopped"; readonly by: StopOrigin; readonly code: number | null }
  | { readonly kind: "not_started"; readonly reason: string }
  | { readonly kind: "lost"; readonly reason: string };

/** What one round came to. */
export interface RoundResult {
  readonly number: number;
  readonly phase: string | null;
  readonly ending: Ending;
  readonly verdict: Verdict;
  /** Name of the reader, and the CLI's version where it tells. */
  readonly agentName: string;
  readonly agentVersion: string | null;
  /** Of this round alone, also where the CLI counts a whole conversation. */
  readonly usage: Usage | null;
  /** From the price table, where the CLI reports no cost; null when that is unknown, too. */
  readonly estimatedUsd: number | null;
  readonly windows: readonly UsageWindow[];
  readonly sessionId: string | null;
  /** What a hook says comes next; null when none says anything. */
  readonly nextAction: NextAction | null;
  /** The agent was asked to go on with an earlier session and could not. */
  readonly isSessionRefused: boolean;
  readonly dirtyFiles: readonly string[];
  /** Dirty files that the automatic commit did not take, and why; absent when there were none. */
  readonly leftOut?: readonly { readonly path: string; readonly why: string }[];
  /** What it changed below the work folder, as its agent left it. */
  readonly change: RoundChange;
  /** How many `ok` rounds in a row changed nothing, this one included. */
  readonly unchangedRounds: number;
  /** SHA of the commit that holds what the round left behind, if anything was saved. */
  readonly salvagedRef: string | null;
  readonly startedAt: number;
  readonly endedAt: number;
  readonly durationSeconds: number;
  /** Processes beside the agent's own that were ended with the round. */
  readonly leftoversEnded: number;
  /** The agent's own last lines, redacted; empty when there are none. */
  readonly lastLines: string;
}

/** Exit code in the reference's form: the agent's own, or minus the signal's number. */
export function exitCodeOf(ending: Ending): number {
  switch (ending.kind) {
    case "exited":
      return ending.code;
    case "signalled":
      return -signalNumberOf(ending.signal);
    case "timed_out":
    case "lingered":
    case "stopped":
      return ending.code ?? -1;
    case "not_started":
    case "lost":
      return -1;
    default:
      return ending satisfies never;
  }
}

/** The reference's one-word cause: `timeout`, `signal:<NAME>`, `clean` or `error`. */
export function exitCauseOf(ending: Ending): string {
  if (ending.kind === "timed_out" || ending.kind === "lingered") return "timeout";
  if (ending.kind === "lost" || ending.kind === "not_started") return "error";
  if (ending.kind === "signalled") return `signal:${ending.signal.replace(/^signal /, "")}`;
  // -1 stands for a code that nobody knows, not for signal 1.
  if (ending.kind === "stopped" && ending.code === null) return "error";
  const code = exitCodeOf(ending);
  const signal = signalOfExitCode(code);
  if (signal) return `signal:${signal}`;
  return code === 0 ? "clean" : "error";
}

/** Signal numbers that are the same on Linux and macOS, and the few users meet elsewhere. */
export const signalNumbers: Readonly<Record<string, number>> = {
  SIGHUP: 1,
  SIGINT: 2,
  SIGQUIT: 3,
  SIGILL: 4,
  SIGTRAP: 5,
  SIGABRT: 6,
  SIGFPE: 8,
  SIGKILL: 9,
  SIGSEGV: 11,
  SIGPIPE: 13,
  SIGALRM: 14,
  SIGTERM: 15,
};

/** Of a name, or of `signal 7` where the name depends on the system. */
function signalNumberOf(signal: string): number {
  return signalNumbers[signal] ?? Number(/^signal (\d+)$/.exec(signal)?.[1] ?? 1);
}

/** The signal an exit code stands for: minus its number, or 128 plus it as a shell reports it. */
export function signalOfExitCode(code: number): string | null {
  const number = code < 0 ? -code : code > 128 ? code - 128 : 0;
  for (const [name, value] of Object.entries(signalNumbers)) {
    if (value === number) return name;
  }
  return null;
}
