// Guards one call with scripted processes: what the hook is given, and what each way to fail is called.
import assert from "node:assert/strict";
import { callHook } from "../../src/hooks/call.ts";
import type { CallOutcome } from "../../src/hooks/call.ts";
import type { RunOutcome } from "../../src/ports/processes.ts";
import { answer, hookLines, hookPid, hookStage } from "./hook_stage.ts";
import type { HookStage, Says } from "./hook_stage.ts";

const lines = { "hooks.one": hookLines("round_after", 'timeout_s = 4\nenv = { LEVEL = "2" }') };

async function call(
  says: Says | RunOutcome,
  options: { readonly stop?: AbortSignal; readonly onRun?: (stage: HookStage) => void } = {},
): Promise<{ readonly outcome: CallOutcome; readonly stage: HookStage }> {
  const stage = hookStage(lines, (_hook, _point, on) => {
    options.onRun?.(on);
    return says;
  });
  const outcome = await callHook({
    hook: { ...stage.config.hooks.one!, name: "one" },
    point: "round_after",
    workDir: "/home/me/shop",
    request: { protocol: 1, hook: "one", point: "round_after" },
    variables: { AGENT_RUNNER_HOOK: "one" },
    ...(options.stop === undefined ? {} : { stop: options.stop }),
  }, stage.ports);
  return { outcome, stage };
}

async function faultOf(says: Says | RunOutcome): Promise<[string, string]> {
  const { outcome } = await call(says);
  assert.equal(outcome.kind, "failed");
  return outcome.kind === "failed" ? [outcome.failure.fault, outcome.failure.message] : ["", ""];
}

Deno.test("callHook() runs the executable under a shell that tells its group, with a bounded time and output", async () => {
  const { outcome, stage } = await call(answer({ a: 1 }));
  assert.deepEqual(outcome, { kind: "answered", answer: { protocol: 1, a: 1 }, said: "" });
  const { spec, request } = stage.seen[0]!;
  assert.deepEqual([spec.argv[0], spec.argv[1], spec.argv[4]], ["/bin/sh", "-c", "/bin/hook"]);
  assert.deepEqual([spec.workDir, spec.timeoutMs, spec.maxOutputBytes], ["/home/me/shop", 4000, 1024 * 1024]);
  assert.deepEqual(spec.unset, ["EDITOR", "CHAT_TOKEN"]);
  assert.deepEqual([spec.environment?.LEVEL, spec.environment?.AGENT_RUNNER_HOOK], ["2", "one"]);
  assert.match(spec.environment?.AGENT_RUNNER_HOOK_ID ?? "", /^[0-9a-f-]{36}$/);
  assert.deepEqual(request, { protocol: 1, hook: "one", point: "round_after" });
});

Deno.test("callHook() has a word for each way to fail", async () => {
  assert.deepEqual(await faultOf({ kind: "timed_out" }), ["timed_out", "no answer within 4 s"]);
  assert.equal((await faultOf({ kind: "absent", reason: "no folder" }))[0], "not_found");
  assert.deepEqual(await faultOf({ ...answer(), code: 3, stderr: "trace\nboom\n" }), [
    "exit_code",
    "exit code 3: boom",
  ]);
  assert.equal((await faultOf({ ...answer(), code: -1 }))[0], "killed");
  assert.equal((await faultOf({ ...answer(), isCut: true }))[0], "too_long");
  assert.equal((await faultOf({ stdout: "hello" }))[0], "no_json");
  assert.equal((await faultOf({ stdout: "" }))[0], "no_answer");
  assert.equal((await faultOf({ stdout: '{"protocol": 2}' }))[0], "wrong_version");
});

Deno.test("callHook() believes a hook that reports its own failure, whatever its exit code", async () => {
  assert.deepEqual(await faultOf({ ...answer({ error: "no network" }), code: 1 }), ["reported", "no network"]);
  assert.deepEqual(await faultOf(answer({ error: "no network" })), ["reported", "no network"]);
});

Deno.test("callHook() starts nothing when there is no such executable", async () => {
  const stage = hookStage(lines);
  stage.processes.programs.clear();
  const asked = { point: "round_after", workDir: "/w", request: {}, variables: {} } as const;
  for (const command of ["hook", "./hook"]) {
    const hook = { ...stage.config.hooks.one!, name: "one", command: [command] };
    const outcome = await callHook({ ...asked, hook }, stage.ports);
    assert.equal(outcome.kind === "failed" && outcome.failure.fault, "not_found");
    assert.match(outcome.kind === "failed" ? outcome.failure.message : "", command === "hook" ? /PATH \/bin/ : /'\/w'/);
  }
  assert.equal(stage.processes.ran.length, 0);
});

Deno.test("callHook() ends what a hook left in its group or under its id, and nothing else", async () => {
  let strangers: number[] = [];
  const { outcome, stage } = await call(answer(), {
    onRun({ processes }) {
      const marker = `AGENT_RUNNER_HOOK_ID=${processes.ran[0]!.environment?.AGENT_RUNNER_HOOK_ID}`;
      processes.start({ marker });
      processes.start({ pgid: hookPid, obeysAfterMs: null });
      strangers = [processes.start({ marker: "AGENT_RUNNER_HOOK_ID=another" }), processes.start({ pgid: 9999 })];
    },
  });
  assert.equal(outcome.kind === "failed" && outcome.failure.fault, "left_running");
  assert.match(outcome.kind === "failed" ? outcome.failure.message : "", /left 2 processes running/);
  assert.deepEqual(stage.processes.alive, strangers);
});

Deno.test("callHook() gives a child that is about to end the time for it", async () => {
  const { outcome } = await call(answer(), {
    onRun({ processes, clock }) {
      const pid = processes.start({ pgid: hookPid });
      clock.after(100, () => processes.end(pid));
    },
  });
  assert.equal(outcome.kind, "answered");
});

Deno.test("callHook() leaves a group alone that had the number before the call", async () => {
  const stage = hookStage(lines);
  const old = stage.processes.start({ pgid: hookPid });
  await stage.clock.advance(3_600_000);
  const hook = { ...stage.config.hooks.one!, name: "one" };
  const outcome = await callHook(
    { hook, point: "round_after", workDir: "/w", request: {}, variables: {} },
    stage.ports,
  );
  assert.equal(outcome.kind, "answered");
  assert.deepEqual(stage.processes.alive, [old]);
});

Deno.test("callHook() cannot be misled without a process table", async () => {
  const { outcome } = await call(answer(), { onRun: ({ processes }) => processes.hasNoTable = true });
  assert.equal(outcome.kind, "answered");
});

Deno.test("callHook() calls nobody once an end was asked for", async () => {
  const stop = new AbortController();
  stop.abort();
  const { outcome, stage } = await call(answer(), { stop: stop.signal });
  assert.deepEqual(outcome, { kind: "stopped" });
  assert.equal(stage.processes.ran.length, 0);
});

Deno.test("callHook() keeps an answer that came although an end was asked for meanwhile", async () => {
  const stop = new AbortController();
  const { outcome } = await call(answer(), { stop: stop.signal, onRun: () => stop.abort() });
  assert.equal(outcome.kind, "answered");
});
