// Guards the list of defenses: the predecessor's twelve in their order, and states that follow the configuration.
import assert from "node:assert/strict";
import type { Defense } from "../../src/core/defense.ts";
import type { Config } from "../../src/config/schema.ts";
import { defenses } from "../../src/defenses/registry.ts";
import { configOf, smallest, withLines } from "../config/sample.ts";

const list: readonly Defense<Config>[] = defenses;

function described(name: string, text: string) {
  return list.find((defense) => defense.name === name)!.describe(configOf(text));
}

Deno.test("defenses begin with the twelve that readers of peek know, in their order", () => {
  assert.deepEqual(list.slice(0, 12).map(({ name }) => name), [
    "round_timeout_s",
    "process_group_isolation",
    "sigterm_reaper",
    "orphan_stash_idempotency_s",
    "sha_locked_stash",
    "set_diff_classification",
    "critical_envs_injection",
    "startup_smoke_check",
    "crash_loop_breaker",
    "flock_concurrency",
    "atomic_state_writes",
    "event_kind_registry",
  ]);
  assert.deepEqual(list.map(({ order }) => order), list.map((_, i) => i + 1));
});

Deno.test("describe() gives values that can be written as JSON for the smallest configuration", () => {
  for (const defense of list) {
    const { value, state, reason } = defense.describe(configOf(smallest));
    assert.deepEqual(JSON.parse(JSON.stringify(value)), value, defense.name);
    assert.ok(["active", "degraded", "off"].includes(state));
    assert.equal(state === "active", reason === undefined, `${defense.name}: a reason is what is not active has`);
    assert.doesNotMatch(reason ?? "", /\.$|\n/);
  }
});

Deno.test("describe() follows the configuration", () => {
  assert.deepEqual(described("round_timeout_s", withLines({ runtime: "round_timeout_s = 77" })), {
    value: 77,
    state: "active",
  });
  assert.deepEqual(described("critical_envs_injection", smallest), {
    value: [],
    state: "off",
    reason: "[agent.env] is empty",
  });
  const env = withLines({ agent: 'env = { B = "1", A = "2" }' });
  assert.deepEqual(described("critical_envs_injection", env), { value: ["A", "B"], state: "active" });
  assert.equal(described("orphan_stash_idempotency_s", withLines({ vcs: 'dirty_action = "ignore"' })).state, "off");
  assert.equal(described("silence_walls", smallest).state, "off");
  assert.equal(described("silence_walls", withLines({ runtime: "idle_timeout_s = 60" })).state, "degraded");
  const all = withLines({ runtime: "idle_timeout_s = 60\nfirst_byte_timeout_s = 60\nlinger_s = 5" });
  assert.equal(described("silence_walls", all).state, "active");
});

Deno.test("describe() names the nets by which leftovers are found", () => {
  const nets = ["group", "round id in the environment", "descent"];
  assert.deepEqual(described("leftovers_sweep", smallest), { value: [...nets, "scope"], state: "active" });
  assert.deepEqual(described("leftovers_sweep", withLines({ runtime: 'round_scope = "never"' })).value, nets);
});

Deno.test("describe() says what is missing where a defense is degraded or off", () => {
  assert.deepEqual(described("silence_walls", withLines({ runtime: "idle_timeout_s = 60" })), {
    value: { first_byte_timeout_s: 0, idle_timeout_s: 60, linger_s: 0 },
    state: "degraded",
    reason: "first_byte_timeout_s, linger_s not set in [runtime]",
  });
  assert.match(described("sha_locked_stash", withLines({ vcs: 'dirty_action = "ignore"' })).reason ?? "", /'ignore'/);
});

Deno.test("describe() follows the keys of what ends rounds early, waits, resumes and stands in", () => {
  const stateOf = (name: string, lines: Readonly<Record<string, string>>) => described(name, withLines(lines)).state;
  assert.equal(stateOf("act_early", {}), "active");
  assert.equal(stateOf("act_early", { agent: "act_early = false" }), "off");
  assert.equal(stateOf("act_early", { agent: 'reader = "plain"' }), "degraded");
  assert.equal(stateOf("session_refusal", {}), "off");
  assert.equal(stateOf("session_refusal", { agent: 'session = "resume"' }), "active");
  assert.equal(stateOf("wait_obeyed", {}), "active");
  assert.equal(stateOf("wait_obeyed", { runtime: 'transient_error_action = "stop"' }), "active");
  assert.equal(stateOf("wait_obeyed", { runtime: 'transient_error_action = "skip"' }), "off");
  const spare = `${smallest}\n[[agent.fallback]]\ncommand = ["/opt/spare", "-x"]\nprompt_arg_template = ["{prompt}"]\n`;
  assert.deepEqual(described("fallback_seats", spare), { value: ["/opt/spare"], state: "active" });
  assert.deepEqual(described("fallback_seats", smallest).state, "off");
});

Deno.test("describe() shows which periods have a budget", () => {
  assert.deepEqual(described("budget_ledger", withLines({ budget: "day.usd = 20\nday.rounds = 40" })), {
    value: { day: { usd: 20, rounds: 40 } },
    state: "active",
  });
  assert.equal(described("budget_ledger", withLines({ budget: "round.usd = 1" })).state, "degraded");
  assert.deepEqual([described("budget_ledger", smallest).state, described("budget_ledger", smallest).value], [
    "off",
    {},
  ]);
});
