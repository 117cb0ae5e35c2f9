// Guards that usage, the page and the metrics tell the same sums, over rounds of all sorts, and whatever is in the files.
import assert from "node:assert/strict";
import { runApp } from "../../../src/cli/app.ts";
import { handoverSignal } from "../../../src/core/round.ts";
import type { RecordedEvent } from "../../../src/core/event_payload.ts";
import { usageGroups } from "../../../src/cli/usage_read.ts";
import { giveCommand } from "../../../src/loop/commands.ts";
import { metricsText } from "../../../src/page/metrics_text.ts";
import { wireDay } from "../../../src/page/wire.ts";
import { openEventSink } from "../../../src/store/event_sink.ts";
import { smallest } from "../../config/sample.ts";
import { plainVerdict } from "../../fakes/fake_reader.ts";
import { logs, LoopStage } from "../../loop/loop_stage.ts";
import { PageStage } from "../../page/page_stage.ts";

const month = `${logs}/events-2026-11.jsonl`;

/** A project in which good, failed, limited, cut, interrupted and adopted rounds came after each other, and a pause. */
async function makeSample(): Promise<LoopStage> {
  const stage = new LoopStage();
  const { world } = stage;
  const now = () => world.clock.now();
  const give = (command: Parameters<typeof giveCommand>[1]["command"]) =>
    giveCommand(logs, { id: crypto.randomUUID(), at: now(), by: "ann", command }, world.files);
  world.files.writeAtomic("/home/me/shop/agent-runner.toml", smallest);
  let used = 0;
  stage.shown = () => ({
    usage: {
      model: used++ % 2 === 0 ? "big" : "small",
      inputTokens: 10 * used,
      outputTokens: 7,
      reasoningTokens: 1,
      cachedTokens: 3,
      cacheCreationTokens: 2,
      costUsd: used % 3 === 0 ? null : 0.1,
      isCumulative: false,
      modelsBreakdown: null,
      toolCallCount: 0,
    },
  } as never);
  const verdicts = [
    plainVerdict("ok"),
    plainVerdict("error"),
    plainVerdict("limit", { resetsAt: now() / 1000 + 52_000 }),
  ];
  stage.judge = ({ kind }) => kind === "stopped" ? plainVerdict("interrupted") : verdicts.shift() ?? plainVerdict("ok");
  const serve = async (options: Parameters<LoopStage["serve"]>[0] = {}) => {
    // What the verb around the loop writes.
    openEventSink({ files: world.files, clock: world.clock, logDir: logs })
      .emit("serve_started", { pid: 77, version: "0.0.0", config: "agent-runner.toml" });
    await stage.serve(options);
    await world.clock.sleep(3600_000);
  };
  world.agents = [{ seconds: 120, onStart: () => world.commit() }, { seconds: 70 }, { seconds: 80 }, { seconds: 30 }];
  await serve({ maxRounds: 4 });
  // One that a second signal ends, and one that the next life finds.
  world.agents = [{ seconds: 500 }];
  world.clock.after(100_000, () => world.signals.send("SIGTERM"));
  world.clock.after(101_000, () => world.signals.send("SIGTERM"));
  await serve();
  world.agents = [{ seconds: 500 }, { seconds: 20 }];
  world.clock.after(100_000, () => world.signals.send(handoverSignal));
  await serve({ maxRounds: 1 });
  world.clock.after(5_000, () => give({ kind: "pause", reason: "", untilEpoch: null }));
  world.clock.after(1000_000, () => give({ kind: "resume" }));
  await serve({ maxRounds: 3 });
  return stage;
}

let made: Promise<LoopStage> | null = null;

/** The one project of all tests: they only read it. */
function sample(): Promise<LoopStage> {
  return made ??= makeSample();
}

async function usage({ world }: LoopStage, ...args: string[]) {
  world.stdout.text = world.stderr.text = "";
  assert.equal(await runApp(["usage", ...args, "--json"], world, () => {}), 0, world.stderr.text);
  return JSON.parse(world.stdout.text);
}

/** The metrics of the page over these events: name -> sum over all labels. */
async function metricsOf(events: readonly RecordedEvent[]) {
  const page = await PageStage.open({});
  page.bring(events, { isActive: false });
  const text = metricsText([page.desk], { version: "1", streams: { open: 0, dropped: 0 } });
  const sum = (name: string, label = "") =>
    text.split("\n").filter((line) => line.startsWith(`agent_runner_${name}`) && line.includes(label))
      .reduce((total, line) => total + Number(line.split(" ").at(-1)), 0);
  return { sum, days: page.desk.figures.days.map(wireDay) };
}

const near = (a: number, b: number, what: string) => assert.ok(Math.abs(a - b) < 1e-4, `${what}: ${a} and ${b}`);

Deno.test("usage, the page and the metrics agree on a project with all sorts of rounds", async () => {
  const stage = await sample();
  const events = stage.world.events as unknown as RecordedEvent[];
  const kinds = new Set(events.map(({ event }) => event));
  for (const kind of ["round_adopted", "paused", "round_end", "serve_stopped", "agent_usage_recorded"]) {
    assert.ok(kinds.has(kind), `the sample has ${kind}`);
  }
  const { total } = await usage(stage);
  assert.ok(
    Object.keys(total.verdicts).length >= 4 && total.lost_s > 60 && total.waiting_s > 50_000,
    JSON.stringify(total),
  );
  assert.ok(total.cost_usd.reported > 0 && total.commits > 0);
  const { sum, days } = await metricsOf(events);
  assert.equal(sum("rounds_total"), total.rounds);
  for (const [verdict, count] of Object.entries(total.verdicts)) {
    assert.equal(sum("rounds_total", `outcome="${verdict}"`), count, verdict);
  }
  assert.equal(sum("tokens_total"), total.tokens);
  for (const [type, count] of Object.entries(total.tokens_by_type)) {
    assert.equal(sum("tokens_total", `type="${type}"`), count);
  }
  near(sum("cost_usd_total", 'kind="reported"'), total.cost_usd.reported, "reported");
  near(sum("cost_usd_total", 'kind="estimated"'), total.cost_usd.estimated, "estimated");
  near(sum("working_seconds_total"), total.working_s, "working");
  near(sum("waiting_seconds_total"), total.waiting_s, "waiting");
  near(sum("round_duration_seconds_sum"), total.working_s + total.lost_s, "all agents");
  assert.equal(sum("commits_total"), total.commits);
  const { groups } = await usage(stage, "--by", "day");
  assert.ok(groups.length >= 2, "the wait goes over midnight");
  assert.deepEqual(groups.map(({ key }: { key: string }) => key), days.map(({ day }) => day));
  for (const [i, day] of days.entries()) {
    const { rounds, tokens, commits, working_s, waiting_s, lost_s, cost_usd, verdicts } = groups[i];
    assert.deepEqual([rounds, verdicts.ok ?? 0, tokens, commits], [day.rounds, day.ok, day.tokens, day.commits]);
    near(working_s, day.working_s, "working");
    near(waiting_s, day.waiting_s, "waiting");
    near(lost_s, day.lost_s, "lost");
    near(cost_usd.reported + cost_usd.estimated, day.cost_usd, "cost");
  }
});

Deno.test("usage groups add up to the total, whatever they are by", async () => {
  const stage = await sample();
  for (const by of usageGroups) {
    const { total, groups } = await usage(stage, "--by", by);
    for (const key of ["rounds", "tokens", "working_s", "waiting_s", "lost_s", "commits"]) {
      near(
        groups.reduce((sum: number, group: Record<string, number>) => sum + group[key]!, 0),
        total[key],
        `${by} ${key}`,
      );
    }
  }
  const models = (await usage(stage, "--by", "model")).groups.map(({ key }: { key: string }) => key);
  assert.ok(models.includes("big") && models.includes("small"), models.join());
});

Deno.test("usage --since counts what came then, also of a round and a serve that began before", async () => {
  const stage = await sample();
  const all = await usage(stage);
  const events = stage.world.events;
  const third = Date.parse(String(events.filter(({ event }) => event === "round_start")[2]!.ts));
  const since = new Date(third + 10_000).toISOString();
  const late = await usage(stage, "--since", since);
  assert.equal(late.since, since);
  assert.equal(late.total.rounds, all.total.rounds - 2, "the third ended after that");
  assert.ok(late.total.waiting_s > 50_000 && late.total.waiting_s < all.total.waiting_s);
  assert.equal((await usage(stage, "--since", "2099-01-01")).total.rounds, 0);
});

Deno.test("usage is a list, a table for a terminal, and the same table without colour when it is piped", async () => {
  const stage = await sample();
  const { world } = stage;
  const call = async (...args: string[]) => {
    world.stdout.text = "";
    assert.equal(await runApp(["usage", ...args], world, () => {}), 0, world.stderr.text);
    return world.stdout.text;
  };
  assert.match(
    await call(),
    /^rounds +\d+ \(ok \d+, .*\ntokens +[\d,]+ \(input .*\ncost +\$\d+\.\d\d reported, \$.* estimated\nworking .*\nwaiting .* between rounds\nlost .* in rounds that failed\ncommits +\d+\n$/,
  );
  const table = await call("--by", "day");
  const lines = table.trimEnd().split("\n");
  assert.match(lines[0]!, /^day +rounds +verdicts +tokens +reported +estimated +working +waiting +lost +commits$/);
  assert.match(lines[1]!, /^2026-11-21 +\d+ +\w+ \d+/);
  assert.match(lines.at(-1)!, /^all +\d+ /);
  assert.ok(!table.includes("\u001b") && !table.includes("…"));
});

Deno.test("usage of a project without any event, and of files of any content, is zero and no error", async () => {
  const stage = new LoopStage();
  stage.world.files.writeAtomic("/home/me/shop/agent-runner.toml", smallest);
  assert.equal((await usage(stage)).total.rounds, 0);
  const hostile = [
    "no JSON",
    "[]",
    "\u0000\u0001",
    "{",
    '{"event": 7}',
    '{"ts": "x", "event": "round_end", "round_num": "x"}',
    '{"ts": "2026-11-21T10:00:00Z", "event": "round_start", "round_num": 1, "phase": {}, "agent": []}',
    '{"ts": "2026-11-21T10:00:00Z", "event": "agent_exit", "round_num": 1, "duration_s": "long"}',
    '{"ts": "2026-11-21T10:00:00Z", "event": "agent_exit", "round_num": 1, "duration_s": -5}',
    '{"ts": "2026-11-21T10:00:00Z", "event": "round_verdict", "round_num": 1, "verdict": "\\u001b[31mred"}',
    '{"ts": "2026-11-21T10:00:00Z", "event": "agent_usage_recorded", "round_num": 1, "input_tokens": 1e400, "cost_usd": -1}',
    '{"ts": "2026-11-21T10:00:00Z", "event": "round_end", "round_num": 1}',
    '{"ts": "9999999-11-21T10:00:00Z", "event": "serve_stopped"}',
  ];
  stage.world.files.writeAtomic(month, `${hostile.join("\n")}\n`);
  for (const by of usageGroups) {
    const { total } = await usage(stage, "--by", by);
    assert.deepEqual([total.rounds, total.working_s, total.lost_s, total.tokens], [1, 0, 0, 0]);
    stage.world.stdout.text = "";
    assert.equal(await runApp(["usage", "--by", by], stage.world, () => {}), 0);
    assert.ok(!stage.world.stdout.text.includes("\u001b"));
  }
});

for (
  const [args, what] of [[["--by", "week"], /week/], [["--since", "soon"], /no moment for --since/], [
    ["7d"],
    /./,
  ]] as const
) {
  Deno.test(`usage ${args.join(" ")} is wrong use`, async () => {
    const stage = new LoopStage();
    stage.world.files.writeAtomic("/home/me/shop/agent-runner.toml", smallest);
    assert.equal(await runApp(["usage", ...args], stage.world, () => {}), 2);
    assert.match(stage.world.stderr.text, what);
  });
}

Deno.test("usage says in two lines that the log folder may not be read", async () => {
  const stage = new LoopStage();
  stage.world.files.writeAtomic("/home/me/shop/agent-runner.toml", smallest);
  stage.world.files.writeAtomic(month, "");
  stage.world.files.failWith(month, "denied");
  assert.equal(await runApp(["usage"], stage.world, () => {}), 1);
  assert.equal(stage.world.stderr.lines.length, 2, stage.world.stderr.text);
});
