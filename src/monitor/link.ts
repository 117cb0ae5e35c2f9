// What every way of hearing from another machine has in common: what it is given, and how it can end.
import type { Channels } from "../ports/channel.ts";
import type { Clock } from "../ports/clock.ts";
import type { Processes } from "../ports/processes.ts";
import type { Backlog } from "./backlog.ts";
import type { SshFault } from "./ssh_command.ts";
import type { SshTarget } from "./ssh_target.ts";

/** Ports that reach another machine. */
export interface LinkTools {
  readonly channels: Channels;
  readonly processes: Processes;
  readonly clock: Clock;
  /** Of this program. */
  readonly version: string;
}

/** One connection at work. */
export interface LinkTask {
  readonly target: SshTarget;
  readonly backlog: Backlog;
  readonly timing: LinkTiming;
  readonly signal: AbortSignal;
  /** Called after each whole look. */
  onLook(): void;
  /** Something about the far program that the operator should know; may be told again and again. */
  onNote(text: string): void;
}

/** Bounds in time; tests shorten them. */
export interface LinkTiming {
  /** The far side says something at least this often. */
  readonly beatSeconds: number;
  /** Without a word for so long a connection counts as dead. */
  readonly silenceSeconds: number;
  /** From the start to the first word. */
  readonly helloSeconds: number;
  /** Between two questions where nothing is streamed. */
  readonly pollSeconds: number;
}

export const usualTiming: LinkTiming = { beatSeconds: 5, silenceSeconds: 15, helloSeconds: 25, pollSeconds: 10 };

/** `over`: it was ended from here. `cannot_stream`: another way must do. `again`: the same may be tried at once. */
export type LinkEnd =
  | { readonly kind: "over" | "cannot_stream" | "again" }
  | { readonly kind: "failed"; readonly fault: SshFault };
