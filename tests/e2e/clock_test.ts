// Proves that a clock which was set between two lives moves neither walls nor waits, nor the sense of readers.
import assert from "node:assert/strict";
import { testAbreast } from "./crash_abreast.ts";
import { agentStarts, checkSettled } from "./crash_checks.ts";
import { exists, names, Project } from "./project.ts";

const day = 86_400;
const nowSeconds = () => Math.floor(Date.now() / 1000);

async function peek(project: Project, ...words: string[]) {
  const { code, stdout, stderr } = await project.run(["peek", "--json", ...words]);
  assert.equal(code, 0, stderr);
  return JSON.parse(stdout);
}

function writeWait(project: Project, times: { readonly from: number; readonly until: number }): void {
  const wait = {
    classification: "rate_limit_account",
    agent: "claude",
    reset_at_epoch: times.until,
    since_round: 1,
    reason: "limit",
    started_epoch: times.from,
  };
  Deno.mkdirSync(project.logs, { recursive: true });
  Deno.writeTextFileSync(`${project.logs}/wait.json`, JSON.stringify(wait), { mode: 0o600 });
}

testAbreast("serve waits no longer than was meant when the clock was set back since", async () => {
  await using project = await Project.make({});
  writeWait(project, { from: nowSeconds() + 30 * day, until: nowSeconds() + 30 * day + 2 });
  assert.equal((await peek(project)).service.active, false);
  const began = performance.now();
  const { code, stdout } = await project.run(["serve", "--once"]);
  const took = performance.now() - began;
  assert.equal(code, 0, stdout);
  assert.ok(took > 1900 && took < 8000, `${took} ms`);
  const [recovered] = project.ofKind("transient_error_recovered");
  assert.ok(Number(recovered?.throttled_for_s) >= 0, JSON.stringify(recovered));
  assert.equal(exists(`${project.logs}/wait.json`), false);
  await checkSettled(project, { atLeast: 1 });
});

testAbreast("serve does not wait when the clock was set on past the end of the wait", async () => {
  await using project = await Project.make({});
  writeWait(project, { from: nowSeconds() - 30 * day, until: nowSeconds() - 1 });
  const { code, stdout } = await project.run(["serve", "--once"]);
  assert.equal(code, 0);
  assert.equal(stdout.includes("waiting"), false, stdout);
  assert.equal(exists(`${project.logs}/wait.json`), false);
});

for (const [name, shift] of [["back", 3600], ["on", -30 * day]] as const) {
  testAbreast(
    `serve counts the wall of a round it takes over from its real start when the clock was set ${name}`,
    async () => {
      await using project = await Project.make({ plan: ["hang", "clean"], runtime: { round_timeout_s: 8 } });
      const first = project.start("serve");
      await project.untilAgent();
      await project.until("the start to be on record", () => project.ofKind("agent_spawn")[0]);
      first.kill();
      await first.settled();
      const startedAt = Number(Deno.readTextFileSync(`${project.out}/starts`).split(" ")[2]) * 1000;
      const status = project.status();
      const current = status.current as Record<string, unknown>;
      const started_at = new Date(Date.parse(String(current.started_at)) + shift * 1000).toISOString();
      Deno.writeTextFileSync(
        `${project.logs}/status.json`,
        JSON.stringify({ ...status, current: { ...current, started_at } }),
      );
      // Whoever counted from the takeover would be so late at least.
      const before = 4500;
      await project.until("half of its time to be over", () => Date.now() - startedAt > before);
      const serve = project.start("serve", "--max-rounds", "1");
      const exit = await project.untilKind("agent_exit");
      const late = Date.parse(String(exit.ts)) - startedAt - 8000;
      // The machine's uptime comes in whole seconds.
      assert.ok(late > -1500 && late < before, `ended ${late} ms past the wall`);
      assert.deepEqual([exit.ending, exit.timed_out], ["timed_out", true]);
      assert.equal((await serve.ended()).code, 0);
      await checkSettled(project, { atLeast: 1 });
    },
  );
}

testAbreast(
  "serve closes a round that ended while nobody looked with a sane duration when the clock was set back",
  async () => {
    await using project = await Project.make({
      plan: ["late", "clean"],
      agentEnv: { FAKE_END: "result", FAKE_SLEEP: 0.3 },
    });
    const first = project.start("serve");
    await project.untilAgent();
    await project.until("the start to be on record", () => project.ofKind("agent_spawn")[0]);
    first.kill();
    await first.settled();
    await project.until(
      "the shim to write its status",
      () => names(`${project.logs}/rounds`).some((name) => name.endsWith(".exit")),
    );
    const status = project.status();
    const current = { ...status.current as object, started_at: new Date(Date.now() + day * 1000).toISOString() };
    Deno.writeTextFileSync(`${project.logs}/status.json`, JSON.stringify({ ...status, current }));
    assert.equal((await project.run(["serve", "--max-rounds", "1"])).code, 0);
    const [exit] = project.ofKind("agent_exit");
    assert.deepEqual([exit?.ending, exit?.exit_code], ["exited", 0]);
    assert.ok(Number(exit?.duration_s) >= 0 && Number(exit?.duration_s) < 60, `${exit?.duration_s} s`);
    await checkSettled(project, { atLeast: 2 });
  },
);

testAbreast("serve and readers keep their senses among records from the future", async () => {
  await using project = await Project.make({});
  await project.run(["round"]);
  const future = "2099-01-01T00:00:00.000Z";
  const lines = [
    { ts: future, event: "serve_started", pid: 1, version: "9", config: "x" },
    { ts: future, event: "round_start", round_num: 2, phase: null, round_id: crypto.randomUUID() },
    {
      ts: future,
      event: "agent_exit",
      round_num: 2,
      exit_code: 0,
      duration_s: 1,
      timed_out: false,
      exit_cause: "clean",
    },
    { ts: future, event: "round_end", round_num: 2 },
  ];
  const text = lines.map((line) => `${JSON.stringify(line)}\n`).join("");
  Deno.writeTextFileSync(`${project.logs}/events-2099-01.jsonl`, text, { mode: 0o600 });
  Deno.writeTextFileSync(`${project.logs}/rounds/R2-20990101T000000.log`, "from the future\n", { mode: 0o600 });
  const holder = JSON.stringify({ pid: 1, started_at: future });
  Deno.writeTextFileSync(`${project.logs}/agent-runner.lock.holder`, holder, { mode: 0o600 });
  Deno.writeTextFileSync(
    `${project.logs}/loop.json`,
    JSON.stringify({ short_failures: 2, last_failure_epoch: nowSeconds() + 400 * day, backoff: {} }),
    { mode: 0o600 },
  );
  Deno.writeTextFileSync(
    `${project.logs}/status.json`,
    JSON.stringify({ ...project.status(), round_num: 2, last_completed_at: future }),
  );
  const before = await peek(project, "--round", "latest", "--log", "--events", "20");
  assert.equal(before.now.state, "stopped");
  assert.ok(before.current_round.duration_so_far_s >= 0);
  for (const words of [["peek"], ["events"], ["events", "--since", "1h"], ["events", "--until", "1h"]]) {
    const { code, stderr } = await project.run(words);
    assert.equal(code, 0, `${words.join(" ")}: ${stderr}`);
  }
  const { code, stdout } = await project.run(["serve", "--max-rounds", "2"]);
  assert.equal(code, 0, stdout);
  assert.deepEqual(agentStarts(project), [1, 3, 4]);
  assert.equal(project.status().round_num, 4);
  const context = JSON.parse(Deno.readTextFileSync(`${project.logs}/round-context.json`));
  assert.deepEqual([context.round_num, context.previous.verdict], [4, "ok"]);
  const after = await peek(project, "--round", "4");
  assert.deepEqual([after.current_round.round_num, after.current_round.verdict], [4, "ok"]);
  assert.equal(exists(`${project.logs}/events-2099-01.jsonl`), true);
});

testAbreast("peek tells no negative times of a running round that seems to begin in the future", async () => {
  await using project = await Project.make({ mode: "hang" });
  project.start("serve");
  await project.untilAgent();
  await project.until("the start to be on record", () => project.ofKind("agent_spawn")[0]);
  const future = new Date(Date.now() + day * 1000).toISOString();
  const events = `${project.logs}/${names(project.logs).find((name) => name.startsWith("events-"))}`;
  Deno.writeTextFileSync(events, Deno.readTextFileSync(events).replaceAll(/"ts": "[^"]+"/g, `"ts": "${future}"`));
  const holder = `${project.logs}/agent-runner.lock.holder`;
  Deno.writeTextFileSync(holder, JSON.stringify({ ...JSON.parse(Deno.readTextFileSync(holder)), started_at: future }));
  const view = await peek(project, "--round", "1");
  assert.deepEqual([view.service.active, view.service.uptime_s], [true, 0]);
  assert.equal(view.current_round.duration_so_far_s, 0);
  assert.equal((await project.run(["peek"])).code, 0);
});
