// Proves that a loop obeys its operator from another terminal: during a wait, a pause and a round, once, and on record.
import assert from "node:assert/strict";
import { testAbreast } from "./crash_abreast.ts";
import { exists, names, Project } from "./project.ts";
import type { EventRecord, Outcome } from "./project.ts";

/** A loop looks four times a second; a busy machine may take longer to have it look. */
const obeyedMs = 300;
const slackMs = 1500;

const at = (event: EventRecord | undefined) => Date.parse(String(event?.["ts"]));

async function call(project: Project, ...words: string[]): Promise<Outcome> {
  const outcome = await project.run(words);
  assert.equal(outcome.code, 0, outcome.stderr);
  return outcome;
}

/** Leaves a request as the verb does and tells how long it took until it was on record: without the start of a program. */
async function obeyed(project: Project, request: Readonly<Record<string, unknown>>, kind: string): Promise<number> {
  const count = project.ofKind(kind).length;
  const folder = `${project.logs}/requests`;
  Deno.mkdirSync(folder, { recursive: true });
  const now = Date.now();
  const path = `${folder}/command-${String(now).padStart(15, "0")}-${crypto.randomUUID()}.json`;
  Deno.writeTextFileSync(`${path}.new`, JSON.stringify({ at: new Date(now).toISOString(), by: "ann", ...request }));
  Deno.renameSync(`${path}.new`, path);
  return at(await project.untilKind(kind, count + 1)) - now;
}

testAbreast(
  "pause in mid-round lets it finish; no round begins until resume, also over a restart; all is on record",
  async () => {
    await using project = await Project.make({ mode: "slow", agentEnv: { FAKE_SLEEP: 0 } });
    Deno.writeTextFileSync(`${project.out}/hold`, "");
    await call(project, "start");
    await project.untilAgent();
    const { stdout } = await call(project, "pause", "--reason", "deploying", "--json");
    const answer = JSON.parse(stdout);
    assert.deepEqual([answer.paused, answer.reason, answer.until_epoch, answer.round_num], [
      true,
      "deploying",
      null,
      1,
    ]);
    const midRound = (await call(project, "status")).stdout;
    assert.match(midRound, /running: round 1/);
    assert.match(midRound, /paused +no further round until 'agent-runner resume', since/);
    Deno.removeSync(`${project.out}/hold`);
    await project.untilKind("round_end");
    await project.until("the pause to be shown", () => (project.status().waiting as { reason?: string })?.reason);
    const page = (await call(project, "peek")).stdout;
    assert.match(page, /paused: Paused by .*: deploying, since \d\d:\d\d:\d\d/);
    assert.match((await call(project, "status")).stdout, /paused: Paused by .*: deploying/);
    const refused = await project.run(["retry-now"]);
    assert.deepEqual([refused.code, refused.stderr.trimEnd().split("\n").length], [1, 2], refused.stderr);
    assert.match(refused.stderr, /agent-runner resume/);
    await call(project, "restart");
    await project.until("the pause of the next life", () => project.status()["waiting"]);
    await call(project, "stop");
    const second = project.start("serve");
    await project.until("the pause to be told", () => /paused by .*: deploying/.test(second.stdout));
    assert.equal(project.ofKind("round_start").length, 1);
    await call(project, "resume");
    const next = await project.untilKind("round_start", 2);
    const [resumed] = project.ofKind("resumed");
    assert.ok(at(next) - at(resumed) <= obeyedMs + slackMs, `${at(next) - at(resumed)} ms`);
    assert.deepEqual([project.ofKind("paused").length, resumed?.why, project.status().paused], [1, "asked", undefined]);
    await call(project, "stop");
    assert.equal((await second.ended()).code, 0);
  },
);

testAbreast("every request is obeyed within 300 ms during a provider's wait, a pause and a round", async () => {
  await using project = await Project.make({ plan: ["limit", "hang"], agentEnv: { FAKE_RESET: 600 } });
  const serve = project.start("serve");
  await project.until("the wait", () => exists(`${project.logs}/wait.json`) && project.status().waiting);
  const took: [string, number][] = [];
  const ask = async (request: Readonly<Record<string, unknown>>, kind: string) =>
    void took.push([kind, await obeyed(project, request, kind)]);
  await ask({ command: "hint", text: "in a wait" }, "hint_given");
  await ask({ command: "pause", reason: "", until_epoch: null }, "paused");
  await project.until(
    "the pause",
    () => (project.status().waiting as { classification?: string })?.classification === "paused",
  );
  await ask({ command: "hint", text: "in a pause" }, "hint_given");
  await ask({ command: "resume" }, "resumed");
  await project.until(
    "the rest of the wait",
    () => (project.status().waiting as { classification?: string })?.classification === "rate_limit_account",
  );
  await call(project, "retry-now");
  await project.untilKind("hint_used");
  await ask({ command: "hint", text: "in a round" }, "hint_given");
  await ask({ command: "clear_hints" }, "hints_cleared");
  await ask({ command: "stop_after_round", reason: "" }, "stop_requested");
  for (const [kind, ms] of took) assert.ok(ms <= obeyedMs + slackMs, `${kind} after ${ms} ms`);
  const quickest = took.map(([, ms]) => ms).toSorted((a, b) => a - b);
  assert.ok(quickest[Math.floor(quickest.length / 2)]! <= obeyedMs, JSON.stringify(took));
  await call(project, "cancel");
  assert.equal((await serve.ended()).code, 0);
  assert.equal(project.ofKind("serve_stopped")[0]?.reason, "stop_after_round");
  assert.deepEqual(project.ofKind("hint_used").map(({ hint_ids }) => (hint_ids as string[]).length), [2]);
});

testAbreast(
  "hint reaches the next round's prompt and no other, also from standard input; its secrets are not on record",
  async () => {
    const token = `ghp_${"a1B2c3D4e5".repeat(4).slice(0, 36)}`;
    await using project = await Project.make({
      mode: "slow",
      agentEnv: { FAKE_SLEEP: 0 },
      agent: { wrapper: ["/bin/sh", "-c", 'tee "$FAKE_OUT/prompt.$AGENT_RUNNER_ROUND_NUM" | "$0" "$@"'] },
    });
    Deno.writeTextFileSync(`${project.out}/hold`, "");
    const serve = project.start("serve", "--max-rounds", "3");
    await project.untilAgent();
    await call(project, "hint", `leave the parser alone; log in with ${token}`);
    const piped = new Deno.Command("/bin/sh", {
      args: ["-c", 'printf "two\\nlines\\n" | "$@"', "sh", ...await words(project, "hint", "-", "--json")],
      cwd: project.work,
      env: project.env,
      clearEnv: true,
    });
    const { code, stdout, stderr } = await piped.output();
    assert.equal(code, 0, new TextDecoder().decode(stderr));
    assert.equal(JSON.parse(new TextDecoder().decode(stdout)).waiting, 2);
    assert.match((await call(project, "hint", "--list")).stdout, /leave the parser alone[\s\S]*two\\nlines/);
    Deno.removeSync(`${project.out}/hold`);
    assert.equal((await serve.ended()).code, 0);
    const prompts = [1, 2, 3].map((n) => Deno.readTextFileSync(`${project.out}/prompt.${n}`));
    assert.ok(!prompts[0]!.includes("operator") && !prompts[2]!.includes("operator"));
    assert.ok(
      prompts[1]!.includes("## From the operator") && prompts[1]!.includes(token) && prompts[1]!.includes("two\nlines"),
    );
    for (const name of names(project.logs).filter((file) => file.startsWith("events-"))) {
      assert.ok(!Deno.readTextFileSync(`${project.logs}/${name}`).includes(token), name);
    }
    assert.equal(exists(`${project.logs}/hints.json`), false);
  },
);

testAbreast("stop-after-round returns while the round runs, and serve leaves with 0 after it", async () => {
  await using project = await Project.make({ mode: "slow", agentEnv: { FAKE_SLEEP: 0 } });
  Deno.writeTextFileSync(`${project.out}/hold`, "");
  const serve = project.start("serve");
  await project.untilAgent();
  await call(project, "stop-after-round", "--reason", "reboot tonight");
  assert.equal(serve.isOver, false);
  assert.match((await call(project, "stop-after-round")).stdout, /^It was asked before: serve ends after round 1/);
  assert.match((await call(project, "status")).stdout, /no further round, since/);
  Deno.removeSync(`${project.out}/hold`);
  assert.equal((await serve.ended()).code, 0);
  assert.deepEqual(project.ofKind("stop_requested").map(({ reason }) => reason), ["reboot tonight"]);
  assert.deepEqual(project.ofKind("agent_exit").map(({ ending }) => ending), ["exited"]);
  for (const verb of [["pause"], ["stop-after-round"], ["hint", "look"]]) {
    const refused = await project.run(verb);
    assert.deepEqual(
      [refused.code, refused.stdout, refused.stderr.trimEnd().split("\n").length],
      [1, "", 2],
      refused.stderr,
    );
  }
});

testAbreast(
  "requests that a dead serve never saw do nothing to the next one; its hints and its pause live on",
  async () => {
    await using project = await Project.make({ mode: "hang" });
    const first = project.start("serve");
    await project.untilAgent();
    await obeyed(project, { command: "hint", text: "kept" }, "hint_given");
    first.kill();
    await first.settled();
    Deno.writeTextFileSync(
      `${project.logs}/requests/command-${String(Date.now()).padStart(15, "0")}-${crypto.randomUUID()}.json`,
      JSON.stringify({
        at: new Date(Date.now() + 30_000).toISOString(),
        by: "ann",
        command: "pause",
        reason: "",
        until_epoch: null,
      }),
    );
    const second = project.start("serve");
    await project.untilKind("serve_started", 2);
    await project.untilKind("round_adopted");
    await obeyed(project, { command: "hint", text: "new" }, "hint_given");
    assert.deepEqual(project.ofKind("paused"), []);
    await call(project, "cancel");
    await project.untilKind("hint_used");
    assert.deepEqual(
      project.ofKind("hint_used").map(({ round_num, hint_ids }) => [round_num, (hint_ids as string[]).length]),
      [[2, 2]],
    );
    second.kill();
    await second.settled();
  },
);

async function words(project: Project, ...args: string[]): Promise<string[]> {
  const { program } = await import("./program.ts");
  return [...program(), "--config", `${project.work}/agent-runner.toml`, ...args];
}
