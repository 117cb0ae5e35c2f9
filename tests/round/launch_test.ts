// Guards the start of the agent: its argv, its files, and that no disk and no missing program throws.
import assert from "node:assert/strict";
import { launch } from "../../src/round/launch.ts";
import type { LaunchOutcome } from "../../src/round/launch.ts";
import { pathsOf, planRound } from "../../src/round/plan.ts";
import { configOf, smallest, withLines } from "../config/sample.ts";
import { FakeClock } from "../fakes/fake_clock.ts";
import { FakeProcesses } from "../fakes/fake_processes.ts";
import { MemoryFiles } from "../fakes/memory_files.ts";

const id = "00000000-0000-4000-8000-000000000001";
const stdin = smallest.replace('["{prompt}"]', '["-p"]\nprompt_delivery = "stdin"');

function scene() {
  const clock = new FakeClock();
  const processes = new FakeProcesses(clock);
  const files = new MemoryFiles();
  return { clock, processes, files };
}

function start(
  ports: ReturnType<typeof scene>,
  toml: string,
  prompt = "Do it",
  scopeWords: readonly string[] | null = null,
): LaunchOutcome {
  const config = configOf(toml);
  const plan = planRound({ config, number: 3, id, phase: null, inherited: { PATH: "/bin", TMPDIR: "/var/tmp" } });
  const paths = pathsOf({ logDir: plan.logDir, number: 3 }, Date.parse("2026-11-21T10:00:00Z"));
  const { command } = config.agent;
  return launch({ plan, paths, prompt, agentFile: "/opt/agent", config, command, scopeWords }, ports);
}

/** What the shim is called with: log, stdin, status file, then the agent's words. */
function words(ports: ReturnType<typeof scene>): readonly string[] {
  return ports.processes.spawned.at(-1)!.argv.slice(4);
}

const base = "/home/me/shop/logs/rounds/R3-20261121T100000";

Deno.test("launch() gives the prompt as an argument", () => {
  const ports = scene();
  const outcome = start(ports, smallest, "Say '$x'\n{prompt}");
  assert.equal(outcome.kind, "started");
  assert.deepEqual(words(ports), [`${base}.log`, "/dev/null", `${base}.exit`, "/opt/agent", "Say '$x'\n{prompt}"]);
  const spawned = ports.processes.spawned[0]!;
  assert.equal(spawned.workDir, "/home/me/shop");
  assert.equal(spawned.environment.AGENT_RUNNER_ROUND_ID, id);
});

Deno.test("launch() gives the prompt as a private file on standard input", () => {
  const ports = scene();
  const outcome = start(ports, stdin, "é {prompt}");
  assert.deepEqual(words(ports), [`${base}.log`, `${base}.prompt`, `${base}.exit`, "/opt/agent", "-p"]);
  assert.equal(ports.files.readText(`${base}.prompt`), "é {prompt}");
  assert.equal(ports.files.modeOf(`${base}.prompt`), 0o600);
  assert.deepEqual(outcome.kind === "started" && outcome.promptFiles, [`${base}.prompt`]);
});

Deno.test("launch() gives nothing where nothing is to be delivered", () => {
  const ports = scene();
  start(ports, smallest.replace('["{prompt}"]', '["run"]\nprompt_delivery = "none"'));
  assert.deepEqual(words(ports).slice(1), ["/dev/null", `${base}.exit`, "/opt/agent", "run"]);
});

Deno.test("launch() puts the wrapper first and leaves the agent's own name to it", () => {
  const ports = scene();
  start(ports, withLines({ agent: 'wrapper = ["bwrap", "--die-with-parent"]' }));
  assert.deepEqual(words(ports).slice(3), ["/opt/agent", "--die-with-parent", "agent", "Do it"]);
});

Deno.test("launch() makes the log and the unfinished status file before it starts anything", () => {
  const ports = scene();
  ports.processes.onSpawn = () => {
    assert.equal(ports.files.readText(`${base}.log`), "");
    assert.equal(ports.files.readText(`${base}.exit.tmp`), "");
  };
  assert.equal(start(ports, smallest).kind, "started");
});

Deno.test("launch() goes on without log and status file where the disk refuses them", () => {
  const ports = scene();
  ports.files.failWith("/home/me/shop/logs", "full");
  assert.equal(start(ports, smallest).kind, "started");
  assert.deepEqual(words(ports).slice(0, 3), ["/dev/null", "/dev/null", "/dev/null"]);
});

Deno.test("launch() puts the prompt into the temporary folder where the log folder is full", () => {
  const ports = scene();
  ports.files.failWith("/home/me/shop/logs", "full");
  const outcome = start(ports, stdin);
  const path = `/var/tmp/agent-runner-${id}.prompt`;
  assert.deepEqual(outcome.kind === "started" && outcome.promptFiles, [path]);
  assert.equal(words(ports)[1], path);
});

Deno.test("launch() fails in words when the prompt fits nowhere", () => {
  const ports = scene();
  ports.files.failWith("/", "full");
  const outcome = start(ports, stdin);
  assert.equal(outcome.kind, "failed");
  assert.match(outcome.kind === "failed" ? outcome.reason : "", /prompt cannot be put into a file: No space/);
  assert.equal(ports.processes.spawned.length, 0);
});

Deno.test("launch() fails in words when the process cannot be started or its arguments are too long", () => {
  const ports = scene();
  ports.processes.spawnFault = "Resource temporarily unavailable";
  assert.deepEqual(start(ports, smallest), { kind: "failed", reason: "Resource temporarily unavailable" });
  const tooLong = start(ports, smallest, "x".repeat(200_000));
  assert.match(tooLong.kind === "failed" ? tooLong.reason : "", /more than the kernel takes/);
});

Deno.test("launch() takes a prompt of any length on standard input", () => {
  const ports = scene();
  assert.equal(start(ports, stdin, "x".repeat(1_000_000)).kind, "started");
});

Deno.test("launch() starts the agent by way of its scope, but not where its start cannot be written down", () => {
  const ports = scene();
  start(ports, smallest, "Do it", ["/bin/systemd-run", "--"]);
  assert.deepEqual(words(ports).slice(0, 6), [
    `${base}.log`,
    "/dev/null",
    `${base}.exit`,
    "6",
    "/bin/systemd-run",
    "--",
  ]);
  assert.deepEqual(words(ports).slice(-2), ["/opt/agent", "Do it"]);
  ports.files.failWith("/home/me/shop/logs", "full");
  start(ports, smallest, "Do it", ["/bin/systemd-run", "--"]);
  assert.deepEqual(words(ports), ["/dev/null", "/dev/null", "/dev/null", "/opt/agent", "Do it"]);
});
