// Guards the check of answers: a wrong field is named, an unknown one is nobody's business.
import assert from "node:assert/strict";
import fc from "fast-check";
import { hookPoints } from "../../src/core/hook.ts";
import type { HookPoint } from "../../src/core/hook.ts";
import { checkAnswer, longestAddendum, longestSlice, mostEvents } from "../../src/hooks/answers.ts";

const sha = "a".repeat(40);
const usage = { model: "m", input_tokens: 1, output_tokens: 2 };

function check(point: HookPoint, fields: Readonly<Record<string, unknown>>) {
  return checkAnswer(point, { protocol: 1, ...fields });
}

/** Answers that are right. */
const right: readonly (readonly [HookPoint, Readonly<Record<string, unknown>>])[] = [
  ["serve_start", {}],
  ["round_before", {}],
  ["round_before", { prompt_addendum: "More.\n" }],
  ["round_before", { prompt_addendum: null }],
  ["round_context", { context: {} }],
  ["round_context", { context: { deep: { list: [1, null, "x"] } } }],
  ["round_context", { context: null }],
  ["round_dirty", { outcome: "pass" }],
  ["round_dirty", { outcome: "ignored", ref: null }],
  ["round_dirty", { outcome: "stashed", ref: sha }],
  ["round_dirty", { outcome: "committed", ref: "0".repeat(64) }],
  ["round_after", {}],
  ["round_after", { usage, events: [], transient_error: null }],
  ["round_after", { transient_error: { classification: "api_timeout", retry_after_s: 1.5 } }],
  ["round_after", { events: [{ kind: "x_done" }] }],
  ["monitor_detect", { alert: null }],
  ["monitor_detect", { alert: { severity: "critical", message: "The disk is full" } }],
];

/** A wrong answer, the field that is at fault, and what is said of it. */
const wrong: readonly (readonly [HookPoint, Readonly<Record<string, unknown>>, RegExp])[] = [
  ["round_before", { prompt_addendum: 3 }, /^the field 'prompt_addendum' has to be text, found 3$/],
  ["round_before", { prompt_addendum: "a\0" }, /'prompt_addendum'.*without NUL/],
  ["round_before", { prompt_addendum: "x".repeat(longestAddendum + 1) }, /'prompt_addendum'.*at most 65536/],
  ["round_context", { context: [1] }, /^the field 'context' has to be an object, found \[1\]$/],
  ["round_context", { context: "x" }, /'context'.*found "x"/],
  ["round_context", { context: { a: "x".repeat(longestSlice) } }, /'context'.*at most 65536 characters/],
  ["round_dirty", {}, /lacks the field 'outcome'/],
  ["round_dirty", { outcome: "dropped" }, /'outcome' has to be "stashed" or .*found "dropped"/],
  ["round_dirty", { outcome: "stashed" }, /lacks the field 'ref'/],
  ["round_dirty", { outcome: "committed", ref: null }, /'ref' has to be the full SHA of a commit for .*found null/],
  ["round_dirty", { outcome: "stashed", ref: "stash@{0}" }, /'ref' has to be the full SHA.*found "stash@\{0\}"/],
  ["round_dirty", { outcome: "pass", ref: 3 }, /'ref' has to be text, found 3/],
  ["round_after", { usage: 3 }, /'usage' has to be an object, found 3/],
  ["round_after", { usage: [] }, /lacks the field 'usage.model'/],
  ["round_after", { usage: { ...usage, input_tokens: "1" } }, /'usage.input_tokens' has to be a number, found "1"/],
  [
    "round_after",
    { usage: { ...usage, input_tokens: 1.5 } },
    /'usage.input_tokens' has to be a whole number, found 1.5/,
  ],
  ["round_after", { usage: { ...usage, output_tokens: -1 } }, /'usage.output_tokens'.*found -1/],
  ["round_after", { usage: { ...usage, cost_usd: Infinity } }, /'usage.cost_usd'.*finite/],
  ["round_after", { usage: { ...usage, model: "" } }, /'usage.model'/],
  ["round_after", { transient_error: {} }, /lacks the field 'transient_error.classification'/],
  ["round_after", { transient_error: { classification: "other" } }, /has to be "rate_limit_account" or/],
  ["round_after", { transient_error: { classification: "api_timeout", reset_at_epoch: "soon" } }, /reset_at_epoch/],
  ["round_after", { events: {} }, /'events' has to be a list, found \{\}/],
  ["round_after", { events: [{ kind: "x_a" }, {}] }, /lacks the field 'events.1.kind'/],
  ["round_after", { events: [{ kind: "X A" }] }, /'events.0.kind' has to be small letters.*found "X A"/],
  ["round_after", { events: [{ kind: "x_a", payload: [] }] }, /'events.0.payload' has to be an object, found \[\]/],
  ["round_after", { events: Array(mostEvents + 1).fill({ kind: "x_a" }) }, /'events'.*at most 20/],
  ["monitor_detect", { alert: { severity: "bad", message: "x" } }, /'alert.severity'.*found "bad"/],
  ["monitor_detect", { alert: { severity: "info", message: "" } }, /'alert.message'/],
  ["monitor_detect", { alert: "yes" }, /'alert' has to be an object, found "yes"/],
];

for (const [point, fields] of right) {
  Deno.test(`checkAnswer() takes ${JSON.stringify(fields).slice(0, 60)} at ${point}`, () => {
    const checked = check(point, { ...fields, unknown: { field: 1 } });
    assert.equal(checked.kind, "ok", JSON.stringify(checked));
    assert.ok(checked.kind === "ok" && !("unknown" in checked.answer), "an unknown field came through");
  });
}

for (const [i, [point, fields, message]] of wrong.entries()) {
  Deno.test(`checkAnswer() names the field that is wrong at ${point} (${i + 1}: ${message.source})`, () => {
    const checked = check(point, fields);
    assert.equal(checked.kind, "bad");
    assert.match(checked.kind === "bad" ? checked.message : "", message);
  });
}

Deno.test("checkAnswer() never throws, and quotes no more of a value than is worth reading", () => {
  const values = fc.dictionary(
    fc.constantFrom("outcome", "ref", "usage", "events", "alert", "context", "transient_error", "prompt_addendum"),
    fc.jsonValue(),
  );
  fc.assert(fc.property(fc.constantFrom(...hookPoints), values, (point, fields) => {
    const checked = check(point, fields);
    assert.ok(checked.kind === "ok" || checked.message.length < 2300);
  }));
});
