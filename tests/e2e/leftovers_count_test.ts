// Proves that what had to be ended with a round is counted on record, whatever the round's ending was.
import assert from "node:assert/strict";
import { abandoned, shimPid } from "./crash_abandoned.ts";
import { testAbreast } from "./crash_abreast.ts";
import { checkSettled } from "./crash_checks.ts";
import { hiddenPids, scripted } from "./containment.ts";
import { Project, signal } from "./project.ts";
import type { EventRecord, ProjectOptions, Running } from "./project.ts";

/**
 * One in the agent's group, one in a session of its own with the round's id, one in a session of its own without
 * environment: all of them obey SIGTERM at once, so nobody sees them a moment later.
 */
const three = `
sleep 600 </dev/null >/dev/null 2>&1 &
setsid sleep 600 </dev/null >/dev/null 2>&1 &
env -i setsid bash -c "exec -a E2E_TAG=$E2E_TAG sleep 600" </dev/null >/dev/null 2>&1 &
`;

const init = `echo '{"type":"system","subtype":"init","session_id":"s","model":"m"}'`;
const asleep = `echo '{"type":"system","subtype":"api_retry","attempt":1,"max_retries":10,"retry_delay_ms":3600000,` +
  `"error_status":429,"error":"rate_limit","session_id":"s"}'`;

/** Waits without a process that would be counted, too. */
const untilGo = `until [ -e "$out/go" ]; do read -rt 0.05 <> <(:); done`;

function openGate(project: Project): void {
  Deno.writeTextFileSync(`${project.out}/go`, "");
}

interface Case {
  readonly script: string;
  readonly options?: ProjectOptions;
  /** What is done once the agent and its three are there. */
  readonly act?: (project: Project, serve: Running) => Promise<void> | void;
  readonly wanted: Readonly<Record<string, unknown>>;
}

async function stopTwice(project: Project, serve: Running): Promise<void> {
  serve.signal("SIGTERM");
  await project.until("the first request to be told", () => /SIGTERM: (no further round|a running)/.test(serve.stdout));
  serve.signal("SIGTERM");
}

const cases: Readonly<Record<string, Case>> = {
  "the hard wall": {
    script: `${init}; begin; wait`,
    options: { runtime: { round_timeout_s: 4 } },
    wanted: { ending: "timed_out", leftovers_ended: 3 },
  },
  "the first-byte wall": {
    script: "begin; wait",
    options: { runtime: { first_byte_timeout_s: 4 } },
    wanted: { ending: "timed_out", leftovers_ended: 3 },
  },
  "the idle wall": {
    script: `${init}; begin; wait`,
    options: { runtime: { idle_timeout_s: 3 } },
    wanted: { ending: "timed_out", leftovers_ended: 3 },
  },
  "lingering after the result": {
    script: `${init}; result; begin; wait`,
    options: { runtime: { linger_s: 2, grace_kill_ignore_patterns: ["sleep 600", "E2E_TAG="] } },
    wanted: { ending: "lingered", leftovers_ended: 3 },
  },
  "a stop": { script: `${init}; begin; wait`, act: stopTwice, wanted: { ending: "stopped", leftovers_ended: 3 } },
  "an output that proves the round useless": {
    script: `${init}; begin; ${untilGo}; ${asleep}; wait`,
    act: openGate,
    wanted: { ending: "stopped", leftovers_ended: 3 },
  },
  "a budget that is used up": {
    script: `${init}; begin; wait`,
    options: { toml: "[budget]\nround.hours = 0.001" },
    wanted: { ending: "stopped", leftovers_ended: 3 },
  },
  "the agent's own death": {
    script: `${init}; begin; ${untilGo}; kill -SEGV $$`,
    options: { toml: "[monitor]\nround_progress_interval_s = 3" },
    // Told after a look at the process table: from then on all three are remembered.
    act: async (project) => {
      await project.untilKind("round_progress");
      openGate(project);
    },
    wanted: { ending: "signalled", leftovers_ended: 3 },
  },
  "a shim that was killed": {
    script: `${init}; begin; wait`,
    act: async (project) => {
      await project.until("the start to be on record", () => project.ofKind("agent_spawn")[0]);
      signal(shimPid(project), "SIGKILL");
    },
    // The agent outlived what led it.
    wanted: { ending: "lost", leftovers_ended: 4 },
  },
};

async function untilThree(project: Project): Promise<void> {
  await project.untilAgent();
  await project.until("the three", () => hiddenPids(project).length === 1);
}

function exitOf(project: Project): EventRecord {
  const [exit] = project.ofKind("agent_exit");
  assert.ok(exit);
  return exit;
}

for (const [name, { script, options = {}, act, wanted }] of Object.entries(cases)) {
  testAbreast(`serve counts the processes it ended with a round: ${name}`, async () => {
    await using project = await Project.make(scripted(`${three}${script}`, options));
    const serve = project.start("serve", "--once");
    await untilThree(project);
    await act?.(project, serve);
    const { code, stdout } = await serve.ended();
    assert.equal(code, 0, stdout);
    const exit = exitOf(project);
    assert.deepEqual({ ending: exit.ending, leftovers_ended: exit.leftovers_ended }, wanted, stdout);
    assert.match(stdout, new RegExp(`round 1 ended: .*${wanted.leftovers_ended} of its processes had to be ended`));
    assert.deepEqual(hiddenPids(project), []);
    await checkSettled(project, { atLeast: 1 });
  });
}

testAbreast("serve counts the processes it ended with a round of an earlier life", async () => {
  await using project = await abandoned(scripted(`${three}${init}; begin; wait`));
  await untilThree(project);
  const serve = project.start("serve");
  await project.untilKind("round_adopted");
  await stopTwice(project, serve);
  const { code, stdout } = await serve.ended();
  assert.equal(code, 0, stdout);
  assert.deepEqual([exitOf(project).ending, exitOf(project).leftovers_ended], ["stopped", 3], stdout);
  assert.deepEqual(hiddenPids(project), []);
  await checkSettled(project, { atLeast: 1 });
});
