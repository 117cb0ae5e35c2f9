// Guards the checks of what is written down: state files, torn records and the budget ledger; nothing of them is ever lost.
import assert from "node:assert/strict";
import fc from "fast-check";
import { withLines } from "../../config/sample.ts";
import { DoctorStage, logs, troublesOf } from "./doctor_stage.ts";

const stamp = "20261121T100000";

const broken: Readonly<Record<string, string>> = {
  "status.json": '{"round_num": 3, "run',
  "loop.json": "[]",
  "wait.json": '{"reset_at_epoch": "soon"}',
  "seats.json": "\u0000\u0000",
  "pace.json": "[{}]",
  "sessions.json": '{"id": 1}',
  "orphans.json": "null",
  "orphan-state.json": "7",
  "salvage-ledger.json": "{}",
};

Deno.test("checkStateFiles() moves every broken file aside with all it holds, once", async () => {
  const stage = new DoctorStage();
  const { files } = stage.world;
  for (const [name, text] of Object.entries(broken)) files.writeAtomic(`${logs}/${name}`, text);
  const seen = await stage.row("state_files");
  assert.equal(seen.state, "warn");
  for (const name of Object.keys(broken)) assert.ok(seen.found.includes(`${name}: `), name);
  const rows = await stage.rows({ isFixing: true });
  const fixed = rows.find(({ name }) => name === "state_files")?.fixed ?? "";
  for (const [name, text] of Object.entries(broken)) {
    assert.ok(fixed.includes(`${name} to ${name}.corrupt-${stamp}`), fixed);
    assert.equal(files.readText(`${logs}/${name}`), null);
    assert.equal(files.readText(`${logs}/${name}.corrupt-${stamp}`), text);
  }
  const before = files.paths();
  const again = await stage.rows({ isFixing: true });
  assert.ok(again.every(({ fixed }) => fixed === null));
  assert.deepEqual([troublesOf(again), files.paths()], [[], before]);
});

Deno.test("checkStateFiles() leaves what is good alone, and a status.json of which the round can be told", async () => {
  const stage = new DoctorStage();
  const { files } = stage.world;
  const good = {
    "status.json": JSON.stringify({ round_num: 3, running: false }),
    "loop.json": "{}",
    "wait.json": JSON.stringify({
      classification: "rate_limit_account",
      agent: "claude",
      reset_at_epoch: 1_800_000_000,
      since_round: 1,
      reason: "limit",
      started_epoch: 1_790_000_000,
    }),
    "seats.json": "{}",
    "pace.json": '{"history": [], "pause": null}',
    "sessions.json": "[]",
    "orphans.json": '{"entries": []}',
    "orphan-state.json": "{}",
    "salvage-ledger.json": '{"entries": []}',
  };
  for (const [name, text] of Object.entries(good)) files.writeAtomic(`${logs}/${name}`, text);
  assert.equal((await stage.row("state_files")).found, "9 files as they should be");
  files.writeAtomic(`${logs}/status.json`, JSON.stringify({ round_num: 3, last_exit_code: "x" }));
  const row = await stage.row("state_files", { isFixing: true });
  assert.deepEqual([row.state, row.found, row.fixed], ["warn", "status.json: dropped last_exit_code", null]);
  assert.ok(files.paths().includes(`${logs}/status.json`));
});

Deno.test("checkStateFiles() bears any bytes and loses none of them", async () => {
  await fc.assert(
    fc.asyncProperty(fc.constantFrom(...Object.keys(broken)), fc.uint8Array({ maxLength: 60 }), async (name, bytes) => {
      const stage = new DoctorStage();
      const { files } = stage.world;
      files.writeAtomic(`${logs}/${name}`, bytes);
      await stage.rows({ isFixing: true });
      const kept = files.paths().filter((path) => path.startsWith(`${logs}/${name}`));
      assert.equal(kept.length, 1);
      assert.deepEqual(files.readBytes(kept[0]!, { offset: 0, length: 100 }), bytes);
    }),
    { numRuns: 60 },
  );
});

Deno.test("checkRecordFiles() keeps a torn line apart and leaves every whole one", async () => {
  const stage = new DoctorStage();
  const { files } = stage.world;
  const path = `${logs}/events-2026-11.jsonl`;
  const whole = `{"ts":"2026-11-21T09:00:00.000Z","event":"serve_started"}\n`;
  files.writeAtomic(`${logs}/events-2026-10.jsonl`, "an older one stays as it is");
  files.writeAtomic(path, `${whole}{"ts":"2026-11-21T09:0`);
  const seen = await stage.row("events");
  assert.match(seen.found, /^the last line of events-2026-11\.jsonl is torn \(22 bytes\)/);
  const fixed = await stage.row("events", { isFixing: true });
  assert.deepEqual([fixed.state, fixed.fixed], ["ok", `moved the torn line to events-2026-11.jsonl.corrupt-${stamp}`]);
  assert.equal(files.readText(path), whole);
  assert.equal(files.readText(`${path}.corrupt-${stamp}`), '{"ts":"2026-11-21T09:0');
  assert.equal((await stage.row("events", { isFixing: true })).fixed, null);
});

Deno.test("checkRecordFiles() only ends a line that is whole but for its newline", async () => {
  const stage = new DoctorStage();
  const { files } = stage.world;
  files.writeAtomic(`${logs}/metrics-2026-11.jsonl`, '{"load_1m":1}');
  assert.equal((await stage.row("metrics", { isFixing: true })).fixed, "ended the last line of metrics-2026-11.jsonl");
  assert.equal(files.readText(`${logs}/metrics-2026-11.jsonl`), '{"load_1m":1}\n');
  files.writeAtomic(`${logs}/events-2026-11.jsonl`, "");
  assert.equal((await stage.row("events")).state, "ok");
});

Deno.test("checkBudget() fails where the ledger cannot be trusted, and never puts it aside", async () => {
  const stage = new DoctorStage(withLines({ budget: "day.rounds = 10" }));
  const { files } = stage.world;
  assert.equal((await stage.row("budget")).found, "0 of 10 rounds this day");
  files.writeAtomic(`${logs}/budget.json`, "{");
  const row = await stage.row("budget", { isFixing: true });
  assert.deepEqual([row.state, row.fixed], ["fail", null]);
  assert.match(row.fix ?? "", /rm .*budget\.json/);
  assert.equal(files.readText(`${logs}/budget.json`), "{", "a fresh ledger would spend what is spent already");
});

Deno.test("checkBudget() tells what is nearly or wholly used up, and writes nothing", async () => {
  const spent = (rounds: number) => ({
    usd: 0,
    estimated_usd: 0,
    tokens: 0,
    rounds,
    seconds: 0,
    rounds_without_cost: 0,
  });
  const ledger = (rounds: number) =>
    JSON.stringify({
      schema: 1,
      periods: { day: { key: "2026-11-21", ...spent(rounds) }, week: null, month: null },
      total: spent(rounds),
      warned: [],
      last_round: rounds,
    });
  const cases = [
    { rounds: 3, action: "wait", state: "ok", found: /^3 of 10 rounds this day$/ },
    { rounds: 8, action: "wait", state: "warn", found: /^nearly used up: 8 of 10/ },
    { rounds: 10, action: "wait", state: "warn", found: /used up/ },
    { rounds: 10, action: "stop", state: "warn", found: /used up/ },
  ];
  for (const { rounds, action, state, found } of cases) {
    const stage = new DoctorStage(
      withLines({ budget: `time_zone = "UTC"\nbudget_action = "${action}"\nday.rounds = 10` }),
    );
    stage.world.files.writeAtomic(`${logs}/budget.json`, ledger(rounds));
    const row = await stage.row("budget", { isFixing: true });
    assert.equal(row.state, state);
    assert.match(row.found, found);
    assert.equal(stage.world.files.readText(`${logs}/budget.json`), ledger(rounds));
  }
});

Deno.test("checkBudget() warns of limits that do not hold for the agent, and of rounds whose cost nobody knows", async () => {
  const stage = new DoctorStage(withLines({ agent: 'reader = "kimi"', budget: "day.usd = 10" }));
  const [bounds] = (await stage.rows()).filter(({ name }) => name === "budget bounds");
  assert.equal(bounds?.state, "warn");
  assert.match(bounds?.found ?? "", /^Kimi CLI does not tell what it uses/);
  const held = new DoctorStage(withLines({ agent: 'reader = "claude"', budget: 'time_zone = "UTC"\nday.usd = 10' }));
  const spent = { usd: 1, estimated_usd: 0, tokens: 9, rounds: 3, seconds: 9, rounds_without_cost: 2 };
  const day = { key: "2026-11-21", ...spent };
  const ledger = { schema: 1, periods: { day, week: null, month: null }, total: spent, warned: [], last_round: 3 };
  held.world.files.writeAtomic(`${logs}/budget.json`, JSON.stringify(ledger));
  const row = await held.row("budget");
  assert.deepEqual([row.state, row.found], ["warn", "1 of 10 usd this day; without 2 rounds of unknown cost"]);
  assert.equal((await held.rows()).some(({ name }) => name === "budget bounds"), false);
});
