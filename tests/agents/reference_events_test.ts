// Proves that the payloads operators' tools know are spelled as they know them.
import assert from "node:assert/strict";
import claude from "../../src/agents/claude.ts";
import { networkBlip, type ReadRound, referenceEvents } from "../../src/agents/reference_events.ts";
import { payloadFault } from "../../src/core/event_payload.ts";
import type { Ending } from "../../src/core/round.ts";
import { golden, logOf } from "./golden.ts";

const off = { window: 0, threshold: 0 };
const now = 1_795_240_000_000;

function roundOf(name: string, ending?: Ending): ReadRound {
  const recorded = golden("claude-2.1.329", name);
  const { expected } = recorded;
  const reader = claude.createReader();
  reader.push(logOf(recorded));
  const ended = ending ?? expected.ending;
  return {
    number: 7,
    phase: null,
    durationSeconds: 2.5,
    verdict: reader.judge(ended),
    observations: reader.observe(),
    ending: ended,
    agentName: "claude",
    estimate: null,
  };
}

function calls(targets: readonly (string | null)[]): ReadRound {
  const round = roundOf("ok");
  return {
    ...round,
    observations: { ...round.observations, toolCalls: targets.map((target) => ({ name: "Bash", target })) },
  };
}

Deno.test("referenceEvents() gives a limit the provider's own reset time, then the usage", () => {
  const events = referenceEvents(roundOf("e429_5h+sub"), { now, repetition: off });
  assert.deepEqual(events.map(({ kind }) => kind), ["transient_error_detected", "agent_usage_recorded"]);
  assert.deepEqual(events[0]!.payload, {
    classification: "rate_limit_account",
    agent: "claude",
    reset_at_epoch: 1795247402,
    round_num: 7,
    raw: "You've hit your 5-hour limit · resets 7:50am (UTC)",
  });
});

Deno.test("referenceEvents() waits from now on where no reset time is known or it is over", () => {
  const resetOf = (name: string, at: number) => {
    const event = referenceEvents(roundOf(name), { now: at, repetition: off })[0]!;
    return event.kind === "transient_error_detected"
      ? [event.payload.classification, event.payload.reset_at_epoch - at / 1000]
      : null;
  };
  assert.deepEqual(resetOf("e429", now), ["rate_limit_model", 60]);
  assert.deepEqual(resetOf("e500+dns", now), ["api_transient_5xx", 60]);
  assert.deepEqual(resetOf("hang+t5+r2", now), ["api_timeout", 30]);
  assert.deepEqual(resetOf("e429_5h+sub", 1_795_247_500_000), ["rate_limit_account", 300]);
});

Deno.test("referenceEvents() records tokens and cost with every field", () => {
  const [event, ...rest] = referenceEvents(roundOf("tool"), { now, repetition: off });
  assert.deepEqual(rest, []);
  const { duration_ms, ...payload } = event!.payload as unknown as Record<string, unknown>;
  assert.ok(Number(duration_ms) > 0);
  assert.deepEqual(payload, {
    agent: "claude",
    model: "claude-sonnet-4-5",
    round_num: 7,
    input_tokens: 2400,
    output_tokens: 90,
    cached_tokens: 600,
    cost_usd: 0.01023,
    models_breakdown: null,
    cache_creation_tokens: 400,
    tool_call_count: 1,
    phase: "",
    success: true,
  });
});

Deno.test("referenceEvents() is silent about rounds that say nothing", () => {
  assert.deepEqual(referenceEvents(roundOf("hang"), { now, repetition: off }), []);
  assert.deepEqual(referenceEvents(roundOf("ok+badflag"), { now, repetition: off }), []);
});

Deno.test("referenceEvents() records what a killed round used as far as it was seen, at an unknown cost", () => {
  const [event, ...rest] = referenceEvents(roundOf("sigkill_tool"), { now, repetition: off });
  assert.deepEqual(rest, []);
  assert.equal(event!.kind, "agent_usage_recorded");
  const payload = event!.payload as unknown as Record<string, unknown>;
  assert.deepEqual([payload.input_tokens, payload.output_tokens, payload.cached_tokens], [1200, 1, 300]);
  assert.deepEqual([payload.cost_usd, payload.success, payload.tool_call_count], [null, false, 1]);
});

Deno.test("referenceEvents() reports the tool call that repeats among the newest", () => {
  const find = (targets: readonly (string | null)[], window: number, threshold: number) =>
    referenceEvents(calls(targets), { now, repetition: { window, threshold } })
      .find(({ kind }) => kind === "anomaly_repetitive_tool")?.payload;
  assert.deepEqual(find(["b", "a", "a", null, "a"], 5, 3), {
    round_num: 7,
    tool_name: "Bash",
    target: "a",
    count: 3,
    window: 5,
  });
  assert.deepEqual(find([null, null], 2, 2), { round_num: 7, tool_name: "Bash", target: null, count: 2, window: 2 });
  assert.equal(find(["a", "a", "a", "b", "b"], 3, 3), undefined);
  assert.equal(find(["a", "a"], 5, 3), undefined);
  assert.equal(find(["a", "a"], 1, 2), undefined);
  assert.equal(find(["a", "a"], 0, 1), undefined);
  assert.equal(find(["a", "a"], 5, 0), undefined);
});

Deno.test("referenceEvents() masks secrets before it clips", () => {
  const round = roundOf("e429");
  const value = `${"x ".repeat(94)}TOKEN=abcdefghijklmnop`;
  const verdict = { ...round.verdict, evidence: [{ record: "result", field: "text", value }] };
  const raw = referenceEvents({ ...round, verdict }, { now, repetition: off })[0]!.payload as { readonly raw: string };
  assert.equal(raw.raw, `${"x ".repeat(94)}TOKEN=<redac`);
});

Deno.test("networkBlip() reports only a failure whose own error tells of the network", () => {
  assert.equal(networkBlip(roundOf("e500+dns"))?.matched, "no answer from the provider");
  assert.equal(networkBlip(roundOf("e500+dns"))?.timed_out, true);
  for (const name of ["ok", "tool", "e401", "e429", "sigterm_retry", "hang", "cut_then_ok"]) {
    assert.equal(networkBlip(roundOf(name)), null, name);
  }
  const round = roundOf("e429", { kind: "timed_out", wall: "hard", code: 143 });
  const evidence = [{ record: "result", field: "text", value: "Connection lost (ECONNRESET) to the API" }];
  assert.deepEqual(networkBlip({ ...round, phase: "build", verdict: { ...round.verdict, evidence } }), {
    round_num: 7,
    phase: "build",
    matched: "ECONNRESET",
    round_duration_s: 2.5,
    exit_code: 143,
    timed_out: true,
  });
});

Deno.test("every payload fits the table of events", () => {
  for (const name of ["ok", "tool", "e429_5h+sub", "e401", "e500+dns", "sigint_slow"]) {
    const round = roundOf(name);
    for (const { kind, payload } of referenceEvents(round, { now, repetition: { window: 1, threshold: 1 } })) {
      assert.equal(payloadFault(kind, { ...payload }), null);
    }
    const blip = networkBlip(round);
    if (blip) assert.equal(payloadFault("agent_network_blip", { ...blip }), null);
  }
});
