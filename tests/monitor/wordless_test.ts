// Guards the words of rounds without a verdict: which rounds those are, and that nothing in a log folder can do harm.
import assert from "node:assert/strict";
import { WordlessRounds } from "../../src/monitor/wordless.ts";
import type { EventLine } from "../../src/ports/records.ts";
import { memoryFiles } from "../fakes/memory_files.ts";

function line(event: string, round_num: unknown, more: Readonly<Record<string, unknown>> = {}): EventLine {
  const fields = { ts: "2026-11-21T10:00:00Z", event, round_num, ...more };
  return { line: JSON.stringify(fields), event: fields as unknown as EventLine["event"] };
}

function logs(count: number) {
  const entries = Array.from({ length: count }, (_, i) => [`/log/rounds/R${i}-20261121T100000.log`, `words ${i}\n`]);
  return memoryFiles(Object.fromEntries(entries));
}

Deno.test("tails() knows across looks what explained a round, and forgets it at its end", () => {
  const rounds = new WordlessRounds("/log", logs(3));
  const numbers = (...events: EventLine[]) => rounds.tails(events).map(({ round }) => round);
  assert.deepEqual(numbers(line("round_verdict", 1)), []);
  assert.deepEqual(numbers(line("round_end", 1), line("agent_exit", 2, { exit_code: 1 })), []);
  assert.deepEqual(numbers(line("round_end", 2)), [2]);
  assert.deepEqual(numbers(line("round_end", 1)), [1], "a number that comes again is another round");
});

Deno.test("tails() gives the newest few of many, and remembers a bounded number", () => {
  const rounds = new WordlessRounds("/log", logs(100));
  const ends = Array.from({ length: 100 }, (_, i) => line("round_end", i));
  assert.deepEqual(rounds.tails(ends).map(({ round }) => round), Array.from({ length: 20 }, (_, i) => i + 80));
  for (let i = 0; i < 1000; i++) rounds.tails([line("round_verdict", i)]);
  assert.deepEqual(rounds.tails([line("round_end", 5), line("round_end", 999)]).map(({ round }) => round), [5]);
});

Deno.test("tails() makes nothing of numbers that are none, of logs that are gone, or that cannot be read", () => {
  const files = logs(3);
  const rounds = new WordlessRounds("/log", files);
  const odd = [null, "1", 1.5, NaN, -1, {}, 2 ** 60].map((number) => line("round_end", number));
  assert.deepEqual(rounds.tails([...odd, line("round_end", 77)]), []);
  files.failWith("/log/rounds", "denied");
  assert.deepEqual(rounds.tails([line("round_end", 1)]), []);
});
