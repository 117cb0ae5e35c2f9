// Proves until when Claude Code's usage windows hold: the latest of those that are refused, and never one that is open.
import assert from "node:assert/strict";
import {
  assistant,
  exit1,
  failed,
  type Fields,
  init,
  later,
  reader,
  rejected,
  result,
  wall,
} from "./claude_records.ts";

const used: Fields = {
  api_error_status: 429,
  api_error: "usage_limit_reached",
  result: "You've hit your 5-hour limit",
};

function event(info: Fields): Fields {
  return { type: "rate_limit_event", session_id: "s1", rate_limit_info: info };
}

/** An error record as Claude Code prints it between the event and the result: it names one window alone. */
function told(info: Fields): Fields {
  return assistant([], { error: "rate_limit", api_error_params: { rate_limit_info: { status: "rejected", ...info } } });
}

function judged(...records: readonly Fields[]) {
  const { kind, resetsAt } = reader([init, ...records, failed(used)]).judge(exit1);
  return [kind, resetsAt];
}

Deno.test("judge() waits for the last refused window, whichever the provider names first", () => {
  const fiveHours = { rateLimitType: "five_hour", resetsAt: later };
  const week = { rateLimitType: "seven_day", resetsAt: later + 9000 };
  const both = {
    five_hour: { status: "rejected", resetsAt: later },
    seven_day: { status: "rejected", resetsAt: later + 9000 },
  };
  const open = { ...both, seven_day: { status: "allowed", resetsAt: later + 9000 } };
  assert.deepEqual(judged(rejected({ ...fiveHours, unifiedWindows: both }), told(fiveHours)), ["limit", later + 9000]);
  assert.deepEqual(judged(rejected(week), rejected(fiveHours)), ["limit", later + 9000]);
  assert.deepEqual(judged(rejected(fiveHours), rejected(week)), ["limit", later + 9000]);
  assert.deepEqual(judged(rejected({ ...fiveHours, unifiedWindows: open }), told(fiveHours)), ["limit", later]);
  assert.deepEqual(judged(rejected({ resetsAt: later + 9000, unifiedWindows: open })), ["limit", later]);
  assert.deepEqual(judged(rejected(week), rejected({ ...fiveHours, unifiedWindows: open })), ["limit", later]);
  const opus = { rateLimitType: "seven_day_opus", resetsAt: later + 20_000 };
  assert.deepEqual(judged(rejected({ ...opus, unifiedWindows: both })), ["limit", later + 20_000]);
});

Deno.test("judge() forgets a refusal as soon as requests are allowed again", () => {
  const refused = rejected({ rateLimitType: "five_hour", resetsAt: later });
  const allowed = event({ status: "allowed", rateLimitType: "five_hour", resetsAt: later });
  assert.equal(reader([init, refused]).judge(wall).kind, "limit");
  assert.equal(reader([init, refused, allowed]).judge(wall).kind, "hung");
  const paced = failed({ api_error_status: 429, result: "API Error: Server is temporarily limiting requests" });
  assert.deepEqual(
    [reader([init, refused, allowed, paced]).judge(exit1)].map(({ kind, resetsAt }) => [kind, resetsAt]),
    [["transient", null]],
  );
  assert.equal(reader([init, refused, assistant([]), result]).judge({ kind: "exited", code: 0 }).resetsAt, null);
});

Deno.test("judge() believes a reset that only a later reading finds over", () => {
  const refused = rejected({ rateLimitType: "five_hour", resetsAt: 1_700_000_000 });
  assert.deepEqual(judged(refused), ["limit", 1_700_000_000]);
  const dated = assistant([], { error: "rate_limit", timestamp: "2026-11-21T06:20:02Z" });
  assert.deepEqual(judged(refused, dated), ["limit", null], "it was over by the record's own time");
});

Deno.test("judge() reads windows of any type without harm", () => {
  for (const unifiedWindows of [7, [], "x", { a: null, b: 7, c: { status: 1 } }, { __proto__: null }]) {
    assert.deepEqual(judged(rejected({ resetsAt: String(later * 1000), unifiedWindows })), ["limit", later]);
  }
});
