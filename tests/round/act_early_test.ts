// Guards the decision to end a round that its own stream has proved useless.
import assert from "node:assert/strict";
import type { Observations, Usage } from "../../src/core/agent.ts";
import { boundlessRoom, budgetVerdict, earlyEnd } from "../../src/round/act_early.ts";
import type { EarlyOptions } from "../../src/round/act_early.ts";
import { FakeReader, plainVerdict } from "../fakes/fake_reader.ts";
import { Stage } from "./stage.ts";

const options: EarlyOptions = { isOn: true, longestWaitSeconds: 300, room: boundlessRoom, costOf: () => null };

function seen(changes: Partial<Observations>): Observations {
  return { ...new FakeReader().observe(), ...changes };
}

function used(changes: Partial<Usage>): Usage {
  return {
    model: "m",
    inputTokens: 100,
    outputTokens: 20,
    reasoningTokens: 3,
    cachedTokens: 4,
    cacheCreationTokens: 5,
    costUsd: null,
    durationMs: 0,
    toolCallCount: 0,
    modelsBreakdown: null,
    isCumulative: false,
    ...changes,
  };
}

const hopeless = { kind: "hopeless", why: "the login is refused", waitSeconds: null } as const;

Deno.test("earlyEnd() lets a round go on that shows no sign", () => {
  assert.equal(earlyEnd(seen({}), 1e6, options), null);
});

Deno.test("earlyEnd() ends what is hopeless or a runaway, unless it is switched off or done", () => {
  assert.deepEqual(earlyEnd(seen({ early: hopeless }), 1, options), { sign: "hopeless", why: "the login is refused" });
  assert.equal(earlyEnd(seen({ early: { ...hopeless, kind: "runaway" } }), 1, options)?.sign, "runaway");
  assert.equal(earlyEnd(seen({ early: hopeless }), 1, { ...options, isOn: false }), null);
  assert.equal(earlyEnd(seen({ early: hopeless, hasTerminalRecord: true }), 1, options), null);
});

Deno.test("earlyEnd() bears a sleep of the agent up to the longest wait, and none of unknown length", () => {
  const sleeps = (waitSeconds: number | null) =>
    earlyEnd(seen({ early: { kind: "long_wait", why: "it sleeps", waitSeconds } }), 1, options)?.sign ?? null;
  assert.deepEqual([sleeps(1), sleeps(300), sleeps(301), sleeps(null)], [null, null, "long_wait", "long_wait"]);
});

Deno.test("earlyEnd() holds a round to what is left of the budgets, also with act_early off", () => {
  const bounded = (room: Partial<EarlyOptions["room"]>, cost: number | null = null) => ({
    ...options,
    isOn: false,
    room: { ...boundlessRoom, ...room },
    costOf: () => cost,
  });
  const usage = used({});
  assert.equal(earlyEnd(seen({ usage }), 59, bounded({ seconds: 60 })), null);
  assert.equal(earlyEnd(seen({ usage }), 60, bounded({ seconds: 60 }))?.sign, "budget");
  assert.equal(earlyEnd(seen({ usage }), 1, bounded({ tokens: 133 })), null);
  assert.equal(earlyEnd(seen({ usage }), 1, bounded({ tokens: 132 }))?.sign, "budget");
  assert.equal(earlyEnd(seen({ usage }), 1, bounded({ usd: 2 }, 1.99)), null);
  assert.equal(earlyEnd(seen({ usage }), 1, bounded({ usd: 2 }, 2))?.sign, "budget");
  assert.equal(earlyEnd(seen({ usage }), 1, bounded({ usd: 0.01 }, null)), null, "an unknown cost is not a high one");
  assert.equal(earlyEnd(seen({ usage: used({ isCumulative: true }) }), 1, bounded({ tokens: 1 })), null);
});

Deno.test("budgetVerdict() calls the round bounded and asks for nobody", () => {
  const verdict = budgetVerdict("the budget for tokens is used up", plainVerdict("auth", { needsHuman: true }));
  assert.equal(verdict.kind, "bounded");
  assert.equal(verdict.needsHuman, false);
  assert.match(verdict.summary, /tokens/);
});

Deno.test("watchRound() ends a round early by the ladder, as the supervisor's doing", async () => {
  const stage = new Stage({ obeysAfterMs: 20 });
  const tool = stage.startChild({ obeysAfterMs: null });
  stage.later(10, () => stage.reader.shown = { early: hopeless });
  const outcome = await stage.watch();
  assert.deepEqual(outcome.ending, { kind: "stopped", by: "supervisor", code: -15 });
  assert.deepEqual(outcome.early, { sign: "hopeless", why: "the login is refused" });
  assert.deepEqual(stage.said, ["10.0 the login is refused"]);
  assert.ok(stage.processes.sentTo(tool).includes("SIGKILL"));
  assert.deepEqual(stage.processes.alive, []);
});

Deno.test("watchRound() leaves a round to itself that ended before its sign was seen", async () => {
  const stage = new Stage().exits(1, 10);
  stage.later(10.2, () => stage.reader.shown = { early: hopeless });
  const outcome = await stage.watch();
  assert.deepEqual(outcome.ending, { kind: "exited", code: 1 });
  assert.equal(outcome.early, null);
});
