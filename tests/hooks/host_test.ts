// Guards the host of the hooks: order, isolation, and what each point gives back.
import assert from "node:assert/strict";
import type { Alert } from "../../src/core/alert.ts";
import { payloadFault } from "../../src/core/event_payload.ts";
import { answer, hookLines, hookStage, resultOf, round } from "./hook_stage.ts";
import type { Says } from "./hook_stage.ts";

const sha = "c".repeat(40);

function named(stage: { readonly seen: readonly { readonly request: Record<string, unknown> }[] }) {
  return stage.seen.map(({ request }) => request.hook);
}

Deno.test("HookHost calls hooks by priority and then by name, without those that are disabled", async () => {
  const stage = hookStage({
    "hooks.b": hookLines("round_after"),
    "hooks.a": hookLines("round_after round_before"),
    "hooks.last": hookLines("round_after", "priority = 9"),
    "hooks.first": hookLines("round_after", "priority = -1"),
    "hooks.off": hookLines("round_after serve_start"),
    plugins: 'disable = ["off", "unknown"]',
  });
  const hooks = stage.open();
  assert.deepEqual(hooks.hooks.map(({ name }) => name), ["first", "a", "b", "last"]);
  assert.deepEqual([hooks.has("round_before"), hooks.has("serve_start"), hooks.has("round_after")], [
    true,
    false,
    true,
  ]);
  await hooks.roundAfter({ round }, resultOf());
  assert.deepEqual(named(stage), ["first", "a", "b", "last"]);
});

Deno.test("HookHost does nothing at all where no hook is configured", async () => {
  const stage = hookStage({});
  const hooks = stage.open();
  const result = resultOf();
  assert.deepEqual(await hooks.serveStart(), { kind: "ok" });
  const files = ["/home/me/shop/main.md"];
  assert.deepEqual(await hooks.roundBefore({ round, promptFiles: files }), {
    addenda: [],
    overwritten: [],
    failures: [],
  });
  assert.deepEqual(await hooks.roundContext({ round, context: {} }), { slices: {}, failures: [] });
  assert.deepEqual(await hooks.roundDirty({ round, files: [], head: null }), { handled: null, failures: [] });
  assert.equal((await hooks.roundAfter({ round }, result)).verdict, result.verdict);
  assert.deepEqual(await hooks.monitorDetect({}), { alerts: [], failures: [] });
  assert.deepEqual([stage.processes.ran.length, stage.processes.looks], [0, 0]);
});

Deno.test("HookHost.serveStart() ends with the first failure, in two lines and with exit 1", async () => {
  const says: Record<string, Says> = { a: answer(), b: { code: 4, stderr: "no license\n" }, c: answer() };
  const stage = hookStage(
    { "hooks.a": hookLines("serve_start"), "hooks.b": hookLines("serve_start"), "hooks.c": hookLines("serve_start") },
    (hook) => says[hook]!,
  );
  const outcome = await stage.open().serveStart();
  assert.deepEqual(named(stage), ["a", "b"]);
  assert.ok(outcome.kind === "failed");
  assert.deepEqual(outcome.payload, { hook: "b", exc_type: "exit_code", exc_msg: "exit code 4: no license" });
  assert.equal(payloadFault("serve_startup_hook_failed", outcome.payload), null);
  assert.equal(outcome.error.message, "Hook 'b' failed at the start: exit code 4: no license");
  assert.match(outcome.error.fix, /hooks test b.*plugins\.disable/);
  assert.equal(outcome.error.exitCode, 1);
});

Deno.test("HookHost.roundBefore() gathers addenda and tells which hook changed which file, failed hooks too", async () => {
  const stage = hookStage(
    {
      "hooks.adds": hookLines("round_before", "priority = 1"),
      "hooks.changes": hookLines("round_before", "priority = 2"),
      "hooks.breaks": hookLines("round_before", "priority = 3"),
      "hooks.empty": hookLines("round_before", "priority = 4"),
    },
    (hook, _point, { files }) => {
      if (hook === "changes") files.writeAtomic("/home/me/shop/main.md", "Other work.");
      if (hook === "breaks") files.remove("/home/me/shop/rules.md");
      if (hook === "adds") return answer({ prompt_addendum: "Be quick." });
      return hook === "breaks" ? { stdout: "oops" } : answer({ prompt_addendum: "" });
    },
  );
  stage.files.writeAtomic("/home/me/shop/rules.md", "Rules.");
  const promptFiles = ["/home/me/shop/main.md", "/home/me/shop/rules.md"];
  const came = await stage.open().roundBefore({ round: { ...round, phase: "build" }, promptFiles });
  assert.deepEqual(came.addenda, ["Be quick."]);
  assert.deepEqual(came.overwritten.map(({ hook, prompt_path, phase }) => [hook, prompt_path, phase]), [
    ["changes", "/home/me/shop/main.md", "build"],
    ["breaks", "/home/me/shop/rules.md", "build"],
  ]);
  for (const change of came.overwritten) assert.equal(payloadFault("prompt_overwritten", change), null);
  assert.deepEqual(came.failures.map(({ hook_name, hook_kind }) => [hook_name, hook_kind]), [["breaks", "pre_round"]]);
  assert.deepEqual(stage.seen[0]!.request.prompt_files, promptFiles);
});

Deno.test("HookHost.roundContext() gives slices by the names of the hooks; a failed hook has none", async () => {
  const says: Record<string, Says> = {
    board: answer({ context: { open: 3 } }),
    broken: answer({ context: "text" }),
    silent: answer(),
  };
  const stage = hookStage(
    {
      "hooks.board": hookLines("round_context"),
      "hooks.broken": hookLines("round_context"),
      "hooks.silent": hookLines("round_context"),
    },
    (hook) => says[hook]!,
  );
  const came = await stage.open().roundContext({ round, context: { round_num: 7 } });
  assert.deepEqual(came.slices, { board: { open: 3 } });
  assert.deepEqual(came.failures.map(({ error_type }) => error_type), ["bad_field"]);
  assert.match(came.failures[0]!.error_message, /'context'/);
  assert.deepEqual(stage.seen[0]!.request.context, { round_num: 7 });
});

Deno.test("HookHost calls nobody before a round where that is switched off, for all or for a phase", async () => {
  const hooks = { "hooks.a": hookLines("round_before round_context round_after") };
  const phases = {
    "phases": 'list = ["build", "review"]',
    "phases.review": "disable_pre_round_hooks = true",
    "phases.build": "disable_pre_round_hooks = false",
  };
  const callsIn = async (lines: Readonly<Record<string, string>>, phase: string | null) => {
    const stage = hookStage({ ...hooks, ...lines });
    const host = stage.open();
    await host.roundBefore({ round: { ...round, phase }, promptFiles: [] });
    await host.roundContext({ round: { ...round, phase }, context: {} });
    await host.roundAfter({ round: { ...round, phase } }, resultOf());
    return stage.seen.map(({ request }) => request.point);
  };
  const all = ["round_before", "round_context", "round_after"];
  assert.deepEqual(await callsIn({}, null), all);
  assert.deepEqual(await callsIn({ runtime: "disable_pre_round_hooks = true" }, null), ["round_after"]);
  assert.deepEqual(await callsIn(phases, "review"), ["round_after"]);
  assert.deepEqual(await callsIn({ ...phases, runtime: "disable_pre_round_hooks = true" }, "build"), all);
});

Deno.test("HookHost.roundDirty() asks down the chain until somebody did something", async () => {
  const says: Record<string, Says> = {
    passes: answer({ outcome: "pass" }),
    fails: { code: 1 },
    claims: answer({ outcome: "stashed" }),
    commits: answer({ outcome: "committed", ref: sha }),
    late: answer({ outcome: "ignored" }),
  };
  const stage = hookStage(
    {
      "hooks.passes": hookLines("round_dirty", "priority = 1"),
      "hooks.fails": hookLines("round_dirty", "priority = 2"),
      "hooks.claims": hookLines("round_dirty", "priority = 3"),
      "hooks.commits": hookLines("round_dirty", "priority = 4"),
      "hooks.late": hookLines("round_dirty", "priority = 5"),
    },
    (hook) => says[hook]!,
  );
  const files = Array.from({ length: 1500 }, (_, i) => `f${i}`);
  const came = await stage.open().roundDirty({ round, files, head: sha });
  assert.deepEqual(came.handled, { kind: "committed", ref: sha, hook: "commits" });
  assert.deepEqual(came.failures.map(({ hook_name }) => hook_name), ["fails", "claims"]);
  assert.match(came.failures[1]!.error_message, /lacks the field 'ref'/);
  assert.deepEqual(named(stage), ["passes", "fails", "claims", "commits"]);
  const { files: told, files_total, head } = stage.seen[0]!.request as Record<string, string[]>;
  assert.deepEqual([told!.length, files_total, head], [1000, 1500, sha]);
});

Deno.test("HookHost.roundDirty() hands over to the policy when all pass, and asks nobody behind it", async () => {
  const stage = hookStage(
    { "hooks.a": hookLines("round_dirty"), "hooks.z": hookLines("round_dirty", "priority = 1000") },
    (hook) => answer({ outcome: hook === "a" ? "pass" : "ignored" }),
  );
  assert.equal((await stage.open().roundDirty({ round, files: ["f"], head: null })).handled, null);
  assert.deepEqual(named(stage), ["a"]);
});

Deno.test("HookHost.roundAfter() tells hooks of the round, with secrets masked, and takes their words", async () => {
  const token = `ghp_${"a1B2".repeat(9)}`;
  const stage = hookStage(
    { "hooks.a": hookLines("round_after"), "hooks.b": hookLines("round_after") },
    (hook) => hook === "b" ? { code: 9 } : answer({ events: [{ kind: "a_seen", payload: { n: 1 } }] }),
  );
  const result = resultOf({
    dirtyFiles: ["x"],
    verdict: { ...resultOf().verdict, summary: token, evidence: [{ record: "r", field: "f", value: token }] },
  });
  const came = await stage.open().roundAfter({ round, dirtyOutcome: "stashed" }, result);
  assert.deepEqual(came.ownEvents, [{ kind: "a_seen", payload: { round_num: 7, hook: "a", n: 1 } }]);
  assert.deepEqual(came.failures.map(({ hook_name, hook_kind }) => [hook_name, hook_kind]), [["b", "post_round"]]);
  const told = stage.seen[0]!.request.result as Record<string, unknown>;
  assert.deepEqual([told.summary, told.stashed, told.dirty_outcome], ["<redacted>", true, "stashed"]);
  assert.ok(!JSON.stringify(told).includes(token));
});

Deno.test("HookHost.monitorDetect() gives alerts under the names of the hooks, masked and cut", async () => {
  const stage = hookStage(
    { "hooks.disk": hookLines("monitor_detect"), "hooks.calm": hookLines("monitor_detect") },
    (hook) =>
      answer({
        alert: hook === "calm" ? null : { severity: "warning", message: `password=hunter22 ${"x ".repeat(600)}` },
      }),
  );
  const came = await stage.open().monitorDetect({ project: "shop" });
  assert.deepEqual(came.failures, []);
  assert.deepEqual(came.alerts.map(({ detector, severity }) => [detector, severity]), [["disk", "warning"]]);
  assert.match(came.alerts[0]!.message, /^password=<redacted> x/);
  assert.equal(came.alerts[0]!.message.length, 500);
  assert.deepEqual(stage.seen[0]!.request.view, { project: "shop" });
});

Deno.test("HookHost.monitorAlert() tells each hook of an alert as the monitor shows it, and gives back what failed", async () => {
  const stage = hookStage(
    { "hooks.page": hookLines("monitor_alert"), "hooks.broken": hookLines("monitor_alert") },
    (hook) => hook === "broken" ? { code: 3, stderr: "no route\n" } : answer(),
  );
  const at = Date.parse("2026-11-21T10:00:00Z");
  const alert: Alert = {
    detector: "hung",
    action: "hook",
    state: "raised",
    identity: "7",
    severity: "warning",
    message: "Round 7 is not over",
    context: { round_num: 7 },
    fix: null,
    look: "agent-runner peek",
    raisedAt: at - 60_000,
    at,
  };
  const failures = await stage.open().monitorAlert({ alert, host: "pi:shop" });
  assert.deepEqual(failures.map(({ hook_name, hook_kind }) => [hook_name, hook_kind]), [["broken", "alert"]]);
  for (const failure of failures) assert.equal(payloadFault("hook_failed", failure), null);
  assert.deepEqual(stage.seen.map(({ request }) => [request.hook, request.point]), [
    ["broken", "monitor_alert"],
    ["page", "monitor_alert"],
  ]);
  assert.deepEqual(stage.seen[1]!.request.alert, {
    detector: "hung",
    state: "raised",
    severity: "warning",
    message: "Round 7 is not over",
    identity: "7",
    host: "pi:shop",
    auto_action: "hook",
    context: { round_num: 7 },
    fix: null,
    look: "agent-runner peek",
    ts: "2026-11-21T10:00:00.000Z",
    raised_ts: "2026-11-21T09:59:00.000Z",
  });
});

Deno.test("HookHost passes dry_run and the settings of plugins on, and masks what it hands over as a secret", async () => {
  const stage = hookStage(
    {
      "hooks.a": hookLines("round_after", 'pass_env = ["CHAT_TOKEN"]'),
      runtime: "dry_run = true",
      "plugins.a": 'channel = "night"\nlevel = 3',
    },
    () => ({ code: 1, stderr: "sent very-secret-value to the chat\n" }),
  );
  const came = await stage.open().roundAfter({ round }, resultOf());
  assert.equal(came.failures[0]!.error_message, "exit code 1: sent <redacted> to the chat");
  assert.equal(came.failures[0]!.traceback, "sent <redacted> to the chat\n");
  const { request, spec } = stage.seen[0]!;
  assert.equal(request.dry_run, true);
  assert.deepEqual((request.config as Record<string, unknown>).plugins, { a: { channel: "night", level: 3 } });
  assert.deepEqual([spec.environment?.AGENT_RUNNER_DRY_RUN, spec.environment?.AGENT_RUNNER_ROUND_NUM], ["1", "7"]);
  assert.ok(!spec.unset?.includes("CHAT_TOKEN"));
});

Deno.test("HookHost calls no further hook once an end was asked for, and holds that against none", async () => {
  const stop = new AbortController();
  const stage = hookStage(
    { "hooks.a": hookLines("round_before"), "hooks.b": hookLines("round_before") },
    () => {
      stop.abort();
      return { code: 1 };
    },
  );
  const came = await stage.open().roundBefore({ round, promptFiles: [], stop: stop.signal });
  assert.deepEqual(named(stage), ["a"]);
  assert.deepEqual(came.failures, []);
});
