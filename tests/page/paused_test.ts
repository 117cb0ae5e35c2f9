// Guards that the page and the metrics tell of the operator's pause: who, why, since when, and when it ends.
import assert from "node:assert/strict";
import { PageStage } from "./page_stage.ts";

const since = "2026-11-21T09:30:00.000Z";
const waiting = { until_epoch: null, reason: "Paused", classification: "paused" };

Deno.test("the page says paused since when, by whom, why and what ends it; so do the metrics", async () => {
  using stage = await PageStage.open();
  const paused = { since, by: "ann <b>", reason: "deploy", until_epoch: null as number | null };
  stage.bring(stage.round(1), { status: { round_num: 1, paused, waiting } });
  const page = await stage.text("/");
  assert.match(page, /<strong>paused<\/strong>\s*<span>Paused by ann &lt;b&gt;: deploy<\/span>\s*<span>since <time /);
  assert.match(page, /No round begins until <code>agent-runner resume<\/code>/);
  assert.match(await stage.text("/metrics"), /^agent_runner_paused\{project="shop"\} 1$/m);
  const until = Math.round(stage.clock.now() / 1000) + 600;
  stage.bring(stage.round(2), { status: { round_num: 2, paused: { ...paused, until_epoch: until }, waiting } });
  assert.match(await stage.text("/"), /The pause ends in <time [^>]*data-until="\d+">10m 00s</);
  stage.bring(stage.round(3), { status: { round_num: 3 } });
  assert.match(await stage.text("/metrics"), /^agent_runner_paused\{project="shop"\} 0$/m);
  assert.doesNotMatch(await stage.text("/"), /<strong>paused/);
});

Deno.test("the page shows the days with what was worked, waited and lost", async () => {
  using stage = await PageStage.open();
  stage.bring([stage.event("serve_started"), ...stage.round(1), ...stage.round(2, "hung")]);
  const page = await stage.text("/");
  assert.match(page, /<th scope="col">Working<\/th>\s*<th scope="col">Waiting<\/th>\s*<th scope="col">Lost<\/th>/);
  assert.match(page, /<td>2<\/td>\s*<td>1<\/td>\s*<td>5\.0s<\/td>\s*<td>3\.0s<\/td>\s*<td>5\.0s<\/td>/);
  const { days } = JSON.parse(await stage.text("/api/figures"));
  assert.deepEqual(days.map((day: Record<string, number>) => [day.working_s, day.waiting_s, day.lost_s]), [[5, 3, 5]]);
});
