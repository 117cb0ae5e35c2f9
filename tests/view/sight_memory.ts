// Feeds a picture a million events of a million kinds, with huge texts among them, and prints what it grew to, for sight_memory_test.ts.
import { eventKinds } from "../../src/core/event.ts";
import { isoTime } from "../../src/core/text.ts";
import { Sight } from "../../src/view/sight.ts";

const start = Date.parse("2026-11-21T10:00:00Z");
const count = 1_000_000;
const hugeCount = 600;
const kinds = Object.keys(eventKinds);
const wide = "x".repeat(1024 * 1024);
const sight = new Sight();

function heap(): number {
  (globalThis as unknown as { gc: () => void }).gc();
  return Deno.memoryUsage().heapUsed / 1024 / 1024;
}

function feed(i: number, kind: string, text: string): void {
  sight.take({
    ts: isoTime(start + i),
    event: kind,
    round_num: i,
    phase: text,
    agent: text,
    classification: text,
    period: text,
    unit: text,
    used: 1,
    allowed: 1,
    reset_at_epoch: 4e9,
    summary: text,
    matched: text,
    verdict: text,
    reason: text,
    degraded: [text, text],
    tool_name: text,
    target: text,
    hook_name: text,
    error_message: text,
    to: text,
  }, start + i);
}

const before = heap();
const began = performance.now();
for (let i = 0; i < count; i++) feed(i, i % 2 === 0 ? kinds[i / 2 % kinds.length]! : `kind_${i}`, `text ${i}`);
const seconds = (performance.now() - began) / 1000;
for (let i = 0; i < hugeCount; i++) {
  // No two share a text, as they come from a file. Every kind that a round keeps texts of comes for every round.
  const text = JSON.parse(`"${count + i}${wide}"`);
  for (const kind of ["round_start", "agent_exit", "round_verdict", "agent_network_blip", "anomaly_repetitive_tool"]) {
    feed(count + i, kind, text);
  }
  for (const kind of kinds) if (i % 20 === 0) feed(count + i, kind, text);
  sight.takeTail(count + i, text);
  sight.takeBlind({ at: start, reason: text });
}
const now = sight.of(start + count);
const told = JSON.stringify({
  seconds,
  grownMb: heap() - before,
  rounds: now.rounds.length,
  characters: JSON.stringify(now).length,
});
await Deno.stdout.write(new TextEncoder().encode(told));
