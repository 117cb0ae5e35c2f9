// Records as `codex exec --json` prints them, for the tests of its reader.
import codex from "../../src/agents/codex.ts";
import type { Ending } from "../../src/core/round.ts";

export type Fields = Readonly<Record<string, unknown>>;

export const now = Date.parse("2026-11-21T06:00:00Z");
export const json = ["codex", "exec", "--json"];
export const exit0: Ending = { kind: "exited", code: 0 };
export const exit1: Ending = { kind: "exited", code: 1 };
export const wall: Ending = { kind: "timed_out", wall: "hard", code: 143 };
export const start: readonly Fields[] = [{ type: "thread.started", thread_id: "t1" }, { type: "turn.started" }];
export const usage = {
  input_tokens: 1200,
  cached_input_tokens: 300,
  cache_write_input_tokens: 11,
  output_tokens: 45,
  reasoning_output_tokens: 7,
};
export const completed: Fields = { type: "turn.completed", usage };
export const answer = done({ type: "agent_message", text: "All done." });

export function done(item: Fields, id = "item_1"): Fields {
  return { type: "item.completed", item: { id, ...item } };
}

export function failed(message: unknown): Fields {
  return { type: "turn.failed", error: { message } };
}

export function chatter(message: unknown): Fields {
  return { type: "error", message };
}

export function retry(reason: string): Fields {
  return chatter(`Reconnecting... 1/5 (${reason})`);
}

export function reader(lines: readonly (Fields | string)[], command: readonly string[] = json) {
  const made = codex.createReader({ command, now: () => now, timeZone: "UTC" });
  const text = lines.map((line) => typeof line === "string" ? line : JSON.stringify(line)).join("\n");
  made.push(new TextEncoder().encode(`${text}\n`));
  return made;
}
