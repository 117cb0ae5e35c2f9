// What a round works with, handed in from above.
import type { Agent } from "../core/agent.ts";
import type { Tell } from "../core/telling.ts";
import type { Config } from "../config/schema.ts";
import type { Clock } from "../ports/clock.ts";
import type { Files } from "../ports/files.ts";
import type { Holes } from "../ports/holes.ts";
import type { Host } from "../ports/host.ts";
import type { Processes } from "../ports/processes.ts";
import type { EventSink } from "../ports/records.ts";
import type { Git } from "../vcs/git.ts";
import type { Standing } from "../vcs/progress.ts";
import type { HookHost } from "../hooks/host.ts";
import type { RoundTelemetry } from "../telemetry/round_telemetry.ts";
import type { RoundBook } from "./book.ts";
import type { ScopeDesk } from "./scope_desk.ts";
import type { SessionChoice } from "./session.ts";

export interface RoundTools {
  readonly config: Config;
  readonly clock: Clock;
  readonly files: Files;
  readonly processes: Processes;
  readonly host: Host;
  readonly holes: Holes;
  readonly scopes: ScopeDesk;
  readonly sink: EventSink;
  readonly git: Git;
  readonly agent: Agent;
  readonly book: RoundBook;
  /** Null when no hook is configured. */
  readonly hooks: HookHost | null;
  /** Absent or null: nobody asked for any. */
  readonly telemetry?: RoundTelemetry | null;
  readonly tell: Tell;
  /** Called whenever the watch over a round looks, several times a second; absent: nobody wants to know. */
  readonly onLook?: () => void;
}

/** One round as its later steps see it. */
export interface RoundIdentity {
  readonly number: number;
  readonly id: string;
  readonly phase: string | null;
  /** Milliseconds since 1970. */
  readonly startedAt: number;
  /** Commit before the round; null when unknown. */
  readonly headBefore: string | null;
  /** Where the work folder stood when the agent was started; null when nothing tells. */
  readonly before: Standing | null;
  readonly session: SessionChoice;
  /** Absolute path of the agent's output. */
  readonly log: string;
}
