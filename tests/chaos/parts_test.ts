// Guards the parts of the chaos test: what is drawn follows from the seed, plans name what there is, records are read whole.
import assert from "node:assert/strict";
import { fakeAgent, fromFileUrl } from "../e2e/paths.ts";
import { actions, drawAction } from "./actions.ts";
import { behaviours, planOf, submoduleKinds, workKinds } from "./agents.ts";
import { rowsIn } from "./processes.ts";
import { Random } from "./random.ts";
import { Records } from "./records.ts";
import { newTotals, replayCommand, spellReport } from "./report.ts";
import { worldKinds } from "./furnish.ts";

/** Labels of the outer `case` of a script, by how far it is indented. */
function caseLabels(path: string, indent: string): string[] {
  const label = new RegExp(`^${indent}([a-z][a-z_0-9]*)\\)`, "gm");
  return [...Deno.readTextFileSync(path).matchAll(label)].map((found) => found[1]!);
}

Deno.test("every behaviour of the scripted agent is played, and no other", () => {
  const labels = caseLabels(fakeAgent, "");
  assert.ok(labels.length > 40);
  assert.deepEqual([...new Set(behaviours.map(({ mode }) => mode))].sort(), labels.sort());
});

Deno.test("every kind of work in a plan is one the agent's script knows", () => {
  const labels = caseLabels(fromFileUrl(new URL("./chaos_agent.sh", import.meta.url)), "  ");
  assert.deepEqual([...workKinds, ...submoduleKinds].map(({ kind }) => kind).sort(), labels.sort());
});

Deno.test("Random repeats itself for the same words, and for no others", () => {
  const draw = (...words: (string | number)[]) => {
    const random = new Random(...words);
    return Array.from({ length: 50 }, () => random.whole(0, 1000));
  };
  assert.deepEqual(draw(1, "step", 2), draw(1, "step", 2));
  assert.notDeepEqual(draw(1, "step", 2), draw(1, "step", 3));
  assert.notDeepEqual(draw(1, "step", 2), draw(12, "step", ""));
});

Deno.test("Random reaches both ends and weighs as it is told", () => {
  const random = new Random("ends");
  const numbers = Array.from({ length: 3000 }, () => random.whole(3, 5));
  assert.deepEqual([...new Set(numbers)].sort(), [3, 4, 5]);
  const items = [{ name: "rare", weight: 1 }, { name: "often", weight: 9 }, { name: "never", weight: 0 }];
  const names = Array.from({ length: 3000 }, () => random.weigh(items).name);
  const share = names.filter((name) => name === "rare").length / names.length;
  assert.ok(share > 0.07 && share < 0.13, String(share));
  assert.ok(!names.includes("never"));
});

Deno.test("planOf() and drawAction() follow from the seed, and draw everything there is", () => {
  const options = { seed: "5/1", hasSubmodule: true };
  assert.equal(planOf(3, options), planOf(3, options));
  const plans = Array.from({ length: 3000 }, (_, i) => planOf(i + 1, options).split("\n"));
  assert.deepEqual(new Set(plans.map(([mode]) => mode)), new Set(behaviours.map(({ mode }) => mode)));
  const kinds = new Set(plans.flatMap(([, , words]) => words!.split(" ").filter((word) => word !== "")));
  assert.deepEqual(kinds, new Set([...workKinds, ...submoduleKinds].map(({ kind }) => kind)));
  const drawn = worldKinds.flatMap((kind) =>
    Array.from({ length: 1000 }, (_, i) => drawAction(kind, new Random("x", kind, i)).name)
  );
  assert.deepEqual(new Set(drawn), new Set(actions.map(({ name }) => name)));
  assert.equal(drawAction("plain", new Random("x", 1)).name, drawAction("plain", new Random("x", 1)).name);
});

Deno.test("rowsIn() tells shims, agents, hooks and what hides from each other, and leaves out the dead and the foreign", () => {
  const id = "1e8ced98-afd5-48f2-bf42-8f0612a5a642";
  const own = `E2E_TAG=t-1 AGENT_RUNNER_ROUND_ID=${id}`;
  const table = [
    `  10     1    10 Ss   /bin/sh -c # agent-runner-shim`,
    `trap : TERM`,
    `${own}`,
    `  11    10    10 S    /bin/bash /x/tests/e2e/fake_agent.sh ${own}`,
    `  12    11    12 S    sleep 600 ${own} AGENT_RUNNER_HOOK_ID=h`,
    `  13     1    13 S    E2E_TAG=t-1 600`,
    `  14    11    10 Z    [sleep] <defunct> ${own}`,
    `  15     1    15 S    sleep 1 E2E_TAG=t-2 AGENT_RUNNER_ROUND_ID=${id}`,
    `  16     1    16 Sl   deno run main.ts E2E_TAG=t-1`,
  ].join("\n");
  const rows = rowsIn(table, "t-1");
  assert.deepEqual(rows.map(({ pid }) => pid), [10, 11, 12, 13, 16]);
  assert.deepEqual(rows.map((row) => [row.isShim, row.isAgent, row.isHook, row.isHidden, row.roundId === id]), [
    [true, false, false, false, true],
    [false, true, false, false, true],
    [false, false, true, false, true],
    [false, false, false, true, false],
    [false, false, false, false, false],
  ]);
});

Deno.test("Records reads what is new, joins a line that came in pieces, and begins again when a file shrank", () => {
  const folder = Deno.makeTempDirSync();
  try {
    const path = `${folder}/events-2026-11.jsonl`;
    const records = new Records(folder);
    assert.deepEqual(records.events(), []);
    Deno.writeTextFileSync(path, '{"event": "a"}\n{"eve');
    assert.deepEqual(records.events().map(({ event }) => event), ["a"]);
    Deno.writeTextFileSync(path, 'nt": "b"}\njunk\n', { append: true });
    Deno.writeTextFileSync(`${folder}/events-2026-12.jsonl`, '{"event": "c"}\n');
    assert.deepEqual(records.events().map(({ event }) => event), ["a", "b", "c"]);
    assert.equal(records.lines().includes("junk"), true);
    assert.equal(records.newest(), `${folder}/events-2026-12.jsonl`);
    Deno.writeTextFileSync(path, '{"event": "d"}\n');
    assert.deepEqual(records.ofKind("d").length, 1);
    assert.deepEqual(records.ofKind("a"), []);
  } finally {
    Deno.removeSync(folder, { recursive: true });
  }
});

Deno.test("spellReport() counts what was done, tells of what was left out, and how to do it again", () => {
  const totals = newTotals({ seed: 7, steps: 50, abreast: 2 });
  totals.passed = 49;
  totals.faults.set("none", 4).set("kill-serve", 3).set("full-disk", 5);
  totals.skipped.set("a full disk", "no file system can be mounted");
  assert.match(spellReport(totals, 9), /faults survived: 8 \(5 full-disk, 3 kill-serve\)/);
  assert.match(spellReport(totals, 9), /left out: a full disk: no file system can be mounted/);
  assert.match(spellReport(totals, 9), /\nchaos: 49 steps passed, 0 failed$/);
  totals.violations.push({
    world: "1h",
    step: 3,
    action: "kill-serve",
    faults: ["lost: tok"],
    trail: ['{"step":2}', '{"step":3}'],
    events: [`{"event":"${"x".repeat(1000)}"}`],
    words: ["cannot go on"],
  });
  const report = spellReport(totals, 9);
  assert.match(
    report,
    /VIOLATION in project 1h, step 3 \(kill-serve\)\n {2}lost: tok\n {2}done before:\n {4}{"step":2}\n/,
  );
  assert.match(report, /last words:\n {4}cannot go on\n/);
  assert.ok(report.split("\n").every((line) => line.length < 500));
  assert.match(report, /again: deno task chaos --seed 7 --steps 50\n/);
  assert.match(report, /--world 1\n/);
  assert.match(report, /\nchaos: 49 steps passed, 1 failed$/);
  assert.equal(replayCommand(totals), "deno task chaos --seed 7 --steps 50");
});
