// Records as pi prints them, for the tests of its reader.
import pi from "../../src/agents/pi.ts";
import type { Ending } from "../../src/core/round.ts";

export type Fields = Readonly<Record<string, unknown>>;

export const exit0: Ending = { kind: "exited", code: 0 };
export const wall: Ending = { kind: "timed_out", wall: "hard", code: 143 };
export const time = 1_795_000_000_000;

export function reader(lines: readonly (Fields | string)[], argv: readonly string[] = ["pi", "-p", "--mode", "json"]) {
  const made = pi.createReader({ command: argv, now: () => time, timeZone: "UTC" });
  const text = lines.map((line) => typeof line === "string" ? line : JSON.stringify(line)).join("\n");
  made.push(new TextEncoder().encode(`${text}\n`));
  return made;
}

export const session: Fields = { type: "session", version: 3, id: "s1", timestamp: "2026-11-21T06:15:39.305Z" };
export const settled: Fields = { type: "agent_settled" };

export function agentEnd(willRetry: unknown): Fields {
  return { type: "agent_end", messages: [], willRetry };
}

export function message(rest: Fields = {}): Fields {
  return {
    role: "assistant",
    content: [{ type: "text", text: "Done." }],
    model: "m1",
    usage: { input: 10, output: 7, reasoning: 3, cacheRead: 11, cacheWrite: 5, totalTokens: 33, cost: { total: 0.25 } },
    stopReason: "stop",
    timestamp: time,
    ...rest,
  };
}

const blank = {
  content: [],
  usage: { input: 0, output: 0, cacheRead: 0, cacheWrite: 0, totalTokens: 0, cost: { total: 0 } },
};

/** A turn as pi tells it: the message's start and end, and the turn's end. */
export function turn(rest: Fields = {}): readonly Fields[] {
  const whole = message(rest);
  return [
    { type: "turn_start" },
    { type: "message_start", message: message({ ...blank, stopReason: "pending" }) },
    { type: "message_end", message: whole },
    { type: "turn_end", message: whole, toolResults: [] },
  ];
}

export const barrenTurn = turn({ ...blank, stopReason: "toolUse" });

export function failedTurn(errorMessage: unknown): readonly Fields[] {
  const whole = message({ ...blank, stopReason: "error", errorMessage });
  return ["message_start", "message_end", "turn_end"].map((type) => ({ type, message: whole }));
}

export function retry(errorMessage: unknown, delayMs: unknown = 2000): Fields {
  return { type: "auto_retry_start", attempt: 1, maxAttempts: 3, delayMs, errorMessage };
}

export function toolCall(name: string, args: Fields): Fields {
  return { type: "tool_execution_start", toolCallId: "t1", toolName: name, args };
}
