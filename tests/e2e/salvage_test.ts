// Proves that what an agent left uncommitted is never lost: after a failure, a hang and a kill, and that it comes back.
import assert from "node:assert/strict";
import { Project } from "./project.ts";

function shaOf(project: Project, number: number, moment = "after"): string {
  const saved = project.ofKind("salvage_saved").find((event) => event.round_num === number && event.moment === moment);
  assert.ok(saved, `nothing of round ${number} was saved`);
  return String(saved.sha);
}

Deno.test("a failed round's work is saved under a ref of its own, and everything else stays as it was", async () => {
  await using project = await Project.make({ mode: "dirty_fail" });
  await project.git("commit", "-q", "--allow-empty", "-m", "before");
  Deno.writeTextFileSync(`${project.work}/staged.txt`, "staged by the user\n");
  await project.git("add", "staged.txt");
  const before = await project.git("ls-files", "-s");
  const { code, stdout } = await project.run(["round"]);
  assert.equal(code, 0);
  const sha = shaOf(project, 1);
  assert.match(stdout, /2 uncommitted paths left in the tree; 2 paths saved as [0-9a-f]{12}/);
  assert.equal(await project.git("show", `${sha}:left.txt`), "x\n");
  assert.equal(await project.git("show", `${sha}:staged.txt`), "staged by the user\n");
  assert.equal(await project.git("ls-files", "-s"), before, "the user's index is as it was");
  assert.equal(await project.git("stash", "list"), "");
  assert.equal((await project.git("log", "-1", "--format=%s")).trim(), "before");
});

Deno.test("the user's own uncommitted work is saved before a round whose agent destroys it, and comes back", async () => {
  const destroy = "git reset -q --hard; git clean -qfd; echo done";
  await using project = await Project.make({ agent: { command: ["sh", "-c", destroy], reader: "plain" } });
  Deno.writeTextFileSync(`${project.work}/mine.txt`, "three days of thought\n");
  Deno.writeTextFileSync(`${project.work}/prompts/other.md`, "staged\n");
  await project.git("add", "prompts/other.md");
  const { code, stdout } = await project.run(["round"]);
  assert.equal(code, 0);
  assert.match(stdout, /before round 1: 2 paths saved as [0-9a-f]{12}/);
  assert.equal(await project.git("status", "--porcelain"), "", "the agent left nothing");
  const sha = shaOf(project, 1, "before");
  const kinds = project.events().map(({ event }) => event);
  assert.ok(kinds.indexOf("salvage_saved") < kinds.indexOf("agent_spawn"));
  const [row] = JSON.parse((await project.run(["salvage", "list", "--json"])).stdout);
  assert.deepEqual([row.sha, row.moment, row.state, row.round], [sha, "before", "saved", 1]);
  assert.equal((await project.run(["salvage", "restore", "1"])).code, 0);
  assert.equal(Deno.readTextFileSync(`${project.work}/mine.txt`), "three days of thought\n");
});

Deno.test("what stays uncommitted is saved once, and a clean tree not at all", async () => {
  const agent = { command: ["sh", "-c", "git commit -q --allow-empty -m work; echo done"], reader: "plain" };
  await using project = await Project.make({ agent, toml: '[vcs]\ndirty_action = "ignore"' });
  assert.equal((await project.run(["round"])).code, 0);
  assert.deepEqual(project.ofKind("salvage_saved"), []);
  Deno.writeTextFileSync(`${project.work}/mine.txt`, "mine\n");
  for (let i = 0; i < 2; i++) assert.equal((await project.run(["round"])).code, 0);
  const saved = project.ofKind("salvage_saved");
  assert.deepEqual(saved.map(({ round_num, moment, is_reused }) => [round_num, moment, is_reused]), [
    [2, "before", false],
    [2, "after", true],
    [3, "before", true],
    [3, "after", true],
  ]);
  assert.equal(new Set(saved.map(({ sha }) => sha)).size, 1);
  assert.equal((await project.git("for-each-ref", "refs/agent-runner")).trim().split("\n").length, 1);
});

Deno.test("a salvage is offered to the next round, comes back by one command, and never over other work", async () => {
  await using project = await Project.make({ plan: ["dirty_fail", "record"] });
  assert.equal((await project.run(["round"])).code, 0);
  const sha = shaOf(project, 1);
  Deno.removeSync(`${project.work}/left.txt`);
  assert.equal((await project.run(["round"])).code, 0);
  const prompt = Deno.readTextFileSync(`${project.out}/prompt-2`);
  assert.match(prompt, new RegExp(`"sha": "${sha}"`));
  assert.match(prompt, /salvage restore/);
  assert.deepEqual(project.ofKind("salvage_offered").map(({ shas }) => shas), [[sha]]);
  const list = JSON.parse((await project.run(["salvage", "list", "--json"])).stdout);
  assert.ok(JSON.stringify(list).includes(sha));
  const show = await project.run(["salvage", "show", "1", "--patch"]);
  assert.match(show.stdout, /^\+x$/m);
  assert.equal((await project.run(["salvage", "restore", sha.slice(0, 12)])).code, 0);
  assert.equal(Deno.readTextFileSync(`${project.work}/left.txt`), "x\n");
  Deno.writeTextFileSync(`${project.work}/left.txt`, "newer\n");
  const refused = await project.run(["salvage", "restore", "1"]);
  assert.equal(refused.code, 1);
  assert.match(refused.stderr, /left\.txt/);
  assert.equal(Deno.readTextFileSync(`${project.work}/left.txt`), "newer\n");
  assert.equal((await project.run(["salvage", "drop", "1"])).code, 0);
  assert.equal(await project.git("for-each-ref", "refs/agent-runner"), "");
});

Deno.test("what was offered is let go within one life of serve, and what no round was told of never", async () => {
  const script = "n=$AGENT_RUNNER_ROUND_NUM; echo $n >left-$n.txt; echo done; [ $n != 3 ]";
  await using project = await Project.make({
    agent: { command: ["sh", "-c", script], reader: "plain" },
    toml: "[vcs]\nsalvage_keep = 1\nsalvage_keep_days = 1",
  });
  assert.equal((await project.run(["serve", "--max-rounds", "5"])).code, 0);
  const refs = (await project.git("for-each-ref", "--format=%(objectname)", "refs/agent-runner")).trim().split("\n");
  const offered = new Set(project.ofKind("salvage_offered").flatMap(({ shas }) => shas as string[]));
  const dropped = project.ofKind("salvage_dropped").map(({ sha }) => String(sha));
  assert.ok(dropped.length > 0);
  assert.ok(dropped.every((sha) => offered.has(sha)), "only what a later round was told of");
  const made = new Set(project.ofKind("salvage_saved").map(({ sha }) => String(sha)));
  assert.deepEqual([...made].filter((sha) => !dropped.includes(sha)).sort(), refs.sort());
  assert.ok(refs.includes(shaOf(project, 5)), "what the last round left");
});

Deno.test("the work of a round that was killed with its supervisor is saved by the next life", async () => {
  await using project = await Project.make({ plan: ["late", "clean"], agentEnv: { FAKE_END: "KILL", FAKE_SLEEP: 2 } });
  const serve = project.start("serve", "--max-rounds", "2");
  await project.untilAgent();
  Deno.writeTextFileSync(`${project.work}/half.txt`, "half done\n");
  serve.kill();
  await serve.ended();
  const { code } = await project.run(["serve", "--max-rounds", "1"]);
  assert.equal(code, 0);
  assert.equal(await project.git("show", `${shaOf(project, 1)}:half.txt`), "half done\n");
});
