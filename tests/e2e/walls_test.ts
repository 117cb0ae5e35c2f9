// Proves that no round outlives its walls, whatever the agent does, and that obedient agents get their grace.
import assert from "node:assert/strict";
import { endOf, oneRound } from "./one_round.ts";
import { exists, Project } from "./project.ts";

/** What a loaded machine may add to the times that are set. */
const slackSeconds = 1;

Deno.test("round ends an agent deaf to TERM with 40 grandchildren at the hard wall, and none of them lives on", async () => {
  await using project = await Project.make({ mode: "deaf", runtime: { round_timeout_s: 1, stop_grace_s: 1 } });
  const round = await oneRound(project);
  assert.deepEqual(await project.processes(), []);
  assert.deepEqual(endOf(round), {
    exit_code: -9,
    exit_cause: "timeout",
    ending: "timed_out",
    timed_out: true,
    verdict: "hung",
  });
  const took = Number(round.exit.duration_s);
  assert.ok(took >= 2 && took < 2 + slackSeconds, `${took} s`);
  assert.ok(Number(round.exit.leftovers_ended) >= 40, `${round.exit.leftovers_ended} ended`);
  const [kill] = project.ofKind("round_timeout_kill");
  assert.deepEqual([kill?.round_num, kill?.reason, kill?.wall], [1, "exceeded round_timeout_s=1", "hard"]);
  assert.deepEqual(round.kinds.slice(-5), [
    "round_verdict",
    "round_timeout_kill",
    "round_changes",
    "round_end",
    "round_substrate_after",
  ]);
  assert.match(round.outcome.stdout, /round 1 is being ended: hard wall reached \(SIGTERM now, SIGKILL after 1\.0s\)/);
});

Deno.test("round gives a polite agent and its child the whole grace after TERM", async () => {
  await using project = await Project.make({ mode: "polite", runtime: { round_timeout_s: 1, stop_grace_s: 8 } });
  const round = await oneRound(project);
  assert.ok(exists(`${project.out}/child_cleaned`), "the child was not allowed to clean up");
  assert.deepEqual(await project.processes(), []);
  assert.deepEqual([round.exit.ending, round.exit.exit_code, round.exit.exit_cause], ["timed_out", 0, "timeout"]);
  // The agent left at once and its child needed a second: nobody waits for the rest of the grace.
  assert.ok(round.tookMs < 5000, `${round.tookMs} ms`);
});

Deno.test("round wakes a stopped agent so that it can obey TERM", async () => {
  await using project = await Project.make({ mode: "stop", runtime: { round_timeout_s: 1, stop_grace_s: 8 } });
  const round = await oneRound(project);
  assert.deepEqual(await project.processes(), []);
  assert.deepEqual([round.exit.ending, round.exit.exit_code], ["timed_out", -15]);
  assert.ok(Number(round.exit.duration_s) < 1 + slackSeconds, `${round.exit.duration_s} s`);
});

Deno.test("round ends an agent that prints nothing at the first-byte wall, and lets one that printed work on", async () => {
  await using project = await Project.make({
    plan: ["mute", "slow"],
    agentEnv: { FAKE_SLEEP: 2 },
    runtime: { first_byte_timeout_s: 1 },
    toml: "[monitor]\nround_progress_interval_s = 1",
  });
  const mute = await oneRound(project);
  assert.deepEqual(endOf(mute), {
    exit_code: -15,
    exit_cause: "timeout",
    ending: "timed_out",
    timed_out: true,
    verdict: "hung",
  });
  assert.ok(Number(mute.exit.duration_s) < 1 + slackSeconds, `${mute.exit.duration_s} s`);
  const [kill] = project.ofKind("round_timeout_kill");
  assert.deepEqual([kill?.reason, kill?.wall], ["exceeded first_byte_timeout_s=1", "first_byte"]);
  const slow = await oneRound(project);
  assert.deepEqual([slow.exit.ending, slow.verdict.verdict], ["exited", "ok"]);
  const beats = project.ofKind("round_progress").filter((event) => event.round_num === 2);
  assert.ok(beats.length >= 1 && beats.length <= 2, `${beats.length} heartbeats in 2 s`);
  const { ts: _, event: __, ...beat } = beats[0]!;
  assert.deepEqual(Object.keys(beat), ["round_num", "log_size_kb", "last_write_age_s", "wall_age_s"]);
  assert.deepEqual([beat.log_size_kb, Number(beat.wall_age_s) >= 1], [0, true]);
});

Deno.test("round ends a silent idle agent at the idle wall", async () => {
  await using idle = await Project.make({ mode: "hang", runtime: { idle_timeout_s: 3 } });
  const ended = await oneRound(idle);
  assert.deepEqual([ended.exit.ending, ended.verdict.verdict], ["timed_out", "hung"]);
  assert.ok(Number(ended.exit.duration_s) < 6 + slackSeconds, `${ended.exit.duration_s} s`);
  const [kill] = idle.ofKind("round_timeout_kill");
  assert.deepEqual([kill?.reason, kill?.wall], ["exceeded idle_timeout_s=3", "idle"]);
});

// Its time is long enough for the one second of CPU that `ps` must show, also where ten others want the same cores.
Deno.test("round lets a silent busy agent work on beyond the idle wall", async () => {
  await using busy = await Project.make({
    mode: "busy",
    agentEnv: { FAKE_SLEEP: 13 },
    runtime: { idle_timeout_s: 10, stop_grace_s: 1 },
  });
  const finished = await oneRound(busy);
  assert.deepEqual([finished.exit.ending, finished.verdict.verdict], ["exited", "ok"], finished.outcome.stdout);
  assert.deepEqual(busy.ofKind("round_timeout_kill"), []);
});
