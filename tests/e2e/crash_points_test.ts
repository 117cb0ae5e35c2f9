// Proves that serve may die at any moment: it is killed around each change it makes, and the next life makes everything right.
import assert from "node:assert/strict";
import { agentStarts, checkSettled } from "./crash_checks.ts";
import { changesIn, eachOf, live, pointsOf } from "./crash_life.ts";
import type { CrashPoint, LifeOptions } from "./crash_life.ts";
import { Project } from "./project.ts";
import type { Outcome, ProjectOptions } from "./project.ts";

/** All points take minutes: without this only every so many are looked at. */
const takesAll = Deno.env.get("AGENT_RUNNER_ALL_CRASH_POINTS") === "1";
/** The dying life runs from source whatever the program under test is: with a binary nothing new is to be seen. */
const ignore = !!Deno.env.get("AGENT_RUNNER_BIN") && !takesAll;
const atOnce = 6;
const serveTwo = ["serve", "--max-rounds", "2"];

interface Scenario {
  readonly options: (point: CrashPoint | null) => ProjectOptions;
  readonly stride: number;
  /** Time is made to go faster: the pauses of the program are no part of what is looked for. */
  readonly clockSpeed: number;
  /** Only changes from the first that this matches on ... */
  readonly from?: RegExp;
  /** ... up to the first after it that this matches. */
  readonly to?: RegExp;
  /** The life after the first dies as well, at this change. */
  readonly dieAgainAt?: (index: number) => number;
  readonly check?: (project: Project) => Promise<void>;
  /** In what states rounds must have been found at all, or the points were not where they should be. */
  readonly states: readonly string[];
}

async function crashEverywhere(scenario: Scenario): Promise<void> {
  const changes = await countChanges(scenario);
  const first = scenario.from ? changes.findIndex((name) => scenario.from!.test(name)) : 0;
  const last = scenario.to ? changes.findIndex((name, i) => i > first && scenario.to!.test(name)) : changes.length;
  assert.ok(first >= 0 && last > first, `no such changes: ${changes.join(", ")}`);
  const points = pointsOf(changes).filter(({ at }) => at > first && at <= last)
    .filter((_, i) => takesAll || i % scenario.stride === 0).map((point, i) => ({ ...point, index: i }));
  const nameOf = (point: CrashPoint) => `${point.when} change ${point.at}, ${changes[point.at - 1]}`;
  const states = new Set<string>();
  await eachOf(points, { atOnce, nameOf }, async (point) => {
    for (const state of await crashAt(point, { scenario, dieAgainAt: scenario.dieAgainAt?.(point.index) ?? 0 })) {
      states.add(state);
    }
  });
  // Which states a sample of the points meets depends on how busy the machine is; all of them meet each.
  if (!takesAll) return;
  assert.deepEqual(scenario.states.filter((state) => !states.has(state)), [], "states in which no round was found");
}

async function countChanges(scenario: Scenario): Promise<string[]> {
  await using project = await Project.make(scenario.options(null));
  const account = `${project.root}/account`;
  const whole = await live(project, serveTwo, { account, ...clockOf(scenario) });
  assert.equal(whole.code, 0, whole.stderr);
  await checkSettled(project, { atLeast: 2 });
  const changes = changesIn(account);
  assert.ok(changes.length > 40, `only ${changes.length} changes were counted`);
  return changes;
}

function clockOf(scenario: Scenario) {
  return { clockSpeed: scenario.clockSpeed, clockOrigin: Date.now() };
}

function holdAgent(project: Project): void {
  Deno.writeTextFileSync(`${project.out}/hold`, "");
}

/** A later life; an agent that was held for it may go when it is watched again, or when the next one starts. */
async function liveOn(project: Project, options: LifeOptions): Promise<Outcome> {
  const watched = () => [...project.ofKind("round_adopted"), ...project.ofKind("agent_spawn")].length;
  const before = watched();
  let isOver = false;
  const life = live(project, serveTwo, options).finally(() => isOver = true);
  while (!isOver && watched() === before) await new Promise((resolve) => setTimeout(resolve, 30));
  await Deno.remove(`${project.out}/hold`).catch(() => {});
  return await life;
}

/** @returns the states in which later lives found rounds of earlier ones */
async function crashAt(
  point: CrashPoint,
  options: { readonly scenario: Scenario; readonly dieAgainAt: number },
): Promise<string[]> {
  const { scenario, dieAgainAt } = options;
  await using project = await Project.make(scenario.options(point));
  const clock = clockOf(scenario);
  // However late the next life comes: after a change it is to meet the agent at work.
  const hold = point.when === "after" ? holdAgent : () => {};
  const lives = [await live(project, serveTwo, { ...clock, crash: point })];
  hold(project);
  if (dieAgainAt > 0) {
    lives.push(await liveOn(project, { ...clock, crash: { ...point, at: dieAgainAt } }));
    hold(project);
  }
  const isDead = lives.map((life) => life.code);
  lives.push(await liveOn(project, clock));
  const kinds = () => project.events().map(({ event, round_num }) => `${event}:${round_num ?? ""}`).join(" ");
  try {
    assert.equal(isDead[0], -1, "the first life did not die");
    assert.equal(lives.at(-1)!.code, 0);
    assert.match(lives.at(-1)!.stdout, /stopped: max_rounds = 2 reached \(2 rounds completed\)/);
    await checkSettled(project, { atLeast: 2 });
    await scenario.check?.(project);
  } catch (thrown) {
    const told = lives.map((life, i) => `life ${i + 1}:\n${life.stdout}${life.stderr}`).join("");
    throw new Error(`${thrown instanceof Error ? thrown.message : thrown}\n${told}events: ${kinds()}`);
  }
  return project.ofKind("round_adopted").map(({ state }) => String(state));
}

/** What round 2 left behind is in exactly one stash and nowhere else. */
async function checkStash(project: Project): Promise<void> {
  if (!agentStarts(project).includes(2)) return;
  const stashes = (await project.git("stash", "list", "--format=%H")).split("\n").filter((line) => line !== "");
  const holding = [];
  for (const stash of stashes) {
    const content = await project.git("show", `${stash}^3:left-2.txt`).catch(() => "");
    if (content === "left by 2\n") holding.push(stash);
  }
  assert.equal(holding.length, 1, `stashes with the work: ${holding.length}`);
  const { entries } = JSON.parse(Deno.readTextFileSync(`${project.logs}/orphans.json`));
  assert.deepEqual(entries.map(({ stashed_ref }: { stashed_ref: string | null }) => stashed_ref), holding);
  assert.equal(await project.git("status", "--porcelain"), "");
}

Deno.test({
  name: "serve makes everything right after a crash around any change of two rounds that work",
  ignore,
  fn: async () => {
    await crashEverywhere({
      // After a change the agent is to be met at work, before one it is to have ended meanwhile.
      options: (point) => ({ plan: ["slow", "dirty"], agentEnv: { FAKE_SLEEP: point?.when === "after" ? 0.7 : 0.05 } }),
      stride: 7,
      clockSpeed: 5,
      check: checkStash,
      states: ["running", "ended", "lost"],
    });
  },
});

Deno.test({
  name: "serve makes everything right after a crash of two lives in a row",
  ignore,
  fn: async () => {
    await crashEverywhere({
      options: () => ({ plan: ["slow", "dirty"], agentEnv: { FAKE_SLEEP: 0.7 } }),
      from: /^writeAtomic R1-.*prompt/,
      to: /^remove R1-.*exit$/,
      stride: 5,
      clockSpeed: 5,
      dieAgainAt: (index) => 7 + index * 7 % 37,
      check: checkStash,
      states: ["running", "ended"],
    });
  },
});

Deno.test({
  name: "serve makes everything right after a crash around any step of ending a round by force",
  ignore,
  fn: async () => {
    await crashEverywhere({
      options: () => ({ plan: ["deaf_few", "clean"], runtime: { round_timeout_s: 1 } }),
      from: /^spawnGroup/,
      to: /^writeAtomic loop.json/,
      stride: 6,
      clockSpeed: 4,
      states: ["running", "ended"],
    });
  },
});

Deno.test({
  name: "serve makes everything right after a crash around any change of a wait for a limit",
  ignore,
  fn: async () => {
    await crashEverywhere({
      // The agent's time is the real one: its reset is to be ahead of the fast clock, too.
      options: () => ({ plan: ["limit", "clean"], agentEnv: { FAKE_RESET: 50 } }),
      from: /^remove R1-.*exit$/,
      to: /^makeDir rounds/,
      stride: 4,
      clockSpeed: 20,
      states: [],
    });
  },
});

Deno.test({
  name: "serve puts on record what died between the start of the agent and its record",
  ignore,
  fn: async () => {
    const options = { plan: ["late", "clean"], agentEnv: { FAKE_END: "result", FAKE_SLEEP: 1.5 } };
    const spawn = (await countChanges({ options: () => options, stride: 1, clockSpeed: 5, states: [] })).indexOf(
      "spawnGroup",
    );
    await using project = await Project.make(options);
    await live(project, serveTwo, { crash: { at: spawn + 1, when: "after" } });
    const before = project.status().current as Record<string, unknown>;
    assert.deepEqual([before.state, before.pid], ["claimed", null]);
    const serve = project.start("serve", "--max-rounds", "1");
    await project.untilKind("agent_spawn");
    const current = project.status().current as Record<string, unknown>;
    assert.equal(current.state, "running");
    const shim = (await project.processes()).find(({ pid }) => pid === current.pid);
    assert.match(shim?.command ?? "", /^\/bin\/sh -c # agent-runner-shim/);
    assert.equal(project.ofKind("agent_spawn")[0]?.pid, current.pid);
    for (const link of ["round-1.log", "round-current.log"]) {
      assert.equal(Deno.readLinkSync(`${project.logs}/${link}`), current.log);
    }
    assert.equal((await serve.ended()).code, 0);
    assert.deepEqual(agentStarts(project), [1]);
    await checkSettled(project, { atLeast: 1 });
  },
});

Deno.test({
  name: "serve tells the next round of work that was being stashed when it died",
  ignore,
  fn: async () => {
    const options = { plan: ["dirty", "clean"] };
    const changes = await countChanges({ options: () => options, stride: 1, clockSpeed: 5, states: [] });
    const first = changes.findIndex((name) => name.startsWith("git stash"));
    const last = changes.findIndex((name, i) => i > first && /^remove R1-.*exit$/.test(name));
    const points = pointsOf(changes).filter(({ at, when }) => at > first && at <= last && when === "after")
      .filter((_, i) => takesAll || i % 2 === 0);
    assert.ok(points.length > 4);
    const nameOf = (point: CrashPoint) => `after change ${point.at}, ${changes[point.at - 1]}`;
    await eachOf(points, { atOnce, nameOf }, async (point) => {
      await using project = await Project.make(options);
      await live(project, serveTwo, { crash: point, clockSpeed: 5 });
      const { code, stdout } = await project.run(["serve", "--max-rounds", "1"]);
      assert.equal(code, 0, stdout);
      const { round_num, orphan_stash } = JSON.parse(Deno.readTextFileSync(`${project.logs}/round-context.json`));
      assert.equal(round_num, 2);
      const stash = (await project.git("stash", "list", "--format=%H")).trim();
      assert.deepEqual([orphan_stash?.ref, orphan_stash?.files], [stash, ["left-1.txt"]]);
      assert.deepEqual(project.ofKind("orphan_stashed").map(({ ref }) => ref), [stash]);
      await checkSettled(project, { atLeast: 2 });
    });
  },
});
