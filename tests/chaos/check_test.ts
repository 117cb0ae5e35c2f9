// Shows on a real project that a planted violation of each kind is met where it lies: in git, in files, among processes.
import assert from "node:assert/strict";
import { signal } from "../e2e/project.ts";
import { check } from "./check.ts";
import { World } from "./world.ts";
import type { WorldKind } from "./furnish.ts";

const quick = { settleMs: 300 };

async function makeWorld(kind: WorldKind): Promise<World> {
  const world = await World.make({ kind, seed: "test", name: "7s" });
  Deno.mkdirSync(world.project.logs, { recursive: true });
  return world;
}

function journal(world: World, token: string): void {
  Deno.writeTextFileSync(`${world.project.out}/tokens`, `${token} test\n`, { append: true });
}

Deno.test("check() finds a token wherever work may lie, and names one that is nowhere", async () => {
  await using world = await makeWorld("submodule");
  const { project } = world;
  const { work } = project;
  let number = 0;
  const token = () => {
    const text = `tok-7s-1-${++number}-z`;
    journal(world, text);
    return text;
  };
  const put = (name: string) => Deno.writeTextFileSync(`${work}/${name}`, `\0${token()}\n`);
  put("-untracked");
  Deno.mkdirSync(`${work}/ignored`);
  put("ignored/one");
  Deno.symlinkSync(token(), `${work}/link`);
  put("committed");
  await project.git("add", "committed");
  await project.git("commit", "-q", "-m", "one");
  Deno.removeSync(`${work}/committed`);
  for (const name of ["older", "newer"]) {
    put(name);
    await project.git("add", name);
    await project.git("stash", "push", "-q", "--", name);
  }
  put("salvaged");
  const tree = (await project.git("hash-object", "-w", "salvaged")).trim();
  await project.git("update-ref", "refs/agent-runner/salvage/1-x", tree);
  Deno.removeSync(`${work}/salvaged`);
  put("staged");
  await project.git("add", "staged");
  put("staged");
  put("sub/within");
  assert.equal(number, 10);
  assert.deepEqual(await check(world), []);

  await project.git("stash", "drop", "-q", "stash@{1}");
  assert.deepEqual(await check(world), ["lost: tok-7s-1-5-z (test)"]);
  await project.git("update-ref", "-d", "refs/agent-runner/salvage/1-x");
  assert.deepEqual(await check(world), ["lost: tok-7s-1-5-z (test)", "lost: tok-7s-1-7-z (test)"]);
});

Deno.test("check() does not take a commit that only a reflog remembers for work that is kept", async () => {
  await using world = await makeWorld("plain");
  journal(world, "tok-7s-1-1-z");
  Deno.writeTextFileSync(`${world.project.work}/tracked/t1`, "tok-7s-1-1-z\n");
  await world.project.git("commit", "-q", "-a", "-m", "one");
  assert.deepEqual(await check(world), []);
  await world.project.git("reset", "-q", "--hard", "HEAD^");
  assert.deepEqual(await check(world), ["lost: tok-7s-1-1-z (test)"]);
});

Deno.test("check() meets a process that carries the id of a round nobody owns", async () => {
  await using world = await makeWorld("plain");
  const env = { ...world.project.env, AGENT_RUNNER_ROUND_ID: crypto.randomUUID() };
  const child = new Deno.Command("sleep", { args: ["60"], env, clearEnv: true }).spawn();
  const faults = await check(world, quick);
  assert.equal(faults.length, 1);
  assert.match(faults[0]!, new RegExp(`process ${child.pid} of round ${env.AGENT_RUNNER_ROUND_ID} lives on`));
  // The round is open: it may.
  const start = { ts: "x", event: "round_start", round_num: 1, round_id: env.AGENT_RUNNER_ROUND_ID };
  Deno.writeTextFileSync(`${world.project.logs}/events-2026-01.jsonl`, `${JSON.stringify(start)}\n`);
  world.hasLeft = false;
  assert.deepEqual(await check(world, quick), []);
  signal(child.pid, "SIGKILL");
  await child.status;
});

Deno.test("check() meets records, state files and agents that are not as they must be", async () => {
  await using world = await makeWorld("plain");
  const plant = async (path: string, text: string): Promise<string[]> => {
    const folder = path.startsWith("out/") ? world.project.root : world.project.logs;
    Deno.writeTextFileSync(`${folder}/${path}`, text);
    const faults = await check(world, quick);
    Deno.removeSync(`${folder}/${path}`);
    world.records.reset();
    return faults;
  };
  const start = '{"ts": "x", "event": "round_start", "round_num": 1, "round_id": "x"}\n';
  assert.match((await plant("events-2026-01.jsonl", "junk\n"))[0]!, /^no event: "junk"/);
  assert.ok((await plant("events-2026-01.jsonl", start)).includes("round 1 has no round_end"));
  assert.ok((await plant("events-2026-01.jsonl", start + start)).includes("round 1 has 2 x round_start"));
  assert.match((await plant("loop.json", "{"))[0]!, /^loop\.json is no JSON/);
  assert.match((await plant("status.json", '{"running": true}'))[0]!, /^status\.json says that serve runs/);
  assert.match((await plant("out/overlaps", "4\n"))[0]!, /^round 4 met another agent/);
  assert.match((await plant("out/starts", "4 17 1.5\n"))[0]!, /^an agent ran as round 4/);
  assert.deepEqual(await check(world, quick), []);
});

Deno.test("check() tells what a verb or a life of the supervisor did wrong", async () => {
  await using world = await makeWorld("plain");
  world.faults.push("serve left with exit 1: boom");
  assert.deepEqual(await check(world), ["serve left with exit 1: boom"]);
  assert.deepEqual(await check(world), []);
});
