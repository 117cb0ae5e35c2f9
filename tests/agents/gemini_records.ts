// Records and stderr lines as Gemini CLI prints them, for the tests of its reader.
import gemini from "../../src/agents/gemini.ts";
import type { Ending } from "../../src/core/round.ts";

export type Fields = Readonly<Record<string, unknown>>;

export const now = Date.UTC(2026, 10, 21, 6, 0, 0);
export const timestamp = new Date(now).toISOString();
export const init: Fields = { type: "init", timestamp, session_id: "s1", model: "gemini-2.5-pro" };
export const question = message("user", "Do it.");
export const counts = { total_tokens: 1245, input_tokens: 1200, output_tokens: 38, cached: 300, input: 900 };
export const stats = { ...counts, duration_ms: 62, tool_calls: 0, models: { "gemini-2.5-pro": counts } };
export const zeros = {
  total_tokens: 0,
  input_tokens: 0,
  output_tokens: 0,
  cached: 0,
  input: 0,
  duration_ms: 0,
  tool_calls: 0,
};
export const success: Fields = { type: "result", timestamp, status: "success", stats };
export const exit0: Ending = { kind: "exited", code: 0 };
export const exit1: Ending = { kind: "exited", code: 1 };
export const wall: Ending = { kind: "timed_out", wall: "hard", code: null };
export const idleWall: Ending = { kind: "timed_out", wall: "idle", code: null };
export const rateLines = [
  "Attempt 1 failed: You exceeded your current quota, please check your plan and billing details. Please retry in 8s.",
  "Suggested retry after 8s.. Retrying after 8640ms...",
];

export function message(role: string, content: unknown): Fields {
  return { type: "message", timestamp, role, content, delta: true };
}

export function toolUse(tool_name: string, tool_id: string, parameters: unknown = {}): Fields {
  return { type: "tool_use", timestamp, tool_name, tool_id, parameters };
}

export function failed(text: string | null, rest: Fields = {}): Fields {
  const error = text === null ? {} : { error: { type: "unknown", message: text } };
  return { type: "result", timestamp, status: "error", stats: { ...zeros, models: {} }, ...error, ...rest };
}

export function provider(error: Fields): string {
  return `[API Error: ${JSON.stringify({ error })}]`;
}

export function reader(lines: readonly (Fields | string)[], command: readonly string[] = []) {
  const made = gemini.createReader({ command, now: () => now, timeZone: "UTC" });
  const text = lines.map((line) => typeof line === "string" ? line : JSON.stringify(line)).join("\n");
  made.push(new TextEncoder().encode(`${text}\n`));
  return made;
}
