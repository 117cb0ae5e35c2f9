// Records as opencode prints them, for the tests of its reader.
import opencode from "../../src/agents/opencode.ts";
import type { Ending } from "../../src/core/round.ts";

export type Fields = Readonly<Record<string, unknown>>;

export const command = ["opencode", "run", "--format", "json", "--auto", "-m", "acme/m1", "Do it."];
export const exit0: Ending = { kind: "exited", code: 0 };
export const exit1: Ending = { kind: "exited", code: 1 };
export const wall: Ending = { kind: "timed_out", wall: "idle", code: 143 };
export const time = 1_795_000_000_000;

export function reader(lines: readonly (Fields | string)[], argv: readonly string[] = command) {
  const made = opencode.createReader({ command: argv, now: () => time, timeZone: "UTC" });
  const text = lines.map((line) => typeof line === "string" ? line : JSON.stringify(line)).join("\n");
  made.push(new TextEncoder().encode(`${text}\n`));
  return made;
}

export function record(type: string, rest: Fields = {}): Fields {
  return { type, timestamp: time, sessionID: "ses_1", ...rest };
}

export const start = record("step_start", { part: { type: "step-start" } });
export const answer = text("Done.");
export const noTokens = { total: 0, input: 0, output: 0, reasoning: 0, cache: { read: 0, write: 0 } };

export function text(words: string): Fields {
  return record("text", { part: { type: "text", text: words } });
}

export function tool(state: Fields, name = "bash"): Fields {
  return record("tool_use", { part: { type: "tool", tool: name, state } });
}

export function finish(reason: unknown, rest: Fields = {}): Fields {
  const tokens = { total: 33, input: 10, output: 4, reasoning: 3, cache: { read: 11, write: 5 } };
  return record("step_finish", { part: { type: "step-finish", reason, tokens, cost: 0.25, ...rest } });
}

export function failed(name: string, data: Fields = {}): Fields {
  return record("error", { error: { name, data } });
}

export function refused(statusCode: number, data: Fields = {}): Fields {
  return failed("APIError", { message: "Refused.", statusCode, isRetryable: false, ...data });
}
