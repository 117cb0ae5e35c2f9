// Guards that what hooks are told is what the protocol documents: no field more, none less, none of another type.
import assert from "node:assert/strict";
import * as v from "valibot";
import { hookPoints } from "../../src/core/hook.ts";
import type { HookPoint } from "../../src/core/hook.ts";
import { verdictKinds } from "../../src/core/verdict.ts";
import { requestSchemas } from "../../src/hooks/request_schema.ts";
import { sampleFields } from "../../src/hooks/sample.ts";
import { HookAsker } from "../../src/hooks/asker.ts";
import { plainVerdict } from "../fakes/fake_reader.ts";
import { hookLines, hookStage, resultOf, round } from "./hook_stage.ts";

/** The schema drops what it does not know, so only a documented request comes out as it went in. */
function assertDocumented(request: Record<string, unknown>): void {
  const schema: v.GenericSchema = requestSchemas[request.point as HookPoint];
  const parsed = v.safeParse(schema, request);
  assert.deepEqual(parsed.issues?.map((issue) => [v.getDotPath(issue), issue.message]), undefined);
  assert.deepEqual(parsed.output, request);
}

Deno.test("requests hold what the protocol documents, at every point", async () => {
  const stage = hookStage({ "hooks.a": hookLines(hookPoints.join(" ")), "plugins.a": "x = 1" });
  const host = stage.open();
  await host.serveStart();
  await host.roundBefore({ round, promptFiles: ["/p"] });
  await host.roundContext({ round, context: { round_num: 7 } });
  await host.roundDirty({ round, files: ["f"], head: null });
  const usage = {
    model: "m",
    inputTokens: 1,
    outputTokens: 2,
    reasoningTokens: 0,
    cachedTokens: 0,
    cacheCreationTokens: 0,
    costUsd: null,
    durationMs: 1,
    toolCallCount: 0,
    modelsBreakdown: null,
    isCumulative: false,
  };
  await host.roundAfter({ round }, resultOf({ usage, estimatedUsd: 0.1 }));
  await host.monitorDetect({ project: "shop" });
  const found = { identity: "", severity: "info", message: "m", context: { a: 1 }, fix: null, look: null } as const;
  const alert = { ...found, detector: "hung", action: "hook", state: "raised", raisedAt: 0, at: 1 } as const;
  await host.monitorAlert({ alert, host: null });
  assert.deepEqual(stage.seen.map(({ request }) => request.point), [...hookPoints]);
  for (const { request } of stage.seen) {
    assertDocumented(request);
    assert.deepEqual(Object.keys(request).slice(0, 3), ["protocol", "point", "hook"]);
  }
});

Deno.test("requests on a round are documented for every verdict and ending", async () => {
  const stage = hookStage({ "hooks.a": hookLines("round_after") });
  const endings = [
    { kind: "exited", code: 3 },
    { kind: "signalled", signal: "SIGKILL" },
    { kind: "timed_out", wall: "idle", code: null },
    { kind: "lingered", code: 0 },
    { kind: "stopped", by: "operator", code: null },
    { kind: "not_started", reason: "x" },
    { kind: "lost", reason: "x" },
  ] as const;
  for (const ending of endings) await stage.open().roundAfter({ round }, resultOf({ ending }));
  for (const kind of verdictKinds) {
    await stage.open().roundAfter({ round }, resultOf({ verdict: plainVerdict(kind) }));
  }
  for (const { request } of stage.seen) assertDocumented(request);
  const causes = stage.seen.slice(0, 4).map(({ request }) => (request.result as Record<string, unknown>).exit_cause);
  assert.deepEqual(causes, ["error", "signal:SIGKILL", "timeout", "timeout"]);
});

for (const point of hookPoints) {
  Deno.test(`sampleFields() makes up a documented request at ${point}`, async () => {
    const stage = hookStage({ "hooks.a": hookLines(point), phases: 'list = ["build"]' });
    const asker = new HookAsker(stage.config, stage.ports);
    const facts = { now: round.startedAt, redact: (text: string) => text, view: { project: "shop" } };
    const fields = sampleFields(point, stage.config, facts);
    await asker.ask<HookPoint>(asker.hooks[0]!, point, { agent: round.agent, fields });
    assertDocumented(stage.seen[0]!.request);
  });
}
