// Guards what the agent is told about where it stands, key by key and in order.
import assert from "node:assert/strict";
import { buildContext } from "../../src/round/context.ts";
import type { ContextInputs } from "../../src/round/context.ts";
import type { Status } from "../../src/store/status.ts";

const first: ContextInputs = {
  number: 1,
  startedAt: "2026-11-21T10:00:00.000Z",
  phase: null,
  isFreshEyes: false,
  salvaged: null,
  session: null,
  agentName: "claude",
  status: null,
  orphan: null,
};

const status: Status = {
  round_num: 6,
  running: false,
  schema: 2,
  last_completed_at: "2026-11-21T09:59:00.000Z",
  last_exit_code: 1,
  last_duration_s: 61.5,
  last_verdict: "error",
  last_summary: "it broke",
};

Deno.test("buildContext() tells the first round its number and start only", () => {
  assert.deepEqual(buildContext(first), { round_num: 1, started_at: "2026-11-21T10:00:00.000Z" });
});

Deno.test("buildContext() keeps the reference's order of keys", () => {
  const orphan = { ref: "abc123", message: "ORPHAN R6", files: ["a.txt"] };
  const context = buildContext({ ...first, number: 7, phase: "build", isFreshEyes: true, status, orphan });
  assert.deepEqual(Object.keys(context), [
    "round_num",
    "started_at",
    "phase",
    "fresh_eyes",
    "orphan_stash",
    "previous",
  ]);
  assert.deepEqual(context.orphan_stash, {
    ...orphan,
    look: "git stash show -p abc123",
    take: "git stash apply abc123",
  });
});

Deno.test("buildContext() tells what came of the round before", () => {
  assert.deepEqual(buildContext({ ...first, status }).previous, {
    exit_code: 1,
    duration_s: 61.5,
    ended_at: "2026-11-21T09:59:00.000Z",
    had_dirty_tree: false,
    verdict: "error",
    what_happened: "it broke",
  });
});

Deno.test("buildContext() says that work was left, in the tree or in a stash", () => {
  const left = { ...status, last_dirty_files: ["x.ts"] };
  const inTree = buildContext({ ...first, status: left }).previous as Record<string, unknown>;
  assert.deepEqual([inTree.had_dirty_tree, inTree.dirty_files], [true, ["x.ts"]]);
  const orphan = { ref: "a", message: "m", files: [] };
  const stashed = buildContext({ ...first, status, orphan }).previous as Record<string, unknown>;
  assert.equal(stashed.had_dirty_tree, true);
});

Deno.test("buildContext() tells nothing of a round before that never completed", () => {
  const { last_completed_at: _, ...claimed } = status;
  assert.equal("previous" in buildContext({ ...first, status: claimed }), false);
});

Deno.test("buildContext() hands over from another agent, and says nothing of it to the same one", () => {
  assert.equal(buildContext({ ...first, status: { ...status, agent: "claude" } }).handover, undefined);
  const { from, to, note } = buildContext({ ...first, agentName: "codex", status: { ...status, agent: "claude" } })
    .handover as Record<string, string>;
  assert.deepEqual([from, to], ["claude", "codex"]);
  assert.match(note!, /^The last round was claude's\. Its conversation is not yours/);
  assert.doesNotMatch(note!, /cannot/, "on the way back to the first agent the other one still can");
});

Deno.test("buildContext() tells of a session that is gone on with", () => {
  assert.deepEqual(buildContext({ ...first, session: { resumed: true } }).session, { resumed: true });
});
