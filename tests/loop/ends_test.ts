// Guards that every end a round brings about is said, recorded, and names what a person can do.
import assert from "node:assert/strict";
import type { Verdict, VerdictKind } from "../../src/core/verdict.ts";
import { hintFor } from "../../src/loop/ends.ts";
import { configOf, withLines } from "../config/sample.ts";
import { plainVerdict } from "../fakes/fake_reader.ts";
import { logs, LoopStage } from "./loop_stage.ts";

function stageOf(...verdicts: Verdict[]): LoopStage {
  const stage = new LoopStage();
  stage.judge = () => verdicts.shift() ?? plainVerdict("ok");
  return stage;
}

function refused(kind: VerdictKind): Verdict {
  return plainVerdict(kind, { summary: `The provider says: ${kind}.`, needsHuman: true });
}

function roundsOf(stage: LoopStage): number {
  return stage.world.kinds.filter((kind) => kind === "round_end").length;
}

function humanOf(stage: LoopStage): Record<string, unknown>[] {
  return stage.world.events.filter((event) => event.event === "human_needed");
}

Deno.test("serve() tries a refused login once more after a minute, then asks for a person and leaves with 0", async () => {
  const stage = stageOf(refused("auth"), refused("auth"));
  const before = stage.world.clock.monotonic();
  assert.equal(await stage.serve(), 0);
  assert.equal((stage.world.clock.monotonic() - before) / 1000, 10 + 60 + 10);
  const hint = "Log the agent in as the user that runs serve, then start 'agent-runner serve' again; " +
    "see 'agent-runner peek --round 2 --log'";
  const [event] = humanOf(stage);
  assert.deepEqual([event?.round_num, event?.verdict, event?.summary, event?.hint], [
    2,
    "auth",
    "The provider says: auth.",
    hint,
  ]);
  assert.deepEqual(stage.texts.slice(-2), [
    `a person is needed: ${hint}`,
    "stopped: a person is needed: The provider says: auth (2 rounds completed)",
  ]);
  assert.deepEqual(stage.world.kinds.slice(-2), ["human_needed", "serve_stopped"]);
  assert.equal(stage.world.events.at(-1)?.reason, "human_needed");
});

Deno.test("serve() remembers a refused login over restarts, and forgets it once a round went well", async () => {
  const stage = stageOf(refused("auth"), refused("auth"), refused("auth"), plainVerdict("ok"), refused("auth"));
  await stage.serve({ maxRounds: 1 });
  assert.deepEqual(humanOf(stage), []);
  stage.world.clock.stepWall(86_400_000);
  await stage.serve();
  assert.deepEqual([roundsOf(stage), humanOf(stage).length], [2, 1]);
  await stage.serve();
  assert.deepEqual([roundsOf(stage), humanOf(stage).length], [3, 2], "the operator started it without a login");
  await stage.serve({ maxRounds: 2 });
  assert.deepEqual([roundsOf(stage), humanOf(stage).length], [5, 2]);
});

for (const kind of ["billing", "config"] as const) {
  Deno.test(`serve() stops at once for a person after '${kind}'`, async () => {
    const stage = stageOf(refused(kind));
    assert.equal(await stage.serve(), 0);
    assert.deepEqual([roundsOf(stage), humanOf(stage)[0]?.verdict], [1, kind]);
    assert.match(stage.texts.at(-2)!, /^a person is needed: .*agent-runner peek --round 1 --log/);
  });
}

Deno.test("serve() shows the operator's own hint for a refused login", async () => {
  const stage = stageOf(refused("auth"), refused("auth"));
  stage.monitor = 'auth_fail_hint = "Ring Ada: 555"';
  await stage.serve();
  assert.equal(humanOf(stage)[0]?.hint, "Ring Ada: 555");
  assert.ok(stage.texts.includes("a person is needed: Ring Ada: 555"));
});

Deno.test("serve() does what [on_verdict] says, and says which row it was", async () => {
  const once = stageOf(plainVerdict("ok", { summary: "All done." }));
  once.onVerdict = 'ok = "stop"';
  assert.equal(await once.serve(), 0);
  assert.equal(once.texts.at(-1), "stopped: All done (on_verdict.ok is stop) (1 round completed)");
  assert.equal(once.world.events.at(-1)?.reason, "on_verdict");
  assert.deepEqual(humanOf(once), []);
  const again = stageOf(refused("billing"), refused("billing"));
  again.onVerdict = 'billing = "again"';
  await again.serve({ maxRounds: 3 });
  assert.deepEqual([roundsOf(again), humanOf(again)], [3, []]);
});

Deno.test("serve() asks for a fresh session after a full context, also in its next life", async () => {
  const stage = stageOf(plainVerdict("context"));
  await stage.serve({ maxRounds: 1 });
  const memory = () => JSON.parse(stage.world.files.readText(`${logs}/loop.json`) ?? "{}").needs_fresh_session;
  assert.equal(memory(), true);
  await stage.serve({ maxRounds: 1 });
  assert.equal(memory(), undefined);
});

Deno.test("serve() keeps secrets out of what it says to the person it needs", async () => {
  const secret = `sk-ant-api03-${"a1B2".repeat(20)}`;
  const stage = stageOf(plainVerdict("billing", { summary: `No credit for ${secret}.`, needsHuman: true }));
  await stage.serve();
  const said = stage.told.filter((telling) => telling.kind === "human_needed" || telling.kind === "stopped");
  assert.equal(said.length, 2);
  assert.ok(!JSON.stringify(said).includes("a1B2a1B2"));
  assert.ok(!JSON.stringify(humanOf(stage)).includes("a1B2a1B2"));
});

Deno.test("hintFor() names the round to look at for every verdict that may need a person", () => {
  const config = configOf(withLines({}));
  for (const kind of ["auth", "billing", "config", "limit", "error"] as const) {
    const hint = hintFor(kind, 12, config);
    assert.match(hint, /agent-runner peek --round 12 --log/);
    assert.match(hint, /^[A-Z][^\n]*[^.]$/);
  }
});
