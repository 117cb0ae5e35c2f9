// Guards that scopes are asked for as configured, that a shortfall is told once, and that a broken manager is left alone.
import assert from "node:assert/strict";
import { ScopeDesk } from "../../src/round/scope_desk.ts";
import type { ScopeSettings } from "../../src/round/scope_plan.ts";
import { FakeScopes, usableScope } from "../fakes/fake_bounds.ts";
import { memoryFiles } from "../fakes/memory_files.ts";

const id = "00000000-0000-4000-8000-000000000001";
const auto: ScopeSettings = { roundScope: "auto", roundMemoryMaxMb: null, roundTasksMax: null };

function scene(settings: ScopeSettings, texts: Readonly<Record<string, string>> = {}) {
  const scopes = new FakeScopes();
  const told: (readonly [number, string])[] = [];
  const files = memoryFiles(texts);
  const desk = new ScopeDesk(settings, { files, scopes }, (round, reason) => told.push([round, reason]));
  return { scopes, told, desk, files };
}

Deno.test("wordsFor() asks the machine as the configuration says", async () => {
  for (
    const [settings, asked] of [
      [auto, [{ isOnlyLasting: true }]],
      [{ ...auto, roundTasksMax: 50 }, [{ isOnlyLasting: false }]],
      [{ ...auto, roundScope: "never" }, []],
    ] as const
  ) {
    const { scopes, desk } = scene(settings);
    scopes.finding = usableScope;
    const words = await desk.wordsFor({ id, number: 1 });
    assert.deepEqual(scopes.asked, asked);
    assert.equal(words === null, settings.roundScope === "never");
  }
});

Deno.test("wordsFor() tells once what cannot be had", async () => {
  const { desk, told } = scene({ ...auto, roundTasksMax: 50 });
  for (const number of [3, 4]) assert.equal(await desk.wordsFor({ id, number }), null);
  assert.deepEqual(told.map(([round]) => round), [3]);
  assert.match(told[0]![1], /^round_tasks_max without effect/);
});

Deno.test("noteEnd() tells a refusal once, and after two in a row no round asks again", async () => {
  const refused = "pid 1\nFailed to start\nscope none\nexit 0\n";
  const path = `/app.slice/agent-runner-${id}.scope`;
  const { desk, told, scopes } = scene(auto, {
    "/a.exit": refused,
    "/b.exit": `pid 1\nscope ${path}\nexit 0\n`,
    "/c.exit": refused,
    "/d.exit": refused,
  });
  scopes.finding = usableScope;
  desk.noteEnd(1, desk.scopeOf("/a.exit"));
  desk.noteEnd(2, desk.scopeOf("/b.exit"));
  desk.noteEnd(3, desk.scopeOf("/c.exit"));
  assert.notEqual(await desk.wordsFor({ id, number: 4 }), null, "a scope between them counts");
  desk.noteEnd(4, desk.scopeOf("/d.exit"));
  assert.equal(await desk.wordsFor({ id, number: 5 }), null);
  assert.deepEqual(told, [[1, "rounds run without a scope: Failed to start"]]);
});

Deno.test("noteEnd() takes no word for no news", () => {
  const { desk, told } = scene(auto, { "/a.exit": "pid 1\nexit 0\n" });
  desk.noteEnd(1, desk.scopeOf("/a.exit"));
  desk.noteEnd(2, desk.scopeOf("/missing.exit"));
  assert.deepEqual(told, []);
});
