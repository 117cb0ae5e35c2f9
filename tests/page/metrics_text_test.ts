// Holds the metrics of the page to what their names say.
import assert from "node:assert/strict";
import { fullStage, waitUntil } from "./full_metrics.ts";
import { labelsByName, metricRows } from "./metrics_rows.ts";
import { PageStage } from "./page_stage.ts";

Deno.test("metricsText() tells what rounds took and left, in base units", async () => {
  using stage = await fullStage();
  const rows = metricRows(await stage.text("/metrics"));
  const valueOf = (name: string, labels: Readonly<Record<string, string>> = {}) =>
    rows.filter((row) => row.name === `agent_runner_${name}`)
      .find((row) => Object.entries(labels).every(([label, value]) => row.labels[label] === value))?.value;
  assert.equal(valueOf("rounds_total", { outcome: "ok" }), 1);
  assert.equal(valueOf("rounds_total", { outcome: "limit" }), 1);
  assert.equal(valueOf("round_duration_seconds_sum"), 10);
  assert.equal(valueOf("tokens_total", { type: "input", model: "m", agent: "claude" }), 20);
  assert.equal(valueOf("cost_usd_total", { kind: "reported" }), 1);
  assert.equal(valueOf("budget_used_ratio", { window: "day", unit: "usd" }), 0.8);
  assert.equal(valueOf("limit_utilization_ratio", { window: "five_hour" }), 0.5);
  assert.equal(valueOf("limit_reset_timestamp_seconds", { window: "five_hour" }), waitUntil);
  assert.equal(valueOf("wait_until_timestamp_seconds"), waitUntil);
  assert.equal(valueOf("breaker_state"), 0);
  assert.equal(valueOf("restarts_total", { reason: "serve" }), 1);
  assert.equal(valueOf("orphans_killed_total"), 3);
  assert.equal(valueOf("stashes_total"), 1);
  assert.equal(valueOf("salvages_total"), 1, "work that was saved already is not counted again");
  assert.equal(valueOf("commits_total"), 2);
  assert.equal(valueOf("alerts_open", { severity: "critical" }), 1);
  const ends = stage.desk.figures.rounds.map(({ endedAt }) => endedAt! / 1000);
  assert.equal(valueOf("last_round_end_timestamp_seconds"), Math.max(...ends));
});

Deno.test("metricsText() has no label that could have ever more values", async () => {
  using stage = await fullStage();
  const known = ["project", "agent", "outcome", "le", "model", "type", "kind", "window", "unit", "reason", "severity"];
  for (const [name, labels] of labelsByName(metricRows(await stage.text("/metrics")))) {
    const own = name === "agent_runner_info" ? ["version"] : known;
    assert.deepEqual([...labels].filter((label) => !own.includes(label)), [], name);
  }
});

Deno.test("metricsText() says nothing of a last round where there was none", async () => {
  using stage = await PageStage.open();
  stage.bring([stage.event("serve_started", { pid: 1, version: "1", config: "c" })]);
  const names = labelsByName(metricRows(await stage.text("/metrics")));
  assert.equal(names.has("agent_runner_last_round_end_timestamp_seconds"), false);
  assert.equal(names.has("agent_runner_up"), true);
});
