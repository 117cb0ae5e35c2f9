// Proves that what happens reaches a person's sink once each, whatever dies on the way, and that the loop never waits for it.
import assert from "node:assert/strict";
import { NoticeServer } from "./notify_server.ts";
import { Project } from "./project.ts";
import type { Running } from "./project.ts";

function webhook(server: NoticeServer, lines = ""): string {
  return `[notify.hook]\nkind = "webhook"\nurl = "${server.url}/hook"\n${lines}\n`;
}

Deno.test("serve tells a webhook of its end, with what changed and what comes next", async () => {
  await using server = new NoticeServer();
  await using project = await Project.make({ plan: ["commit", "billing"], toml: webhook(server) });
  const { code, stdout } = await project.run(["serve"]);
  assert.equal(code, 0, stdout);
  assert.deepEqual(server.fields("topic"), ["human"], stdout);
  const [notice] = server.got.map(({ body }) => JSON.parse(body));
  assert.equal(notice.title, "[proj] A person is needed");
  assert.match(notice.text, /^Last change: round 2 \(billing\): nothing changed; before that round 1: 1 commit, /m);
  assert.match(notice.text, /^Blocked by: the account's credit$/m);
  assert.match(notice.text, /^Next: nothing, until somebody starts it again$/m);
  assert.equal(notice.id, server.got[0]?.headers.get("webhook-id"));
  const [sent] = project.ofKind("notify_sent");
  assert.deepEqual([sent?.sink, sent?.id, sent?.topic, sent?.attempts], ["hook", notice.id, "human", 1]);
});

Deno.test("every notice arrives once, though its server dies and returns and serve is killed in between", async () => {
  await using server = new NoticeServer();
  await using project = await Project.make({ plan: ["commit", "hang"], toml: webhook(server) });
  const urgent = (n: number) => ({ detector: `of_test_${n}`, severity: "critical", message: `number ${n}` });
  await server.close();
  const first = project.start("serve");
  await project.untilKind("round_end");
  for (let n = 0; n < 3; n++) alert(project, urgent(n));
  await project.untilKind("notify_failed");
  first.kill();
  await first.settled();
  // Nobody reads at this moment: the next life has to find it.
  for (let n = 3; n < 5; n++) alert(project, urgent(n));
  const second = project.start("serve");
  await project.untilKind("serve_started", 2);
  for (let n = 5; n < 8; n++) alert(project, urgent(n));
  server.open();
  await project.until("all of them", () => server.got.length >= 8, 40_000);
  await stopNow(project, second);
  const texts = server.fields("text").map((text) => /number \d/.exec(String(text))?.[0] ?? "").filter((text) =>
    text !== ""
  );
  assert.deepEqual([...texts].sort(), Array.from({ length: 8 }, (_, n) => `number ${n}`));
  const ids = server.fields("id");
  assert.equal(new Set(ids).size, ids.length);
  assert.deepEqual(ids, server.got.map(({ headers }) => headers.get("webhook-id")));
});

Deno.test("a kill between the server's word and the record of it loses nothing, and what comes twice has one id", async () => {
  await using server = new NoticeServer();
  await using project = await Project.make({ mode: "hang", toml: webhook(server, 'topics = ["alert"]') });
  let serve = project.start("serve");
  await project.untilKind("round_start");
  let kills = 0;
  server.answer = () => {
    // Every other message is taken from a sender that is not there any more when it is told so.
    if (server.got.length % 2 === 1 && kills < 3) {
      kills++;
      serve.kill();
    }
    return new Response("ok");
  };
  for (let n = 0; n < 6; n++) {
    alert(project, { detector: `of_test_${n}`, severity: "critical", message: `number ${n}` });
  }
  for (let life = 0; life < 3; life++) {
    await project.until("a kill", () => kills === life + 1);
    await serve.settled();
    serve = project.start("serve");
  }
  const numbers = () => server.got.map(({ body }) => /number (\d)/.exec(body)?.[1] ?? "other");
  await project.until("all of them", () => new Set(numbers()).size === 6, 30_000);
  await stopNow(project, serve);
  const ids = new Map(
    server.got.map(({ body, headers }) => [headers.get("webhook-id"), /number (\d)/.exec(body)?.[1]]),
  );
  assert.deepEqual([...ids.values()].sort(), ["0", "1", "2", "3", "4", "5"]);
  assert.ok(server.got.length > ids.size && server.got.length <= ids.size + kills, numbers().join(" "));
});

Deno.test("the loop goes on as fast as ever beside sinks that hang, refuse, and cannot work", async () => {
  await using server = new NoticeServer();
  const hanging = new AbortController();
  server.answer = () =>
    new Promise((resolve) =>
      hanging.signal.addEventListener("abort", () => resolve(new Response("late", { status: 500 })))
    );
  const sinks = [
    webhook(server, "timeout_s = 100"),
    '[notify.gone]\nkind = "webhook"\nurl = "http://127.0.0.1:1/x"\n',
    '[notify.unset]\nkind = "slack"\nurl_env = "NO_SUCH_VARIABLE"\n',
    '[notify.broken]\nkind = "exec"\ncommand = ["./no-such-program"]\n',
  ].join("\n");
  await using project = await Project.make({ mode: "clean", toml: sinks });
  alert(project, { detector: "before", severity: "info", message: "x" });
  const serve = project.start("serve", "--max-rounds", "5");
  await project.untilKind("round_start");
  alert(project, { detector: "of_test", severity: "critical", message: "x" });
  await project.untilKind("round_end", 5);
  const before = performance.now();
  assert.equal((await serve.ended()).code, 0);
  // Three seconds are what the end may cost, whatever hangs.
  assert.ok(performance.now() - before < 12_000);
  hanging.abort();
  assert.deepEqual(project.ofKind("round_verdict").map(({ verdict }) => verdict), Array(5).fill("ok"));
  const failed = project.ofKind("notify_failed").map(({ sink, is_given_up }) => `${sink} ${is_given_up}`).sort();
  assert.deepEqual(failed, ["broken false", "gone false", "unset false"]);
  const waits = project.ofKind("round_start").slice(1).map((start, i) => {
    const end = project.ofKind("round_end")[i]!;
    return Date.parse(String(start.ts)) - Date.parse(String(end.ts));
  });
  assert.ok(Math.max(...waits) < 5000, `rounds waited ${waits} ms for each other`);
  const listed = JSON.parse((await project.run(["notify", "--json"])).stdout);
  assert.deepEqual(listed.sinks.map(({ name, waiting }: { name: string; waiting: number }) => [name, waiting > 0]), [
    ["hook", true],
    ["gone", true],
    ["unset", true],
    ["broken", true],
  ]);
});

Deno.test("the monitor sends its alerts where no serve does, and leaves that to serve where one is", async () => {
  await using server = new NoticeServer();
  const toml = `${webhook(server)}\n[monitor.disk_warning]\ndisk_pct = 1\n`;
  await using project = await Project.make({ mode: "hang", toml });
  Deno.mkdirSync(project.logs, { recursive: true });
  const monitor = project.start("monitor", "--interval", "0.5");
  await project.untilKind("monitor_started");
  alert(project, { detector: "first", severity: "critical", message: "x" });
  await project.until("an alert", () => server.fields("title").includes("[proj] Alert: first"));
  monitor.signal("SIGINT");
  assert.equal((await monitor.ended()).code, 0);
  const serve = project.start("serve");
  await project.untilAgent();
  const again = project.start("monitor", "--interval", "0.5");
  await project.until("the monitor", () => project.ofKind("monitor_started").length === 2);
  alert(project, { detector: "of_test", severity: "critical", message: "x" });
  for (const name of ["of_test", "disk_warning"]) {
    await project.until(name, () => server.fields("title").includes(`[proj] Alert: ${name}`));
  }
  again.signal("SIGINT");
  await again.ended();
  await stopNow(project, serve);
  const titles = server.fields("title");
  assert.deepEqual(titles, [...new Set(titles)]);
});

Deno.test("notify test says of each sink what happened, and shows no secret", async () => {
  await using server = new NoticeServer();
  const path = "/services/T0/B0/not-to-be-seen-by-anybody";
  const toml = [
    `[notify.good]\nkind = "slack"\nurl_env = "GOOD"\n`,
    `[notify.bad]\nkind = "slack"\nurl_env = "BAD"\n`,
    `[notify.plain]\nkind = "webhook"\nurl = "http://127.0.0.1:1${path}"\ntopics = ["done"]\n`,
    `[notify.tell]\nkind = "exec"\ncommand = ["./tell.sh"]\n`,
  ].join("\n");
  const env = { GOOD: `${server.url}${path}`, BAD: `http://127.0.0.1:1${path}` };
  await using project = await Project.make({ toml, env });
  Deno.writeTextFileSync(`${project.work}/tell.sh`, `#!/bin/sh\ncat > "${project.out}/told"\n`);
  Deno.chmodSync(`${project.work}/tell.sh`, 0o755);
  const all = await project.run(["notify", "test"]);
  assert.equal(all.code, 1, all.stderr);
  assert.match(all.stdout, /^good \(slack\): sent$/m);
  assert.match(all.stdout, /^tell \(exec\): sent$/m);
  assert.match(all.stdout, /^bad \(slack\): not sent: .*connect.*\n {2}fix: .*$/im);
  assert.doesNotMatch(all.stdout + all.stderr, /not-to-be-seen/);
  assert.equal(server.got.length, 1);
  assert.equal(JSON.parse(Deno.readTextFileSync(`${project.out}/told`)).title, "[proj] This is a test");
  const one = await project.run(["notify", "test", "--sink", "good", "--json"]);
  assert.equal(one.code, 0, one.stderr);
  assert.deepEqual(JSON.parse(one.stdout), {
    ok: true,
    sinks: [{ name: "good", kind: "slack", ok: true, reason: null }],
  });
  const wrong = await project.run(["notify", "test", "--sink", "goood"]);
  assert.deepEqual([wrong.code, wrong.stdout], [2, ""]);
  assert.match(wrong.stderr, /^agent-runner: There is no sink "goood"\n {2}fix: Did you mean "good"\?\n$/);
  const shown = await project.run(["notify"]);
  assert.match(shown.stdout, /good +slack +0 +nothing waits/);
  const config = await project.run(["config", "show"]);
  assert.match(config.stdout, /url = "http:\/\/127\.0\.0\.1:1\/\(hidden\)"/);
  assert.doesNotMatch(config.stdout, /not-to-be-seen/);
  // No log folder came about by a test.
  assert.deepEqual(project.events(), []);
});

Deno.test("notify says in two lines that nothing is configured", async () => {
  await using project = await Project.make({});
  const { code, stderr } = await project.run(["notify", "test"]);
  assert.equal(code, 1);
  assert.match(stderr, /^agent-runner: No sink is configured\n {2}fix: .*notify\.md.*\n$/);
  assert.equal((await project.run(["notify"])).code, 0);
});

/** Has serve leave its round, too. */
async function stopNow(project: Project, serve: Running): Promise<void> {
  serve.signal("SIGTERM");
  await project.until("the first signal heard", () => serve.stdout.includes("no further round"));
  serve.signal("SIGTERM");
  assert.equal((await serve.ended()).code, 0);
}

/** What a monitor would record. */
function alert(project: Project, fields: Readonly<Record<string, unknown>>): void {
  Deno.mkdirSync(project.logs, { recursive: true });
  const now = new Date().toISOString();
  const line = JSON.stringify({
    ts: now,
    event: "monitor_alert_emitted",
    auto_action: "none",
    state: "raised",
    ...fields,
  });
  Deno.writeTextFileSync(`${project.logs}/events-${now.slice(0, 7)}.jsonl`, `${line}\n`, { append: true });
}
