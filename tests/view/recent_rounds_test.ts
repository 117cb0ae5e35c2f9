// Guards the table of the newest rounds.
import assert from "node:assert/strict";
import { openEventSource } from "../../src/store/event_source.ts";
import { readRecentRounds, summariesOf } from "../../src/view/recent_rounds.ts";
import { memoryFiles } from "../fakes/memory_files.ts";
import { eventLineOf } from "../store/log_folder.ts";

function round(n: number): string[] {
  return [
    eventLineOf("round_start", { round_num: n, phase: n % 2 ? "plan" : null }, n * 10),
    eventLineOf("agent_exit", { round_num: n, exit_code: 1, exit_cause: "error", duration_s: 2.5 }, n * 10 + 3),
    eventLineOf("round_verdict", { round_num: n, verdict: "error" }, n * 10 + 4),
    eventLineOf("round_end", { round_num: n }, n * 10 + 5),
    eventLineOf("agent_usage_recorded", { round_num: n }, n * 10 + 6),
  ];
}

function recent(lines: readonly string[]) {
  const memory = memoryFiles({ "/log/events-2026-11.jsonl": lines.map((line) => `${line}\n`).join("") });
  return readRecentRounds(openEventSource({ files: memory, logDir: "/log" }));
}

Deno.test("readRecentRounds() gives the last ten, oldest first, with all that is known", () => {
  const rounds = recent(Array.from({ length: 15 }, (_, i) => round(i + 1)).flat());
  assert.deepEqual(rounds.map(({ number }) => number), [6, 7, 8, 9, 10, 11, 12, 13, 14, 15]);
  assert.deepEqual(rounds.at(-1), {
    number: 15,
    phase: "plan",
    exit_code: 1,
    exit_cause: "error",
    verdict: "error",
    duration_s: 2.5,
    started_at: "2026-11-21T10:02:30.000Z",
    ended_at: "2026-11-21T10:02:35.000Z",
  });
});

Deno.test("readRecentRounds() shows a round without an end, and takes nothing of wrong types", () => {
  const rounds = recent([
    eventLineOf("agent_exit", { round_num: 1, exit_code: 5 }),
    eventLineOf("round_start", { round_num: "2" }),
    eventLineOf("round_start", { round_num: 3, phase: 5 }),
    eventLineOf("agent_exit", { round_num: 3, exit_code: "0", duration_s: null }),
    eventLineOf("round_start", { round_num: 4, phase: "build" }),
  ]);
  assert.deepEqual(rounds.map(({ number, phase, exit_code, ended_at }) => [number, phase, exit_code, ended_at]), [
    [3, null, null, null],
    [4, "build", null, null],
  ]);
  assert.deepEqual(recent([]), []);
});

Deno.test("summariesOf() tells two rounds of one number apart", () => {
  const events = [...round(1), ...round(1).slice(0, 1)].map((line) => JSON.parse(line));
  assert.deepEqual(summariesOf(events).map(({ verdict }) => verdict), ["error", null]);
});
