// Guards the dashboard and the alert rules: what they ask for is what the page exports.
import assert from "node:assert/strict";
import { parse } from "yaml";
import { verbs } from "../../src/cli/registry.ts";
import { readText, root } from "../../scripts/tree.ts";
import { testWhere } from "../e2e/test_where.ts";
import { fullStage } from "../page/full_metrics.ts";
import { labelsByName, metricRows } from "../page/metrics_rows.ts";
import { askedBy } from "./promql.ts";

interface Rule {
  readonly alert: string;
  readonly expr: string;
  readonly for?: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
}

interface Panel {
  readonly id: number;
  readonly title: string;
  readonly description: string;
  readonly datasource: { readonly uid: string };
  readonly gridPos: { readonly x: number; readonly y: number; readonly w: number; readonly h: number };
  readonly targets: readonly {
    readonly expr: string;
    readonly legendFormat: string;
    readonly refId: string;
    readonly datasource: { readonly uid: string };
  }[];
}

const rulesFile = "deploy/prometheus/agent-runner.rules.yml";
const rules: readonly Rule[] = parse(readText(rulesFile) ?? "", { strict: true, uniqueKeys: true }).groups[0].rules;
const dashboard = JSON.parse(readText("deploy/grafana/agent-runner.json") ?? "");
const panels: readonly Panel[] = dashboard.panels;
const variables: readonly { readonly name: string; readonly type: string; readonly definition?: string }[] =
  dashboard.templating.list;

/** Labels that Prometheus adds to what it scrapes. */
const added = ["instance", "job"];

/** What is asked for and not there. */
async function faultsOf(expressions: readonly string[]): Promise<readonly string[]> {
  using stage = await fullStage();
  const exported = labelsByName(metricRows(await stage.text("/metrics")));
  return expressions.flatMap((expression) => {
    const { metrics, matched, grouped } = askedBy(expression);
    const known = new Set([...added, ...metrics.flatMap((metric) => [...exported.get(metric) ?? []])]);
    return [
      ...(metrics.length === 0 ? [`nothing is asked for: ${expression}`] : []),
      ...metrics.filter((metric) => !exported.has(metric)),
      ...matched.filter(({ metric, label }) => !added.includes(label) && !exported.get(metric)?.has(label))
        .map(({ metric, label }) => `${metric}{${label}}`),
      ...grouped.filter((label) => !known.has(label)).map((label) => `by ${label}: ${expression}`),
    ];
  });
}

Deno.test("the alert rules ask for nothing that the page does not export", async () => {
  assert.ok(rules.length >= 8);
  assert.deepEqual(await faultsOf(rules.map(({ expr }) => expr)), []);
});

Deno.test("the dashboard asks for nothing that the page does not export", async () => {
  const expressions = panels.flatMap(({ targets }) => targets.map(({ expr }) => expr));
  assert.ok(expressions.length >= 20);
  assert.deepEqual(await faultsOf(expressions), []);
});

Deno.test("faultsOf() finds metrics and labels that are not there, and what is no PromQL", async () => {
  assert.deepEqual(await faultsOf(["agent_runner_up_total", 'agent_runner_up{agent="a"}', "1 + 1"]), [
    "agent_runner_up_total",
    "agent_runner_up{agent}",
    "nothing is asked for: 1 + 1",
  ]);
  assert.equal((await faultsOf(["sum by (model) (agent_runner_up)"])).length, 1);
  await assert.rejects(faultsOf(["sum by (agent_runner_up"]), /no PromQL/);
});

Deno.test("every rule says how bad it is, what is wrong and whose, and names verbs that there are", () => {
  const names: readonly string[] = verbs.map(({ name }) => name);
  for (const { alert, labels, annotations } of rules) {
    assert.match(alert, /^AgentRunner[A-Z]/);
    assert.ok(["info", "warning", "critical"].includes(labels.severity ?? ""), alert);
    assert.ok(annotations.summary, alert);
    if (alert !== "AgentRunnerPageGone") {
      assert.match(annotations.summary!, /labels\.project.*labels\.instance/s, alert);
    }
    const called = [...(annotations.fix ?? "").matchAll(/agent-runner ([a-z-]+)/g)].map(([, verb]) => verb!);
    assert.deepEqual(called.filter((verb) => !names.includes(verb)), [], alert);
  }
  assert.equal(new Set(rules.map(({ alert }) => alert)).size, rules.length);
});

Deno.test("the dashboard can be imported anywhere: its data source, hosts and projects are variables", () => {
  assert.equal(dashboard.id, null);
  assert.deepEqual(variables.map(({ name, type }) => [name, type]), [
    ["datasource", "datasource"],
    ["host", "query"],
    ["project", "query"],
  ]);
  const sources = panels.flatMap((
    { datasource, targets },
  ) => [datasource, ...targets.map((target) => target.datasource)]);
  assert.deepEqual([...new Set(sources.map(({ uid }) => uid))], ["${datasource}"]);
  const known = [...variables.map(({ name }) => name), "__interval", "__rate_interval", "__range"];
  const used = panels.flatMap(({ targets }) => targets.flatMap(({ expr }) => [...expr.matchAll(/\$(\w+)/g)]));
  assert.deepEqual(used.map(([, name]) => name!).filter((name) => !known.includes(name)), []);
});

Deno.test("every panel of the dashboard follows the chosen host and project, and tells what its labels are", () => {
  for (const { title, description, targets } of panels) {
    assert.ok(description, title);
    for (const { expr, legendFormat } of targets) {
      const selectors = expr.match(/agent_runner_\w+/g)?.length ?? 0;
      assert.equal(expr.match(/instance=~"\$host", project=~"\$project"/g)?.length, selectors, expr);
      const { grouped, metrics } = askedBy(expr);
      const shown = [...legendFormat.matchAll(/\{\{(\w+)\}\}/g)].map(([, label]) => label!);
      const isSummed = /^(sum|avg|histogram)/.test(expr) || grouped.length > 0;
      if (isSummed) assert.deepEqual(shown.filter((label) => !grouped.includes(label)), [], title);
      assert.ok(metrics.length > 0);
    }
  }
});

Deno.test("no two panels of the dashboard have one id, or one place", () => {
  assert.equal(new Set(panels.map(({ id }) => id)).size, panels.length);
  const taken = new Set<string>();
  for (const { title, gridPos: { x, y, w, h } } of panels) {
    assert.ok(x >= 0 && w > 0 && h > 0 && x + w <= 24, title);
    for (let column = x; column < x + w; column++) {
      for (let row = y; row < y + h; row++) {
        assert.ok(!taken.has(`${column} ${row}`), title);
        taken.add(`${column} ${row}`);
      }
    }
  }
});

Deno.test("the documents name every metric of the page, with its labels, and no other", async () => {
  using stage = await fullStage();
  const exported = labelsByName(metricRows(await stage.text("/metrics")));
  const rows = [...(readText("docs/telemetry.md") ?? "").matchAll(/^\| `(agent_runner_\w+)`\s*\| ([^|]*)\|/gm)];
  const told = new Map(rows.map(([, name, labels]) => [name!, [...labels!.matchAll(/`(\w+)`/g)].map(([, l]) => l!)]));
  const names = [...exported.keys()].map((name) => name.replace(/_(?:bucket|sum|count)$/, ""));
  assert.deepEqual([...told.keys()].toSorted(), [...new Set(names)].toSorted());
  for (const [name, labels] of told) {
    const own = exported.get(name) ?? exported.get(`${name}_bucket`) ?? new Set();
    const shown = [...own].filter((label) => label !== "project" && label !== "le");
    assert.deepEqual(labels.toSorted(), shown.toSorted(), name);
  }
});

async function promtool(...args: readonly string[]): Promise<{ readonly code: number; readonly text: string }> {
  const output = await new Deno.Command("promtool", { args: [...args], cwd: `${root}/tests/deploy` }).output();
  const decoder = new TextDecoder();
  return { code: output.code, text: decoder.decode(output.stdout) + decoder.decode(output.stderr) };
}

const testWithPromtool = testWhere(hasPromtool() ? null : "there is no promtool (Debian: prometheus)");

function hasPromtool(): boolean {
  try {
    return new Deno.Command("promtool", { args: ["--version"], stdout: "null", stderr: "null" }).outputSync().success;
  } catch {
    return false;
  }
}

testWithPromtool("Prometheus takes the alert rules", async () => {
  const { code, text } = await promtool("check", "rules", `${root}/${rulesFile}`);
  assert.equal(code, 0, text);
  assert.match(text, new RegExp(`SUCCESS: ${rules.length} rules found`));
});

testWithPromtool("every alert fires on data that asks for it, and on no other", async () => {
  const { code, text } = await promtool("test", "rules", "agent-runner.rules.test.yml");
  assert.equal(code, 0, text);
  const sample = readText("tests/deploy/agent-runner.rules.test.yml") ?? "";
  const fired = parse(sample).tests.flatMap((
    { alert_rule_test }: { readonly alert_rule_test: readonly { alertname: string; exp_alerts?: unknown }[] },
  ) => alert_rule_test.filter(({ exp_alerts }) => exp_alerts !== undefined).map(({ alertname }) => alertname));
  assert.deepEqual([...new Set(fired)].toSorted(), rules.map(({ alert }) => alert).toSorted());
});

testWithPromtool("Prometheus takes every expression of the dashboard", async () => {
  const exprs = panels.flatMap(({ targets }) => targets.map(({ expr }) => expr));
  const group = exprs.map((expr, i) => ({
    record: `panel:${i}`,
    expr: expr.replaceAll(/\$__(?:interval|rate_interval|range)\b/g, "5m"),
  }));
  const file = await Deno.makeTempFile({ suffix: ".yml" });
  try {
    await Deno.writeTextFile(file, JSON.stringify({ groups: [{ name: "panels", rules: group }] }));
    const { code, text } = await promtool("check", "rules", file);
    assert.equal(code, 0, text);
  } finally {
    await Deno.remove(file);
  }
});

testWithPromtool("Prometheus takes what the page exports, names and all", async () => {
  using stage = await fullStage();
  const child = new Deno.Command("promtool", {
    args: ["check", "metrics"],
    stdin: "piped",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  const writer = child.stdin.getWriter();
  await writer.write(new TextEncoder().encode(await stage.text("/metrics")));
  await writer.close();
  const { code, stderr } = await child.output();
  assert.equal(code, 0, new TextDecoder().decode(stderr));
});
