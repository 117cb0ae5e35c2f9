// Guards the context: what a hook tells never takes the place of what the program tells.
import assert from "node:assert/strict";
import { coreContextKeys } from "../../src/core/hook.ts";
import { withSlices } from "../../src/hooks/context_slices.ts";
import { buildContext } from "../../src/round/context.ts";

Deno.test("withSlices() puts slices at the end, under the names of their hooks", () => {
  const told = withSlices({ round_num: 7 }, { board: { open: 3 }, weather: { sky: "grey" } });
  assert.equal(JSON.stringify(told), '{"round_num":7,"board":{"open":3},"weather":{"sky":"grey"}}');
});

Deno.test("withSlices() never replaces a key, neither one that is there nor one that could be", () => {
  const forged = Object.fromEntries(["board", ...coreContextKeys].map((key) => [key, { forged: true }]));
  const told = withSlices({ round_num: 7, board: "ours" }, forged);
  assert.deepEqual(told, { round_num: 7, board: "ours" });
});

Deno.test("coreContextKeys names every key that the program writes", () => {
  const context = buildContext({
    salvaged: [{ round: 1 }],
    session: { id: "s" },
    agentName: "claude",
    number: 7,
    startedAt: "2026-11-21T09:00:00.000Z",
    phase: "build",
    isFreshEyes: true,
    status: { round_num: 6, running: false, schema: 1, agent: "codex", last_completed_at: "2026-11-21T08:00:00.000Z" },
    orphan: { ref: "a".repeat(40), message: "m", files: ["f"] },
  });
  assert.deepEqual(Object.keys(context).filter((key) => !coreContextKeys.includes(key)), []);
  assert.ok(Object.keys(context).length >= coreContextKeys.length - 1);
});
