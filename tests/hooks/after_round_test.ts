// Guards how the words of several hooks on one round are brought together.
import assert from "node:assert/strict";
import { redact } from "../../src/core/redact.ts";
import { checkAnswer } from "../../src/hooks/answers.ts";
import { afterRound } from "../../src/hooks/after_round.ts";
import { plainVerdict } from "../fakes/fake_reader.ts";
import { resultOf } from "./hook_stage.ts";

const used = { model: "m", input_tokens: 1, output_tokens: 2, cost_usd: 0.5 };
const limit = { classification: "rate_limit_account", retry_after_s: 60 };

function after(answers: Readonly<Record<string, Record<string, unknown>>>, result = resultOf()) {
  const checked = Object.entries(answers).map(([hook, fields]) => {
    const found = checkAnswer("round_after", { protocol: 1, ...fields });
    if (found.kind === "bad") throw new Error(found.message);
    return { hook, answer: found.answer };
  });
  return afterRound(checked, { result, now: 1_800_000_000, prices: {}, redact });
}

Deno.test("afterRound() leaves the round as it was when no hook says anything", () => {
  const result = resultOf();
  assert.deepEqual(after({ a: {}, b: { usage: null, events: null, transient_error: null } }, result), {
    verdict: result.verdict,
    usage: null,
    estimate: null,
    nextAction: null,
    events: [],
    ownEvents: [],
    failures: [],
  });
});

Deno.test("afterRound() takes the first word on a limit and on usage, and every own event", () => {
  const came = after({
    a: { events: [{ kind: "a_one" }] },
    b: { transient_error: limit, usage: used, events: [{ kind: "b_one" }, { kind: "b_two" }] },
    c: { transient_error: { classification: "api_timeout" }, usage: { ...used, model: "other" } },
  });
  assert.deepEqual(came.events.map(({ kind }) => kind), ["transient_error_detected", "agent_usage_recorded"]);
  assert.deepEqual([came.verdict.kind, came.verdict.waitClass, came.usage?.model], [
    "limit",
    "rate_limit_account",
    "m",
  ]);
  assert.deepEqual(came.ownEvents.map(({ kind }) => kind), ["a_one", "b_one", "b_two"]);
});

Deno.test("afterRound() lets the agent's own output stand", () => {
  const usage = { ...resultOf().usage, model: "told" } as never;
  const verdict = plainVerdict("limit", { waitClass: "rate_limit_model" });
  const came = after({ a: { transient_error: limit, usage: used } }, resultOf({ usage, verdict }));
  assert.equal(came.usage, usage);
  assert.equal(came.verdict, verdict);
  assert.deepEqual(came.events, []);
});

Deno.test("afterRound() skips all a hook says when one of its events is not its own", () => {
  const came = after({
    a: { usage: used, transient_error: limit, events: [{ kind: "round_end" }] },
    b: { usage: used },
  });
  assert.deepEqual(came.failures.map((failed) => [failed.hook_name, failed.error_type]), [["a", "bad_field"]]);
  assert.match(came.failures[0]!.error_message, /'events\.0\.kind'/);
  assert.deepEqual([came.verdict.kind, came.events.length], ["ok", 1]);
});

Deno.test("afterRound() takes the first word on what comes next", () => {
  assert.equal(after({ a: {}, b: { next: "wait" }, c: { next: "stop" } }).nextAction, "wait");
  assert.throws(() => after({ a: { next: "hook" } }), /next/);
});
