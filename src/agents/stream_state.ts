// What every stream of records comes to: the fields a CLI's file fills in, and how tool calls are remembered.
import type { EarlySign, ToolCall, Usage, UsageWindow } from "../core/agent.ts";
import { denialsKept, toolCallsKept } from "../core/agent.ts";
import { type Cause, safeText } from "./cause.ts";
import { clip } from "../core/text.ts";
import { objectOf, textOf } from "./record.ts";

const longestTarget = 100;
const longestName = 100;
const safeTargetsKept = 100;
/** Shorter texts are copied anyway when they are cut. */
const shortestShared = 13;
/** Longer texts are few, and kept for what they say. */
const longestOwned = 4096;
const mostLookedAt = 2000;
const deepestLookedAt = 4;

/** What a stream has said so far. A CLI's file replaces fields of it, record by record; nothing in it is shared. */
export interface StreamState {
  sessionId: string | null;
  model: string | null;
  cliVersion: string | null;
  turns: number | null;
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
  denials: readonly string[];
  degraded: readonly string[];
  windows: readonly UsageWindow[];
  /** What proves that going on is of no use; null again as soon as the agent got on. */
  early: EarlySign | null;
}

/** A state in which nothing has been seen. */
export function blankState(): StreamState {
  return {
    sessionId: null,
    model: null,
    cliVersion: null,
    turns: null,
    usage: null,
    terminal: null,
    trouble: null,
    errorText: null,
    latestTime: 0,
    toolCalls: [],
    toolCallCount: 0,
    denials: [],
    degraded: [],
    windows: [],
    early: null,
  };
}

/** Counts a tool call and remembers it among the newest. */
export function noteToolCall(state: StreamState, name: unknown, input: unknown): void {
  const calls = state.toolCalls.slice(1 - toolCallsKept);
  calls.push({ name: shortName(name), target: toolTarget(input) });
  state.toolCalls = calls;
  state.toolCallCount++;
}

/** Remembers the name of a tool the agent was not allowed to use. */
export function noteDenial(state: StreamState, name: unknown): void {
  if (state.denials.length < denialsKept) state.denials = [...state.denials, shortName(name)];
}

function shortName(name: unknown): string {
  return ownText(clip(textOf(name) ?? "unknown", longestName));
}

/** A window's name and what is known of it, in place of what was known before. */
export function noteWindow(state: StreamState, window: UsageWindow): void {
  state.windows = [...state.windows.filter(({ name }) => name !== window.name), window].slice(-20);
}

/** What a tool was aimed at, without secrets: the first text among the fields that name a file, a pattern or a command. */
function toolTarget(input: unknown): string | null {
  const fields = objectOf(input);
  if (!fields) return null;
  for (const field of ["file_path", "path", "pattern", "command"]) {
    const value = fields[field];
    if (typeof value === "string") return safeTarget(value);
  }
  return null;
}

/** Targets that were masked already: agents aim at the same few files again and again, and masking is slow. */
const safeTargets = new Map<string, string>();

function safeTarget(text: string): string {
  if (text.length > 2 * longestTarget) return ownText(safeText(text, longestTarget, 2 * longestTarget));
  const known = safeTargets.get(text);
  if (known !== undefined) return known;
  const safe = ownText(safeText(text, longestTarget));
  if (safeTargets.size >= safeTargetsKept) safeTargets.clear();
  safeTargets.set(text, safe);
  return safe;
}

/** Usage as it may be added up: what cannot be a count is 0 or the largest exact number, what cannot be a cost is none. */
export function saneUsage(usage: Usage): Usage {
  const { costUsd } = usage;
  return {
    ...usage,
    model: clip(usage.model, longestName),
    inputTokens: saneCount(usage.inputTokens),
    outputTokens: saneCount(usage.outputTokens),
    reasoningTokens: saneCount(usage.reasoningTokens),
    cachedTokens: saneCount(usage.cachedTokens),
    cacheCreationTokens: saneCount(usage.cacheCreationTokens),
    durationMs: saneCount(usage.durationMs),
    costUsd: costUsd !== null && Number.isFinite(costUsd) && costUsd >= 0 ? costUsd : null,
  };
}

/** The largest exact number for what is larger, 0 for what is no count. */
export function saneCount(count: number): number {
  return count > 0 ? Math.min(count, Number.MAX_SAFE_INTEGER) : 0;
}

/** A copy of a text that shares no memory with the one it may have been cut from. */
function ownText(text: string): string {
  return text.length < shortestShared ? text : JSON.parse(JSON.stringify(text));
}

/**
 * Frees a state's short texts from the long record they were cut from, which they would keep in memory. Tool calls own
 * theirs already. Looks at so many values at most, so that a state that holds a large record costs no more.
 */
export function ownTexts(state: StreamState): void {
  let left = mostLookedAt;
  const own = (value: unknown, depth: number): unknown => {
    if (left-- <= 0 || depth > deepestLookedAt) return value;
    if (typeof value === "string") return value.length <= longestOwned ? ownText(value) : value;
    if (Array.isArray(value)) return value.map((one) => own(one, depth + 1));
    if (Object.getPrototypeOf(value ?? 0) !== Object.prototype) return value;
    return Object.fromEntries(Object.entries(value as object).map(([key, one]) => [key, own(one, depth + 1)]));
  };
  for (const [key, value] of Object.entries(state)) {
    if (key !== "toolCalls") Reflect.set(state, key, own(value, 0));
  }
}
