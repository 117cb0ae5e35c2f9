// What a reader of an agent's output promises: one pass, bounded memory, observations instead of opinions.
import type { Ending } from "./round.ts";
import type { Verdict } from "./verdict.ts";

/** Tokens and cost of one round; null where the CLI does not tell. */
export interface Usage {
  readonly model: string;
  readonly inputTokens: number;
  readonly outputTokens: number;
  readonly cachedTokens: number;
  readonly cacheCreationTokens: number;
  readonly costUsd: number | null;
  readonly durationMs: number;
  readonly toolCallCount: number;
  readonly modelsBreakdown: Readonly<Record<string, unknown>> | null;
}

/** A tool the agent called: its name and what it was aimed at (at most 100 characters, or null). */
export interface ToolCall {
  readonly name: string;
  readonly target: string | null;
}

/** What every reader knows of the stream so far. */
export interface Observations {
  readonly sessionId: string | null;
  readonly model: string | null;
  readonly cliVersion: string | null;
  readonly usage: Usage | null;
  /** The whole terminal record was seen: the agent says it is done. */
  readonly hasTerminalRecord: boolean;
  /** The newest tool calls, oldest first, at most `toolCallsKept`. */
  readonly toolCalls: readonly ToolCall[];
  readonly recordsSeen: number;
  /** Lines that looked like records but could not be read. */
  readonly badLines: number;
}

export const toolCallsKept = 200;

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

/** One file in `src/agents/`: how to recognise a CLI and to read it. */
export interface Agent {
  readonly name: string;
  /** Basenames of the executable this reader is for. */
  readonly binaries: readonly string[];
  /** A reader for one round. @param command the agent's own argv, where its flags decide what it prints. */
  createReader(command?: readonly string[]): AgentReader;
}
