// Records and stderr lines as Qwen Code prints them, for the tests of its reader.
import qwen from "../../src/agents/qwen.ts";
import type { Ending } from "../../src/core/round.ts";

export type Fields = Readonly<Record<string, unknown>>;

export const now = Date.UTC(2026, 10, 21, 6, 0, 0);
export const init: Fields = {
  type: "system",
  subtype: "init",
  session_id: "s1",
  model: "m1",
  qwen_code_version: "9.9.9",
  mcp_servers: [],
};
export const retry: Fields = {
  type: "system",
  subtype: "retry",
  session_id: "s1",
  data: { reason: "retry", discardedToolCalls: 0 },
};
export const result: Fields = {
  type: "result",
  subtype: "success",
  session_id: "s1",
  is_error: false,
  result: "Done.",
  num_turns: 2,
  duration_ms: 1200,
  usage: { input_tokens: 2400, output_tokens: 90, cache_read_input_tokens: 600, total_tokens: 2490 },
  permission_denials: [],
};
export const exit0: Ending = { kind: "exited", code: 0 };
export const exit1: Ending = { kind: "exited", code: 1 };
export const wall: Ending = { kind: "timed_out", wall: "hard", code: null };

export function assistant(content: unknown, rest: Fields = {}): Fields {
  return { type: "assistant", session_id: "s1", message: { role: "assistant", model: "m1", content, ...rest } };
}

export function failed(message: string, rest: Fields = {}): Fields {
  const { result: _, ...record } = result;
  return { ...record, subtype: "error_during_execution", is_error: true, error: { message }, ...rest };
}

export function heartbeat(seconds: number): string {
  return `[qwen-code] Waiting for API capacity... attempt 3, retry in ${seconds}s`;
}

export function reader(lines: readonly (Fields | string)[], command: readonly string[] = []) {
  const made = qwen.createReader({ command, now: () => now, timeZone: "UTC" });
  const text = lines.map((line) => typeof line === "string" ? line : JSON.stringify(line)).join("\n");
  made.push(new TextEncoder().encode(`${text}\n`));
  return made;
}
