// Guards what the page answers, to whom, and with which headers.
import assert from "node:assert/strict";
import { eventKinds } from "../../src/core/event.ts";
import { routes } from "../../src/page/routes.ts";
import type { Details } from "../../src/view/details.ts";
import { PageStage } from "./page_stage.ts";

const finding = {
  identity: "",
  severity: "warning" as const,
  message: "Round 2 is not settled",
  context: {},
  fix: "Look at it",
  look: "agent-runner peek",
};

async function stageWithRounds(): Promise<PageStage> {
  const stage = await PageStage.open();
  stage.bring([...stage.round(1), ...stage.round(2, "auth")], {
    status: { round_num: 2, running: false },
    open: [finding],
  });
  return stage;
}

Deno.test("every answer has the headers that keep a browser from doing more than showing it", async () => {
  using stage = await stageWithRounds();
  for (const path of [...routes.map((route) => route.path.replace("{number}", "1")), "/nothing"]) {
    const answer = await stage.ask(path);
    const { headers } = answer;
    assert.equal(headers.get("x-content-type-options"), "nosniff", path);
    assert.equal(headers.get("referrer-policy"), "no-referrer", path);
    assert.equal(headers.get("cache-control"), "no-store", path);
    assert.equal(headers.get("x-frame-options"), "DENY", path);
    assert.equal(headers.get("cross-origin-resource-policy"), "same-origin", path);
    assert.match(headers.get("content-security-policy") ?? "", /^default-src 'none'.*frame-ancestors 'none'/, path);
    assert.equal(headers.get("access-control-allow-origin"), null, path);
    await answer.body?.cancel();
  }
});

Deno.test("the page's policy lets only its own script and style run, under a nonce of each answer", async () => {
  using stage = await stageWithRounds();
  const nonces = new Set<string>();
  for (let i = 0; i < 3; i++) {
    const answer = await stage.ask("/");
    const policy = answer.headers.get("content-security-policy") ?? "";
    assert.doesNotMatch(policy, /unsafe|\*|https?:/);
    const nonce = /script-src 'nonce-([^']+)'/.exec(policy)?.[1] ?? "";
    assert.ok(nonce.length >= 22);
    nonces.add(nonce);
    const text = await answer.text();
    for (const [tag] of text.matchAll(/<(?:script|link rel="stylesheet")[^>]*>/g)) {
      assert.ok(tag.includes(`nonce="${nonce}"`), tag);
    }
    assert.doesNotMatch(text, /<script(?![^>]*\bsrc=")|\son\w+=|\sstyle=|https?:\/\/(?!www\.w3\.org)/);
  }
  assert.equal(nonces.size, 3);
});

Deno.test("only GET and HEAD are answered, and HEAD without a text", async () => {
  using stage = await stageWithRounds();
  for (const method of ["POST", "PUT", "DELETE", "OPTIONS", "PATCH"]) {
    const answer = await stage.ask("/api/state", { method });
    assert.equal(answer.status, 405, method);
    assert.equal(answer.headers.get("allow"), "GET, HEAD");
  }
  const head = await stage.ask("/api/openapi.json", { method: "HEAD" });
  assert.equal(head.status, 200);
  assert.equal(await head.text(), "");
  assert.equal(Number(head.headers.get("content-length")), (await stage.text("/api/openapi.json")).length);
  assert.equal((await stage.ask("/api/stream", { method: "HEAD" })).status, 200);
  assert.match(await stage.text("/metrics"), /^agent_runner_page_streams 0$/m, "HEAD opens no stream");
});

Deno.test("a name of a stranger is refused, whatever resolves to this machine", async () => {
  using stage = await PageStage.open({ door: { hosts: ["pi.lan"] } });
  for (const host of ["localhost", "LOCALHOST:1", "127.0.0.1:8765", "[::1]:8765", "pi.lan:80"]) {
    assert.equal((await stage.ask("/", { headers: { host } })).status, 200, host);
  }
  for (
    const host of [
      "",
      "evil.example",
      "evil.example:8765",
      "localhost.evil.example",
      "127.0.0.1.evil.example",
      "127.0.0.2",
      "localhost@evil",
      "[::1",
      "a b",
    ]
  ) {
    for (const path of ["/", "/api/state", "/metrics", "/livez"]) {
      const answer = await stage.ask(path, { headers: { host } });
      assert.equal(answer.status, 421, `${host} ${path}`);
      assert.doesNotMatch(await answer.text(), /shop/);
    }
  }
});

Deno.test("a page from elsewhere may link here, but not read", async () => {
  using stage = await stageWithRounds();
  const statusOf = async (headers: Record<string, string>) => (await stage.ask("/api/state", { headers })).status;
  assert.equal(await statusOf({ origin: "https://evil.example" }), 403);
  assert.equal(await statusOf({ origin: "null" }), 403);
  assert.equal(await statusOf({ origin: "http://localhost:8765" }), 200);
  assert.equal(
    await statusOf({ "sec-fetch-site": "cross-site", "sec-fetch-mode": "no-cors", "sec-fetch-dest": "script" }),
    403,
  );
  assert.equal(
    await statusOf({ "sec-fetch-site": "cross-site", "sec-fetch-mode": "navigate", "sec-fetch-dest": "iframe" }),
    403,
  );
  assert.equal(
    await statusOf({ "sec-fetch-site": "cross-site", "sec-fetch-mode": "navigate", "sec-fetch-dest": "document" }),
    200,
  );
  assert.equal(await statusOf({ "sec-fetch-site": "same-origin", "sec-fetch-mode": "cors" }), 200);
});

Deno.test("an address that is too long, unknown or about nothing is refused", async () => {
  using stage = await stageWithRounds();
  assert.equal((await stage.ask(`/?kind=${"a".repeat(2100)}`)).status, 414);
  for (
    const path of [
      "/x",
      "//",
      "/api",
      "/api/state/",
      "/api/rounds/1/2",
      "/..%2fetc/passwd",
      "/assets/page.css",
      "/?project=other",
    ]
  ) {
    assert.equal((await stage.ask(path)).status, 404, path);
  }
  for (
    const path of [
      "/api/rounds/x",
      "/api/rounds/-1",
      "/api/rounds/",
      "/api/events?limit=0",
      "/api/events?limit=x",
      "/api/events?limit=1e9",
    ]
  ) {
    assert.equal((await stage.ask(path)).status, 400, path);
  }
  assert.equal((await stage.ask("/api/rounds/77")).status, 404);
  assert.deepEqual(stage.faults, []);
});

Deno.test("/api/state has the predecessor's keys and peek's", async () => {
  using stage = await stageWithRounds();
  const state = await stage.json("/api/state");
  for (const key of ["round_state", "narrative", "recent_events", "round_log_tail", "self_terminated", "rate_limit"]) {
    assert.ok(key in state, key);
  }
  assert.deepEqual(state.round_state, { round_num: 2, phase: null, running: false, last_outcome: "failed" });
  assert.deepEqual(state.self_terminated, { present: false, reason: "" });
  assert.equal(state.recent_events.length, 14);
  assert.equal(state.schema_version, "2.0");
  assert.deepEqual(state.recent_rounds.map(({ number, verdict }: Record<string, unknown>) => [number, verdict]), [[
    1,
    "ok",
  ], [2, "auth"]]);
  assert.equal(state.service.active, true);
  assert.ok(state.defenses.length >= 12);
});

Deno.test("/api/state is told anew at once when something changed, and from memory when not", async () => {
  using stage = await stageWithRounds();
  const [first, second] = [await stage.text("/api/state"), await stage.text("/api/state")];
  assert.equal(first, second);
  stage.bring([stage.event("round_start", { round_num: 3, phase: null })], { status: { round_num: 3 } });
  assert.equal((await stage.json("/api/state")).round_state.round_num, 3);
});

Deno.test("/api/state answers 503 and says so when the log folder may not be read", async () => {
  using stage = await stageWithRounds();
  stage.files.failWith("/home/me/shop/logs", "denied");
  const answer = await stage.ask("/api/state");
  assert.equal(answer.status, 503);
  assert.match((await answer.json()).error, /^Cannot read '\/home\/me\/shop\/logs/);
  stage.files.failWith("/home/me/shop/logs", null);
  assert.equal((await stage.ask("/api/state")).status, 200, "and again once it may");
});

Deno.test("the page shows every part, with and without anything to show", async () => {
  using empty = await PageStage.open();
  assert.match(await empty.text("/"), /The first look is not done yet/);
  using stage = await stageWithRounds();
  const text = await stage.text("/");
  for (
    const id of [
      "now",
      "alerts",
      "rounds",
      "charts",
      "commits",
      "limits",
      "log",
      "events",
      "narrative",
      "salvage",
      "defenses",
    ]
  ) {
    assert.ok(text.includes(`id="part-${id}"`), id);
  }
  for (
    const words of [
      "Round 2 is not settled",
      "What to do: Look at it",
      "Round 1: ok",
      "Round 2: auth",
      "1 commit",
      "$1.00",
    ]
  ) {
    assert.ok(text.includes(words), words);
  }
  assert.match(text, /<noscript><meta http-equiv="refresh" content="5"><\/noscript>/);
});

Deno.test("the page counts down to what comes next and says why", async () => {
  using stage = await PageStage.open();
  const until = Math.round(stage.clock.now() / 1000) + 600;
  stage.bring(stage.round(1, "limit"), { status: { waiting: { until_epoch: until, reason: "The limit resets" } } });
  assert.match(await stage.text("/"), /The limit resets[\s\S]*Next round in <time [^>]*data-until="\d+">10m 00s</);
  stage.bring([
    stage.event("round_start", { round_num: 2, phase: "build" }),
    stage.event("agent_spawn", { round_num: 2, timeout_s: 7200, pid: 1 }),
  ], {
    status: {
      running: true,
      current: { number: 2, phase: "build", state: "running", started_at: "2026-11-21T09:00:09Z" },
    },
  });
  assert.match(await stage.text("/"), /Round 2 \(build\)[\s\S]*Its hard wall is in <time /);
});

Deno.test("the page shows what needs a person, and that a project cannot be seen", async () => {
  using stage = await stageWithRounds();
  stage.bring([stage.event("human_needed", { round_num: 2, verdict: "billing", summary: "No money", hint: "Pay" })]);
  assert.match(await stage.text("/"), /role="alert">\s*A person is needed \(billing\): No money[\s\S]*Pay/);
  stage.bring([], { blind: "The folder is gone" });
  assert.match(await stage.text("/"), /cannot be looked at since[\s\S]*The folder is gone/);
  assert.equal((await stage.ask("/readyz")).status, 503);
});

Deno.test("the events can be filtered without a script", async () => {
  using stage = await stageWithRounds();
  const text = await stage.text("/?project=shop&kind=agent_exit");
  assert.equal([...text.matchAll(/<li data-kind="agent_exit"/g)].length, 2);
  assert.equal([...text.matchAll(/<li data-kind="/g)].length, 2);
  assert.match(text, /<option value="agent_exit"\s+selected/);
});

Deno.test("/api/events gives the newest of the kinds that are asked for", async () => {
  using stage = await stageWithRounds();
  const events = await stage.json("/api/events?limit=3");
  assert.deepEqual(events.map(({ event }: Record<string, unknown>) => event), [
    "round_changes",
    "round_end",
    "agent_usage_recorded",
  ]);
  stage.files.append(
    "/home/me/shop/logs/events-2026-11.jsonl",
    new TextEncoder().encode(
      stage.round(1).map((event) => `${JSON.stringify(event)}\n`).join(""),
    ),
  );
  assert.equal((await stage.json("/api/events?kind=round_start,round_end"))?.length, 2);
});

Deno.test("the probes tell in words of ours whether all is well", async () => {
  using stage = await PageStage.open();
  assert.equal((await stage.ask("/livez")).status, 200);
  assert.deepEqual(await stage.json("/readyz"), { ok: false, reason: "not seen yet" });
  stage.bring(stage.round(1));
  assert.deepEqual(await stage.json("/healthz"), { ok: true, reason: "ready" });
  stage.bring([], { isActive: false });
  assert.deepEqual(await stage.json("/readyz"), { ok: false, reason: "no supervisor runs" });
  await stage.clock.advance(120_000);
  assert.equal((await stage.ask("/livez")).status, 503);
});

Deno.test("several projects are on one page, each under its key", async () => {
  using stage = await PageStage.open({ names: ["shop", "blog"] });
  stage.bring(stage.round(1));
  stage.bring(stage.round(9, "auth"), { project: 1 });
  const text = await stage.text("/?project=blog");
  assert.match(text, /<a href="\/\?project=blog"\s+aria-current="page"/);
  assert.match(text, /<h1>blog/);
  assert.equal((await stage.json("/api/state?project=blog")).recent_rounds[0].number, 9);
  assert.deepEqual((await stage.json("/api/projects")).map(({ key }: Record<string, unknown>) => key), [
    "shop",
    "blog",
  ]);
  assert.match(await stage.text("/metrics"), /^agent_runner_up\{project="blog"\} 1$/m);
});

Deno.test("a project elsewhere is shown by what came from there, and asked for its picture now and then", async () => {
  let asked = 0;
  using stage = await PageStage.open({
    host: "pi",
    readView: () => Promise.resolve({ asked: ++asked, defenses: [{ name: "a" }], status: "old" }),
  });
  stage.bring(stage.round(4), { status: { round_num: 4 } });
  await stage.json("/api/state");
  await stage.clock.advance(1500);
  const state = await stage.json("/api/state");
  assert.deepEqual([asked, state.defenses, state.status.round_num, state.host], [1, [{ name: "a" }], 4, "pi"]);
  assert.equal((await stage.json("/api/rounds/4")).verdict, "ok");
});

Deno.test("of a project elsewhere the page shows what was told, else why nothing was, and is new when that changes", async () => {
  let told: Details | string = "'pi' is being asked.";
  let change = () => {};
  using stage = await PageStage.open({
    host: "pi",
    details: { read: () => told, listen: (listener) => (change = listener, () => {}) },
  });
  stage.bring(stage.round(4));
  const before = await stage.text("/");
  for (const part of ["log", "narrative", "salvage", "defenses"]) {
    assert.match(before, new RegExp(`id="part-${part}"><p>&#39;pi&#39; is being asked`), part);
  }
  assert.equal((await stage.json("/api/state")).round_log_tail, "");
  told = {
    log: "\u001b[31mred <b>\u001b[0m",
    narrative: "# So far",
    salvages: [],
    windows: [{ name: "five_hour", utilization: 0.25, resetsAt: 2_000_000_000 }],
    defenses: [{ name: "guard", protectsFrom: "All that is <i>bad</i>", state: "degraded", reason: "for a reason" }],
  };
  change();
  const after = await stage.text("/");
  assert.match(after, /<span class="f1">red &lt;b&gt;<\/span>/);
  assert.match(after, /window five_hour/);
  assert.match(after, /0 active, 1 degraded, 0 off/);
  assert.match(after, /All that is &lt;i&gt;bad/);
  const state = await stage.json("/api/state");
  assert.deepEqual([state.round_log_tail, state.narrative], ["red <b>", "# So far"]);
  assert.doesNotMatch(await stage.text("/metrics"), /limit_utilization/, "collecting figures is no look");
});

Deno.test("/api/openapi.json describes every address of the table", async () => {
  using stage = await PageStage.open();
  const document = await stage.json("/api/openapi.json");
  assert.deepEqual(Object.keys(document.paths), routes.map(({ path }) => path));
  assert.equal(document.paths["/api/rounds/{number}"].get.parameters[0].in, "path");
  const ids = Object.values<{ get: { operationId: string } }>(document.paths).map(({ get }) => get.operationId);
  assert.equal(new Set(ids).size, ids.length);
  assert.ok("page_failed" in eventKinds);
});
