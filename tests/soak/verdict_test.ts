// Holds that the soak finds what it is for: alerts that were lost, doubled, false, late, or not on record.
import assert from "node:assert/strict";
import { silences, spansOf } from "./oracle.ts";
import type { Line } from "./oracle.ts";
import { newTotals, spellReport, take } from "./report.ts";
import { compare } from "./verdict.ts";
import type { Evidence } from "./verdict.ts";

const start = Date.parse("2026-11-21T10:00:00Z");

function at(seconds: number): string {
  return new Date(start + seconds * 1000).toISOString();
}

/** A round of three seconds. */
function round(number: number, seconds: number, more: { verdict?: string; degraded?: string[]; events?: Line[] } = {}) {
  const round_num = number;
  const end = at(seconds + 3);
  return [
    { ts: at(seconds), event: "round_start", round_num },
    { ts: end, event: "agent_exit", round_num, exit_code: more.verdict === undefined ? 0 : 1, duration_s: 3 },
    { ts: end, event: "round_verdict", round_num, verdict: more.verdict ?? "ok", degraded: more.degraded ?? [] },
    ...(more.events ?? []).map((event) => ({ ts: end, round_num, ...event })),
    { ts: end, event: "round_end", round_num },
  ];
}

const degraded = [...round(1, 0), ...round(2, 4, { degraded: ["tracker"] }), ...round(3, 8)];

function alert(detector: string, state: string, seconds: number): Line {
  return { detector, state, ts: at(seconds) };
}

const told = [alert("degraded_start", "raised", 7.5), alert("degraded_start", "resolved", 11.2)];
const recorded = [
  { event: "monitor_alert_emitted", detector: "degraded_start", state: "raised" },
  { event: "monitor_alert_resolved", detector: "degraded_start" },
];

function faultsOf(more: Partial<Evidence>): string[] {
  const words = Array.from({ length: 12 }, (_, i) => start + i * 1000);
  const checks = compare({ name: "x", events: degraded, words, printed: told, recorded, ...more });
  return checks.flatMap(({ what, fault }) => fault === null ? [] : [what]);
}

Deno.test("compare() finds nothing wrong where all was told once", () => {
  assert.deepEqual(faultsOf({}), []);
});

Deno.test("compare() finds what was lost, doubled, early, unknown or not on record", () => {
  const [raised, resolved] = told as [Line, Line];
  assert.deepEqual(faultsOf({ printed: [], recorded: [] }), [
    "x degraded_start: raised",
    "x degraded_start: resolved",
  ]);
  assert.ok(faultsOf({ printed: [raised, raised, resolved] }).includes("x degraded_start: raised"));
  assert.ok(faultsOf({ printed: [raised, resolved, resolved] }).includes("x degraded_start: resolved"));
  const early = alert("degraded_start", "raised", 1);
  assert.deepEqual(faultsOf({ printed: [early, resolved] }), ["x degraded_start: alert 1 in its time"]);
  assert.deepEqual(faultsOf({ printed: [...told, alert("hung", "raised", 3)] }), ["x: no other alert"]);
  assert.deepEqual(faultsOf({ recorded: recorded.slice(1) }), ["x degraded_start: on record"]);
  assert.ok(faultsOf({ printed: [...told, alert("crash_loop", "raised", 9)] }).includes("x crash_loop: raised"));
});

Deno.test("compare() finds a supervisor that was called stale and was not, and one that was and was not called so", () => {
  const stale = alert("supervisor_stale", "raised", 9);
  const onRecord = [...recorded, { event: "monitor_alert_emitted", detector: "supervisor_stale", state: "raised" }];
  assert.deepEqual(faultsOf({ printed: [...told, stale], recorded: onRecord }), [
    "x: a stale supervisor was one",
    "x: false alarms of a stale supervisor",
  ]);
  const words = [start, start + 60_000];
  assert.deepEqual(faultsOf({ words }), ["x: a stale supervisor was told once"]);
  const late = alert("supervisor_stale", "raised", 15);
  assert.deepEqual(faultsOf({ words, printed: [...told, late], recorded: onRecord }), []);
});

Deno.test("spansOf() knows how each of the judged things begins and ends", () => {
  const wrong = (events: readonly Line[]) =>
    spansOf(events).map(({ detector, from, to }) => [detector, from - start, to === null ? null : to - start]);
  const failed = { verdict: "error" };
  assert.deepEqual(wrong([...round(1, 0, failed), ...round(2, 4, failed), ...round(3, 8)]), [
    ["crash_loop", 7000, 11_000],
  ]);
  assert.deepEqual(wrong([...round(1, 0, failed), ...round(2, 4), ...round(3, 8, failed)]), []);
  const blip = { verdict: "transient", events: [{ event: "agent_network_blip" }] };
  assert.deepEqual(wrong([...round(1, 0, blip), ...round(2, 4, blip)]), [["network_fail", 7000, null]]);
  const dirty = { events: [{ event: "orphan_stashed" }] };
  assert.deepEqual(wrong([...round(1, 0, dirty), ...round(2, 4, dirty), ...round(3, 8)]), [
    ["orphan_chain", 7000, 11_000],
  ]);
  const repeated = { events: [{ event: "anomaly_repetitive_tool" }] };
  assert.deepEqual(wrong([...round(1, 0, repeated), ...round(2, 4), ...round(3, 8)]), [
    ["anomaly_repetitive_active", 3000, 8000],
  ]);
});

Deno.test("silences() are between two words, in whatever order these came", () => {
  assert.deepEqual(silences([30_000, 0, 1000, 5000], { seconds: 10 }), [
    { detector: "supervisor_stale", from: 5000, to: 30_000 },
  ]);
  assert.deepEqual(silences([], { seconds: 1 }), []);
});

Deno.test("spellReport() ends with the line that is counted, and says how to do it again", () => {
  const totals = newTotals({ seed: 7, minutes: 3 });
  take(totals, { what: "a", fault: null });
  assert.match(spellReport(totals, 12), /\nsoak: 1 checks passed, 0 failed$/);
  take(totals, { what: "b", fault: "lost\nthere" });
  assert.match(
    spellReport(totals, 12),
    /\nFAULT b\n {2}lost\n {2}there\nagain: deno task soak --seed 7 --minutes 3\nsoak: 1 checks passed, 1 failed$/,
  );
});
