// Guards when a round gets a scope, how it is spelled, and that what cannot be had is told.
import assert from "node:assert/strict";
import { scopeShortfall, scopeUnit, scopeWish, scopeWords } from "../../src/round/scope_plan.ts";
import type { ScopeSettings } from "../../src/round/scope_plan.ts";
import { usableScope } from "../fakes/fake_bounds.ts";

const quiet: ScopeSettings = { roundScope: "auto", roundMemoryMaxMb: null, roundTasksMax: null };
const absent = { kind: "absent", reason: "no bus" } as const;
const round = { id: "00000000-0000-4000-8000-000000000001", number: 7 };

Deno.test("scopeWish() asks for any scope only where it is worth a round that ends with the login", () => {
  assert.equal(scopeWish(quiet), "lasting");
  assert.equal(scopeWish({ ...quiet, roundTasksMax: 100 }), "any");
  assert.equal(scopeWish({ ...quiet, roundMemoryMaxMb: 100 }), "any");
  assert.equal(scopeWish({ ...quiet, roundScope: "always" }), "any");
  assert.equal(scopeWish({ ...quiet, roundScope: "never", roundTasksMax: 100 }), "none");
});

Deno.test("scopeShortfall() is silent where nothing was asked for, or all can be had", () => {
  assert.equal(scopeShortfall(quiet, absent), null);
  assert.equal(scopeShortfall(quiet, usableScope), null);
  assert.equal(scopeShortfall({ ...quiet, roundScope: "never" }, null), null);
  assert.equal(scopeShortfall({ ...quiet, roundTasksMax: 100, roundMemoryMaxMb: 100 }, usableScope), null);
});

Deno.test("scopeShortfall() names the keys that have no effect, and why", () => {
  assert.equal(scopeShortfall({ ...quiet, roundScope: "always" }, absent), "rounds run without a scope: no bus");
  const both = { ...quiet, roundTasksMax: 100, roundMemoryMaxMb: 100 };
  assert.match(
    scopeShortfall(both, absent) ?? "",
    /^round_memory_max_mb and round_tasks_max without effect, .*: no bus$/,
  );
  assert.match(scopeShortfall({ ...both, roundScope: "never" }, null) ?? "", /: round_scope is "never"$/);
  const limits = { memory: true, tasks: false };
  assert.match(scopeShortfall(both, { ...usableScope, limits }) ?? "", /^round_tasks_max without effect: /);
});

Deno.test("scopeWords() is null without a scope", () => {
  assert.equal(scopeWords(quiet, absent, round), null);
  assert.equal(scopeWords(quiet, null, round), null);
});

Deno.test("scopeWords() sets what is asked for and nothing else", () => {
  const words = scopeWords(quiet, { ...usableScope, isNew: false }, round)!;
  assert.deepEqual(words, [
    "/usr/bin/systemd-run",
    "--user",
    "--scope",
    "--quiet",
    "--collect",
    "--no-ask-password",
    `--unit=${scopeUnit(round.id)}`,
    "--description=agent-runner round 7",
    "--",
  ]);
  const limited = scopeWords({ ...quiet, roundMemoryMaxMb: 512, roundTasksMax: 99 }, usableScope, round)!;
  assert.deepEqual(limited.filter((word) => word.startsWith("--property=")), [
    "--property=OOMPolicy=continue",
    "--property=MemoryMax=512M",
    "--property=MemorySwapMax=0",
    "--property=TasksMax=99",
  ]);
  assert.ok(limited.includes("--expand-environment=no"));
  assert.equal(limited.at(-1), "--");
});
