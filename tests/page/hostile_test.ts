// Guards the page against what an agent can write: markup and terminal commands in every field it controls.
import assert from "node:assert/strict";
import { eventKinds } from "../../src/core/event.ts";
import { PageStage } from "./page_stage.ts";

const evil = `"><script>alert(1)</script><img src=x onerror=alert(1)>' onmouseover='alert(1)' \`&\u001b[31m\u202e`;
const logs = "/home/me/shop/logs";

/** A payload of a kind with the text in every place that can hold one. */
function payloadOf(fields: Readonly<Record<string, string>>): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(fields).map(([name, code]) => {
      if (code.startsWith("string") && !code.startsWith("strings")) return [name, evil];
      if (code.startsWith("strings")) return [name, [evil]];
      if (code.startsWith("objects")) return [name, [{ path: evil, why: evil, [evil]: evil }]];
      if (code.startsWith("object")) return [name, { [evil]: evil }];
      if (code.startsWith("bool")) return [name, true];
      return [name, 3];
    }),
  );
}

function assertHarmless(text: string, what: string): void {
  assert.doesNotMatch(text, /<script>|<img|onerror=alert\(1\)>|"><(?:script|img)|' onmouseover='/, what);
  assert.ok(!text.includes("\u001b") && !text.includes("\u202e"), what);
}

async function hostileStage(): Promise<PageStage> {
  const stage = await PageStage.open({ names: ["shop", "other"] });
  const events = Object.entries(eventKinds).flatMap(([kind, { fields }]) => [
    stage.event("round_start", { round_num: 3, phase: evil }),
    { ...stage.event(kind, payloadOf(fields)), [evil]: evil },
    { ts: evil, event: kind, ...payloadOf(fields) },
  ]);
  events.push(stage.event(evil, { x: evil }), stage.event("round_start", { round_num: 4, phase: evil }));
  const encode = (text: string) => new TextEncoder().encode(text);
  stage.files.writeAtomic(`${logs}/round-current.log`, encode(`${evil}\n\u001b]0;${evil}\u0007\u001b[38;5;9${evil}`));
  stage.files.writeAtomic(`${logs}/narrative.md`, encode(evil));
  stage.files.writeAtomic(
    `${logs}/pace.json`,
    JSON.stringify({ history: [{ name: evil, utilization: 0.4, resets_at: 2e9 }] }),
  );
  stage.files.writeAtomic(`${logs}/.agent-done`, encode(evil));
  const entry = {
    sha: "a".repeat(40),
    ref: evil,
    round: 1,
    state: "saved",
    phase: evil,
    at: evil,
    files: [evil],
    count: 1,
    why: evil,
  };
  stage.files.writeAtomic(`${logs}/salvage-ledger.json`, JSON.stringify({ entries: [entry] }));
  const finding = { identity: evil, severity: "critical" as const, message: evil, context: {}, fix: evil, look: evil };
  const status = {
    round_num: 4,
    running: true,
    agent: evil,
    agent_version: evil,
    current: { number: 4, phase: evil, state: evil, started_at: evil },
    waiting: { until_epoch: 2e9, reason: evil, classification: evil },
    last_summary: evil,
  };
  stage.bring(events, { status, open: [finding] });
  stage.bring([], { status, open: [] });
  stage.bring([], { status: { ...status, current: null }, open: [finding] });
  return stage;
}

Deno.test("no field that an agent controls becomes markup on the page", async () => {
  using stage = await hostileStage();
  for (const path of ["/", `/?kind=${encodeURIComponent(evil)}`, "/?kind=round_verdict"]) {
    const text = await stage.text(path);
    assertHarmless(text, path);
    assert.ok(text.includes("&lt;script&gt;"), "it is there as text");
  }
  stage.bring([], { blind: evil });
  assertHarmless(await stage.text("/"), "blind");
});

Deno.test("what is sent while the page is open is as harmless", async () => {
  using stage = await hostileStage();
  const answer = await stage.ask("/api/stream?since=0&version=0");
  const reader = answer.body!.getReader();
  const text = new TextDecoder().decode((await reader.read()).value) +
    new TextDecoder().decode((await reader.read()).value);
  for (const line of text.split("\n").filter((line) => line.startsWith("data: "))) {
    const data = JSON.parse(line.slice(6));
    if (typeof data.html === "string") assertHarmless(data.html, "event");
    for (const part of Object.values<string>(data.parts ?? {})) assertHarmless(part, "part");
  }
  assert.match(text, /event: parts/);
  await reader.cancel();
});

Deno.test("metrics stay in their form whatever the names are", async () => {
  using stage = await hostileStage();
  const lines = (await stage.text("/metrics")).trimEnd().split("\n");
  for (const line of lines) {
    assert.match(
      line,
      /^(?:# (?:HELP|TYPE) agent_runner_\w+ .+|agent_runner_\w+(?:\{(?:\w+="(?:[^"\\]|\\[\\n"])*",?)*\})? -?(?:\d\S*|NaN))$/,
    );
  }
});

Deno.test("metrics have names that end in their unit, and each series once", async () => {
  using stage = await PageStage.open();
  stage.bring([...stage.round(1), ...stage.round(2, "limit")]);
  const text = await stage.text("/metrics");
  const series = text.split("\n").filter((line) => line !== "" && !line.startsWith("#")).map((line) =>
    line.replace(/ \S+$/, "")
  );
  assert.equal(new Set(series).size, series.length);
  for (
    const line of [
      'agent_runner_rounds_total{project="shop",agent="unknown",outcome="ok"} 1',
      'agent_runner_rounds_total{project="shop",agent="claude",outcome="limit"} 1',
      'agent_runner_round_duration_seconds_bucket{project="shop",le="10"} 2',
      'agent_runner_round_duration_seconds_bucket{project="shop",le="+Inf"} 2',
      'agent_runner_round_duration_seconds_sum{project="shop"} 10',
      'agent_runner_tokens_total{project="shop",agent="claude",model="m",type="input"} 20',
      'agent_runner_cost_usd_total{project="shop",agent="claude",model="m",kind="reported"} 1',
      'agent_runner_commits_total{project="shop"} 2',
      'agent_runner_breaker_state{project="shop"} 0',
      'agent_runner_up{project="shop"} 1',
      'agent_runner_info{version="1.2.3"} 1',
    ]
  ) assert.ok(text.includes(`${line}\n`), line);
  for (const [, name] of text.matchAll(/^# TYPE (\S+) counter$/gm)) assert.match(name!, /_total$/);
});

Deno.test("the log on the page is masked, also where colours stand within a secret", async () => {
  using stage = await PageStage.open();
  stage.bring(stage.round(1));
  const write = (text: string) => stage.files.writeAtomic(`${logs}/round-current.log`, new TextEncoder().encode(text));
  const secret = "ghp_0123456789abcdefghijklmnopqrstuvwxyz";
  write(`token ${secret.slice(0, 9)}\u001b[1m${secret.slice(9)}\u001b[0m`);
  for (const path of ["/", "/api/state"]) {
    const text = await stage.text(path);
    assert.doesNotMatch(text, /uvwxyz/, path);
    assert.match(text, /redacted/, path);
  }
  write("\u001b[32mall well\u001b[0m\n");
  stage.bring([stage.event("round_progress", { round_num: 1 })]);
  assert.match(await stage.text("/"), /<span class="f2">all well<\/span>/);
});
