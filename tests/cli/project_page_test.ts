// Guards the page for people: what needs a look is named, and nothing else takes room.
import assert from "node:assert/strict";
import { spellProject, spellTime } from "../../src/cli/project_page.ts";
import type { ProjectView } from "../../src/core/view.ts";
import { readProjectView } from "../../src/view/project_view.ts";
import { eventLineOf } from "../store/log_folder.ts";
import { eventsText, now, projectFiles, questionOn, roundLines } from "../view/sample_project.ts";

async function viewOf(logs: Readonly<Record<string, string>>, isActive: boolean): Promise<ProjectView> {
  return await readProjectView(questionOn(projectFiles(logs), { isActive }));
}

function page(view: ProjectView, stream = { hasColor: false, columns: 80 }): Promise<string> {
  return spellProject(view, { stream, now });
}

Deno.test("spellProject() says what runs since when, and shows its round as running", async () => {
  const text = await page(
    await viewOf({
      "status.json": JSON.stringify({
        current: { number: 2, phase: "plan", state: "running", started_at: "2026-11-21T11:58:00Z" },
      }),
      "events-2026-11.jsonl": eventsText([
        ...roundLines(1, { at: 0 }),
        eventLineOf("round_start", { round_num: 2, phase: "plan" }, 7080),
      ]),
      "agent-runner.lock.holder": '{"pid": 42, "started_at": "2026-11-21T10:00:00Z"}',
    }, true),
  );
  assert.match(text, /^shop {2}running: Round 2 \(plan\), for 2m 00s\n/);
  assert.match(text, /\n +2 +plan +running +11:58:00\n/);
  assert.match(text, /supervisor {2}pid 42, up 2h 00m/);
});

Deno.test("spellProject() says until when serve waits and why", async () => {
  const until = now / 1000 + 8 * 3600;
  const text = await page(
    await viewOf({
      "status.json": JSON.stringify({ waiting: { until_epoch: until, reason: "The plan's limit is used up" } }),
      "wait.json": JSON.stringify({ classification: "rate_limit_account", agent: "claude", reset_at_epoch: until }),
    }, true),
  );
  assert.match(text, /^shop {2}waiting: The plan's limit is used up, until 20:00:00, in 8h 00m\n/);
  assert.match(text, /limit +rate_limit_account of claude until 20:00:00/);
});

Deno.test("spellProject() names what needs a look, and only that", async () => {
  const calm = await page(await viewOf({}, false));
  for (const name of ["limit", "left over", "hooks", "network", "records", "machine"]) {
    assert.doesNotMatch(calm, new RegExp(`^${name}`, "m"));
  }
  const text = await page(
    await viewOf({
      "orphan-state.json": '{"round_num": 3, "files": ["a", "b", "c", "d"], "stashed_ref": "abc123"}',
      "metrics-2026-11.jsonl": '{"mem_total_mb": 8192, "mem_available_mb": 2048, "disk_used_pct": 91.5}\n',
      "events-2026-11.jsonl": `bad\n${eventLineOf("hook_failed", { hook_name: "x" })}\n`,
    }, false),
  );
  assert.match(text, /left over +4 paths of round 3 \(a, b, c, …\); back with: git stash apply abc123/);
  assert.match(text, /machine +2\.0 GB of 8\.0 GB memory free, disk 91\.5% full/);
  assert.match(text, /hooks +failed once; last: \[10:00:00/);
  assert.match(text, /records +1 of the newest lines/);
});

Deno.test("spellProject() shows a round that has no end on record, and colours only on request", async () => {
  const view = await viewOf(
    { "events-2026-11.jsonl": `${eventLineOf("round_start", { round_num: 1, phase: null })}\n` },
    false,
  );
  assert.match(await page(view), /no end on record/);
  assert.ok(!(await page(view)).includes("\u001b"));
  assert.ok((await page(view, { hasColor: true, columns: 80 })).includes("\u001b[31mno end on record"));
});

Deno.test("spellProject() takes state files of wrong types", async () => {
  const wrong = '{"files": "x", "stashed_ref": 5, "round_num": "y", "waiting": {"until_epoch": 1e99}, "current": {}}';
  for (const isActive of [true, false]) {
    const text = await page(await viewOf({ "orphan-state.json": wrong, "status.json": wrong }, isActive));
    assert.match(text, /left over +0 paths of round \?/);
  }
});

Deno.test("spellTime() leaves out today's date", () => {
  assert.equal(spellTime("2026-11-21T10:20:30.123Z", now), "10:20:30");
  assert.equal(spellTime("2026-11-20T10:20:30.123Z", now), "11-20 10:20");
  assert.equal(spellTime("nonsense\u001b", now), "nonsense\\u001b");
});
