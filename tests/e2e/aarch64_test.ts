// Proves that the program does its work on aarch64: the source and the bundle under that machine's Deno, emulated.
// What it starts (agents, git, ps, sh) runs as this machine's own.
import assert from "node:assert/strict";
import { emulate } from "./emulated.ts";
import { agentStarts, checkSettled } from "./crash_checks.ts";
import { names, Project, signal } from "./project.ts";
import type { ProjectOptions } from "./project.ts";

/** An emulated program takes some seconds to start, and a minute beside all that CI does at the same time. */
const patienceMs = 180_000;

async function withProgram(program: string, options: ProjectOptions, body: (project: Project) => Promise<void>) {
  const before = Deno.env.get("AGENT_RUNNER_BIN");
  Deno.env.set("AGENT_RUNNER_BIN", program);
  try {
    await using project = await Project.make(options);
    await body(project);
  } finally {
    if (before === undefined) Deno.env.delete("AGENT_RUNNER_BIN");
    else Deno.env.set("AGENT_RUNNER_BIN", before);
  }
}

async function ask(project: Project, ...words: string[]): Promise<string> {
  const { code, stdout, stderr } = await project.run(words, { timeoutMs: patienceMs });
  assert.equal(code, 0, `${words.join(" ")}: ${stderr}`);
  return stdout;
}

const verdicts = (project: Project) => project.ofKind("round_verdict").map(({ verdict }) => verdict);

Deno.test("the program does its work under the Deno of aarch64", async (t) => {
  await using emulation = await emulate();
  assert.equal(emulation.target, "aarch64-unknown-linux-gnu");
  await t.step("the source: the demo takes four rounds to their four ends and leaves nothing", async () => {
    await withProgram(emulation.source, {}, async (project) => {
      project.env.TMPDIR = `${project.root}/tmp`;
      Deno.mkdirSync(project.env.TMPDIR);
      const said = await ask(project, "demo");
      for (
        const line of [
          /round 1 ended: ok .*HEAD is now [0-9a-f]{12}/,
          /round 2 ended: ok .*1 uncommitted path stashed as [0-9a-f]{12}/,
          /round 3 ended: limit .*resets at/,
          /round 4 ended: hung .*3 of its processes had to be ended/,
          /stopped: max_rounds = 4 reached/,
        ]
      ) assert.match(said, line);
      assert.deepEqual(names(project.env.TMPDIR), []);
    });
  });

  await t.step("the bundle: a round, two rounds of serve, and what peek and events tell of them", async () => {
    await withProgram(emulation.bundle, {}, async (project) => {
      assert.match(await ask(project, "--version"), /^agent-runner \d+\.\d+\.\d+\n$/);
      await ask(project, "config", "check");
      await ask(project, "round");
      await ask(project, "serve", "--max-rounds", "2");
      assert.deepEqual(verdicts(project), ["ok", "ok", "ok"]);
      assert.deepEqual(agentStarts(project), [1, 2, 3]);
      await checkSettled(project, { atLeast: 3 });
      const sight = JSON.parse(await ask(project, "peek", "--json"));
      assert.equal(sight.recent_rounds.length, 3);
      const told = (await ask(project, "events", "--kind", "round_verdict", "--json")).trimEnd().split("\n");
      assert.deepEqual(told.map((line) => JSON.parse(line).round_num), [1, 2, 3]);
    });
  });

  await t.step("the bundle: a round outlives a killed serve, stop lets it end, kill ends one at once", async () => {
    await withProgram(
      emulation.bundle,
      { mode: "late", agentEnv: { FAKE_END: "result", FAKE_GATE: 1 } },
      async (project) => {
        const first = project.start("serve");
        await project.until("the agent to start", () => agentStarts(project).length === 1, patienceMs);
        await project.untilKind("agent_spawn");
        assert.ok(signal(first.pid, "SIGKILL"));
        await first.settled();
        const next = project.start("serve");
        await project.untilKind("round_adopted", 1, patienceMs);
        const stop = project.start("stop");
        await project.until("the request to be heard", () => /waiting for round 1/.test(stop.stderr), patienceMs);
        Deno.writeTextFileSync(`${project.out}/go`, "");
        assert.equal((await next.ended(patienceMs)).code, 0);
        assert.equal((await stop.ended(patienceMs)).code, 0, stop.stderr);
        assert.deepEqual(verdicts(project), ["ok"]);

        Deno.removeSync(`${project.out}/go`);
        const last = project.start("serve");
        await project.until("the agent to start", () => agentStarts(project).length === 2, patienceMs);
        await ask(project, "kill");
        await last.ended(patienceMs);
        // Emulated, it may be too slow to put the round on record in the time that it gets.
        assert.deepEqual(await project.processes(), []);
      },
    );
  });
});
