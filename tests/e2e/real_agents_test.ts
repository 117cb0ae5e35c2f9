// Proves the main job on a real agent: Claude Code from npm works round after round, against a mock of its API and without a network.
import assert from "node:assert/strict";
import { claudeVersion, installClaude } from "./real/claude_cli.ts";
import { mockUsage } from "./real/mock_anthropic.ts";
import { fromFileUrl } from "./paths.ts";
import type { Report } from "./real/rounds_in_namespace.ts";

const isWanted = Deno.env.get("AGENT_RUNNER_REAL_AGENTS") === "1";
const inside = fromFileUrl(new URL("./real/rounds_in_namespace.ts", import.meta.url));
const withLoopback = 'ip link set lo up && exec "$@"';

/** Why the rounds cannot run here; null when they can. */
function obstacle(): string | null {
  if (!isWanted) return "AGENT_RUNNER_REAL_AGENTS is not 1";
  try {
    const { success, stderr } = new Deno.Command("unshare", { args: ["-n", "ip", "link", "set", "lo", "up"] })
      .outputSync();
    return success ? null : `no network namespace of its own: ${new TextDecoder().decode(stderr).trim()}`;
  } catch {
    return "the command 'unshare' is missing";
  }
}

const reason = obstacle();

function test(name: string, body: () => Promise<void>): void {
  Deno.test({ name: reason === null ? name : `${name} (not run: ${reason})`, ignore: reason !== null, fn: body });
}

async function roundsOf(scenario: string): Promise<Report> {
  const binary = await installClaude();
  const words = [Deno.execPath(), "run", "--allow-all", "--no-check", "--cached-only", inside, binary, scenario];
  const run = new Deno.Command("unshare", { args: ["-n", "sh", "-c", withLoopback, "sh", ...words], stdin: "null" });
  const { success, stdout, stderr } = await run.output();
  assert.ok(success, new TextDecoder().decode(stderr));
  return JSON.parse(new TextDecoder().decode(stdout));
}

function ofKind(report: Report, kind: string) {
  return report.events.filter(({ event }) => event === kind);
}

test("serve takes Claude Code through two rounds that edit and commit files", async () => {
  const report = await roundsOf("work");
  assert.equal(report.outside, false, "the namespace reaches the outside");
  assert.equal(report.code, 0, report.stdout + report.stderr);
  assert.deepEqual(report.files, { "round-1.txt": "made in round 1\n", "round-2.txt": "made in round 2\n" });
  assert.deepEqual(report.commits.slice(0, 2), ["Round 2", "Round 1"]);
  assert.equal(report.dirty, "");
  assert.deepEqual(report.conversations, [{ requests: 3, hasPrompt: true }, { requests: 3, hasPrompt: true }]);
  assert.deepEqual(ofKind(report, "round_verdict").map(({ verdict }) => verdict), ["ok", "ok"]);
  assert.deepEqual(ofKind(report, "agent_exit").map(({ exit_code, ending }) => [exit_code, ending]), [
    [0, "exited"],
    [0, "exited"],
  ]);
  const usage = ofKind(report, "agent_usage_recorded");
  assert.equal(usage.length, 2);
  for (const event of usage) {
    assert.equal(event.agent, "claude");
    assert.equal(event.model, "claude-sonnet-4-5");
    assert.equal(event.input_tokens, 3 * mockUsage.input);
    assert.equal(event.output_tokens, 3 * mockUsage.output);
    assert.equal(event.cached_tokens, 3 * mockUsage.cacheRead);
    assert.equal(event.cache_creation_tokens, 3 * mockUsage.cacheWrite);
    assert.equal(event.tool_call_count, 2);
    assert.ok(Number(event.cost_usd) > 0);
    assert.equal(event.success, true);
  }
  const sessions = ofKind(report, "round_verdict").map(({ session_id }) => session_id);
  assert.equal(new Set(sessions).size, 2);
  assert.deepEqual(report.left, [], `Claude Code ${claudeVersion} left processes behind`);
});

test("serve ends Claude Code at its wall with every process its tools started", async () => {
  const report = await roundsOf("hang");
  assert.equal(report.code, 0, report.stdout + report.stderr);
  // The file and the command were asked for, and the command never came back.
  assert.deepEqual(report.conversations, [{ requests: 2, hasPrompt: true }]);
  assert.deepEqual(ofKind(report, "agent_exit").map(({ ending, timed_out }) => [ending, timed_out]), [[
    "timed_out",
    true,
  ]]);
  assert.deepEqual(ofKind(report, "round_verdict").map(({ verdict }) => verdict), ["hung"]);
  assert.deepEqual(report.seen, ["sleep 301", "sleep 302", "sleep 303"]);
  assert.deepEqual(report.left, []);
});
