// Processes as the supervisor sees them: groups it starts, commands it asks, and the table of all.
import type { SignalName } from "../core/round.ts";

/** How a process of ours ended. */
export interface ExitReport {
  readonly code: number;
  /** Name of the signal that ended it, or null. */
  readonly signal: string | null;
}

/** A process that leads its own session and group (pid = pgid). */
export interface GroupLeader {
  readonly pid: number;
  readonly exited: Promise<ExitReport>;
}

export interface SpawnSpec {
  readonly argv: readonly string[];
  readonly workDir: string;
  /** The whole environment; nothing is inherited. */
  readonly environment: Readonly<Record<string, string>>;
}

export interface RunSpec {
  readonly argv: readonly string[];
  readonly workDir?: string;
  /** Added to the inherited environment. */
  readonly environment?: Readonly<Record<string, string>>;
  /** Names taken out of the inherited environment. */
  readonly unset?: readonly string[];
  /** Milliseconds; the command's group is killed when it is over. */
  readonly timeoutMs: number;
  /** Bytes of stdout kept; what is beyond is dropped and `isCut` is set. Default 4 MiB. */
  readonly maxOutputBytes?: number;
  /** Which part of a longer stdout is kept, then also of a command that is ended. Default its start. */
  readonly keeps?: "start" | "end";
  readonly stdin?: Uint8Array;
  /** Ends the command's group as the deadline does, when it fires. */
  readonly stop?: AbortSignal;
  /** Told the leader of the command's group as soon as it runs. */
  readonly onStart?: (pid: number) => void;
}

/** What came of a short command. `absent`: no such executable or work folder; `timed_out`: also when it was stopped. */
export type RunOutcome =
  | {
    readonly kind: "exited";
    readonly code: number;
    readonly stdout: Uint8Array;
    readonly stderr: Uint8Array;
    readonly isCut: boolean;
  }
  | { readonly kind: "timed_out"; readonly stdout?: Uint8Array; readonly isCut?: boolean }
  | { readonly kind: "absent"; readonly reason: string };

/** One row of the process table. */
export interface ProcessInfo {
  readonly pid: number;
  readonly ppid: number;
  readonly pgid: number;
  readonly isZombie: boolean;
  /** Epoch seconds, to about one second: with the pid it names a process for good. */
  readonly startedAt: number;
  /** CPU time used by it and its ended children, seconds. */
  readonly cpuSeconds: number;
  /** Command line, without the environment where the marker did not match; may be cut. */
  readonly command: string;
  /** The environment carries the marker that was asked for. */
  readonly isMarked: boolean;
}

export interface Processes {
  /** Starts a process as leader of a new session and group; its stdio is /dev/null. Throws `SpawnFault`. */
  spawnGroup(spec: SpawnSpec): GroupLeader;
  /** Runs a short command to its end with a deadline. */
  run(spec: RunSpec): Promise<RunOutcome>;
  /** False when there is no such process (or it is not ours). */
  signal(pid: number, signal: SignalName): boolean;
  /** Signals every member of a process group. False when there is none. */
  signalGroup(pgid: number, signal: SignalName): boolean;
  /** The process table; `marker` is a `NAME=value`, or `NAME=`, looked for in each environment. Null when it cannot be had. */
  list(marker: string | null): Promise<readonly ProcessInfo[] | null>;
  /** Path of an executable as a process with this PATH and work folder would find it, or null. */
  find(command: string, options: { readonly path: string; readonly workDir: string }): string | null;
}

/** A process could not be started. */
export class SpawnFault extends Error {
  override readonly name = "SpawnFault";
}
