// Guards what is decided before a round starts, above all the environment the agent can rely on.
import assert from "node:assert/strict";
import { pathsOf, pathsOfLog, planRound } from "../../src/round/plan.ts";
import type { PlanInputs } from "../../src/round/plan.ts";
import { configOf, smallest, withLines } from "../config/sample.ts";

const id = "00000000-0000-4000-8000-000000000001";

function plan(changes: Partial<PlanInputs> = {}) {
  return planRound({ config: configOf(smallest), number: 1, id, phase: null, inherited: {}, ...changes });
}

Deno.test("planRound() hands the agent the inherited environment and the round's own variables", () => {
  const { environment } = plan({ number: 12, inherited: { HOME: "/home/me", EMPTY: "" } });
  assert.deepEqual(environment, {
    HOME: "/home/me",
    EMPTY: "",
    AGENT_RUNNER_LOG_DIR: "/home/me/shop/logs",
    AGENT_RUNNER_ROUND_NUM: "12",
    AGENT_RUNNER_PHASE: "",
    AGENT_RUNNER_FRESH_EYES: "0",
    AGENT_RUNNER_ROUND_ID: id,
  });
});

Deno.test("planRound() takes away what a service manager says to its own child", () => {
  const names = ["NOTIFY_SOCKET", "WATCHDOG_USEC", "WATCHDOG_PID", "LISTEN_FDS", "LISTEN_PID", "LISTEN_FDNAMES"];
  const inherited = { PATH: "/bin", ...Object.fromEntries(names.map((name) => [name, "x"])) };
  const { environment } = plan({ inherited });
  assert.deepEqual(names.filter((name) => name in environment), []);
  assert.equal(environment.PATH, "/bin");
});

Deno.test("planRound() lets [agent.env] win over everything but the round's id", () => {
  const config = configOf(withLines({
    "agent.env": 'PATH = "/opt"\nAGENT_RUNNER_PHASE = "mine"\nAGENT_RUNNER_ROUND_ID = "fake"\nEMPTY = ""',
  }));
  const { environment } = plan({ config, inherited: { PATH: "/bin", AGENT_RUNNER_ROUND_ID: "outer" } });
  assert.equal(environment.PATH, "/opt");
  assert.equal(environment.AGENT_RUNNER_PHASE, "mine");
  assert.equal(environment.EMPTY, "");
  assert.equal(environment.AGENT_RUNNER_ROUND_ID, id);
});

Deno.test("planRound() replaces the variables of an outer agent-runner", () => {
  const { environment } = plan({
    number: 3,
    inherited: { AGENT_RUNNER_ROUND_NUM: "99", AGENT_RUNNER_LOG_DIR: "/outer", AGENT_RUNNER_FRESH_EYES: "1" },
  });
  assert.equal(environment.AGENT_RUNNER_ROUND_NUM, "3");
  assert.equal(environment.AGENT_RUNNER_LOG_DIR, "/home/me/shop/logs");
  assert.equal(environment.AGENT_RUNNER_FRESH_EYES, "0");
});

Deno.test("planRound() does not change the environment it was given", () => {
  const inherited = Object.freeze({ NOTIFY_SOCKET: "x" });
  plan({ inherited });
  assert.deepEqual(inherited, { NOTIFY_SOCKET: "x" });
});

Deno.test("planRound() rotates phases by the number, and tells the agent", () => {
  const config = configOf(withLines({
    phases: 'list = ["plan", "build"]\n[phases.build]\nround_timeout_s = 99\nprompt = { files = ["build.md"] }',
  }));
  const names = [1, 2, 3].map((number) => plan({ config, number }).environment.AGENT_RUNNER_PHASE);
  assert.deepEqual(names, ["plan", "build", "plan"]);
  const build = plan({ config, number: 1, phase: "build" });
  assert.equal(build.phaseIndex, 1);
  assert.equal(build.walls.hardSeconds, 99);
  assert.deepEqual(build.promptFiles, ["/home/me/shop/build.md"]);
  assert.throws(() => plan({ config, phase: "biuld" }), { name: "OperatorError" });
});

Deno.test("planRound() marks every n-th round for fresh eyes", () => {
  const config = configOf(withLines({ runtime: "fresh_eyes_every_n = 3" }));
  const marked = [1, 2, 3, 4, 5, 6].filter((number) => plan({ config, number }).isFreshEyes);
  assert.deepEqual(marked, [3, 6]);
  assert.equal(plan({ config, number: 3 }).environment.AGENT_RUNNER_FRESH_EYES, "1");
});

Deno.test("pathsOf() names a round's files by number and start", () => {
  assert.deepEqual(pathsOf({ logDir: "/log", number: 7 }, Date.parse("2026-11-21T10:20:30.999Z")), {
    logName: "rounds/R7-20261121T102030.log",
    log: "/log/rounds/R7-20261121T102030.log",
    exit: "/log/rounds/R7-20261121T102030.exit",
    prompt: "/log/rounds/R7-20261121T102030.prompt",
  });
});

Deno.test("pathsOfLog() gives the same paths from the recorded name", () => {
  const paths = pathsOf({ logDir: "/a.log/b", number: 7 }, 0);
  assert.deepEqual(pathsOfLog("/a.log/b", paths.logName), paths);
});
