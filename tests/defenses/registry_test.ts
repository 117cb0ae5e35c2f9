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
    const { value, state } = defense.describe(configOf(smallest));
    assert.deepEqual(JSON.parse(JSON.stringify(value)), value, defense.name);
    assert.ok(["active", "degraded", "off"].includes(state));
  }
});

Deno.test("describe() follows the configuration", () => {
  assert.deepEqual(described("round_timeout_s", withLines({ runtime: "round_timeout_s = 77" })), {
    value: 77,
    state: "active",
  });
  assert.deepEqual(described("critical_envs_injection", smallest), { value: [], state: "off" });
  const env = withLines({ agent: 'env = { B = "1", A = "2" }' });
  assert.deepEqual(described("critical_envs_injection", env), { value: ["A", "B"], state: "active" });
  assert.equal(described("orphan_stash_idempotency_s", withLines({ vcs: 'dirty_action = "ignore"' })).state, "off");
  assert.equal(described("silence_walls", smallest).state, "off");
  assert.equal(described("silence_walls", withLines({ runtime: "idle_timeout_s = 60" })).state, "degraded");
  const all = withLines({ runtime: "idle_timeout_s = 60\nfirst_byte_timeout_s = 60\nlinger_s = 5" });
  assert.equal(described("silence_walls", all).state, "active");
});
