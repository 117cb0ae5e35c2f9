// What every stream of records comes to: the fields a CLI's file fills in, and how tool calls are remembered.
import type { ToolCall, Usage } from "../core/agent.ts";
import { toolCallsKept } from "../core/agent.ts";
import { type Cause, safeText } from "./cause.ts";
import { clip } from "../core/text.ts";
import { objectOf, textOf } from "./record.ts";

const longestTarget = 100;

/** What a stream has said so far. A CLI's file replaces fields of it, record by record; nothing in it is shared. */
export interface StreamState {
  sessionId: string | null;
  model: string | null;
  cliVersion: string | null;
  usage: Usage | null;
  /** What the whole terminal record says; null before it, and again when the agent goes on after it. */
  terminal: Cause | null;
  /** Trouble seen in error records and not overcome since. */
  trouble: Cause | null;
  /** The text of the error that ended the run, for people. */
  errorText: string | null;
  /** Time of the newest record that carries one, epoch milliseconds; 0 when none does. */
  latestTime: number;
  toolCalls: readonly ToolCall[];
  toolCallCount: number;
}

/** A state in which nothing has been seen. */
export function blankState(): StreamState {
  return {
    sessionId: null,
    model: null,
    cliVersion: null,
    usage: null,
    terminal: null,
    trouble: null,
    errorText: null,
    latestTime: 0,
    toolCalls: [],
    toolCallCount: 0,
  };
}

/** Counts a tool call and remembers it among the newest. */
export function noteToolCall(state: StreamState, name: unknown, input: unknown): void {
  const call = { name: clip(textOf(name) ?? "unknown", 100), target: toolTarget(input) };
  state.toolCalls = [...state.toolCalls.slice(1 - toolCallsKept), call];
  state.toolCallCount++;
}

/** What a tool was aimed at, without secrets: the first text among the fields that name a file, a pattern or a command. */
function toolTarget(input: unknown): string | null {
  const fields = objectOf(input);
  if (!fields) return null;
  for (const field of ["file_path", "path", "pattern", "command"]) {
    const value = fields[field];
    if (typeof value === "string") return safeText(value, longestTarget, 2 * longestTarget);
  }
  return null;
}
