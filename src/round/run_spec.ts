// What the watch over a running round is given, what it tells, and what it gives back.
import type { AgentReader } from "../core/agent.ts";
import type { Ending, Walls } from "../core/round.ts";
import type { EarlyEnd, EarlyOptions } from "./act_early.ts";
import type { RoundBounds } from "./bounds.ts";
import type { Leader } from "./leader.ts";
import type { LogTap } from "./log_tap.ts";
import type { Reach } from "./reach.ts";
import type { Workers } from "./workers.ts";

/** What the watch tells while the round runs. */
export interface RunNotices {
  onProgress(progress: { readonly logBytes: number; readonly quietSeconds: number; readonly ageSeconds: number }): void;
  onExtended(workers: Workers): void;
  /** The round is being ended: why, in a word for people. */
  onStopping(why: string): void;
  /** The agent is asked to finish by itself, because the operator wants it. */
  onCancelled?(): void;
}

/** What asks the agent of one round to finish, without stopping the loop. */
export interface Cancel {
  /** True once somebody asked. Called several times a second: a glance. */
  isAsked(): boolean;
  /** Seconds the agent has before it is ended by the rest of the ladder. */
  readonly graceSeconds: number;
}

export interface RunSpec {
  readonly walls: Walls;
  readonly leader: Leader;
  readonly reach: Reach;
  readonly tap: LogTap;
  readonly reader: AgentReader;
  /** Monotonic milliseconds from which the walls count; in the past for an adopted round. */
  readonly origin: number;
  readonly agentFile: string;
  readonly ignorePatterns: readonly string[];
  /** Seconds between progress notices; 0 = none. */
  readonly progressSeconds: number;
  readonly early: EarlyOptions;
  /** What bounds the round beside its walls; absent: nothing does. */
  readonly bounds?: Pick<RoundBounds, "read" | "end" | "nextAt">;
  /** Fires when the operator wants the round stopped now. */
  readonly stop: AbortSignal;
  /** Fires when the round is to be left as it is, for the next life; its reason is thrown then. Absent: it never is. */
  readonly leave?: AbortSignal;
  /** Called at each look: the watch gets on. */
  readonly onLook?: () => void;
  /** Absent: nobody can ask. */
  readonly cancel?: Cancel;
  readonly notices: RunNotices;
}

export interface RunOutcome {
  readonly ending: Ending;
  /** Why the supervisor ended it before its time; null when it did not. */
  readonly early: EarlyEnd | null;
  /** Seconds from the round's start to the end of the agent's process. */
  readonly durationSeconds: number;
  /** Processes beside the agent's own that were ended with the round; survivors are not among them. */
  readonly leftoversEnded: number;
  /** Processes that even KILL did not end. */
  readonly survivors: number;
  /** Processes of the agent's name on the whole machine at the last look. */
  readonly agentProcesses: number;
}
