// What a reader of an agent's output promises: one pass, bounded memory, observations instead of opinions.
import type { Ending } from "./round.ts";
import type { Verdict } from "./verdict.ts";

/** Tokens and cost of one round. Counts are 0 and a cost is null where the CLI does not tell. */
export interface Usage {
  readonly model: string;
  /** Without those read from a cache. */
  readonly inputTokens: number;
  /** Without those of `reasoningTokens`, where the CLI tells them apart. */
  readonly outputTokens: number;
  readonly reasoningTokens: number;
  readonly cachedTokens: number;
  readonly cacheCreationTokens: number;
  /** As the CLI reports it, never an estimate of ours. */
  readonly costUsd: number | null;
  readonly durationMs: number;
  readonly toolCallCount: number;
  readonly modelsBreakdown: Readonly<Record<string, unknown>> | null;
  /** Totals of the whole conversation: what its earlier rounds used is still in them. */
  readonly isCumulative: boolean;
}

/** A tool the agent called: its name and what it was aimed at (at most 100 characters, or null). */
export interface ToolCall {
  readonly name: string;
  readonly target: string | null;
}

/** One of the provider's usage windows, e.g. five hours or a week, as last seen. */
export interface UsageWindow {
  readonly name: string;
  /** Share that is used, 0 to 1 and more; null when the provider does not say. */
  readonly utilization: number | null;
  /** Epoch seconds; null when the provider does not say. */
  readonly resetsAt: number | null;
  readonly isRejected: boolean;
}

/** What the stream proves while the agent still runs: letting it go on is of no use. */
export interface EarlySign {
  /** `hopeless`: no retry can help; `long_wait`: the CLI sleeps until a limit ends; `runaway`: it turns without getting anywhere. */
  readonly kind: "hopeless" | "long_wait" | "runaway";
  /** For people: why, without a full stop at the end. */
  readonly why: string;
  /** Of a long wait: seconds from when the sign was seen; null when the CLI does not say. */
  readonly waitSeconds: number | null;
}

/** What every reader knows of the stream so far. */
export interface Observations {
  readonly sessionId: string | null;
  readonly model: string | null;
  readonly cliVersion: string | null;
  /** Turns of the model; null when the CLI does not count them. */
  readonly turns: number | null;
  readonly usage: Usage | null;
  /** The whole terminal record was seen: the agent says it is done. */
  readonly hasTerminalRecord: boolean;
  /** The newest tool calls, oldest first, at most `toolCallsKept`. */
  readonly toolCalls: readonly ToolCall[];
  /** Names of tools the agent was not allowed to use, at most `denialsKept`. */
  readonly denials: readonly string[];
  /** Tools or connectors the run had to start without, e.g. `mcp server github: failed`. */
  readonly degraded: readonly string[];
  readonly windows: readonly UsageWindow[];
  readonly early: EarlySign | null;
  readonly recordsSeen: number;
  /** Records of a kind the reader does not know. */
  readonly unknownRecords: number;
  /** Lines that looked like records but could not be read. */
  readonly badLines: number;
}

export const toolCallsKept = 200;
export const denialsKept = 20;

/**
 * Reads one round's output as it grows. Bytes may be split anywhere; a reader keeps at most
 * the line it is in (and drops lines that cannot matter).
 */
export interface AgentReader {
  /** The CLI's name as in `[agent] reader` and the preset. */
  readonly name: string;
  /** Takes the next bytes of the round's output. Never throws, whatever they hold. */
  push(bytes: Uint8Array): void;
  /** Observations so far; cheap enough to ask after every push. */
  observe(): Observations;
  /** Pure in (ending, what was pushed): the verdict of the round. */
  judge(ending: Ending): Verdict;
  /** The round's last non-empty lines of output, at most 2,000 characters, not redacted. */
  lastLines(): string;
}

/** What a reader cannot learn from the stream. */
export interface ReaderOptions {
  /** The agent's own argv: its flags decide what it prints. */
  readonly command?: readonly string[];
  /** Epoch milliseconds at which the bytes now pushed were written, for times without a date; 1970 when absent. */
  readonly now?: () => number;
  /** IANA name of the zone in which the CLI writes times without one; this machine's when absent. */
  readonly timeZone?: string;
}

/** What a CLI's stream tells, as the docs print it and the recordings prove it. */
export interface Capabilities {
  readonly tokens: "round" | "conversation" | "none";
  /** `reported`: by the CLI in USD; `estimated`: from the price table; `none`: no tokens to estimate from. */
  readonly cost: "reported" | "estimated" | "none";
  /** Where the time at which a limit ends comes from. */
  readonly limits: "field" | "text" | "none";
  /** `verified`: judged by recordings of the real CLI; `documented`: by its documentation alone. */
  readonly basis: "verified" | "documented";
}

/** How a CLI goes on with an earlier session. */
export interface Resuming {
  /** The command line that goes on with a session. @param command the configured one */
  resumed(command: readonly string[], sessionId: string): readonly string[];
  /** The command line that starts a session under a chosen id (a UUID); absent where the CLI cannot. */
  pinned?(command: readonly string[], sessionId: string): readonly string[];
}

/** One file in `src/agents/`: how to recognise a CLI and to read it. */
export interface Agent {
  readonly name: string;
  /** As people call it, at the beginning of a sentence. */
  readonly title: string;
  /** Basenames of the executable this reader is for. */
  readonly binaries: readonly string[];
  readonly capabilities: Capabilities;
  /** Null for a CLI that cannot resume. */
  readonly resuming: Resuming | null;
  /** A reader for one round. */
  createReader(options?: ReaderOptions): AgentReader;
}
