// Holds what is told of a round to the conventions, and to silence about what was said in it.
import assert from "node:assert/strict";
import type { Usage } from "../../src/core/agent.ts";
import type { Attributes, Instrument, SpanEnd, SpanStart, Telemetry } from "../../src/ports/telemetry.ts";
import { RoundTelemetry } from "../../src/telemetry/round_telemetry.ts";
import { resultOf } from "../loop/round_result.ts";

const id = "6f1c2a44-9d0e-4b1f-8a2b-0123456789ab";
const round = { id, agent: "claude", startedAt: 1_000 };
const usage: Usage = {
  model: "claude-sonnet-5",
  inputTokens: 10,
  outputTokens: 20,
  reasoningTokens: 5,
  cachedTokens: 300,
  cacheCreationTokens: 40,
  costUsd: 0.25,
  durationMs: 5,
  toolCallCount: 3,
  modelsBreakdown: null,
  isCumulative: false,
};

class Recorder implements Telemetry {
  readonly begun: SpanStart[] = [];
  readonly ended: (SpanStart & SpanEnd)[] = [];
  readonly measured: { readonly name: string; readonly value: number; readonly attributes: Attributes }[] = [];
  flushes = 0;

  begin(start: SpanStart) {
    this.begun.push(start);
    const traceId = start.parent?.traceId ?? start.ids.traceId;
    return {
      context: { traceId, spanId: start.ids.spanId, isSampled: true },
      end: (end: SpanEnd) => void this.ended.push({ ...start, ...end }),
    };
  }

  measure({ name }: Instrument, value: number, attributes: Attributes): void {
    this.measured.push({ name, value, attributes });
  }

  flush(): void {
    this.flushes++;
  }

  close(): Promise<void> {
    return Promise.resolve();
  }
}

Deno.test("begun() hands the agent the round's place in the trace", () => {
  const telemetry = new RoundTelemetry(new Recorder(), "p");
  const environment = telemetry.begun(round, { PATH: "/bin", TRACESTATE: "left=over" });
  assert.deepEqual(environment, {
    PATH: "/bin",
    TRACEPARENT: "00-6f1c2a449d0e4b1f8a2b0123456789ab-8a2b0123456789ab-01",
  });
});

Deno.test("begun() goes on with the trace that the supervisor was started in", () => {
  const recorder = new Recorder();
  const telemetry = new RoundTelemetry(recorder, "p");
  const traceId = "0af7651916cd43dd8448eb211c80319c";
  const environment = telemetry.begun(round, { TRACEPARENT: `00-${traceId}-b7ad6b7169203331-01`, TRACESTATE: "a=b" });
  assert.equal(environment.TRACEPARENT, `00-${traceId}-8a2b0123456789ab-01`);
  assert.equal(environment.TRACESTATE, "a=b");
  assert.equal(recorder.begun[0]?.parent?.spanId, "b7ad6b7169203331");
});

Deno.test("settled() tells what came of a round by the conventions", () => {
  const recorder = new Recorder();
  const telemetry = new RoundTelemetry(recorder, "p");
  telemetry.begun(round, {});
  const result = resultOf("ok", {}, { agentName: "claude", usage, sessionId: "s-1", phase: "build", endedAt: 11_000 });
  telemetry.settled(id, result, {});
  const [span] = recorder.ended;
  assert.equal(recorder.begun.length, 1);
  assert.deepEqual([span?.name, span?.startedAt, span?.endedAt, span?.error], [
    "invoke_agent claude",
    1_000,
    11_000,
    null,
  ]);
  const wanted = {
    "gen_ai.operation.name": "invoke_agent",
    "gen_ai.provider.name": "anthropic",
    "gen_ai.agent.name": "claude",
    "gen_ai.response.model": "claude-sonnet-5",
    "gen_ai.conversation.id": "s-1",
    "gen_ai.usage.input_tokens": 350,
    "gen_ai.usage.output_tokens": 25,
    "gen_ai.usage.cache_read.input_tokens": 300,
    "gen_ai.usage.cache_creation.input_tokens": 40,
    "agent_runner.project": "p",
    "agent_runner.round.number": 5,
    "agent_runner.round.phase": "build",
    "agent_runner.round.verdict": "ok",
    "agent_runner.round.ending": "exited",
    "agent_runner.round.adopted": false,
    "agent_runner.round.salvaged": false,
    "agent_runner.round.cost_usd": 0.25,
  };
  for (const [key, value] of Object.entries(wanted)) assert.equal(span?.attributes[key], value, key);
  assert.equal("error.type" in span!.attributes, false);
  assert.deepEqual(recorder.measured.map(({ name, value }) => [name, value]), [
    ["gen_ai.client.operation.duration", 10],
    ["gen_ai.client.token.usage", 350],
    ["gen_ai.client.token.usage", 25],
    ["agent_runner.rounds", 1],
    ["agent_runner.cost", 0.25],
  ]);
  assert.equal(recorder.measured.at(-1)?.attributes["agent_runner.cost.kind"], "reported");
  assert.equal(recorder.flushes, 1);
});

Deno.test("settled() gives a round that failed a status, in words of ours alone", () => {
  const recorder = new Recorder();
  const telemetry = new RoundTelemetry(recorder, "p");
  telemetry.begun(round, {});
  const secret = "the prompt said PURPLE";
  const ending = { kind: "timed_out", wall: "idle", code: null } as const;
  const evidence = [{ record: "result", field: "text", value: secret }];
  const result = resultOf("hung", { summary: secret, evidence, degraded: [secret] }, {
    ending,
    lastLines: secret,
    dirtyFiles: [`${secret}.md`, "b"],
    salvagedRef: "refs/x",
    estimatedUsd: 0.5,
  });
  telemetry.settled(id, result, {});
  const [span] = recorder.ended;
  assert.equal(span?.error, "hung");
  assert.equal(span?.attributes["error.type"], "hung");
  assert.equal(span?.attributes["agent_runner.round.wall"], "idle");
  assert.equal(span?.attributes["agent_runner.round.dirty_files"], 2);
  assert.equal(span?.attributes["agent_runner.round.salvaged"], true);
  assert.doesNotMatch(JSON.stringify([recorder.ended, recorder.measured]), /PURPLE/);
  assert.equal(recorder.measured.at(-1)?.attributes["agent_runner.cost.kind"], "estimated");
  assert.equal(recorder.measured.some(({ name }) => name === "gen_ai.client.token.usage"), false);
});

Deno.test("settled() gives a round of an earlier life its trace and its own start", () => {
  const recorder = new Recorder();
  const telemetry = new RoundTelemetry(recorder, "p");
  telemetry.settled(id, resultOf("ok", {}, { startedAt: 500, endedAt: 9_000 }), {});
  const [span] = recorder.ended;
  assert.deepEqual([span?.ids.traceId, span?.ids.spanId], ["6f1c2a449d0e4b1f8a2b0123456789ab", "8a2b0123456789ab"]);
  assert.deepEqual([span?.startedAt, span?.endedAt], [500, 9_000]);
  assert.equal(span?.attributes["agent_runner.round.adopted"], true);
});

Deno.test("settled() bounds names that come from agents", () => {
  const recorder = new Recorder();
  const telemetry = new RoundTelemetry(recorder, "p");
  const model = `m\ud800${"x".repeat(10_000)}`;
  telemetry.settled(id, resultOf("ok", {}, { usage: { ...usage, model }, sessionId: "s".repeat(10_000) }), {});
  const texts = Object.values(recorder.ended[0]!.attributes).filter((value) => typeof value === "string");
  assert.ok(texts.every((text) => text.length <= 200 && text.isWellFormed()));
});
