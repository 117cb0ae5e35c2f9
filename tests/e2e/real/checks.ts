// What must have come of each scenario.
import assert from "node:assert/strict";
import type { EventRecord } from "../project.ts";
import type { RealCli, TokensPerRequest } from "./real_cli.ts";
import type { Report, ReportedRequest } from "./report.ts";
import { endlessCommands, made, type ScenarioName } from "./scenarios.ts";

type Check = (report: Report, cli: RealCli) => void;

/** One per scenario; `checkAll` comes first. */
export const checks: Readonly<Record<ScenarioName, Check>> = {
  work(report, cli) {
    assert.deepEqual(verdicts(report), ["ok"]);
    assert.deepEqual(exits(report), [[0, "exited"]]);
    assert.deepEqual(stepsOf(report), ["shell", "text"]);
    hasDoneTheWork(report, cli, 1);
  },
  session(report, cli) {
    assert.deepEqual(verdicts(report), ["ok", "ok"]);
    const ids = ofKind(report, "round_verdict").map(({ session_id }) => session_id);
    assert.equal(typeof ids[0], "string");
    assert.equal(ids[1], ids[0]);
    assert.deepEqual(ofKind(report, "session_resumed").map((event) => [event.round_num, event.session_id]), [[
      2,
      ids[0],
    ]]);
    assert.deepEqual(mainRequests(report).map(({ recalls }) => recalls), [false, true]);
    // Of the round itself, also where the CLI counts the whole conversation.
    for (const round of [1, 2]) hasUsed(report, cli, { round, requests: 1 });
  },
  login(report, cli) {
    assert.deepEqual(verdicts(report), ["auth"]);
    assert.equal(verdict(report, 1).needs_human, true);
    checkRefusedLogin(report, cli, 1);
  },
  login_twice(report, cli) {
    assert.deepEqual(verdicts(report), ["auth", "auth"]);
    for (const round of [1, 2]) checkRefusedLogin(report, cli, round);
    const waiting = report.notes.waiting as { readonly until_epoch: number };
    assert.ok(Math.abs(waiting.until_epoch - secondsOf(verdict(report, 1)) - 60) <= 5, `${waiting.until_epoch}`);
    assert.equal(ofKind(report, "retry_requested").length, 1);
    const needed = ofKind(report, "human_needed");
    assert.deepEqual(needed.map((event) => [event.round_num, event.verdict]), [[2, "auth"]]);
    assert.equal(stopReason(report), "human_needed");
  },
  limit(report, cli) {
    assert.deepEqual(verdicts(report), ["limit", "ok"]);
    checkWait(report, cli);
    hasDoneTheWork(report, cli, 2);
  },
  short_limit(report, cli) {
    assert.deepEqual(verdicts(report), ["ok"]);
    const resumed = mainRequests(report).find(({ step }) => step === "shell");
    assert.ok(resumed !== undefined && resumed.at / 1000 >= report.resets[0]!);
    hasDoneTheWork(report, cli, 1);
  },
  overload(report, cli) {
    assert.deepEqual(verdicts(report), ["ok"]);
    assert.deepEqual(stepsOf(report), ["refuse", "refuse", "shell", "text"]);
    hasDoneTheWork(report, cli, 1);
  },
  hang(report) {
    assert.deepEqual(verdicts(report), ["hung"]);
    isEndedByWall(report);
    assert.deepEqual(new Set(stepsOf(report)), new Set(["hang"]));
    hasUsedNothing(report, 1);
  },
  stop(report) {
    assert.deepEqual(verdicts(report), ["interrupted"]);
    assert.deepEqual(exits(report).map(([, ending]) => ending), ["stopped"]);
    assert.deepEqual(report.seen, endlessCommands);
    assert.equal(stopReason(report), "SIGTERM");
  },
  wall(report) {
    assert.deepEqual(verdicts(report), ["hung"]);
    isEndedByWall(report);
    assert.deepEqual(report.seen, endlessCommands);
  },
};

/** What holds for every scenario. */
export function checkAll(report: Report): void {
  assert.equal(report.reachesOutside, false, "the namespace reaches the outside");
  assert.equal(report.code, 0, report.stdout + report.stderr);
  assert.deepEqual(report.left, [], "processes outlived serve");
  assert.ok(mainRequests(report).length > 0, "the agent asked nobody");
  assert.ok(mainRequests(report).every(({ hasPrompt }) => hasPrompt), "a request came without the prompt");
}

function hasDoneTheWork(report: Report, cli: RealCli, round: number): void {
  assert.equal(report.file, made.content);
  assert.equal(report.commits[0], made.commit);
  assert.equal(report.dirty, "");
  const usage = hasUsed(report, cli, { round, requests: 2 });
  assert.equal(usage.tool_call_count, 1);
}

/** The round's tokens are those of its answered requests. */
function hasUsed(
  report: Report,
  cli: RealCli,
  { round, requests }: { readonly round: number; readonly requests: number },
): EventRecord {
  const [usage, ...more] = usageOf(report, round);
  assert.ok(usage !== undefined && more.length === 0, `usage of round ${round}: ${JSON.stringify([usage, ...more])}`);
  assert.equal(usage.agent, cli.name);
  assert.equal(usage.model, cli.model);
  assert.equal(usage.success, true);
  const wanted = Object.entries(cli.tokens).map(([key, count]) => [key, count * requests]);
  assert.deepEqual(tokensOf(usage), Object.fromEntries(wanted));
  if (cli.tellsCost) assert.ok(Number(usage.cost_usd) > 0, `cost: ${usage.cost_usd}`);
  else assert.equal(usage.cost_usd, null);
  return usage;
}

function hasUsedNothing(report: Report, round: number): void {
  for (const usage of usageOf(report, round)) {
    assert.deepEqual(new Set(Object.values(tokensOf(usage))), new Set([0]));
    assert.equal(usage.success, false);
  }
}

function tokensOf(usage: EventRecord): Record<keyof TokensPerRequest, unknown> {
  return {
    input_tokens: usage.input_tokens,
    output_tokens: usage.output_tokens,
    // Left out where a CLI does not tell them apart.
    reasoning_tokens: usage.reasoning_tokens ?? 0,
    cached_tokens: usage.cached_tokens,
    cache_creation_tokens: usage.cache_creation_tokens,
  };
}

const longestEarlySeconds = 10;

function checkRefusedLogin(report: Report, cli: RealCli, round: number): void {
  hasUsedNothing(report, round);
  const exit = ofKind(report, "agent_exit").find(({ round_num }) => round_num === round)!;
  const early = ofKind(report, "round_ended_early").filter(({ round_num }) => round_num === round);
  if (cli.onRefusedLogin === "gives_up") {
    assert.deepEqual(early, []);
    assert.equal(exit.ending, "exited");
    assert.notEqual(exit.exit_code, 0);
    return;
  }
  assert.deepEqual(early.map(({ sign }) => sign), ["hopeless"]);
  assert.equal(exit.ending, "stopped");
  const refusedAt = mainRequests(report).findLast(({ at }) => at / 1000 < secondsOf(exit))!.at / 1000;
  assert.ok(secondsOf(exit) - refusedAt < longestEarlySeconds, "the agent was left to try again for long");
}

const longestJitterSeconds = 31;

/** The limit was seen, waited for to the second and visible meanwhile. */
function checkWait(report: Report, cli: RealCli): void {
  const first = verdict(report, 1);
  const [detected] = ofKind(report, "transient_error_detected");
  assert.ok(detected !== undefined);
  assert.deepEqual([detected.classification, detected.agent], ["rate_limit_account", cli.name]);
  const told = report.resets[0]!;
  if (cli.limitShows === "reset") {
    assert.equal(first.resets_at, told);
    assert.equal(detected.reset_at_epoch, told);
  } else {
    const said = "requests" in cli.limit ? cli.limit.saysSeconds : null;
    assert.equal(first.retry_after_s, said);
    assert.ok(Math.abs(Number(detected.reset_at_epoch) - secondsOf(first) - said!) <= 5, JSON.stringify(detected));
  }
  hasUsedNothing(report, 1);
  const wait = report.notes.wait as { readonly since_round: number; readonly reset_at_epoch: number };
  assert.equal(wait.since_round, 1);
  const jitter = wait.reset_at_epoch - Number(detected.reset_at_epoch);
  assert.ok(jitter >= 5 && jitter <= longestJitterSeconds + 2, `jitter of ${jitter} s`);
  const shown = report.notes.waiting as { readonly until_epoch: number; readonly reason: string };
  assert.ok(Math.abs(shown.until_epoch - wait.reset_at_epoch) <= 1, JSON.stringify(shown));
  assert.notEqual(shown.reason, "");
  assert.deepEqual(
    report.events.map(({ event }) => event).filter((kind) => waitKinds.includes(kind)),
    ["transient_error_detected", ...report.notes.retry_now ? ["retry_requested"] : [], "transient_error_recovered"],
  );
  const again = mainRequests(report).find(({ step }) => step === "shell")!.at / 1000;
  const recovered = secondsOf(ofKind(report, "transient_error_recovered")[0]!);
  assert.ok(again >= recovered);
  if (report.notes.retry_now === undefined) assert.ok(recovered >= wait.reset_at_epoch, "the round came too early");
}

const waitKinds = ["transient_error_detected", "retry_requested", "transient_error_recovered"];

function isEndedByWall(report: Report): void {
  const [exit] = ofKind(report, "agent_exit");
  assert.deepEqual([exit?.ending, exit?.timed_out], ["timed_out", true]);
  assert.deepEqual(ofKind(report, "round_timeout_kill").map(({ wall }) => wall), ["hard"]);
}

function ofKind(report: Report, kind: string): readonly EventRecord[] {
  return report.events.filter(({ event }) => event === kind);
}

function verdict(report: Report, round: number): EventRecord {
  return ofKind(report, "round_verdict").find(({ round_num }) => round_num === round)!;
}

function verdicts(report: Report): readonly unknown[] {
  return ofKind(report, "round_verdict").map((event) => event.verdict);
}

function exits(report: Report): readonly (readonly unknown[])[] {
  return ofKind(report, "agent_exit").map(({ exit_code, ending }) => [exit_code, ending]);
}

function usageOf(report: Report, round: number): readonly EventRecord[] {
  return ofKind(report, "agent_usage_recorded").filter(({ round_num }) => round_num === round);
}

function stopReason(report: Report): unknown {
  return ofKind(report, "serve_stopped").at(-1)?.reason;
}

function mainRequests(report: Report): readonly ReportedRequest[] {
  return report.requests.filter(({ step }) => step !== "side");
}

function stepsOf(report: Report): readonly string[] {
  return mainRequests(report).map(({ step }) => step);
}

function secondsOf({ ts }: EventRecord): number {
  return Date.parse(`${ts}`) / 1000;
}
