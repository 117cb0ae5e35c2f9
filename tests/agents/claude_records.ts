// Records as Claude Code prints them, for the tests of its reader.
import claude from "../../src/agents/claude.ts";
import type { Ending } from "../../src/core/round.ts";

export type Fields = Readonly<Record<string, unknown>>;

export const init: Fields = {
  type: "system",
  subtype: "init",
  session_id: "s1",
  model: "m1",
  claude_code_version: "9.9.9",
};
export const result: Fields = {
  type: "result",
  subtype: "success",
  is_error: false,
  result: "Done.",
  num_turns: 2,
  duration_ms: 1200,
  session_id: "s1",
  total_cost_usd: 0.5,
  usage: { input_tokens: 10, output_tokens: 4, cache_read_input_tokens: 3, cache_creation_input_tokens: 2 },
};
export const exit0: Ending = { kind: "exited", code: 0 };
export const exit1: Ending = { kind: "exited", code: 1 };
export const wall: Ending = { kind: "timed_out", wall: "hard", code: 143 };

export function reader(lines: readonly (Fields | string)[], command: readonly string[] = []) {
  const made = claude.createReader({ command });
  const text = lines.map((line) => typeof line === "string" ? line : JSON.stringify(line)).join("\n");
  made.push(new TextEncoder().encode(`${text}\n`));
  return made;
}

export function assistant(content: readonly Fields[], rest: Fields = {}): Fields {
  return { type: "assistant", message: { role: "assistant", model: "m2", content }, session_id: "s1", ...rest };
}

export function retry(status: number | null, error: string): Fields {
  return { type: "system", subtype: "api_retry", session_id: "s1", attempt: 1, error_status: status, error };
}

export function failed(rest: Fields): Fields {
  return { ...result, is_error: true, result: "API Error", ...rest };
}

export function rejected(info: Fields): Fields {
  return { type: "rate_limit_event", session_id: "s1", rate_limit_info: { status: "rejected", ...info } };
}

export const later = 1_800_000_000;
